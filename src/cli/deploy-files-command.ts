import { generateManifests } from "../generate-manifests.js";
import type { FileSystem } from "../write/file-system.js";
import { manifestPath, parseManifest } from "../write/manifest.js";
import { projectReader, writeProject } from "../write/write-project.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { failureExitCode } from "./generate-outcome.js";
import { loadOptions } from "./load-options.js";
import type { DeployFilesCommandOptions } from "./options.js";
import { countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { printConflicts } from "./print-result.js";
import { colorsOf, printable, type Terminal } from "./terminal.js";
import { packageVersion } from "./version.js";

/** What each target of manifests is. */
const targetTexts = {
  cloudformation: "a template with the body to import, parameters for each stage",
  sam: "the same, with the settings of the SAM command",
  terraform: "the same resources for the provider of AWS, variables for each stage",
  cdk: "a construct around the same template",
  docker: "the image of the gateway",
  compose: "the gateway on one host, with a store and observability",
  kubernetes: "a base for kustomize and an overlay for each stage",
} as const;

/** Lists the targets. */
export function runDeployTargets(
  { json }: { readonly json: boolean },
  { out }: Terminal,
): ExitCode {
  if (json) {
    out.write(`${JSON.stringify(targetTexts)}\n`);
    return exitCode.done;
  }
  for (const [name, text] of Object.entries(targetTexts)) out.write(`${name.padEnd(16)}${text}\n`);
  return exitCode.done;
}

/** Writes the manifests of a document, and nothing else of its project. */
export async function runDeployFiles(
  options: DeployFilesCommandOptions,
  terminal: Terminal,
  fileSystem: FileSystem | undefined,
): Promise<ExitCode> {
  const { spec, out, quiet } = options;
  const { red, green, cyan } = colorsOf(terminal.err);
  if (holdsProject(out)) {
    terminal.err.write(`${red("✗")} ${printable(out)} holds a whole project\n`);
    terminal.err.write(
      `  ${cyan("hint:")} its manifests come with gen-gateway ${printable(spec)} -o ${printable(out)}; name the targets in its settings\n`,
    );
    return exitCode.cannotRun;
  }
  const made = await generateManifests({
    ...loadOptions(options),
    out,
    targets: options.targets,
  });
  printDiagnostics({ ...made, spec, quiet }, terminal.err);
  if (made.inputDigest === undefined) {
    const count = countDiagnostics(made.diagnostics);
    terminal.err.write(`${red("✗")} ${printable(spec)} · ${count} · nothing was written\n`);
    return failureExitCode(made.diagnostics);
  }
  const written = await writeProject(made.files, {
    out,
    mode: options.check ? "check" : "write",
    generator: packageVersion(),
    inputDigest: made.inputDigest,
    ...(fileSystem === undefined ? {} : { fileSystem }),
  });
  switch (written.kind) {
    case "conflict":
      printConflicts(written.conflicts, { out, edits: "refuse" }, terminal.err);
      return exitCode.conflict;
    case "failed":
      terminal.err.write(`${red("✗")} ${printable(written.message)}\n`);
      return exitCode.cannotRun;
    case "frozen":
      return exitCode.findings;
    case "done": {
      const { length } = written.changes;
      const isStale = options.check && !written.isUnchanged;
      const changed =
        length === 0 ? "unchanged" : `${length} ${options.check ? "would change" : "changed"}`;
      const line = `${printable(out)} · ${made.files.length} files (${changed}) · ${made.targets.join(", ")}\n`;
      if (isStale) terminal.err.write(`${red("✗")} ${line}`);
      else if (!quiet) terminal.out.write(`${green("✓")} ${line}`);
      return isStale ? exitCode.findings : exitCode.done;
    }
  }
}

/** What is not a manifest would be taken for stale and removed. */
function holdsProject(out: string): boolean {
  const text = projectReader(out)(manifestPath) ?? "";
  const owned = parseManifest(text)?.owned.keys() ?? [];
  return [...owned].some((name) => !name.startsWith("deploy/") && !name.startsWith(".github/"));
}
