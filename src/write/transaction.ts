import { dirname } from "node:path";
import type { FileChange } from "./changes.js";
import { digestOf } from "./digest.js";
import { manifestPath, parseManifest } from "./manifest.js";
import { isMembers, parseMembers } from "./merge-json.js";
import type { OutputFolder } from "./output-folder.js";
import { OutputProblem } from "./output-problem.js";
import { pathFault, recordsFolder, replacedPath, stagingFolder } from "./output-path.js";

/*
 * All or nothing. New contents are first written to `staging/N.new`; then the journal says what is
 * going to happen; then each old file gets a second name `staging/N.old` and the new one takes its
 * place. Removing the journal is the moment from which the new tree counts. Whenever a journal is
 * found, an earlier run did not get that far, and rolling back restores the old tree from the second
 * names. Rolling back may itself be interrupted and done again.
 */

const journal = `${recordsFolder}/journal.json`;

interface Journal {
  readonly steps: readonly JournalStep[];
  /** Folders made for new files, outermost first. */
  readonly folders: readonly string[];
}

interface JournalStep {
  readonly path: string;
  readonly isNew: boolean;
  /** Digest of the new content; null when the file goes. */
  readonly after: string | null;
}

/** Whether an earlier run stopped half-way (or is under way). */
export function isInterrupted(folder: OutputFolder): boolean {
  return folder.has(journal);
}

/** Whether an earlier run has left something to restore or to sweep. */
export function hasLeftovers(folder: OutputFolder): boolean {
  return isInterrupted(folder) || folder.hasFolder(stagingFolder);
}

/**
 * Makes the changes, or throws and leaves the folder as it was. Where even that fails the journal
 * stays, and the next run restores the folder.
 */
export function commitChanges(folder: OutputFolder, changes: readonly FileChange[]): void {
  const { fs } = folder;
  removeStaging(folder);
  try {
    fs.makeFolder(folder.place(stagingFolder));
    for (const [index, { after }] of changes.entries()) {
      if (after !== undefined) fs.create(stagedPlace(folder, index, "new"), after);
    }
    writeJournal(folder, changes);
    for (const [index, one] of changes.entries()) apply(folder, one, index);
    for (const { path, after } of changes)
      if (after === undefined) removeEmptyFolders(folder, path);
    fs.removeFile(folder.place(journal));
  } catch (cause) {
    rollBackAfter(cause, folder);
  }
  folder.refresh();
  // The new tree counts; what is left over now is swept by the next run.
  quietly(() => removeStaging(folder));
}

/** Restores what an interrupted run had begun to change. Edits made since then are kept. */
export function rollBack(folder: OutputFolder): void {
  folder.refresh();
  const text = folder.read(journal)?.toString("utf8");
  if (text !== undefined) {
    const { steps, folders } = readJournal(folder, text);
    const kept = [...steps.entries()].filter(([index, step]) => !undo(folder, step, index));
    folder.refresh();
    const generated = generatedDigests(folder, steps);
    for (const [index, { path }] of kept) keepReplaced(folder, path, index, generated);
    for (const path of folders.toReversed()) {
      quietly(() => folder.fs.removeFolder(folder.place(path)));
    }
    folder.fs.removeFile(folder.place(journal));
  }
  removeStaging(folder);
  folder.refresh();
}

function rollBackAfter(cause: unknown, folder: OutputFolder): never {
  try {
    rollBack(folder);
  } catch (second) {
    throw new OutputProblem(
      `${folder.name} could be neither written nor put back as it was; the next run puts it back`,
      { cause: new AggregateError([cause, second]) },
    );
  }
  throw cause;
}

function stagedPlace(folder: OutputFolder, index: number, kind: "new" | "old"): string {
  return folder.place(`${stagingFolder}/${index}.${kind}`);
}

function writeJournal(folder: OutputFolder, changes: readonly FileChange[]): void {
  const folders = new Set(changes.flatMap(({ path }) => folder.missingFolders(path)));
  const steps = changes.map(({ path, before, after }) => ({
    path,
    isNew: before === undefined,
    after: after === undefined ? null : digestOf(after),
  }));
  const draft = folder.place(`${stagingFolder}/journal.json`);
  folder.fs.create(draft, JSON.stringify({ steps, folders: [...folders] } satisfies Journal));
  folder.fs.move(draft, folder.place(journal));
}

function apply(folder: OutputFolder, { path, before, after }: FileChange, index: number): void {
  const { fs } = folder;
  const place = folder.place(path);
  if (after === undefined) {
    fs.move(place, stagedPlace(folder, index, "old"));
    return;
  }
  makeParents(folder, path);
  if (before !== undefined) fs.duplicate(place, stagedPlace(folder, index, "old"));
  fs.move(stagedPlace(folder, index, "new"), place);
}

function makeParents(folder: OutputFolder, path: string): void {
  const missing = folder.missingFolders(path);
  for (const parent of missing) folder.fs.makeFolder(folder.place(parent));
  if (missing.length > 0) folder.refresh();
}

/** False: the file was edited since, so that it stays, and what was there before waits in staging. */
function undo(folder: OutputFolder, { path, isNew, after }: JournalStep, index: number): boolean {
  const { fs } = folder;
  const current = folder.read(path);
  const isEdited = current !== undefined && (after === null || digestOf(current) !== after);
  if (fs.kind(stagedPlace(folder, index, "old")) === "file") {
    if (isEdited) return false;
    makeParents(folder, path);
    fs.move(stagedPlace(folder, index, "old"), folder.place(path));
  } else if (isNew && current !== undefined && !isEdited && isMoved(folder, index)) {
    fs.removeFile(folder.place(path));
  }
  return true;
}

/**
 * Keeps a copy of what an interrupted run had replaced, where the user has gone on from the new text:
 * his earlier edits may be in it. Plain generated text is not kept.
 */
function keepReplaced(
  folder: OutputFolder,
  path: string,
  index: number,
  generated: ReadonlySet<string>,
): void {
  const { fs } = folder;
  const content = fs.read(stagedPlace(folder, index, "old"));
  const digest = digestOf(content);
  const copy = replacedPath(path, digest);
  const current = folder.read(path);
  // it was not replaced yet
  if (current !== undefined && digestOf(current) === digest) return;
  if (isRecord(path) || generated.has(digest) || folder.has(copy)) return;
  makeParents(folder, copy);
  fs.create(folder.place(copy), content);
}

/** Digests of all that the generator has written, by the manifests before and after the run. */
function generatedDigests(
  folder: OutputFolder,
  steps: readonly JournalStep[],
): ReadonlySet<string> {
  const index = steps.findIndex(({ path }) => path === manifestPath);
  const place = index === -1 ? "" : stagedPlace(folder, index, "old");
  const texts = [
    folder.read(manifestPath),
    folder.fs.kind(place) === "file" ? folder.fs.read(place) : undefined,
  ];
  const manifests = texts.map((text) => text && parseManifest(text.toString("utf8")));
  return new Set([
    ...manifests.flatMap((manifest) => [...(manifest?.owned.values() ?? [])]),
    ...steps.flatMap(({ path, after }) => (after === null || isRecord(path) ? [] : [after])),
  ]);
}

/** Whether the new content has left staging: only then is the file at its place this run's own. */
function isMoved(folder: OutputFolder, index: number): boolean {
  return folder.fs.kind(stagedPlace(folder, index, "new")) === undefined;
}

function readJournal(folder: OutputFolder, text: string): Journal {
  const value = parseMembers(text);
  const { steps, folders } = value ?? {};
  const isPath = (path: unknown): path is string =>
    typeof path === "string" && (pathFault(path) === undefined || isRecord(path));
  const isStep = (step: unknown): step is JournalStep =>
    isMembers(step) &&
    isPath(step["path"]) &&
    typeof step["isNew"] === "boolean" &&
    (step["after"] === null || typeof step["after"] === "string");
  if (Array.isArray(steps) && Array.isArray(folders)) {
    const all = { steps: steps.filter(isStep), folders: folders.filter(isPath) };
    if (all.steps.length === steps.length && all.folders.length === folders.length) return all;
  }
  throw new OutputProblem(`${folder.name}/${journal} cannot be understood`, {
    hint: `delete it and the folder ${stagingFolder} if no other run is under way`,
  });
}

/** The generator's own files, which {@link pathFault} refuses to others. */
function isRecord(path: string): boolean {
  const below = path.startsWith(`${recordsFolder}/`) ? path.slice(recordsFolder.length + 1) : "";
  return below !== "" && pathFault(below) === undefined;
}

function removeStaging(folder: OutputFolder): void {
  const { fs } = folder;
  const place = folder.place(stagingFolder);
  const kind = fs.kind(place);
  if (kind === undefined) return;
  if (kind !== "folder") {
    fs.removeFile(place);
    return;
  }
  for (const name of fs.names(place)) fs.removeFile(folder.place(`${stagingFolder}/${name}`));
  fs.removeFolder(place);
}

/** A deleted file leaves no empty folder behind. */
function removeEmptyFolders(folder: OutputFolder, path: string): void {
  for (let at = dirname(path); at !== "."; at = dirname(at)) {
    try {
      folder.fs.removeFolder(folder.place(at));
    } catch {
      return;
    }
  }
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // tidying only
  }
}
