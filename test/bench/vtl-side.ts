/**
 * One side of the bench of mapping templates, a process of its own: neither side meets what the other does
 * to the heap and the caches. Prints microseconds of processor time for one rendering.
 *
 * `node --import tsx test/bench/vtl-side.ts ours|theirs ROUNDS INDEX,INDEX...`
 */
import { fileURLToPath } from "node:url";
import { Compile, parse } from "velocityjs";
import { caseFolders, readCaseLines, type TemplateCase } from "../vtl/case-files.js";
import { prepareTemplates } from "../vtl/compiled-cases.js";
import { median } from "./process-usage.js";

/** A way to render one case from its texts. */
type Render = () => unknown;

/** Cases that have an output, by their index. */
export function readCases(): readonly TemplateCase[] {
  const lines = readCaseLines("aws", caseFolders.toReversed()) ?? [];
  return lines
    .map((line) => JSON.parse(line) as TemplateCase)
    .filter((item) => item.expect.output !== undefined);
}

async function compiledSide(cases: readonly TemplateCase[]): Promise<readonly Render[]> {
  const prepare = await prepareTemplates(cases.map((item) => ({ text: item.template, given: [] })));
  return cases.map((item, index) => prepare(index, item));
}

/** `velocityjs` with the same variables; its body is read by `JSON.parse`, its paths by hand. */
export function velocityjsSide(item: TemplateCase): Render | undefined {
  let ast: ReturnType<typeof parse>;
  try {
    ast = parse(item.template);
  } catch {
    return undefined;
  }
  const compile = new Compile(ast);
  return () =>
    compile.render({
      input: new PlainInput(item),
      util: plainUtil,
      context: {
        ...(item.context as object | undefined),
        requestOverride: { header: {}, path: {}, querystring: {} },
        responseOverride: { header: {} },
      },
      stageVariables: item.stageVariables ?? {},
    });
}

/** `$input` of one rendering. A class, since the tool that runs this file names every new closure, which costs. */
class PlainInput {
  readonly body: string;
  readonly #params: TemplateCase["params"];
  #json: unknown;

  constructor({ body, params }: TemplateCase) {
    this.body = body === undefined || body === "" ? "{}" : body;
    this.#params = params;
  }

  json(path: string): string {
    return JSON.stringify(this.path(path));
  }

  path(path: string): unknown {
    return memberAt((this.#json ??= JSON.parse(this.body) as unknown), path);
  }

  params(name?: string): unknown {
    const { path = {}, querystring = {}, header = {} } = this.#params ?? {};
    if (name === undefined) return { path, querystring, header };
    return path[name] ?? querystring[name] ?? header[name] ?? "";
  }
}

const plainUtil = {
  escapeJavaScript: (value: unknown) => JSON.stringify(String(value)).slice(1, -1),
  parseJson: (value: string) => JSON.parse(value) as unknown,
  urlEncode: (value: unknown) => encodeURIComponent(String(value)),
  urlDecode: (value: unknown) => decodeURIComponent(String(value)),
  base64Encode: (value: unknown) => Buffer.from(String(value)).toString("base64"),
  base64Decode: (value: unknown) => Buffer.from(String(value), "base64").toString(),
};

/** Names and indexes only. */
function memberAt(value: unknown, path: string): unknown {
  let found = value;
  for (const [, name, index] of path.matchAll(/\.?([\w-]+)|\[(\d+)\]/g)) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name ?? index ?? ""];
  }
  return found;
}

/** Milliseconds until the engine has compiled what each template uses: most of them are small. */
const warmUpMs = 4000;
const passes = 10;

async function measureSide(
  side: string,
  rounds: number,
  indexes: readonly number[],
): Promise<number> {
  const cases = readCases();
  const chosen = indexes.flatMap((index) => cases[index] ?? []);
  const renders =
    side === "ours"
      ? await compiledSide(chosen)
      : chosen.flatMap((item) => velocityjsSide(item) ?? []);
  const warmAtMs = performance.now() + warmUpMs;
  while (performance.now() < warmAtMs) cpuTime(renders);
  return median(Array.from({ length: rounds }, () => cpuTime(renders))) / renders.length;
}

/** Microseconds for one rendering of each. */
function cpuTime(renders: readonly Render[]): number {
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) for (const render of renders) render();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / passes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [side = "", rounds = "", indexes = ""] = process.argv.slice(2);
  const microseconds = await measureSide(side, Number(rounds), indexes.split(",").map(Number));
  process.stdout.write(`${microseconds}\n`);
}
