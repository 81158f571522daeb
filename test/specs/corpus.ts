import { execFile, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { peer } from "../bench/peers.js";
import { readUsage, reportingUsage, usageEnvironment } from "../bench/process-usage.js";
import { listSpecs, specsFolder } from "./generate-specs.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const largeFolder = join(root, "../shared/large-specs");
const require = createRequire(import.meta.url);

/** What became of one document. */
export interface CorpusRow {
  readonly spec: string;
  readonly outcome: "generated" | "refused" | "failed";
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly files: number;
  readonly routes: number;
  /** CPU seconds of the whole first run. */
  readonly seconds: number;
  readonly peakMiB: number;
  /** The first error, for those that are refused. */
  readonly firstError: string;
}

export interface CorpusReport {
  readonly rows: readonly CorpusRow[];
  readonly checkedBy: readonly { readonly compiler: string; readonly projects: number }[];
  /** What should not be: crashes, time-outs, second runs that change something, output that does not compile. */
  readonly problems: readonly string[];
}

export interface CorpusOptions {
  /** An empty folder. */
  readonly out: string;
  /** Only documents whose path holds this. */
  readonly only: string;
  readonly atOnce: number;
  readonly onProgress: (text: string) => void;
}

interface CorpusDocument {
  readonly spec: string;
  readonly path: string;
}

/** No run may take longer, however slow the machine. */
const timeoutMs = 120_000;
/** Every how many generated projects one is also checked by the compiler of the year before. */
const olderEvery = 12;

export async function runCorpus(options: CorpusOptions): Promise<CorpusReport> {
  const { out, only, atOnce, onProgress } = options;
  const documents = listDocuments(out).filter(({ spec }) => spec.includes(only));
  const problems: string[] = [];
  const rows: CorpusRow[] = [];
  const open = [...documents.entries()];
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const [index, document] = next;
      onProgress(`${rows.length + 1} of ${documents.length} ${document.spec}`);
      rows.push(await runTwice(document, join(out, "projects", String(index)), problems));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  onProgress("type-check");
  const checkedBy = typeCheckAll(join(out, "projects"), problems);
  return { rows: rows.toSorted((a, b) => (a.spec < b.spec ? -1 : 1)), checkedBy, problems };
}

function listDocuments(out: string): readonly CorpusDocument[] {
  const plain = existsSync(specsFolder) ? listSpecs() : [];
  const packed = existsSync(largeFolder)
    ? readdirSync(largeFolder).filter((name) => name.endsWith(".gz"))
    : [];
  const unpacked = join(out, "large");
  mkdirSync(unpacked);
  return [
    ...plain.map((path) => ({ spec: relative(specsFolder, path), path })),
    ...packed.map((name) => {
      const path = join(unpacked, basename(name, ".gz"));
      writeFileSync(path, gunzipSync(readFileSync(join(largeFolder, name))));
      return { spec: `large/${basename(name, ".gz")}`, path };
    }),
  ];
}

/** What `--json` prints, as far as it is read here. */
interface Printed {
  readonly routes: number;
  readonly files: readonly { readonly change: string }[];
  readonly diagnostics: readonly {
    readonly severity: string;
    readonly code: string;
    readonly message: string;
  }[];
}

async function runTwice(
  { spec, path }: CorpusDocument,
  project: string,
  problems: string[],
): Promise<CorpusRow> {
  const first = await run(path, project);
  const { printed } = first;
  const count = (severity: string): number =>
    printed?.diagnostics.filter((item) => item.severity === severity).length ?? 0;
  const errors = count("error");
  const isRefused = printed !== undefined && first.status === 1 && errors > 0;
  if (first.fault !== undefined) problems.push(`${spec}: ${first.fault}`);
  else if (first.status !== 0 && !isRefused) problems.push(`${spec}: ended with ${first.status}`);
  if (first.status === 0) {
    const second = await run(path, project);
    const changed = second.printed?.files.filter(({ change }) => change !== "none") ?? [];
    if (second.status !== 0 || changed.length > 0) {
      problems.push(
        `${spec}: the second run changed ${changed.length} files and ended with ${second.status}`,
      );
    }
  }
  const error = printed?.diagnostics.find(({ severity }) => severity === "error");
  return {
    spec,
    outcome: first.status === 0 ? "generated" : isRefused ? "refused" : "failed",
    errors,
    warnings: count("warning"),
    infos: count("info"),
    files: printed?.files.length ?? 0,
    routes: printed?.routes ?? 0,
    seconds: first.seconds,
    peakMiB: first.peakMiB,
    firstError: error === undefined ? "" : `${error.code} ${error.message}`,
  };
}

interface Run {
  readonly status: number | null;
  readonly printed: Printed | undefined;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly fault: string | undefined;
}

async function run(path: string, project: string): Promise<Run> {
  const usageFile = `${project}.usage.json`;
  mkdirSync(dirname(project), { recursive: true });
  const args = [...reportingUsage, join(root, "bin/gen-gateway.js"), path, "-o", project, "--json"];
  const { status, stdout, stderr, isLate } = await new Promise<{
    status: number | null;
    stdout: string;
    stderr: string;
    isLate: boolean;
  }>((done) => {
    execFile(
      process.execPath,
      args,
      { timeout: timeoutMs, maxBuffer: 2 ** 30, env: usageEnvironment(usageFile) },
      (error, printed, complaints) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
        done({ status: code, stdout: printed, stderr: complaints, isLate: error?.killed ?? false });
      },
    );
  });
  const usage = existsSync(usageFile)
    ? readUsage(usageFile)
    : { seconds: Number.NaN, peakMiB: Number.NaN };
  return {
    status,
    printed: stdout.startsWith("{") ? (JSON.parse(stdout) as Printed) : undefined,
    ...usage,
    fault: isLate
      ? `took more than ${timeoutMs / 1000} s`
      : /^\s+at .+:\d+:\d+\)?$/m.test(stderr)
        ? `crashed: ${stderr.slice(0, 400)}`
        : undefined,
  };
}

/** Type-checks all projects under their own settings, a part at a time; a sample by an older compiler, too. */
function typeCheckAll(
  projects: string,
  problems: string[],
): readonly { readonly compiler: string; readonly projects: number }[] {
  if (!existsSync(projects)) return [];
  symlinkSync(join(root, "node_modules"), join(projects, "node_modules"));
  writeFileSync(join(projects, "package.json"), '{ "type": "module" }\n');
  const names = readdirSync(projects)
    .filter((name) => existsSync(join(projects, name, "tsconfig.json")))
    .toSorted((a, b) => Number(a) - Number(b));
  const sample = names.filter((_name, index) => index % olderEvery === 0);
  const compilers = [
    { manifest: require.resolve("typescript/package.json"), checked: names, inOneProgram: 40 },
    { manifest: peer("typescript/package.json"), checked: sample, inOneProgram: 8 },
  ];
  return compilers.map(({ manifest, checked, inOneProgram }) => {
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    for (let from = 0; from < checked.length; from += inOneProgram) {
      const part = checked.slice(from, from + inOneProgram);
      const found = typeCheck(projects, part, join(dirname(manifest), "bin/tsc"));
      if (found !== "") problems.push(`TypeScript ${version}: ${found.slice(0, 3000)}`);
    }
    return { compiler: version, projects: checked.length };
  });
}

function typeCheck(projects: string, names: readonly string[], tsc: string): string {
  const config = {
    extends: `./${names[0]}/tsconfig.json`,
    include: names.flatMap((name) => [`${name}/src`, `${name}/test`]),
  };
  const file = join(projects, "tsconfig.json");
  writeFileSync(file, JSON.stringify(config));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--max-old-space-size=8192", tsc, "-p", file],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  return status === 0 ? "" : `${stdout}${stderr}` || `the compiler ended with ${status}`;
}

/** The report as a Markdown table. */
export function corpusTable({ rows, checkedBy, problems }: CorpusReport): string {
  const cells = (row: readonly (string | number)[]): string => `| ${row.join(" | ")} |`;
  return [
    "# Real documents",
    "",
    ...checkedBy.map(
      ({ compiler, projects }) => `${projects} projects type-checked by TypeScript ${compiler}.`,
    ),
    `${problems.length} problems.`,
    "",
    cells([
      "document",
      "outcome",
      "errors",
      "warnings",
      "infos",
      "routes",
      "files",
      "CPU s",
      "MiB",
      "first error",
    ]),
    cells(["---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "---"]),
    ...rows.map((row) =>
      cells([
        row.spec,
        row.outcome,
        row.errors,
        row.warnings,
        row.infos,
        row.routes,
        row.files,
        row.seconds.toFixed(2),
        Math.round(row.peakMiB),
        row.firstError.replaceAll("|", "\\|"),
      ]),
    ),
    "",
  ].join("\n");
}
