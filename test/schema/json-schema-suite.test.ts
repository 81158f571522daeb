import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { compileValidators } from "../../src/emit/validators.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const suite = join(root, "../shared/json-schema/tests");

interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly { description: string; data: unknown; valid: boolean }[];
}

type Validate = (data: unknown) => boolean;

/** Groups that need what a gateway must not do (fetch a schema) or that are declared unsupported, by file and reason. */
const unsupported: Readonly<Record<string, string>> = {
  "refRemote.json": "fetches schemas over the network",
  "dynamicRef.json": "$dynamicRef is refused by name",
  "vocabulary.json": "metaschemas other than the dialect's own are refused",
};

const work = mkdtempSync(join(tmpdir(), "gen-gateway-schema-"));
writeFileSync(join(work, "package.json"), '{ "type": "module" }');
const helpers = readFileSync(join(root, "src/runtime/validation/schema-helpers.ts"), "utf8");
writeFileSync(join(work, "schema-helpers.js"), transformSync(helpers, { loader: "ts" }).code);

/** References of a lone schema point at itself; inside a document they point at its place there. */
function inDocument(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inDocument);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" && /^#(?:\/|$)/.test(value)
        ? `#/components/schemas/Subject${value.slice(1)}`
        : inDocument(value),
    ]),
  );
}

async function compile(schema: unknown, openapi: string): Promise<Validate | readonly string[]> {
  const text = JSON.stringify({
    openapi,
    info: { title: "suite", version: "1" },
    "x-amazon-apigateway-request-validators": { all: { validateRequestBody: true } },
    "x-amazon-apigateway-request-validator": "all",
    paths: {
      "/": {
        post: {
          requestBody: {
            content: { "application/json": { schema: { $ref: "#/components/schemas/Subject" } } },
          },
          responses: { "200": { description: "ok" } },
          "x-amazon-apigateway-integration": {
            type: "mock",
            requestTemplates: { "application/json": '{"statusCode": 200}' },
            responses: { default: { statusCode: "200" } },
          },
        },
      },
    },
    components: { schemas: { Subject: inDocument(schema) } },
  });
  const sink = createDiagnosticSink();
  const document = await loadDocument({ input: "suite.json", text, settings: {} }, sink);
  const gateway = document && lowerDocument(document, sink);
  if (gateway === undefined) return sink.list().map(({ message }) => message);
  const { models } = gateway.api;
  const checked = models.filter(({ name }) => name === "Subject");
  const code = (await compileValidators(checked, models)).replace(
    "./runtime/validation/schema-helpers.js",
    "./schema-helpers.js",
  );
  const file = join(work, `${readdirSync(work).length}.js`);
  writeFileSync(file, code);
  const module = (await import(pathToFileURL(file).href)) as {
    validators: Readonly<Record<string, Validate>>;
  };
  const validate = module.validators["Subject"];
  if (validate === undefined) throw new Error("the model was not compiled");
  return validate;
}

function groupsOf(draft: string): readonly { file: string; groups: readonly Group[] }[] {
  const folder = join(suite, draft);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({
      file,
      groups: JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Group[],
    }));
}

const drafts = [
  { draft: "draft4", openapi: "3.0.1" },
  { draft: "draft2020-12", openapi: "3.1.0" },
] as const;

describe.skipIf(!existsSync(suite))(
  "JSON Schema test suite (skipped where ../shared/json-schema is missing)",
  () => {
    afterAll(() => rmSync(work, { recursive: true, force: true }));

    describe.each(drafts)("$draft in OpenAPI $openapi", ({ draft, openapi }) => {
      test.each(groupsOf(draft))("$file", async ({ file, groups }) => {
        const wrong: string[] = [];
        for (const { description, schema, tests } of groups) {
          const validate = await compile(schema, openapi);
          if (typeof validate !== "function") {
            if (unsupported[file] === undefined)
              wrong.push(`${description}: ${validate.join("; ")}`);
            continue;
          }
          for (const item of tests) {
            if (validate(item.data) !== item.valid)
              wrong.push(`${description}: ${item.description}`);
          }
        }
        expect(wrong).toEqual([]);
      });
    });
  },
);
