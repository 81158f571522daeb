import type { Ajv } from "ajv";
import type { Model, PatternEngine } from "../ir/schema.js";
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
  const models = reachable(checked, all);
  const definitions = Object.fromEntries(models.map(({ name, json }) => [name, json]));
  ajv.addSchema({ definitions }, "models");
  const exports: Record<string, string> = {};
  checked.forEach(({ name }, index) => {
    // not `validateN`: so are the functions that Ajv makes
    const key = `model${index}`;
    ajv.addSchema({ $ref: `models#/definitions/${encodeURI(escapePointer(name))}` }, key);
    exports[key] = key;
  });
  const engines = new Map(models.flatMap(({ patterns }) => [...patterns]));
  const code = importHelpers(standalone(ajv, exports), engines);
  const table = checked.map(({ name }, index) => `  [${printString(name)}]: model${index},\n`);
  return `${code}\n\nexport const validators = {\n${table.join("")}};\n`;
}

type Standalone = (ajv: Ajv, exports: Readonly<Record<string, string>>) => string;

/** Ajv is loaded only for documents that validate bodies: it is the largest package of a generation. */
async function createAjv(dialect: Model["dialect"]): Promise<{ ajv: Ajv; standalone: Standalone }> {
  const options = {
    strict: false,
    // lower has checked every keyword; the check of the metaschema would cost more than all the rest
    validateSchema: false,
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

/** Compiled validators call `modelPattern`, which {@link printPatterns} writes, for their patterns. */
const patternEngine = Object.assign((pattern: string) => schemaPattern(pattern), {
  code: "modelPattern",
});

/** The checked models and those that they reach by their references. */
function reachable(checked: readonly Model[], all: readonly Model[]): readonly Model[] {
  const models = new Map(all.map((model) => [model.name, model]));
  const found = new Set<Model>();
  const open = checked.map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const model = models.get(name);
    if (model === undefined) throw new Error(`the model ${name} was not lowered`);
    if (found.has(model)) continue;
    found.add(model);
    open.push(...model.references);
  }
  return [...found];
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Ajv's two helpers come from the copied run-time, so that the project does not need Ajv. */
function importHelpers(code: string, engines: ReadonlyMap<string, PatternEngine>): string {
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
  const patterns = /\bmodelPattern\b/.test(body) ? printPatterns(engines) : [];
  return [...helpers, ...patterns, body.replace(/^"use strict";\n?/, "")].join("\n");
}

/** Patterns are matched by the language's engine, but for those that it may need too long for. */
function printPatterns(engines: ReadonlyMap<string, PatternEngine>): readonly string[] {
  const from = "./runtime/validation/schema-helpers.js";
  if (engines.size === 0) return [`import { schemaPattern as modelPattern } from "${from}";`];
  const used = new Set([...engines.values()].map(({ kind }) => kind));
  const helpers = used.has("bounded") ? "boundedPattern, schemaPattern" : "schemaPattern";
  const linear = `import { linearPattern } from "./runtime/validation/linear-pattern.js";`;
  const entries = [...engines].map(
    ([text, engine]) => `  [${printString(text)}, ${made(text, engine)}],`,
  );
  return [
    ...(used.has("linear") ? [linear] : []),
    `import { ${helpers} } from "${from}";`,
    "",
    "const engines = new Map([",
    ...entries,
    "]);",
    "const modelPattern = (text) => engines.get(text) ?? schemaPattern(text);",
    "",
  ];
}

function made(text: string, engine: PatternEngine): string {
  return engine.kind === "linear"
    ? `linearPattern(${printString(engine.source)})`
    : `boundedPattern(${printString(text)}, ${engine.maxLength})`;
}
