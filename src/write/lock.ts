import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { parseMembers } from "./merge-json.js";
import type { OutputFolder } from "./output-folder.js";
import { OutputProblem } from "./output-problem.js";
import { recordsFolder, stagingFolder } from "./output-path.js";

const lock = `${recordsFolder}/lock`;
const POLL_MS = 50;
/** Tells this process from an earlier one of the same number: in a container it may well be 1. */
const processStart = Math.round(performance.timeOrigin);

/** Whoever holds the lock alone changes the folder. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of an output folder, making the folder when it is missing. A lock whose process is
 * gone is taken over; one that is held is waited for.
 */
export async function takeLock(folder: OutputFolder, waitMs: number): Promise<Lock> {
  const made = makeFolders(folder);
  const text = JSON.stringify({ pid: process.pid, start: processStart, host: hostname() });
  try {
    const end = performance.now() + waitMs;
    while (!tryLock(folder, text)) {
      if (removeAbandoned(folder)) continue;
      if (performance.now() >= end) throw heldProblem(folder);
      await pause(POLL_MS);
    }
  } catch (error) {
    removeMade(folder, made);
    throw error;
  }
  sweepDrafts(folder);
  return {
    release: () => {
      removeQuietly(folder);
      // Nothing was written into folders made for the lock alone: the folder is as it was.
      removeMade(folder, made);
    },
  };
}

/** Whether a run seems to be under way, or was killed when it began. */
export function isLocked(folder: OutputFolder): boolean {
  return (
    folder.hasFolder(recordsFolder) &&
    folder.fs.names(folder.place(recordsFolder)).some((name) => /^lock(?:\.|$)/.test(name))
  );
}

/** A lock that cannot be removed does not undo the run: it is found abandoned later. */
function removeQuietly(folder: OutputFolder): void {
  try {
    folder.fs.removeFile(folder.place(lock));
  } catch {
    // found abandoned by the next run
  }
}

function heldProblem(folder: OutputFolder): OutputProblem {
  return new OutputProblem(`another run is writing to ${folder.name}`, {
    hint: `wait for it to end; if there is none, delete ${folder.name}/${lock}`,
  });
}

/** Makes the output folder and its records, and gives the places that were missing, outermost first. */
function makeFolders(folder: OutputFolder): readonly string[] {
  const missing: string[] = [];
  const records = folder.place(recordsFolder);
  folder.hasFolder(recordsFolder);
  for (let at = records; folder.fs.kind(at) === undefined; at = parentOf(at)) missing.unshift(at);
  const made: string[] = [];
  try {
    for (const place of missing) {
      makeUnlessThere(folder, place);
      made.push(place);
    }
  } catch (error) {
    removeMade(folder, made);
    throw error;
  }
  folder.refresh();
  return made;
}

/** Two runs may make the same folder at once. */
function makeUnlessThere(folder: OutputFolder, place: string): void {
  try {
    folder.fs.makeFolder(place);
  } catch (error) {
    if (folder.fs.kind(place) !== "folder") throw error;
  }
}

function removeMade(folder: OutputFolder, made: readonly string[]): void {
  try {
    for (const place of made.toReversed()) folder.fs.removeFolder(place);
  } catch {
    // not empty: it is in use now
  }
  folder.refresh();
}

/**
 * The lock appears with its text in it: a process that is killed while it writes must not leave a lock that
 * nobody can tell the owner of.
 */
function tryLock(folder: OutputFolder, text: string): boolean {
  const { fs } = folder;
  const place = folder.place(lock);
  if (fs.kind(place) === "file") return false;
  const draft = draftPlace(folder, process.pid);
  try {
    if (fs.kind(draft) !== undefined) fs.removeFile(draft);
    fs.create(draft, text);
    fs.duplicate(draft, place);
    return true;
  } catch (error) {
    const kind = fs.kind(place);
    // Undefined: whoever held it has released it just now.
    if (kind !== "file" && (kind !== undefined || !isTaken(error))) throw error;
    return false;
  } finally {
    removeDraft(folder, process.pid);
  }
}

function draftPlace(folder: OutputFolder, pid: number): string {
  return folder.place(`${lock}.${pid}.new`);
}

function removeDraft(folder: OutputFolder, pid: number): void {
  try {
    const place = draftPlace(folder, pid);
    if (folder.fs.kind(place) !== undefined) folder.fs.removeFile(place);
  } catch {
    // swept by the next run
  }
}

/** Drafts of processes that were killed before they had the lock. */
function sweepDrafts(folder: OutputFolder): void {
  for (const name of folder.fs.names(folder.place(recordsFolder))) {
    const pid = Number(/^lock\.(\d+)\.new$/.exec(name)?.[1]);
    if (!Number.isNaN(pid) && !isRunning(pid)) removeDraft(folder, pid);
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

/** Removes a lock whose process is gone, and only that: another run may have replaced it meanwhile. */
function removeAbandoned(folder: OutputFolder): boolean {
  const { fs } = folder;
  const place = folder.place(lock);
  const held = readOrUndefined(folder, place);
  if (held === undefined || isAlive(held)) return false;
  // in staging, which the holder of the lock sweeps: nothing is left if this process is killed now
  const aside = folder.place(`${stagingFolder}/lock.${process.pid}`);
  try {
    makeUnlessThere(folder, folder.place(stagingFolder));
    fs.move(place, aside);
    if (fs.read(aside).toString("utf8") !== held) fs.duplicate(aside, place);
    fs.removeFile(aside);
    return true;
  } catch {
    return false;
  }
}

function readOrUndefined(folder: OutputFolder, place: string): string | undefined {
  try {
    return folder.fs.read(place).toString("utf8");
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote a lock may still run. Nobody knows that of another machine. */
function isAlive(text: string): boolean {
  const { pid, start, host } = parseMembers(text) ?? {};
  if (typeof pid !== "number" || host !== hostname()) return true;
  if (pid === process.pid) return start === processStart;
  return isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function parentOf(place: string): string {
  return place.replace(/[/\\][^/\\]*$/, "") || "/";
}
