import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";

export interface FileWatcher {
  /** Watches exactly these files from now on; they need not exist. */
  watch(paths: Iterable<string>): void;
  close(): void;
}

/** Editors write a file in several steps; one change is told when they have settled. */
const SETTLE_MS = 40;

/**
 * Watches files through their folders: an editor that replaces a file, or a file that appears later,
 * is noticed, too.
 */
export function createFileWatcher(onChange: () => void): FileWatcher {
  const watchers = new Map<string, FSWatcher>();
  let names = new Map<string, ReadonlySet<string>>();
  let timer: NodeJS.Timeout | undefined;

  const changed = (folder: string, name: string | null): void => {
    if (name !== null && names.get(folder)?.has(name) !== true) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  };
  return {
    watch: (paths) => {
      names = byFolder(paths);
      for (const [folder, watcher] of watchers) {
        if (names.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const folder of names.keys()) {
        if (watchers.has(folder)) continue;
        const watcher = watchFolder(folder, (name) => changed(folder, name));
        if (watcher !== undefined) watchers.set(folder, watcher);
      }
    },
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

function byFolder(paths: Iterable<string>): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of paths) {
    const names = folders.get(dirname(path)) ?? new Set<string>();
    folders.set(dirname(path), names.add(basename(path)));
  }
  return folders;
}

/** Undefined for a folder that is missing: its files cannot change before it is made. */
function watchFolder(
  folder: string,
  onEvent: (name: string | null) => void,
): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_event, name) => onEvent(name));
    // A folder that goes away ends its watcher; that is told by an event before.
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
