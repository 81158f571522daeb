import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeFileSystem, type FileSystem } from "../../src/write/file-system.js";
import { writeProject } from "../../src/write/write-project.js";
import { emptyFolder, optionsFor, outputs, projectTree, put, tree } from "./tree.js";

const files = outputs({ "a.ts": "A" });

test("a lock is held while files are written, and gone afterwards", async () => {
  const out = emptyFolder();
  let held = "";
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    move: (from, to) => {
      held = readFileSync(join(out, ".gen-gateway/lock"), "utf8");
      nodeFileSystem.move(from, to);
    },
  };
  await writeProject(files, optionsFor(out, { fileSystem }));
  expect(JSON.parse(held)).toMatchObject({ pid: process.pid, host: hostname() });
  expect(Object.keys(tree(out))).not.toContain(".gen-gateway/lock");
});

test.each<[name: string, lock: object]>([
  [
    "this process",
    { pid: process.pid, start: Math.round(performance.timeOrigin), host: hostname() },
  ],
  ["a process that runs", { pid: process.ppid, start: 1, host: hostname() }],
  ["another machine", { pid: 1, start: 1, host: `not-${hostname()}` }],
  ["nobody knows whom", {}],
])("a lock of %s is respected, and what to do is said", async (_name, lock) => {
  const out = emptyFolder();
  put(out, { ".gen-gateway/lock": JSON.stringify(lock) });
  const before = tree(out);
  expect(await writeProject(files, optionsFor(out))).toEqual({
    kind: "failed",
    message: `another run is writing to ${out}`,
    hint: `wait for it to end; if there is none, delete ${out}/.gen-gateway/lock`,
  });
  expect(tree(out)).toEqual(before);
});

test("a lock of an earlier process of the same number is taken over", async () => {
  const out = emptyFolder();
  put(out, {
    ".gen-gateway/lock": JSON.stringify({ pid: process.pid, start: 1, host: hostname() }),
  });
  expect(await writeProject(files, optionsFor(out, { lockWaitMs: 5000 }))).toMatchObject({
    kind: "done",
  });
});

test("a run waits for the one before it", async () => {
  const out = emptyFolder();
  const lock = join(out, ".gen-gateway/lock");
  put(out, { ".gen-gateway/lock": JSON.stringify({ pid: process.ppid, host: hostname() }) });
  let attempts = 0;
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    kind: (path) => {
      if (path === lock && ++attempts === 2) rmSync(lock);
      return nodeFileSystem.kind(path);
    },
  };
  const result = await writeProject(files, optionsFor(out, { fileSystem, lockWaitMs: 20_000 }));
  expect(result).toMatchObject({ kind: "done" });
  expect(attempts).toBe(2);
});

test("what the run before it has written is seen", async () => {
  const out = emptyFolder();
  const lock = join(out, ".gen-gateway/lock");
  put(out, { ".gen-gateway/lock": JSON.stringify({ pid: process.ppid, host: hostname() }) });
  let attempts = 0;
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    kind: (path) => {
      if (path === lock && ++attempts === 2) {
        writeFileSync(join(out, "a.ts"), "of the other run");
        rmSync(lock);
      }
      return nodeFileSystem.kind(path);
    },
  };
  const result = await writeProject(files, optionsFor(out, { fileSystem, lockWaitMs: 20_000 }));
  expect(result).toEqual({ kind: "conflict", conflicts: [{ path: "a.ts", reason: "foreign" }] });
  expect(projectTree(out)).toEqual({ "a.ts": "of the other run" });
});

test("what a process left that was killed before it had the lock is swept", async () => {
  const out = emptyFolder();
  const gone = 2 ** 22 + 1;
  put(out, {
    [`.gen-gateway/lock.${gone}.new`]: "{",
    [`.gen-gateway/lock.${process.ppid}.new`]: "{",
  });
  expect(await writeProject(files, optionsFor(out))).toMatchObject({ kind: "done" });
  const left = Object.keys(tree(out)).filter((path) => path.includes("lock"));
  expect(left).toEqual([`.gen-gateway/lock.${process.ppid}.new`]);
});

test("runs at the same time all succeed", async () => {
  const out = emptyFolder();
  const runs = Array.from({ length: 5 }, () =>
    writeProject(files, optionsFor(out, { lockWaitMs: 20_000 })),
  );
  for (const result of await Promise.all(runs)) expect(result).toMatchObject({ kind: "done" });
  expect(projectTree(out)).toEqual({ "a.ts": "A" });
});
