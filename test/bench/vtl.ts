/**
 * How fast compiled mapping templates are beside `velocityjs`, whose templates are parsed once: request
 * text to rendered text, reading the body included. Both sides render the same cases in turns, in
 * processor time. Then the time that compiling takes.
 *
 * `node --import tsx test/bench/vtl.ts [--json] [--rounds N]`
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { Compile, parse } from "velocityjs";
import { caseFolders, readCaseLines, type TemplateCase } from "../vtl/case-files.js";
import { prepareTemplates } from "../vtl/compiled-cases.js";

export interface VtlBench {
  readonly cases: number;
  readonly rendersPerSecond: number;
  readonly velocityjsPerSecond: number;
  readonly ratio: number;
  readonly goal: number;
  /** Milliseconds for a template of 200 lines, warm. */
  readonly compileMs: number;
  readonly compileGoalMs: number;
}

/** A way to render one case from its texts. */
type Render = () => unknown;

/** Runs both sides in turns; `rounds` times all cases. */
export async function benchVtl(rounds = 40): Promise<VtlBench> {
  const cases = readCases().filter((item) => item.expect.output !== undefined);
  const ours = await compiledSide(cases);
  const theirs = cases.map(velocityjsSide);
  // Only what both can render is compared.
  const both = cases.flatMap((_item, index) => {
    const pair = [ours[index], theirs[index]] as const;
    return pair[0] && pair[1] && works(pair[1]) ? [{ ours: pair[0], theirs: pair[1] }] : [];
  });
  const sides = {
    ours: both.map((pair) => pair.ours),
    theirs: both.map((pair) => pair.theirs),
  };
  for (let warm = 0; warm < 10; warm++) {
    measure(sides.ours);
    measure(sides.theirs);
  }
  const times = Array.from({ length: rounds }, () => ({
    ours: measure(sides.ours),
    theirs: measure(sides.theirs),
  }));
  const rendersPerSecond = both.length / (median(times.map((time) => time.ours)) / 1e6);
  const velocityjsPerSecond = both.length / (median(times.map((time) => time.theirs)) / 1e6);
  return {
    cases: both.length,
    rendersPerSecond,
    velocityjsPerSecond,
    ratio: rendersPerSecond / velocityjsPerSecond,
    goal: 6,
    compileMs: await compileTime(),
    compileGoalMs: 5,
  };
}

function readCases(): readonly TemplateCase[] {
  const lines = readCaseLines("aws", caseFolders.toReversed()) ?? [];
  return lines.map((line) => JSON.parse(line) as TemplateCase);
}

async function compiledSide(cases: readonly TemplateCase[]): Promise<readonly Render[]> {
  const prepare = await prepareTemplates(cases.map((item) => ({ text: item.template, given: [] })));
  return cases.map((item, index) => prepare(index, item));
}

/** `velocityjs` with the same variables; its body is read by `JSON.parse`, its paths by hand. */
function velocityjsSide(item: TemplateCase): Render | undefined {
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

function works(render: Render): boolean {
  try {
    render();
    return true;
  } catch {
    return false;
  }
}

/** Microseconds of processor time for all cases. */
function measure(renders: readonly Render[]): number {
  const before = process.cpuUsage();
  for (let turn = 0; turn < 10; turn++) for (const render of renders) render();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10;
}

/** Milliseconds to parse and print a template of 200 lines. */
async function compileTime(): Promise<number> {
  const compile = await loadCompiler();
  const text = Array.from(
    { length: 40 },
    (_, index) =>
      `#set($item${index} = $input.path('$.items[${index}]'))\n` +
      `#if($item${index}.name != "" && $item${index}.count > ${index})\n` +
      `  "name${index}": "$util.escapeJavaScript($item${index}.name)",\n` +
      `#foreach($tag in $item${index}.tags)"$tag"#if($foreach.hasNext),#end#end\n` +
      "#end\n",
  ).join("");
  for (let warm = 0; warm < 100; warm++) compile(text);
  return median(
    Array.from({ length: 100 }, () => {
      const startedMs = performance.now();
      compile(text);
      return performance.now() - startedMs;
    }),
  );
}

/** The compiler as it is shipped: bundled, without the names that the tool that runs this file adds. */
async function loadCompiler(): Promise<(text: string) => string> {
  const folder = fileURLToPath(new URL("../../node_modules/.cache/gen-gateway/", import.meta.url));
  const outfile = join(folder, "compile-template.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("compile-template.ts", import.meta.url))],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
  });
  const { compileTemplate } = (await import(pathToFileURL(outfile).href)) as {
    readonly compileTemplate: (text: string) => string;
  };
  return compileTemplate;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The result as a table. */
export function printVtlBench(result: VtlBench): string {
  const count = (value: number): string => Math.round(value).toLocaleString("en-US");
  return [
    `mapping templates, ${result.cases} cases        renders per CPU second`,
    `  compiled      ${count(result.rendersPerSecond).padStart(12)}`,
    `  velocityjs    ${count(result.velocityjsPerSecond).padStart(12)}`,
    `  ratio         ${result.ratio.toFixed(1).padStart(12)}   goal ${result.goal}`,
    `  compile, 200 lines ${result.compileMs.toFixed(2)} ms   goal below ${result.compileGoalMs} ms`,
    "",
  ].join("\n");
}

const isMain = import.meta.url === pathToFileURL(process.argv[1] ?? "").href;
if (isMain) {
  const { values } = parseArgs({
    options: { json: { type: "boolean" }, rounds: { type: "string" } },
  });
  const result = await benchVtl(Number(values.rounds ?? 40));
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : printVtlBench(result));
}
