import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { compileValidators } from "../../src/emit/validators.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tests = join(root, "../shared/json-schema/tests");

/** The suite lies beside this repository; its tests are skipped where it does not. */
export const hasSuite = existsSync(tests);

/** A schema of the suite and what instances it shall take. */
export interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly { description: string; data: unknown; valid: boolean }[];
}

export interface SuiteFile {
  readonly file: string;
  readonly groups: readonly Group[];
}

/** Both drafts of the suite, and the documents whose schemas follow them. */
export const drafts = [
  { draft: "draft4", openapi: "3.0.1" },
  { draft: "draft2020-12", openapi: "3.1.0" },
] as const;

export type OpenApi = (typeof drafts)[number]["openapi"];

/** The files of a folder of the suite, below included when `deep` is set. */
export function suiteFiles(folder: string, deep = false): readonly SuiteFile[] {
  if (!hasSuite) return [];
  return readdirSync(join(tests, folder), { recursive: deep, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({
      file,
      groups: JSON.parse(readFileSync(join(tests, folder, file), "utf8")) as readonly Group[],
    }));
}

/** A compiled schema, or the errors by which the product refuses it. */
export type Compiled =
  | { readonly validate: (data: unknown) => boolean; readonly refusal?: undefined }
  | { readonly refusal: readonly string[] };

/** Compiles schemas as models of a document, each to a module of its own in a folder that `dispose` removes. */
export function createCompiler(): {
  compile(schema: unknown, openapi: OpenApi): Promise<Compiled>;
  dispose(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-schema-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const name of ["schema-helpers", "linear-pattern"]) {
    const source = join(root, `src/runtime/validation/${name}.ts`);
    const { code } = transformSync(readFileSync(source, "utf8"), { loader: "ts" });
    const packaged = code.replace('"re2js"', JSON.stringify(import.meta.resolve("re2js")));
    writeFileSync(join(folder, `${name}.js`), packaged);
  }
  let count = 0;
  return {
    async compile(schema, openapi) {
      const sink = createDiagnosticSink();
      const text = JSON.stringify(documentWith(schema, openapi));
      const document = await loadDocument({ input: "suite.json", text, settings: {} }, sink);
      const gateway = document && lowerDocument(document, sink);
      if (gateway === undefined || sink.hasErrors()) {
        const errors = sink.list().filter(({ severity }) => severity === "error");
        return { refusal: errors.map(({ code, message }) => `${code} ${message}`) };
      }
      const { models } = gateway.api;
      const checked = models.filter(({ name }) => name === "Subject");
      const code = await compileValidators(checked, models);
      const file = join(folder, `${count++}.js`);
      writeFileSync(file, code.replaceAll("./runtime/validation/", "./"));
      const module = (await import(pathToFileURL(file).href)) as {
        validators: Readonly<Record<string, (data: unknown) => boolean>>;
      };
      const validate = module.validators["Subject"];
      if (validate === undefined) throw new Error("the model was not compiled");
      return { validate };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function documentWith(schema: unknown, openapi: OpenApi): object {
  return {
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
    components: { schemas: { Subject: inDocument(schema, openapi) } },
  };
}

/**
 * Pointers of a lone schema lead into itself; inside a document they lead from its top, unless the schema
 * has a URI of its own.
 */
function inDocument(schema: unknown, openapi: OpenApi): unknown {
  if (Array.isArray(schema)) return schema.map((item) => inDocument(item, openapi));
  if (typeof schema !== "object" || schema === null || isIdentified(schema, openapi)) return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === "enum" || key === "const") return [key, value];
    return [
      key,
      key === "$ref" && typeof value === "string" && /^#(?:\/|$)/.test(value)
        ? `#/components/schemas/Subject${value.slice(1)}`
        : inDocument(value, openapi),
    ];
  });
  return Object.fromEntries(entries);
}

function isIdentified(schema: object, openapi: OpenApi): boolean {
  const id: unknown = Object.entries(schema).find(
    ([key]) => key === (openapi === "3.1.0" ? "$id" : "id"),
  )?.[1];
  return typeof id === "string" && !id.startsWith("#");
}
