/**
 * How fast compiled mapping templates are beside `velocityjs`, whose templates are parsed once: request
 * text to rendered text, reading the body included. Both sides render the same cases, warm, in processor
 * time, each in processes of its own. Then the time that compiling takes.
 *
 * `node --import tsx test/bench/vtl.ts [--json] [--rounds N]`
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { median } from "./process-usage.js";
import { readCases, velocityjsSide } from "./vtl-side.js";

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

/** Processes of each side, in turns. */
const runs = 3;

/** Runs both sides; `rounds` times all cases in each process. */
export async function benchVtl(rounds = 100): Promise<VtlBench> {
  // Only what both can render is compared.
  const indexes = readCases().flatMap((item, index) =>
    works(velocityjsSide(item)) ? [index] : [],
  );
  const times = Array.from({ length: runs }, () => ({
    ours: measureSide("ours", rounds, indexes),
    theirs: measureSide("theirs", rounds, indexes),
  }));
  const ours = median(times.map((time) => time.ours));
  const theirs = median(times.map((time) => time.theirs));
  return {
    cases: indexes.length,
    rendersPerSecond: 1e6 / ours,
    velocityjsPerSecond: 1e6 / theirs,
    ratio: theirs / ours,
    goal: 6,
    compileMs: await compileTime(),
    compileGoalMs: 5,
  };
}

function works(render: (() => unknown) | undefined): boolean {
  try {
    render?.();
    return render !== undefined;
  } catch {
    return false;
  }
}

/** Microseconds for one rendering, by a process of its own. */
function measureSide(side: "ours" | "theirs", rounds: number, indexes: readonly number[]): number {
  const program = fileURLToPath(new URL("vtl-side.ts", import.meta.url));
  const args = ["--import", "tsx", program, side, String(rounds), indexes.join(",")];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the side of ${side} ended with ${status}: ${stderr}`);
  return Number(stdout);
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
  const result = await benchVtl(Number(values.rounds ?? 100));
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : printVtlBench(result));
}
