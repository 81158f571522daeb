import { hostname } from "node:os";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { OutputFile, Ownership } from "../../src/emit/output-file.js";
import type { EditPolicy } from "../../src/write/changes.js";
import type { FileSystem } from "../../src/write/file-system.js";
import { writeProject, type WriteResult } from "../../src/write/write-project.js";
import { MemoryFileSystem } from "./memory-file-system.js";
import { optionsFor } from "./tree.js";

const OUT = "/out";
const OWNED = ["a.ts", "b.ts", "deep/c.ts", "deep/er/d.ts"];
const ONCE = ["handler.ts", "README.md"];
const MERGED = "package.json";
/** Files that the generator never heard of. */
const FOREIGN = ["notes.txt", "deep/mine.ts"];

type Action =
  /** The spec changes: a generated file gets another line, loses one, comes or goes. */
  | {
      readonly kind: "spec";
      readonly file: number;
      readonly how: "put" | "take" | "toggle";
      readonly line: number;
    }
  /** The user writes a line into a file, in the place of another one or between two. */
  | {
      readonly kind: "edit";
      readonly file: number;
      readonly replaces: boolean;
      readonly line: number;
    }
  | { readonly kind: "delete"; readonly file: number }
  /** Null: the run comes to its end; else it is killed at that change. */
  | { readonly kind: "run"; readonly edits: EditPolicy; readonly killedAt: number | null };

const line = fc.nat(6);
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant("spec" as const),
    file: fc.nat(OWNED.length + ONCE.length),
    how: fc.constantFrom("put", "put", "take", "toggle"),
    line,
  }),
  fc.record({
    kind: fc.constant("edit" as const),
    file: fc.nat(OWNED.length + ONCE.length + FOREIGN.length),
    replaces: fc.boolean(),
    line,
  }),
  fc.record({
    kind: fc.constant("delete" as const),
    file: fc.nat(OWNED.length + ONCE.length + FOREIGN.length),
  }),
  fc.record({
    kind: fc.constant("run" as const),
    edits: fc.constantFrom<EditPolicy>("refuse", "merge", "merge-markers", "force"),
    killedAt: fc.option(fc.nat(60)),
  }),
);

class Killed extends Error {}
const deadPid = spawnSync(process.execPath, ["--version"]).pid;

/** A project, its generator and its user. */
class World {
  readonly disk = new MemoryFileSystem();
  /** Lines of what is generated now, by path; the keys of the merged file. */
  readonly generated = new Map<string, string[]>();
  /** What the user wrote, by the file he wrote it into, and has not deleted himself. */
  readonly written = new Map<string, string>();
  #count = 0;

  constructor() {
    this.disk.folders.add(OUT);
    for (const path of [...OWNED.slice(0, 3), ONCE[0] ?? "", MERGED]) {
      this.generated.set(
        path,
        Array.from({ length: 4 }, () => this.#fresh("generated")),
      );
    }
  }

  /** Texts that occur once. */
  #fresh(who: "generated" | "user"): string {
    this.#count += 1;
    return `${who}-${this.#count}.`;
  }

  outputs(): readonly OutputFile[] {
    return [...this.generated].map(([path, lines]) => ({
      path,
      content: path === MERGED ? printKeys(lines) : `${lines.join("\n")}\n`,
      ownership: ownershipOf(path),
    }));
  }

  content(path: string): string | undefined {
    return this.disk.files.get(`${OUT}/${path}`)?.toString();
  }

  spec({ file, how, line: at }: Extract<Action, { kind: "spec" }>): void {
    const path = [...OWNED, ...ONCE, MERGED][file] ?? MERGED;
    const lines = this.generated.get(path);
    if (how === "toggle" && path !== MERGED) {
      if (lines === undefined) this.generated.set(path, [this.#fresh("generated")]);
      else this.generated.delete(path);
    } else if (how === "take") lines?.splice(at % (lines.length + 1), 1);
    else lines?.splice(at % (lines.length + 1), 0, this.#fresh("generated"));
  }

  edit({ file, replaces, line: at }: Extract<Action, { kind: "edit" }>): void {
    const path = [...OWNED, ...ONCE, ...FOREIGN, MERGED][file] ?? MERGED;
    const before = this.content(path);
    const text = this.#fresh("user");
    if (path === MERGED) {
      if (before === undefined) return;
      const keys = JSON.parse(before) as Record<string, string>;
      this.#put(path, `${JSON.stringify({ ...keys, [text]: "mine" }, null, 2)}\n`);
    } else {
      const lines = before?.split("\n") ?? [""];
      const index = at % lines.length;
      const [gone] = lines.splice(index, replaces ? 1 : 0, text);
      // who writes over his own line has deleted it
      if (replaces && gone !== undefined) this.#forget((own) => gone.includes(own));
      this.#put(path, lines.join("\n"));
    }
    this.written.set(text, path);
  }

  delete({ file }: Extract<Action, { kind: "delete" }>): void {
    const path = [...OWNED, ...ONCE, ...FOREIGN, MERGED][file] ?? MERGED;
    if (!this.disk.files.delete(`${OUT}/${path}`)) return;
    this.#forget((_text, in_) => in_ === path);
  }

  #forget(isGone: (text: string, path: string) => boolean): void {
    for (const [text, path] of this.written) if (isGone(text, path)) this.written.delete(text);
  }

  #put(path: string, content: string): void {
    this.disk.put(`${OUT}/${path}`, content);
  }

  async run(edits: EditPolicy, killedAt: number | null): Promise<WriteResult | undefined> {
    let changes = 0;
    const fileSystem: FileSystem =
      killedAt === null
        ? this.disk
        : watched(this.disk, () => {
            if (changes++ >= killedAt) throw new Killed();
          });
    const run = writeProject(this.outputs(), optionsFor(OUT, { edits, fileSystem }));
    const result = await run.catch((error: unknown) => {
      if (error instanceof Killed) return undefined;
      throw error;
    });
    // a process that is gone holds no lock
    const lock = `${OUT}/.gen-gateway/lock`;
    if (this.disk.files.has(lock)) {
      this.disk.put(lock, JSON.stringify({ pid: deadPid, start: 0, host: hostname() }));
    }
    return killedAt === null ? result : undefined;
  }

  /** Everything that is on the disk, wherever. */
  everything(): string {
    return [...this.disk.files.values()].map(String).join("\n");
  }
}

function watched(disk: MemoryFileSystem, before: () => void): FileSystem {
  const guarded =
    <A extends unknown[]>(call: (...args: A) => void) =>
    (...args: A): void => {
      before();
      call(...args);
    };
  return {
    kind: (path) => disk.kind(path),
    realPath: (path) => disk.realPath(path),
    read: (path) => disk.read(path),
    names: (folder) => disk.names(folder),
    create: guarded((path: string, content: Uint8Array | string) => disk.create(path, content)),
    makeFolder: guarded((path: string) => disk.makeFolder(path)),
    move: guarded((from: string, to: string) => disk.move(from, to)),
    duplicate: guarded((from: string, to: string) => disk.duplicate(from, to)),
    removeFile: guarded((path: string) => disk.removeFile(path)),
    removeFolder: guarded((path: string) => disk.removeFolder(path)),
  };
}

function ownershipOf(path: string): Ownership {
  if (path === MERGED) return "merged";
  return ONCE.includes(path) ? "once" : "owned";
}

function printKeys(lines: readonly string[]): string {
  return `${JSON.stringify(Object.fromEntries(lines.map((text) => [text, "generated"])), null, 2)}\n`;
}

/** Files that are the user's alone, and that he has written something into. */
function userFiles(world: World): Record<string, string | undefined> {
  return Object.fromEntries(
    [...ONCE, ...FOREIGN]
      .filter((path) => world.content(path)?.includes("user-") === true)
      .map((path) => [path, world.content(path)]),
  );
}

function missing(world: World): readonly string[] {
  const all = world.everything();
  return [...world.written.keys()].filter((text) => !all.includes(text));
}

async function act(world: World, step: Action): Promise<void> {
  if (step.kind !== "run") {
    if (step.kind === "spec") world.spec(step);
    else if (step.kind === "edit") world.edit(step);
    else world.delete(step);
    return;
  }
  const before = userFiles(world);
  const result = await world.run(step.edits, step.killedAt);
  expect(userFiles(world)).toMatchObject(before);
  expect(missing(world)).toEqual([]);
  if (result?.kind !== "done") return;
  for (const { path, content, ownership } of world.outputs()) {
    if (ownership !== "owned") continue;
    const found = world.content(path) ?? "";
    // without edits it is what is generated; with them everything that was written is in it
    if (step.edits === "force") expect(found).toBe(content);
    else if (!found.includes("user-")) expect(found).toBe(content);
  }
}

/** Brings the project to an end: a fresh generation, and what is the user's. */
async function finish(world: World): Promise<void> {
  // an interrupted run is over
  await world.run("refuse", null);
  const mine = userFiles(world);
  const before = new Map(ONCE.map((path) => [path, world.content(path)]));
  expect(await world.run("force", null)).toMatchObject({ kind: "done" });
  for (const { path, content, ownership } of world.outputs()) {
    if (ownership === "owned") expect(world.content(path)).toBe(content);
    if (ownership === "once") expect(world.content(path)).toBe(before.get(path) ?? content);
  }
  expect(userFiles(world)).toMatchObject(mine);
  expect(missing(world)).toEqual([]);
  for (const path of OWNED.filter((one) => !world.generated.has(one))) {
    // what is not generated any more stays only where the user's work is in it
    const left = world.content(path);
    if (left !== undefined) expect(left).toMatch(/user-/);
  }
  const leftovers = [...world.disk.files.keys()].filter((path) =>
    /^\/out\/\.gen-gateway\/(?!base\.json|manifest\.json|\.gitattributes|replaced\/)/.test(path),
  );
  expect(leftovers).toEqual([]);
  expect(await world.run("refuse", null)).toMatchObject({ kind: "done", isUnchanged: true });
}

test(
  "no byte of the user's is ever lost, whatever is done in which order",
  { timeout: 240_000 },
  async () => {
    let runs = 0;
    let kills = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 16 }), async (steps) => {
        const world = new World();
        await world.run("refuse", null);
        for (const step of steps) {
          if (step.kind === "run") {
            runs += 1;
            if (step.killedAt !== null) kills += 1;
          }
          await act(world, step);
        }
        await finish(world);
      }),
      { numRuns: 5_000, seed: 20_261_125 },
    );
    expect(runs).toBeGreaterThan(5_000);
    expect(kills).toBeGreaterThan(1_000);
  },
);
