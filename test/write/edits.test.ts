import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { OutputFile } from "../../src/emit/output-file.js";
import { writeProject, type WriteResult } from "../../src/write/write-project.js";
import { emptyFolder, optionsFor, outputs, projectTree, put, stamps, tree } from "./tree.js";

const first = outputs({ "a.ts": "1\n2\n3\n4\n5\n", "b.ts": "B\n" });
const second = outputs({ "a.ts": "1\n2\n3\n4\nfive\n", "b.ts": "B\n" });

async function project(files: readonly OutputFile[] = first): Promise<string> {
  const out = emptyFolder();
  await writeProject(files, optionsFor(out));
  return out;
}

function merge(
  files: readonly OutputFile[],
  out: string,
  edits: "merge" | "merge-markers" = "merge",
): Promise<WriteResult> {
  return writeProject(files, optionsFor(out, { edits, inputDigest: "d2" }));
}

describe("merging", () => {
  test("keeps the edit and brings in what is new", async () => {
    const out = await project();
    put(out, { "a.ts": "1\nmine\n3\n4\n5\n" });
    const result = await merge(second, out);
    expect(result).toMatchObject({
      kind: "done",
      changes: [{ path: "a.ts", action: "update" }],
      notices: [{ kind: "merged", path: "a.ts" }],
    });
    expect(projectTree(out)["a.ts"]).toBe("1\nmine\n3\n4\nfive\n");
  });

  test("once more touches nothing, and without it the edit is refused as before", async () => {
    const out = await project();
    put(out, { "a.ts": "1\nmine\n3\n4\n5\n" });
    await merge(second, out);
    const before = stamps(out);
    expect(await merge(second, out)).toMatchObject({ kind: "done", isUnchanged: true });
    expect(await writeProject(second, optionsFor(out, { inputDigest: "d2" }))).toMatchObject({
      kind: "conflict",
      conflicts: [{ path: "a.ts", reason: "edited" }],
    });
    expect(stamps(out)).toEqual(before);
  });

  test("over several generations", async () => {
    const out = await project();
    put(out, { "a.ts": "0\n1\n2\n3\n4\n5\n" });
    await merge(second, out);
    await merge(outputs({ "a.ts": "1\n2\n3\n5\n", "b.ts": "B\n" }), out);
    expect(projectTree(out)["a.ts"]).toBe("0\n1\n2\n3\n5\n");
  });

  test("is refused where both sides changed the same lines, and nothing is written", async () => {
    const out = await project();
    put(out, { "a.ts": "1\n2\n3\n4\nmine\n" });
    const before = [tree(out), stamps(out)];
    expect(await merge(second, out)).toEqual({
      kind: "conflict",
      conflicts: [{ path: "a.ts", reason: "overlap" }],
    });
    expect([tree(out), stamps(out)]).toEqual(before);
  });

  test("marks those lines with consent; decided, they are an edit like any other", async () => {
    const out = await project();
    put(out, { "a.ts": "1\n2\n3\n4\nmine\n" });
    expect(await merge(second, out, "merge-markers")).toMatchObject({
      kind: "done",
      notices: [{ kind: "markers", path: "a.ts", overlaps: 1 }],
    });
    expect(projectTree(out)["a.ts"]).toBe(
      "1\n2\n3\n4\n<<<<<<< yours\nmine\n=======\nfive\n>>>>>>> generated\n",
    );
    put(out, { "a.ts": "1\n2\n3\n4\nmine and five\n" });
    expect(await merge(second, out)).toMatchObject({ kind: "done", isUnchanged: true });
  });

  test.each<[name: string, base: string | undefined]>([
    ["is missing", undefined],
    ["is another one", '{\n"a.ts": "something else"\n}\n'],
    ["is no JSON", "<html>"],
    ["is a list", "[]"],
  ])("is refused where the text that was generated %s", async (_name, base) => {
    const out = await project();
    rmSync(join(out, ".gen-gateway/base.json"));
    if (base !== undefined) put(out, { ".gen-gateway/base.json": base });
    put(out, { "a.ts": "mine\n" });
    expect(await merge(second, out)).toEqual({
      kind: "conflict",
      conflicts: [{ path: "a.ts", reason: "no-base" }],
    });
  });

  test("does not take over a file that was never generated", async () => {
    const out = emptyFolder();
    put(out, { "a.ts": "mine\n" });
    expect(await merge(first, out)).toEqual({
      kind: "conflict",
      conflicts: [{ path: "a.ts", reason: "foreign" }],
    });
  });

  test("a check says what would change and writes nothing", async () => {
    const out = await project();
    put(out, { "a.ts": "1\nmine\n3\n4\n5\n" });
    const before = stamps(out);
    const options = optionsFor(out, { edits: "merge", mode: "check" });
    const result = await writeProject(second, options);
    expect(result).toMatchObject({ kind: "done", changes: [{ path: "a.ts" }] });
    expect(stamps(out)).toEqual(before);
  });
});

describe(".gen-gatewayignore", () => {
  test("leaves files to the user: neither written nor deleted nor refused", async () => {
    const out = await project();
    put(out, { ".gen-gatewayignore": "# ours\n/a.ts\n*.md\n", "a.ts": "mine\n" });
    const files = [...second, ...outputs({ "docs/x.md": "X" }, "once")];
    expect(await writeProject(files, optionsFor(out))).toMatchObject({
      kind: "done",
      changes: [],
      ignored: ["a.ts", "docs/x.md"],
    });
    expect(projectTree(out)["a.ts"]).toBe("mine\n");
    expect(existsSync(join(out, "docs"))).toBe(false);
    const gone = outputs({ "b.ts": "B\n" });
    expect(await writeProject(gone, optionsFor(out))).toMatchObject({ kind: "done", notices: [] });
    expect(projectTree(out)["a.ts"]).toBe("mine\n");
  });

  test("a file that is named no longer is refused until somebody decides", async () => {
    const out = await project();
    put(out, { ".gen-gatewayignore": "a.ts\n", "a.ts": "mine\n" });
    await writeProject(second, optionsFor(out));
    rmSync(join(out, ".gen-gatewayignore"));
    expect(await writeProject(second, optionsFor(out))).toMatchObject({
      kind: "conflict",
      conflicts: [{ path: "a.ts", reason: "foreign" }],
    });
  });
});

describe("frozen", () => {
  const frozen = (out: string, files: readonly OutputFile[]): Promise<WriteResult> =>
    writeProject(files, optionsFor(out, { frozen: true }));

  test("restores what is missing", async () => {
    const out = await project();
    rmSync(join(out, "a.ts"));
    rmSync(join(out, ".gen-gateway/base.json"));
    expect(await frozen(out, first)).toMatchObject({
      kind: "done",
      changes: [{ path: "a.ts", action: "create" }],
    });
    expect(readFileSync(join(out, "a.ts"), "utf8")).toBe("1\n2\n3\n4\n5\n");
  });

  test("a folder that is as it was recorded is left alone", async () => {
    const out = await project();
    const before = stamps(out);
    expect(await frozen(out, first)).toMatchObject({ kind: "done", isUnchanged: true });
    expect(stamps(out)).toEqual(before);
  });

  test.each<[name: string, files: readonly OutputFile[], paths: readonly string[]]>([
    ["another text", second, ["a.ts", ".gen-gateway/manifest.json"]],
    [
      "a file more",
      [...first, ...outputs({ "c.ts": "C" })],
      ["c.ts", ".gen-gateway/manifest.json"],
    ],
    ["a file less", first.slice(1), ["a.ts", ".gen-gateway/manifest.json"]],
  ])("%s: nothing is written", async (_name, files, paths) => {
    const out = await project();
    const before = stamps(out);
    const result = await frozen(out, files);
    expect(result).toMatchObject({ kind: "frozen", changes: paths.map((path) => ({ path })) });
    expect(stamps(out)).toEqual(before);
  });

  test("a folder without a manifest is refused, and not even made", async () => {
    const out = join(emptyFolder(), "new");
    expect(await frozen(out, first)).toMatchObject({ kind: "frozen" });
    expect(existsSync(out)).toBe(false);
  });
});
