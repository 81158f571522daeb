import type { Ajv } from "ajv";
import type { JsonValue, Model } from "../ir/schema.js";
import { schemaPattern } from "../runtime/validation/schema-helpers.js";
import { mendKeywords } from "./mended-keywords.js";
import { printString } from "./printer/literal.js";

/**
 * Compiles the models that request validators check into one module of plain functions, so that a
 * gateway parses no schema at start. Formats are not asserted, as the service does not.
 */
export async function compileValidators(
  checked: readonly Model[],
  all: readonly Model[],
): Promise<string> {
  const { ajv, standalone } = await createAjv(checked[0]?.dialect ?? "draft-04");
  ajv.addSchema({ definitions: reachable(checked, all) }, "models");
  const exports: Record<string, string> = {};
  checked.forEach(({ name }, index) => {
    const key = `validate${index}`;
    ajv.addSchema({ $ref: `models#/definitions/${encodeURI(escapePointer(name))}` }, key);
    exports[key] = key;
  });
  const code = importHelpers(standalone(ajv, exports));
  const table = checked.map(({ name }, index) => `  [${printString(name)}]: validate${index},\n`);
  return `${code}\n\nexport const validators = {\n${table.join("")}};\n`;
}

type Standalone = (ajv: Ajv, exports: Readonly<Record<string, string>>) => string;

/** Ajv is loaded only for documents that validate bodies: it is the largest package of a generation. */
async function createAjv(dialect: Model["dialect"]): Promise<{ ajv: Ajv; standalone: Standalone }> {
  const options = {
    strict: false,
    validateFormats: false,
    ownProperties: true,
    addUsedSchema: false,
    inlineRefs: false,
    logger: false,
    code: { source: true, esm: true, lines: true, regExp: patternEngine },
  } as const;
  const { default: standaloneModule } = await import("ajv/dist/standalone/index.js");
  // CommonJS with a `default` of its own: Node gives the module, bundlers may give the member
  const standalone = defaultOf<Standalone>(standaloneModule);
  if (dialect === "draft-04") {
    const { default: module } = await import("ajv-draft-04");
    const Draft04 = defaultOf<new (choices: typeof options) => Ajv>(module);
    return { ajv: new Draft04(options), standalone };
  }
  const { default: module } = await import("ajv/dist/2020.js");
  const Draft2020 = defaultOf<new (choices: typeof options) => Ajv>(module);
  const ajv = new Draft2020(options);
  await mendKeywords(ajv);
  return { ajv, standalone };
}

function defaultOf<T>(module: unknown): T {
  const inner = (module as { readonly default?: unknown }).default;
  return (inner ?? module) as T;
}

/** Patterns are made by a helper of the run-time: in Unicode mode where their text allows it. */
const patternEngine = Object.assign((pattern: string) => schemaPattern(pattern), {
  code: "schemaPattern",
});

/** The models that the checked ones reach by their references. */
function reachable(checked: readonly Model[], all: readonly Model[]): Record<string, JsonValue> {
  const models = new Map(all.map((model) => [model.name, model]));
  const found = new Map<string, JsonValue>();
  const open = checked.map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const model = models.get(name);
    if (model === undefined) throw new Error(`the model ${name} was not lowered`);
    found.set(name, model.json);
    open.push(...model.references);
  }
  return Object.fromEntries(found);
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Ajv's two helpers come from the copied run-time, so that the project does not need Ajv. */
function importHelpers(code: string): string {
  const helpers: string[] = [];
  const body = code.replace(
    /const (func\d+) = require\("ajv\/dist\/runtime\/(ucs2length|equal)"\)\.default;/g,
    (_statement, local: string, helper: string) => {
      const name = helper === "equal" ? "isEqual" : "codePointLength";
      helpers.push(`import { ${name} as ${local} } from "./runtime/validation/schema-helpers.js";`);
      return "";
    },
  );
  if (body.includes("require("))
    throw new Error("a compiled validator needs a module that is not copied");
  if (body.includes("schemaPattern")) {
    helpers.push(`import { schemaPattern } from "./runtime/validation/schema-helpers.js";`);
  }
  return [...helpers, body.replace(/^"use strict";\n?/, "")].join("\n");
}
