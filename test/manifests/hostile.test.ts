import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printDockerfile } from "../../src/emit/manifests/language/dockerfile.js";
import { expression, HclTemplate, printHcl } from "../../src/emit/manifests/language/hcl.js";
import { printYaml } from "../../src/emit/manifests/language/yaml.js";
import { documentWith } from "../lower/lower-text.js";
import { checkCloudFormation } from "./checks/cloudformation.js";
import { checkCompose, validateCompose } from "./checks/compose.js";
import { checkDockerfile, dockerInstructions } from "./checks/dockerfile.js";
import { hclTree, literalText } from "./checks/hcl.js";
import { validateObjects } from "./checks/kubernetes.js";
import { at, walk, yamlDocuments, type Tree } from "./checks/tree.js";
import { fileOf, makeManifests, type Made } from "./made.js";

/** Pieces that mean something to one of the languages. */
const pieces = fc.constantFrom(
  "${",
  "}",
  "%{",
  "$${",
  "{{",
  "}}",
  '"',
  "'",
  "`",
  "\\",
  "\n",
  "\r\n",
  "\t",
  "\u2028",
  "\u0085",
  "\0",
  "#",
  ": ",
  "- ",
  "---\n",
  "...",
  "&a",
  "*a",
  "!!js",
  "!Ref X",
  "|",
  ">",
  "%",
  "@",
  "yes",
  "null",
  "~",
  "0o17",
  "1_000",
  "12:30:00",
  "2001-01-01",
  ".5",
  "1e3",
  "0x1f",
  "<<",
  "=",
  "?",
  "[",
  "{",
  ",",
  "$(id)",
  "; rm -rf /",
  "&& id",
  "EOF",
  "USER root\n",
  "\nRUN id\n",
  "${AWS::Region}",
  "${Api}",
  "é",
  "漢",
  "😀",
  " ",
  "a",
  "B",
  "7",
);
const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.array(pieces, { maxLength: 8 }).map((list) => list.join("")) },
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => Buffer.from(text).toString()),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const tree = fc.letrec<{ node: Tree }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    hostile,
    fc.integer(),
    fc.boolean(),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(
      hostile.filter((key) => key !== "__proto__"),
      tie("node"),
      { maxKeys: 3 },
    ),
  ),
})).node;

describe("YAML", () => {
  test("is read back as it was meant, by readers of 1.1 and of 1.2", () => {
    fc.assert(
      fc.property(tree, fc.array(hostile, { maxLength: 3 }), (value, header) => {
        const text = printYaml([{ value }], header);
        expect(yamlDocuments(text, "1.2")).toEqual([{ value }]);
        expect(yamlDocuments(text, "1.1")).toEqual([{ value }]);
      }),
      { numRuns: 1500 },
    );
  });
});

describe("HCL", () => {
  test(
    "is read back as it was meant: nothing is an interpolation",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          hostile,
          hostile,
          fc.array(hostile, { maxLength: 2 }),
          async (a, b, header) => {
            const mixed = new HclTemplate([a, expression("var.x"), b]);
            const attributes = { a, list: [b, a], object: { [b]: a }, mixed };
            const text = printHcl([{ type: "locals", labels: [], attributes }], header);
            const read = at(await hclTree(text), "locals", 0);
            expect(at(read, "a")).toBe(literalText(a));
            expect(at(read, "list", 0)).toBe(literalText(b));
            expect(at(read, "mixed")).toBe(`${literalText(a)}\${var.x}${literalText(b)}`);
            expect(at(read, "object", literalText(b))).toBe(literalText(a));
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});

describe("Dockerfiles", () => {
  test("no text becomes an instruction or a variable", () => {
    fc.assert(
      fc.property(hostile, fc.array(hostile, { maxLength: 3 }), (text, header) => {
        const printed = printDockerfile(
          [
            { kind: "plain", name: "FROM", text: "scratch" },
            {
              kind: "pairs",
              name: "LABEL",
              pairs: [
                ["a", text],
                ["b", text],
              ],
            },
            { kind: "exec", name: "CMD", words: ["node", text] },
          ],
          header,
        );
        const read = dockerInstructions(printed);
        expect(read.map(({ name }) => name)).toEqual(["FROM", "LABEL", "CMD"]);
        expect(JSON.parse(read[2]?.text ?? "")).toEqual(["node", text]);
        const label = read[1]?.text ?? "";
        expect(label).toMatch(/^a="(?:[^"\\$]|\\.)*"\s+b="(?:[^"\\$]|\\.)*"$/su);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("whole manifests", () => {
  const safeName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

  async function check(made: Made): Promise<void> {
    for (const [path, text] of made.files) {
      if (path.endsWith(".yaml"))
        expect(yamlDocuments(text, "1.1")).toEqual(yamlDocuments(text, "1.2"));
      if (path.endsWith(".json")) JSON.parse(text);
      if (path.endsWith(".tf")) await hclTree(text, path);
    }
    const template = yamlDocuments(fileOf(made, "deploy/cloudformation/template.yaml"))[0];
    const body = JSON.parse(fileOf(made, "deploy/cloudformation/openapi.json")) as Tree;
    expect(checkCloudFormation(template, body)).toEqual([]);
    for (const text of [JSON.stringify(template), JSON.stringify(body)]) {
      for (const [path, value] of walk(JSON.parse(text))) {
        if (path.at(-1) !== "Fn::Sub" || typeof value !== "string") continue;
        // what is replaced is the generator's own
        for (const [, name = ""] of value.matchAll(/\$\{([^!][^{}]*)\}/g))
          expect(name).toMatch(/^[A-Za-z0-9:.]+$/);
      }
    }
    const [compose] = yamlDocuments(fileOf(made, "deploy/compose/compose.yaml"));
    expect(validateCompose(compose)).toEqual([]);
    expect(checkCompose(compose)).toEqual([]);
    const docker = "deploy/docker/Dockerfile";
    expect(checkDockerfile(fileOf(made, docker), fileOf(made, `${docker}.dockerignore`))).toEqual(
      [],
    );
    const objects = [...made.files]
      .filter(
        ([path]) =>
          path.startsWith("deploy/kubernetes/base/") && !path.endsWith("kustomization.yaml"),
      )
      .flatMap(([, text]) => yamlDocuments(text));
    expect(await validateObjects(objects)).toEqual([]);
    for (const object of objects) expect(at(object, "metadata", "name")).toMatch(safeName);
  }

  test(
    "of hostile titles, descriptions, variables and tags are whole",
    { timeout: 240_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          hostile,
          hostile,
          hostile,
          hostile,
          async (title, description, value, tag) => {
            const document = documentWith({
              root: { info: { title: title || "x", version: tag || "1", description } },
              operation: { summary: description, description: value, operationId: tag },
            });
            const made = await makeManifests(document, {
              stages: {
                dev: {
                  description,
                  environment: { A: value, B: tag },
                  alarms: { [tag || "a"]: { metric: "5XXError", threshold: 1 } },
                },
                prod: { description: value },
              },
              tags: { team: value || "x", [tag || "t"]: "y" },
              usagePlans: { [title || "p"]: { stages: ["dev"], description, keys: [tag || "k"] } },
              apiKeys: { [tag || "k"]: { description: value, value: { secret: tag || "s" } } },
            });
            await check(made);
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
