import { sampleContext } from "../dev/sample-context.js";
import { readFile } from "node:fs/promises";
import { nearestHint } from "../nearest.js";
import type { Plan } from "../plan/plan.js";
import type { SampleValue, TemplateSample, Texts } from "../runtime/testing/render-sample.js";
import { SelectionProblem } from "./map-selection.js";
import type { MapCommandOptions } from "./options.js";

/**
 * What the template is to read: the body from the input file; the rest from the context file, over
 * what the document and its settings say of the route and the stage.
 * @throws SelectionProblem when a file cannot be read, or the context is not right
 */
export async function readSample(
  plan: Plan,
  operationName: string,
  options: Pick<MapCommandOptions, "input" | "context" | "stage">,
): Promise<TemplateSample> {
  const body = options.input === "-" ? await readStandardInput() : await readText(options.input);
  const given = options.context === undefined ? {} : await readContext(options.context);
  const stage = selectStage(plan, options.stage);
  const variables = plan.tables.stages[stage]?.variables ?? {};
  return {
    body,
    params: { path: {}, querystring: {}, header: {}, ...given.params },
    context: { ...sampleContext(plan, operationName, stage), ...given.context },
    stageVariables: { ...variables, ...given.stageVariables },
  };
}

function selectStage({ tables: { stages, defaultStage } }: Plan, wanted?: string): string {
  const names = Object.keys(stages);
  if (wanted === undefined) return defaultStage ?? names[0] ?? "";
  if (Object.hasOwn(stages, wanted)) return wanted;
  const { hint = `there are ${names.join(", ")}` } = nearestHint(wanted, names);
  throw new SelectionProblem(`there is no stage "${wanted}"`, hint);
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/** @throws SelectionProblem */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new SelectionProblem(`cannot read ${path}: ${reasons[code] ?? code}`);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EISDIR: "it is a folder, not a file",
  EACCES: "this user has no permission",
};

interface ContextFile {
  readonly params?: Partial<TemplateSample["params"]>;
  readonly context?: TemplateSample["context"];
  readonly stageVariables?: Texts;
}

async function readContext(path: string): Promise<ContextFile> {
  const fail = (what: string, hint?: string): never => {
    throw new SelectionProblem(`${path}: ${what}`, hint);
  };
  const object = (value: SampleValue, name: string): Readonly<Record<string, SampleValue>> =>
    isObject(value) ? value : fail(`${name} must be an object`);
  const members = (value: SampleValue, name: string, known: readonly string[]) => {
    const entries = Object.entries(object(value, name));
    for (const [key] of entries) {
      const { hint = `it holds ${known.join(", ")}` } = nearestHint(key, known);
      if (!known.includes(key)) fail(`${name} has no member "${key}"`, hint);
    }
    return entries;
  };
  const texts = (value: SampleValue, name: string): Texts =>
    Object.fromEntries(
      Object.entries(object(value, name)).map(([key, item]) => [
        key,
        typeof item === "string" ? item : fail(`${name}.${key} must be text`),
      ]),
    );
  const text = await readText(path);
  let parsed: SampleValue;
  try {
    parsed = JSON.parse(text) as SampleValue;
  } catch (error) {
    return fail(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parts = members(parsed, "the context file", ["params", "context", "stageVariables"]);
  const part = new Map(parts);
  const places = ["path", "querystring", "header"];
  const params = members(part.get("params") ?? {}, "params", places).map(
    ([place, item]): [string, Texts] => [place, texts(item, `params.${place}`)],
  );
  return {
    params: Object.fromEntries(params),
    context: object(part.get("context") ?? {}, "context"),
    stageVariables: texts(part.get("stageVariables") ?? {}, "stageVariables"),
  };
}

function isObject(value: SampleValue): value is Readonly<Record<string, SampleValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
