import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal } from "./captured-terminal.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-diff-cli-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const base = `openapi: 3.0.1
info: { title: Pets, version: "1" }
paths:
  /pets:
    post:
      x-amazon-apigateway-auth: { type: AWS_IAM }
      requestBody:
        content:
          application/json: { schema: { type: object }, example: { name: Rex } }
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: POST
        uri: https://pets.example/
        requestTemplates: { application/json: '{"n": $input.json("$.name")}' }
        responses: { default: { statusCode: "200" } }
`;
const safe = base.replace(
  '"200": { description: ok }',
  '"200": { description: ok }, "400": { description: no }',
);
const otherBackend = base.replace("pets.example", "cats.example");
const opened = base.replace("AWS_IAM", "NONE");
const gone = base.replace("/pets:", "/cats:");
const otherTemplate = base.replace('"n"', '"name"');
const sameOutput = base.replace('\'{"n": ', '\'## a note\n\n          {"n": ');

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function diff(
  before: string,
  after: string,
  args: readonly string[] = [],
  settings: readonly [string?, string?] = [],
): Promise<Run> {
  const files = [before, after].map((text, index) => {
    const folder = join(work, index === 0 ? "old" : "new");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, "api.yaml"), text);
    const config = settings[index];
    if (config !== undefined) writeFileSync(join(folder, "gateway.config.yaml"), config);
    return join(folder, "api.yaml");
  });
  const terminal = captureTerminal();
  const code = await runCommand(["diff", ...files, ...args], terminal);
  return { code, out: terminal.outText().replaceAll(work, ""), err: terminal.errText() };
}

describe("the gate", () => {
  test.each<[name: string, after: string, codes: readonly [number, number, number, number]]>([
    ["nothing", base, [0, 0, 0, 0]],
    ["a safe change", safe, [0, 0, 1, 0]],
    ["another backend", otherBackend, [0, 1, 1, 0]],
    ["a route is opened", opened, [1, 1, 1, 0]],
    ["a route is gone", gone, [1, 1, 1, 0]],
  ])("%s", async (_name, after, [breaking, behaviour, any, none]) => {
    const want = { breaking, behaviour, any, none };
    for (const [gate, code] of Object.entries(want)) {
      expect((await diff(base, after, ["--fail-on", gate])).code, gate).toBe(code);
    }
    expect((await diff(base, after)).code).toBe(breaking);
  });
});

describe("text", () => {
  test("has severities, sentences and the places in both files", async () => {
    const { out, err } = await diff(base, opened);
    expect(err).toBe("");
    expect(out).toBe(
      [
        "Security",
        "  POST /pets: an AWS signature is gone: it is open to everybody",
        "    /old/api.yaml:5 → /new/api.yaml:5",
        "",
        "1 security.",
        "",
      ].join("\n"),
    );
  });

  test("says that nothing changed", async () => {
    expect((await diff(base, base.replace("title: Pets", "title: All pets"))).out).toBe(
      "No changes.\n",
    );
  });

  test("tells whether the output of a template differs", async () => {
    expect((await diff(base, otherTemplate)).out).toContain(
      "the request template for application/json changed; what it gives for a sample differs",
    );
    expect((await diff(base, sameOutput)).out).toContain(
      "the request template for application/json changed; what it gives for a sample is the same",
    );
  });

  test("each document has its settings", async () => {
    const stage = (value: number): string => `stages: { prod: { variables: { a: "${value}" } } }\n`;
    const { out } = await diff(base, base, [], [stage(1), stage(2)]);
    expect(out).toContain('stage prod: its variable "a" is "2" instead of "1"');
    expect(out).toContain("/old/gateway.config.yaml:1 → /new/gateway.config.yaml:1");
  });

  test("settings may be given", async () => {
    const config = join(work, "other.yaml");
    writeFileSync(config, "stages: { other: {} }\n");
    const { out } = await diff(base, base, ["--new-config", config]);
    expect(out).toContain("stage dev: is gone");
    expect(out).toContain("stage other: is new");
  });
});

describe("other formats", () => {
  test("JSON has every change with both places, and the outputs", async () => {
    const { code, out } = await diff(base, otherTemplate, ["--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      exitCode: 0,
      counts: { breaking: 0, security: 0, behaviour: 1, safe: 0 },
      changes: [
        {
          kind: "mapping-template",
          severity: "behaviour",
          subject: "POST /pets",
          old: { position: { line: 15 } },
          new: { position: { line: 15 } },
          output: { old: '{"n": "Rex"}', new: '{"name": "Rex"}' },
        },
      ],
      diagnostics: { old: [], new: [] },
    });
  });

  test("Markdown shows the outputs as a diff, and folds what is safe", async () => {
    const { out } = await diff(
      base,
      otherTemplate.replace('"200": {', '"404": { description: no }, "200": {'),
      ["--format", "markdown"],
    );
    expect(out).toContain("### API changes\n\n1 behaviour, 1 safe.\n");
    expect(out).toContain('  ```diff\n  -{"n": "Rex"}\n  +{"name": "Rex"}\n  ```\n');
    expect(out).toContain("<details><summary>Safe (1)</summary>");
    expect(out).toContain("(`/old/api.yaml:15` → `/new/api.yaml:15`)");
  });

  test("Markdown cannot be written by a document", async () => {
    const { out } = await diff(
      base,
      base.replace("https://pets.example/", "https://pets.example/<img src=x>@everyone`"),
      ["--format", "markdown"],
    );
    expect(out).not.toMatch(/<img|@everyone|[^\\]`,/);
  });
});

describe("what cannot be compared", () => {
  test("a document with errors is named", async () => {
    const { code, out, err } = await diff(base, base.replace("type: http\n", "type: nothing\n"));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("GG402");
    expect(err).toContain("nothing is compared");
  });

  test("a document that is not there", async () => {
    const terminal = captureTerminal();
    expect(await runCommand(["diff", join(work, "a"), join(work, "b"), "--json"], terminal)).toBe(
      2,
    );
    expect(JSON.parse(terminal.outText())).toMatchObject({
      exitCode: 2,
      diagnostics: { old: [{ code: "GG001" }], new: [{ code: "GG001" }] },
    });
  });
});
