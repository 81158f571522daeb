import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
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
  tree,
  watchedFileSystem,
} from "./tree.js";

const refuseChanges = watchedFileSystem((call, path) => {
  throw new Error(`${call} ${path}: nothing may be written`);
});

async function changesOf(
  files: readonly OutputFile[],
  out: string,
  more: Parameters<typeof optionsFor>[1] = {},
): Promise<readonly string[]> {
  const result = await writeProject(files, optionsFor(out, more));
  if (result.kind !== "done") throw new Error(JSON.stringify(result));
  return result.changes.map(({ action, path }) => `${action} ${path}`);
}

describe("owned files", () => {
  test("are written with a manifest that names them, sorted, and nothing of the machine", async () => {
    const out = join(emptyFolder(), "deep/project");
    expect(await changesOf(outputs({ "b.ts": "B", "a/c.ts": "C" }), out)).toEqual([
      "create a/c.ts",
      "create b.ts",
    ]);
    expect(projectTree(out)).toEqual({ "a/c.ts": "C", "b.ts": "B" });
    expect(JSON.parse(tree(out)[".gen-gateway/manifest.json"] ?? "")).toEqual({
      generator: "1.2.3",
      input: "d1",
      names: {},
      owned: {
        "a/c.ts": "6b23c0d5f35d1b11f9b683f0b0a617355deb11277d91ae091d399c655b87940d",
        "b.ts": "df7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c",
      },
      merged: {},
    });
    expect(tree(out)[".gen-gateway/base.json"]).toBe('{\n"a/c.ts": "C",\n"b.ts": "B"\n}\n');
    expect(Object.keys(tree(out))).toEqual([
      ".gen-gateway/.gitattributes",
      ".gen-gateway/base.json",
      ".gen-gateway/manifest.json",
      "a/c.ts",
      "b.ts",
    ]);
  });

  test("a second run writes nothing, not even a lock", async () => {
    const out = emptyFolder();
    const files = outputs({ "a.ts": "A", "b.ts": "B" });
    await changesOf(files, out);
    const before = stamps(out);
    expect(await changesOf(files, out, { fileSystem: refuseChanges })).toEqual([]);
    expect(stamps(out)).toEqual(before);
  });

  test("only what differs is touched", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "a.ts": "A", "b.ts": "B" }), out);
    const before = stamps(out);
    expect(await changesOf(outputs({ "a.ts": "A", "b.ts": "B2" }), out)).toEqual(["update b.ts"]);
    expect(stamps(out)["a.ts"]).toBe(before["a.ts"]);
    expect(projectTree(out)).toEqual({ "a.ts": "A", "b.ts": "B2" });
  });

  test("one that the user deleted comes back", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "a.ts": "A" }), out);
    rmSync(join(out, "a.ts"));
    expect(await changesOf(outputs({ "a.ts": "A" }), out)).toEqual(["create a.ts"]);
  });

  test("line ends that a checkout changed are no edit", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "a.ts": "1\n2\n" }), out);
    put(out, { "a.ts": "1\r\n2\r\n" });
    expect(await changesOf(outputs({ "a.ts": "1\n2\n" }), out)).toEqual([]);
    expect(await changesOf(outputs({ "a.ts": "1\n3\n" }), out)).toEqual(["update a.ts"]);
  });

  test("a new digest of the input alone touches the manifest only", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "a.ts": "A" }), out);
    expect(await changesOf(outputs({ "a.ts": "A" }), out, { inputDigest: "d2" })).toEqual([]);
    expect(tree(out)[".gen-gateway/manifest.json"]).toContain('"input": "d2"');
  });
});

describe("an edit of the user's", () => {
  const generated = outputs({ "a.ts": "A", "b.ts": "B", "c.ts": "C" });
  const changed = outputs({ "a.ts": "A2", "b.ts": "B2", "d.ts": "D" });

  test.each<[name: string, edit: Record<string, string>, conflicts: unknown]>([
    ["in an owned file", { "b.ts": "mine" }, [{ path: "b.ts", reason: "edited" }]],
    ["where a new file belongs", { "d.ts": "mine" }, [{ path: "d.ts", reason: "foreign" }]],
    [
      "in several",
      { "a.ts": "", "b.ts": "mine" },
      [
        { path: "a.ts", reason: "edited" },
        { path: "b.ts", reason: "edited" },
      ],
    ],
  ])("%s: nothing at all is written", async (_name, edit, conflicts) => {
    const out = emptyFolder();
    await changesOf(generated, out);
    put(out, edit);
    const before = stamps(out);
    const result = await writeProject(changed, optionsFor(out, { fileSystem: refuseChanges }));
    expect(result).toEqual({ kind: "conflict", conflicts });
    expect(stamps(out)).toEqual(before);
  });

  test("that is what would be generated anyway is taken over", async () => {
    const out = emptyFolder();
    await changesOf(generated, out);
    put(out, { "a.ts": "A2", "d.ts": "D" });
    expect(await changesOf(changed, out)).toEqual(["update b.ts", "delete c.ts"]);
  });

  test("is overwritten by force, and a copy kept", async () => {
    const out = emptyFolder();
    await changesOf(generated, out);
    put(out, { "b.ts": "mine", "d.ts": "also mine" });
    await changesOf(changed, out, { edits: "force" });
    expect(tree(out)).toMatchObject({
      [`.gen-gateway/replaced/${sha("mine")}/b.ts`]: "mine",
      [`.gen-gateway/replaced/${sha("also mine")}/d.ts`]: "also mine",
      "a.ts": "A2",
      "b.ts": "B2",
      "d.ts": "D",
    });
  });

  test("in a file that is no longer generated is kept, told once, and is the user's then", async () => {
    const out = emptyFolder();
    await changesOf(generated, out);
    put(out, { "c.ts": "mine" });
    const first = await writeProject(changed, optionsFor(out));
    const second = await writeProject(changed, optionsFor(out));
    expect(first).toMatchObject({ kind: "done", notices: [{ kind: "stale-kept", path: "c.ts" }] });
    expect(second).toMatchObject({ kind: "done", notices: [], isUnchanged: true });
    expect(projectTree(out)["c.ts"]).toBe("mine");
  });
});

describe("files that are no longer generated", () => {
  test("go, with the folders that they leave empty; nothing else does", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "a/b/old.ts": "", "a/c/old.ts": "", "keep.ts": "" }), out);
    put(out, { "a/c/mine.ts": "mine", "other/x": "mine" });
    expect(await changesOf(outputs({ "keep.ts": "" }), out)).toEqual([
      "delete a/b/old.ts",
      "delete a/c/old.ts",
    ]);
    expect(projectTree(out)).toEqual({ "a/c/mine.ts": "mine", "keep.ts": "", "other/x": "mine" });
  });

  test("a manifest that names a file outside is not believed", async () => {
    const parent = emptyFolder();
    const out = join(parent, "out");
    await changesOf(outputs({ "a.ts": "A" }), out);
    put(parent, { victim: "V" });
    const manifest = join(out, ".gen-gateway/manifest.json");
    const text = readFileSync(manifest, "utf8")
      .replace('"a.ts"', '"../victim"')
      .replace(/"[0-9a-f]{64}"/, `"${sha("V", 64)}"`);
    writeFileSync(manifest, text);
    expect(await writeProject(outputs({ "b.ts": "B" }), optionsFor(out))).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("cannot be understood"),
    });
    expect(tree(parent)["victim"]).toBe("V");
  });

  test.each(["", "{", "[]", "{}", '{"generator":1,"input":"","owned":{},"merged":{}}'])(
    "a manifest that reads %j stops the run and is kept",
    async (text) => {
      const out = emptyFolder();
      put(out, { ".gen-gateway/manifest.json": text });
      const before = tree(out);
      expect(await writeProject(outputs({ "a.ts": "A" }), optionsFor(out))).toMatchObject({
        kind: "failed",
        hint: expect.stringContaining("--force"),
      });
      expect(tree(out)).toEqual(before);
    },
  );
});

describe("files that are written once", () => {
  test("are made when missing and never touched again", async () => {
    const out = emptyFolder();
    const files = (content: string): OutputFile[] => outputs({ "README.md": content }, "once");
    expect(await changesOf(files("one"), out)).toEqual(["create README.md"]);
    expect(await changesOf(files("two"), out)).toEqual([]);
    put(out, { "README.md": "mine" });
    expect(await changesOf(files("three"), out)).toEqual([]);
    expect(projectTree(out)).toEqual({ "README.md": "mine" });
  });

  test("stay when they are no longer generated", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "handler.ts": "" }, "once"), out);
    expect(await changesOf([], out)).toEqual([]);
    expect(projectTree(out)).toEqual({ "handler.ts": "" });
  });

  test("an owned file that becomes one is the user's from then on", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "a.ts": "A" }), out);
    expect(await changesOf(outputs({ "a.ts": "A2" }, "once"), out)).toEqual([]);
    expect(projectTree(out)).toEqual({ "a.ts": "A" });
  });
});

describe("merged files", () => {
  const packageJson = (members: object): OutputFile[] =>
    outputs({ "package.json": `${JSON.stringify(members, null, 2)}\n` }, "merged");

  test("follow the generator, keep the user's keys, and say what they kept", async () => {
    const out = emptyFolder();
    await changesOf(
      packageJson({ scripts: { dev: "1", test: "1" }, dependencies: { a: "1" } }),
      out,
    );
    put(out, {
      "package.json": `{"version": "9", "scripts": {"dev": "1", "test": "mine"}, "dependencies": {"a": "1"}}`,
    });
    const next = packageJson({ scripts: { dev: "2", test: "2" }, dependencies: { b: "1" } });
    const result = await writeProject(next, optionsFor(out));
    expect(JSON.parse(projectTree(out)["package.json"] ?? "")).toEqual({
      version: "9",
      scripts: { dev: "2", test: "mine" },
      dependencies: { b: "1" },
    });
    expect(result).toMatchObject({
      notices: [{ kind: "keys-kept", path: "package.json", keys: ["scripts.test"] }],
    });
    expect(await writeProject(next, optionsFor(out))).toMatchObject({
      changes: [],
      notices: [],
    });
  });

  test("one that is no JSON is a conflict", async () => {
    const out = emptyFolder();
    put(out, { "package.json": "{" });
    expect(await writeProject(packageJson({}), optionsFor(out))).toEqual({
      kind: "conflict",
      conflicts: [{ path: "package.json", reason: "no-json" }],
    });
  });
});

describe("modes that write nothing", () => {
  test.each(["check", "dry-run"] as const)("%s tells what would change", async (mode) => {
    const out = emptyFolder();
    await changesOf(outputs({ "a.ts": "A", "b.ts": "B", "c.ts": "C" }), out);
    const before = stamps(out);
    const next = outputs({ "a.ts": "A", "b.ts": "B2", "d.ts": "D" });
    const more = { mode, fileSystem: refuseChanges } as const;
    expect(await changesOf(next, out, more)).toEqual(["update b.ts", "delete c.ts", "create d.ts"]);
    expect(stamps(out)).toEqual(before);
  });

  test("a folder that is missing stays missing", async () => {
    const out = join(emptyFolder(), "out");
    const more = { mode: "check", fileSystem: refuseChanges } as const;
    expect(await changesOf(outputs({ "a.ts": "A" }), out, more)).toEqual(["create a.ts"]);
  });

  test("edits are conflicts there, too", async () => {
    const out = emptyFolder();
    await changesOf(outputs({ "a.ts": "A" }), out);
    put(out, { "a.ts": "mine" });
    const result = await writeProject(
      outputs({ "a.ts": "A2" }),
      optionsFor(out, { mode: "check" }),
    );
    expect(result.kind).toBe("conflict");
  });
});

function sha(text: string, length = 12): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
