import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { OutputFile } from "../../src/emit/output-file.js";
import { writeProject } from "../../src/write/write-project.js";
import {
  emptyFolder,
  optionsFor,
  outputs,
  projectTree,
  put,
  stamps,
  systemError,
  tree,
  watchedFileSystem,
} from "./tree.js";

const first: readonly OutputFile[] = [
  ...outputs({ "a.ts": "A", "b.ts": "B", "old/c.ts": "C", "same.ts": "S" }),
  ...outputs({ "package.json": '{ "scripts": { "dev": "1" } }' }, "merged"),
];
const second: readonly OutputFile[] = [
  ...outputs({ "a.ts": "A2", "b.ts": "B2", "new/deep/d.ts": "D", "same.ts": "S" }),
  ...outputs({ "handlers/h.ts": "H" }, "once"),
  ...outputs({ "package.json": '{ "scripts": { "dev": "2" } }' }, "merged"),
];
const newTree = {
  "a.ts": "A2",
  "b.ts": "B2",
  "handlers/h.ts": "H",
  mine: "M",
  "new/deep/d.ts": "D",
  "package.json": '{ "scripts": { "dev": "2" } }',
  "same.ts": "S",
};

/** A project of the first run, with a file of the user's in it. */
async function project(): Promise<string> {
  const out = emptyFolder();
  await writeProject(first, optionsFor(out));
  put(out, { mine: "M" });
  return out;
}

/** How many changes to the file system one run makes. */
async function countChanges(prepare: () => Promise<string>): Promise<number> {
  let count = 0;
  const fileSystem = watchedFileSystem(() => {
    count += 1;
  });
  await writeProject(second, optionsFor(await prepare(), { fileSystem }));
  return count;
}

const updateChanges = await countChanges(project);
const firstRun = (): Promise<string> => Promise.resolve(join(emptyFolder(), "not/there/yet"));
const createChanges = await countChanges(firstRun);

test("the runs that are interrupted make many changes", () => {
  expect(updateChanges).toBeGreaterThan(25);
  expect(createChanges).toBeGreaterThan(20);
});

const each = (count: number): number[] => Array.from({ length: count }, (_none, index) => index);

describe.each<[code: string, words: string]>([
  ["ENOSPC", "the disk is full"],
  ["EACCES", "this user has no permission"],
  ["EROFS", "the file system is read-only"],
])("%s", (code, words) => {
  test.each(each(updateChanges))(
    "at change %i of an update leaves the folder as it was",
    async (step) => {
      const out = await project();
      const before = [tree(out), stamps(out)];
      const { result, call } = await runFailingAt(step, out, code);
      if (result.kind === "done") {
        // what is left undone behind the point of no return is swept by the next run
        expect(["removeFile", "removeFolder"]).toContain(call);
        expect(projectTree(out)).toMatchObject(newTree);
        return;
      }
      expect(result).toMatchObject({ kind: "failed", message: expect.stringContaining(words) });
      expect(result).toMatchObject({ message: expect.stringContaining("nothing was changed") });
      expect([tree(out), stamps(out)]).toEqual(before);
    },
  );

  test.each(each(createChanges))("at change %i of a first run leaves nothing", async (step) => {
    const out = await firstRun();
    const { result } = await runFailingAt(step, out, code);
    if (result.kind === "done") return;
    expect(result).toMatchObject({ kind: "failed", message: expect.stringContaining(words) });
    expect(existsSync(join(out, "../.."))).toBe(false);
  });
});

async function runFailingAt(
  step: number,
  out: string,
  code: string,
): Promise<{ readonly result: Awaited<ReturnType<typeof writeProject>>; readonly call: string }> {
  let count = 0;
  let failed = "";
  const fileSystem = watchedFileSystem((call, path) => {
    if (count++ !== step) return;
    failed = call;
    throw systemError(code, path);
  });
  const result = await writeProject(second, optionsFor(out, { fileSystem }));
  return { result, call: failed };
}

describe("a run that is killed", () => {
  test.each(each(updateChanges))(
    "at change %i is undone, and the next run is complete",
    async (step) => {
      const out = await project();
      await kill(step, out);
      expect(projectTree(out)["mine"]).toBe("M");
      expect(await writeProject(second, optionsFor(out))).toMatchObject({ kind: "done" });
      expect(projectTree(out)).toEqual(newTree);
      expectNoLeftovers(out);
      expect(await writeProject(second, optionsFor(out))).toMatchObject({ isUnchanged: true });
    },
  );

  test.each(each(updateChanges))(
    "at change %i goes back to the old tree, if that is wanted",
    async (step) => {
      const out = await project();
      const before = tree(out);
      await kill(step, out);
      const isCommitted = projectTree(out)["a.ts"] === "A2" && !hasJournal(out);
      expect(await writeProject(first, optionsFor(out))).toMatchObject({ kind: "done" });
      const { "handlers/h.ts": handler, ...files } = tree(out);
      expect(files).toEqual(before);
      expect(handler).toBe(isCommitted ? "H" : undefined);
    },
  );

  test.each(each(updateChanges).filter((step) => step % 4 === 2))(
    "at change %i, and its recovery killed at any change",
    async (step) => {
      for (let again = 0; ; again++) {
        const out = await project();
        await kill(step, out);
        const isOver = !(await kill(again, out));
        expect(await writeProject(second, optionsFor(out))).toMatchObject({ kind: "done" });
        expect(projectTree(out)).toEqual(newTree);
        expectNoLeftovers(out);
        if (isOver) return;
      }
    },
  );

  test.each(each(updateChanges))(
    "at change %i never loses what the user edits then",
    async (step) => {
      const out = await project();
      await kill(step, out);
      put(out, { "a.ts": "mine", "handlers/h.ts": "mine", "new/deep/d.ts": "mine" });
      const result = await writeProject(second, optionsFor(out));
      expect(result.kind).toBe("conflict");
      expect(projectTree(out)).toMatchObject({
        "a.ts": "mine",
        "handlers/h.ts": "mine",
        "new/deep/d.ts": "mine",
      });
    },
  );

  test("is told under check, which changes nothing", async () => {
    let interrupted = 0;
    for (const step of each(updateChanges)) {
      const out = await project();
      await kill(step, out);
      if (!hasJournal(out)) continue;
      interrupted += 1;
      const before = stamps(out);
      expect(await writeProject(second, optionsFor(out, { mode: "check" }))).toMatchObject({
        kind: "failed",
        message: expect.stringContaining("was interrupted"),
      });
      expect(stamps(out)).toEqual(before);
    }
    expect(interrupted).toBeGreaterThan(10);
  });
});

class Killed extends Error {}

/** Runs until a change, from which on nothing happens any more. False: the run was over before. */
async function kill(step: number, out: string): Promise<boolean> {
  let count = 0;
  const fileSystem = watchedFileSystem(() => {
    if (count++ >= step) throw new Killed();
  });
  const run = writeProject(second, optionsFor(out, { fileSystem }));
  const isKilled = await run.then(
    () => count > step,
    () => true,
  );
  abandonLock(out);
  return isKilled;
}

const deadPid = spawnSync(process.execPath, ["--version"]).pid;

/** The lock of this process becomes that of one that is gone. */
function abandonLock(out: string): void {
  const lock = join(out, ".gen-gateway/lock");
  if (existsSync(lock)) {
    writeFileSync(lock, JSON.stringify({ pid: deadPid, start: 0, host: hostname() }));
  }
}

function hasJournal(out: string): boolean {
  return existsSync(join(out, ".gen-gateway/journal.json"));
}

function expectNoLeftovers(out: string): void {
  const records = Object.keys(tree(out)).filter((path) => path.startsWith(".gen-gateway/"));
  expect(records).toEqual([
    ".gen-gateway/.gitattributes",
    ".gen-gateway/base.json",
    ".gen-gateway/manifest.json",
  ]);
}
