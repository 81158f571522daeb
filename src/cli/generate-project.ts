import { generate, type GenerateResult } from "../generate.js";
import type { UserEdit } from "../write/changes.js";
import type { FileSystem } from "../write/file-system.js";
import type { WriteResult } from "../write/write-project.js";
import { readNames, writeProject } from "../write/write-project.js";
import type { Generated } from "./generate-outcome.js";
import { withHandlers } from "./handler-diagnostics.js";
import { loadOptions } from "./load-options.js";
import type { GenerateCommandOptions } from "./options.js";
import type { Progress } from "./progress.js";
import { packageVersion } from "./version.js";

/** A project, generated and brought into its folder. */
export interface GeneratedProject {
  readonly generated: Generated;
  /** Undefined: the input has errors. */
  readonly written: WriteResult | undefined;
  /** Whole places of the files that were read or looked for. */
  readonly inputs: ReadonlySet<string>;
}

/** Generates a project into a folder. */
export async function generateProject(
  options: GenerateCommandOptions,
  progress: Progress,
  fileSystem: FileSystem | undefined,
): Promise<GeneratedProject> {
  const names = readNames(options.out, fileSystem);
  const inputs = new Set<string>();
  const plain = await generate({
    ...loadOptions(options),
    keepGoing: options.keepGoing,
    out: options.out,
    names,
    ...(options.templates === undefined ? {} : { templates: options.templates }),
    onPhase: (phase) => progress.phase(phase),
    onRead: (path) => inputs.add(path),
  });
  const { generated, edits } = await withHandlers(plain, names, options, fileSystem);
  const written = await write(generated, edits, options, progress, fileSystem);
  const { files, diagnostics, frame, plan } = generated;
  const routes = plan?.tables.routes.length ?? 0;
  return { generated: { files, routes, diagnostics, frame }, written, inputs };
}

async function write(
  { files, inputDigest, plan }: GenerateResult,
  userEdits: readonly UserEdit[],
  { out, mode, edits, frozen }: GenerateCommandOptions,
  progress: Progress,
  fileSystem: FileSystem | undefined,
): Promise<WriteResult | undefined> {
  if (inputDigest === undefined) return undefined;
  progress.phase("write");
  return writeProject(files, {
    out,
    mode,
    edits,
    frozen,
    generator: packageVersion(),
    inputDigest,
    userEdits,
    ...(plan === undefined ? {} : { names: plan.names }),
    ...(fileSystem === undefined ? {} : { fileSystem }),
  });
}
