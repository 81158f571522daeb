import type { OutputFile } from "../emit/output-file.js";
import type {
  CompareOptions,
  Comparison,
  Conflict,
  EditPolicy,
  EncodedFile,
  FileChange,
  Notice,
  UserEdit,
} from "./changes.js";
import { compareProject } from "./changes.js";
import type { FileSystem } from "./file-system.js";
import { nodeFileSystem } from "./file-system.js";
import { isLocked, takeLock } from "./lock.js";
import { manifestPath, parseManifest, type NameSections } from "./manifest.js";
import { OutputFolder } from "./output-folder.js";
import { assertOutputPaths } from "./output-path.js";
import { fileSystemReason, OutputProblem } from "./output-problem.js";
import { PristinePrinter } from "./pristine.js";
import { commitChanges, hasLeftovers, isInterrupted, rollBack } from "./transaction.js";

export interface WriteOptions {
  /** The output folder; made when missing. */
  readonly out: string;
  /** `check` and `dry-run` write nothing and say what would change. */
  readonly mode: "write" | "check" | "dry-run";
  /** Version of the generator, for the manifest. */
  readonly generator: string;
  /** SHA-256 of the input in hexadecimal, for the manifest. */
  readonly inputDigest: string;
  /** Names that the run chose, for the manifest; {@link readNames} gives them to the next one. */
  readonly names?: NameSections;
  /** New texts of the user's own files; they are written with the others, or none is. */
  readonly userEdits?: readonly UserEdit[];
  /** What is done with generated files that somebody edited. Default: `refuse`. */
  readonly edits?: EditPolicy;
  /**
   * Restores what is missing and changes nothing else: all that would differ from what the manifest
   * records makes the run fail. Default: false.
   */
  readonly frozen?: boolean;
  /** How long to wait for another run on the same folder. Default: 10 seconds. */
  readonly lockWaitMs?: number;
  readonly fileSystem?: FileSystem;
}

export type WriteResult =
  /** Written, or compared only, by the mode. */
  | {
      readonly kind: "done";
      /** Sorted by path. */
      readonly changes: readonly FileChange[];
      /** Changes of the generator's own records. */
      readonly records: readonly FileChange[];
      readonly notices: readonly Notice[];
      /** Files of the project that the user's `.gen-gatewayignore` names; sorted. */
      readonly ignored: readonly string[];
      /** True when nothing but the records differs, or not even that. */
      readonly isUnchanged: boolean;
    }
  /** Nothing was written: it would be something else than the manifest records. Sorted by path. */
  | { readonly kind: "frozen"; readonly changes: readonly FileChange[] }
  /** Nothing was written. */
  | { readonly kind: "conflict"; readonly conflicts: readonly Conflict[] }
  /** Nothing was written: the folder is as it was. */
  | { readonly kind: "failed"; readonly message: string; readonly hint: string | undefined };

const LOCK_WAIT_MS = 10_000;

/**
 * Brings the files of a project into a folder, all of them or none. `owned` files are rewritten unless
 * somebody edited them, `once` files are made when missing, `merged` files get the generator's keys.
 * Files that differ in nothing are not touched.
 * @throws Error for paths that plan should not have made.
 */
export async function writeProject(
  files: readonly OutputFile[],
  options: WriteOptions,
): Promise<WriteResult> {
  assertOutputPaths(files.map(({ path }) => path));
  const folder = new OutputFolder(options.out, options.fileSystem ?? nodeFileSystem);
  const encoded = files.map((file) => ({ ...file, bytes: Buffer.from(file.content) }));
  try {
    return await (options.mode === "write" ? write : compare)(encoded, folder, {
      ...options,
      ...compareOptions(options),
    });
  } catch (error) {
    return failed(error, folder);
  }
}

async function compare(
  files: readonly EncodedFile[],
  folder: OutputFolder,
  options: CompareOptions,
): Promise<WriteResult> {
  if (isInterrupted(folder)) {
    throw new OutputProblem(`an earlier run on ${folder.name} was interrupted`, {
      hint: "run gen-gateway on the folder once more to restore it",
    });
  }
  return outcome(await compareProject(files, folder, options));
}

async function write(
  files: readonly EncodedFile[],
  folder: OutputFolder,
  options: WriteOptions & CompareOptions,
): Promise<WriteResult> {
  if (!hasLeftovers(folder)) {
    // Without the lock, which is a write: a folder that is up to date may be read-only.
    const first = await compareProject(files, folder, options);
    const hasNothingToDo = first.conflicts.length > 0 || allChanges(first).length === 0;
    if (hasNothingToDo && !isLocked(folder)) return outcome(first);
    const refused = frozenOutcome(first, options);
    if (refused !== undefined) return refused;
  }
  const lock = await takeLock(folder, options.lockWaitMs ?? LOCK_WAIT_MS);
  try {
    rollBack(folder);
    const comparison = await compareProject(files, folder, options);
    const refused = frozenOutcome(comparison, options);
    if (refused !== undefined) return refused;
    const changes = allChanges(comparison);
    if (comparison.conflicts.length === 0 && changes.length > 0) commitChanges(folder, changes);
    return outcome(comparison);
  } finally {
    lock.release();
  }
}

function compareOptions(options: WriteOptions): CompareOptions {
  const { generator, inputDigest, names, edits, userEdits } = options;
  return {
    generator,
    inputDigest,
    names: names ?? {},
    edits: edits ?? "refuse",
    userEdits: userEdits ?? [],
    pristine: new PristinePrinter(),
  };
}

/** The names that the last run on a folder chose; none when there was no run, or nobody can tell. */
export function readNames(out: string, fileSystem?: FileSystem): NameSections {
  const text = projectReader(out, fileSystem)(manifestPath);
  return (text === undefined ? undefined : parseManifest(text)?.names) ?? {};
}

/** Reads texts of a project by their paths; undefined for what cannot be read. */
export function projectReader(
  out: string,
  fileSystem: FileSystem = nodeFileSystem,
): (path: string) => string | undefined {
  const folder = new OutputFolder(out, fileSystem);
  return (path) => {
    try {
      return folder.read(path)?.toString("utf8");
    } catch (error) {
      // whatever is wrong with the folder is told when it is written to
      if (error instanceof OutputProblem || fileSystemReason(error) !== undefined) return undefined;
      throw error;
    }
  };
}

/** The refusal of a frozen run whose output would be another one than the manifest records. */
function frozenOutcome(
  { changes, records }: Comparison,
  { frozen }: WriteOptions,
): WriteResult | undefined {
  if (frozen !== true) return undefined;
  const manifest = records.filter(({ path }) => path === manifestPath);
  const isOther = manifest.length > 0 || changes.some(({ action }) => action !== "create");
  return isOther ? { kind: "frozen", changes: [...changes, ...manifest] } : undefined;
}

function allChanges({ changes, records }: Comparison): readonly FileChange[] {
  return [...changes, ...records];
}

function outcome({ changes, records, conflicts, notices, ignored }: Comparison): WriteResult {
  if (conflicts.length > 0) return { kind: "conflict", conflicts };
  return { kind: "done", changes, records, notices, ignored, isUnchanged: changes.length === 0 };
}

function failed(error: unknown, folder: OutputFolder): WriteResult {
  if (error instanceof OutputProblem) {
    return { kind: "failed", message: error.message, hint: error.hint };
  }
  const reason = fileSystemReason(error);
  if (reason === undefined) throw error;
  const place = folder.pathOf(error);
  const where = place === undefined ? "" : ` (${place})`;
  const message = `cannot write to ${folder.name}: ${reason}${where}; nothing was changed`;
  return { kind: "failed", message, hint: undefined };
}
