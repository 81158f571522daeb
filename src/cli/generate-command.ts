import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Diagnostic } from "../diagnostics.js";
import type { FileSystem } from "../write/file-system.js";
import type { ExitCode } from "./exit-code.js";
import { exitCodeOf, reportOutcome, type Generated } from "./generate-outcome.js";
import type { GeneratedProject } from "./generate-project.js";
import { rememberedRun, rememberRun } from "./last-run.js";
import type { GenerateCommandOptions } from "./options.js";
import { createProgress } from "./progress.js";
import type { Terminal } from "./terminal.js";
import { buildId } from "./version.js";

/** Generates a project into a folder; at once when nothing has changed since the last run. */
export async function runGenerate(
  options: GenerateCommandOptions,
  terminal: Terminal,
  fileSystem: FileSystem | undefined,
  onGeneration?: () => void,
): Promise<ExitCode> {
  const progress = createProgress(terminal.err, options.quiet);
  const key = fileSystem === undefined ? keyOf(options) : undefined;
  const last = key === undefined ? undefined : lastProject(options.out, key);
  const project = last ?? (await generateAnew(options, progress, fileSystem));
  progress.end();
  const { generated, written } = project;
  const exitCode = exitCodeOf(generated.diagnostics, written, options);
  await reportOutcome({ options, generated, written, progress, exitCode }, terminal);
  if (last !== undefined) return exitCode;
  if (key !== undefined) remember(project, key, options);
  onGeneration?.();
  return exitCode;
}

/** The work is loaded when there is some. */
async function generateAnew(
  ...args: Parameters<(typeof import("./generate-project.js"))["generateProject"]>
): Promise<GeneratedProject> {
  const { generateProject } = await import("./generate-project.js");
  return generateProject(...args);
}

/**
 * What two runs have in common that do the same on the same files. Undefined: such a run is never the same,
 * since it reads what is no file of this machine, or is to change something.
 */
function keyOf(options: GenerateCommandOptions): string | undefined {
  const { spec, out, config, overlays, resource, templates, edits, keepGoing } = options;
  const { allowRemoteRefs, refRoots } = options;
  const build = buildId();
  const isPlain = spec !== "-" && allowRemoteRefs.length === 0 && !options.fixHandlers;
  if (build === undefined || !isPlain || options.frozen || options.mode === "dry-run") {
    return undefined;
  }
  const paths = [spec, out, config, templates, refRoots, overlays].map((path) =>
    path === undefined ? null : [path].flat().map((one) => resolve(one)),
  );
  // messages name files as the user did
  const words = [spec, config ?? null, templates ?? null, overlays, resource ?? null];
  return createHash("sha256")
    .update(JSON.stringify([build, process.version, paths, words, edits, keepGoing]))
    .digest("hex");
}

/** What is told of a run that has nothing to do. */
interface Report {
  readonly files: Generated["files"];
  readonly routes: number;
  readonly diagnostics: readonly (Diagnostic & { readonly frame: string })[];
  readonly ignored: readonly string[];
}

function lastProject(out: string, key: string): GeneratedProject | undefined {
  const report = rememberedRun(out, key) as Report | undefined;
  if (report === undefined) return undefined;
  const { files, routes, diagnostics, ignored } = report;
  const frames = new Map(
    diagnostics.map((diagnostic) => [diagnostic as Diagnostic, diagnostic.frame]),
  );
  return {
    generated: {
      files,
      routes,
      diagnostics,
      frame: (diagnostic) => frames.get(diagnostic) ?? "",
    },
    written: { kind: "done", changes: [], records: [], notices: [], ignored, isUnchanged: true },
    inputs: new Set(),
  };
}

/** A program of the user's may read anything; and what is told once is not told again. */
const isProgram = /[\\/]templates\.config\.(?:mjs|js|ts)$/;
const toldOnce = new Set(["GG923"]);

function remember(
  { generated, written, inputs }: GeneratedProject,
  key: string,
  { out, mode }: GenerateCommandOptions,
): void {
  const { files, routes, diagnostics, frame } = generated;
  if (written?.kind !== "done" || written.notices.length > 0) return;
  if (mode === "check" && !written.isUnchanged) return;
  if ([...inputs].some((place) => isProgram.test(place))) return;
  if (diagnostics.some(({ code }) => toldOnce.has(code))) return;
  const left = new Map(
    [...written.changes, ...written.records].map(({ path, after }) => [path, after]),
  );
  const paths = [...files.map(({ path }) => path), ...records];
  const outputs = new Map(paths.map((path) => [resolve(out, path), left.get(path)]));
  rememberRun(out, { key, inputs, outputs }, {
    files: files.map(({ path, ownership }) => ({ path, ownership })),
    routes,
    diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, frame: frame(diagnostic) })),
    ignored: written.ignored,
  } satisfies Report);
}

/** What a run looks at beside the project's files. */
const records = [
  ".gen-gatewayignore",
  ".gen-gateway/manifest.json",
  ".gen-gateway/base.json",
  ".gen-gateway/.gitattributes",
  ".gen-gateway/journal.json",
  ".gen-gateway/lock",
];
