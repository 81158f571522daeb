import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeProject } from "../../src/write/write-project.js";
import { emptyFolder, optionsFor, outputs, put, tree } from "./tree.js";

describe("names that plan must not make", () => {
  test.each<[paths: readonly string[], words: string]>([
    [["/etc/passwd"], "is absolute"],
    [["C:/x.ts"], "is absolute"],
    [["../x.ts"], 'has ".." in it'],
    [["a/../../x.ts"], 'has ".." in it'],
    [["./x.ts"], 'has "." in it'],
    [["a//x.ts"], "has an empty name"],
    [[""], "has an empty name"],
    [["a/"], "has an empty name"],
    [["a\\..\\x.ts"], "Windows forbids"],
    [["a\u0000.ts"], "Windows forbids"],
    [["a\n.ts"], "Windows forbids"],
    [["what?.ts"], "Windows forbids"],
    [["ab:c.ts"], "Windows forbids"],
    [["a.ts."], "ends in a dot or a space"],
    [["a /b.ts"], "ends in a dot or a space"],
    [["con"], "a device's name"],
    [["src/NUL.ts"], "a device's name"],
    [["lpt1.txt"], "a device's name"],
    [[`${"x".repeat(256)}.ts`], "more than 255 bytes"],
    [[".git/hooks/pre-commit"], "version control"],
    [[".GIT/config"], "version control"],
    [[".gen-gateway/manifest.json"], "among the records"],
    [[".Gen-Gateway/x"], "among the records"],
    [["a.ts", "a.ts"], "are one file"],
    [["Pet.ts", "pet.ts"], "are one file"],
    [["src/A/x.ts", "src/a/x.ts"], "are one file"],
    [["\u00e9.ts", "e\u0301.ts"], "are one file"],
    [["a", "a/b.ts"], "goes through the file a"],
    [["A/b.ts", "a"], "goes through the file a"],
  ])("%j", async (paths, words) => {
    const out = join(emptyFolder(), "out");
    const files = paths.map((path) => ({ path, content: "", ownership: "owned" as const }));
    await expect(writeProject(files, optionsFor(out))).rejects.toThrow(words);
    expect(() => tree(out)).toThrow("ENOENT");
  });

  test.each(["console.ts", "com.ts", "a.b.c", "...x", "__proto__.ts", ".gitignore", "{id}.ts"])(
    "but %s is a name like any other",
    async (path) => {
      const out = emptyFolder();
      expect(await writeProject(outputs({ [path]: "x" }), optionsFor(out))).toMatchObject({
        kind: "done",
      });
      expect(tree(out)[path]).toBe("x");
    },
  );
});

describe("links in the output folder", () => {
  const files = outputs({ "src/generated/a.ts": "A" });

  test.each<[name: string, link: string, target: string, words: string]>([
    ["a folder outside", "src", "../outside", "a link that leads out of the output folder"],
    ["the folder above", "src", "..", "a link that leads out of the output folder"],
    [
      "a folder beside of the same beginning",
      "src",
      "../out-side",
      "leads out of the output folder",
    ],
    ["nothing", "src", "nowhere", "a link that leads to nothing"],
    ["itself", "src", "src", "a link that leads to nothing"],
    ["a file outside", "src/generated/a.ts", "../../../outside/a.ts", "leads out"],
    ["the records outside", ".gen-gateway", "../outside", "leads out of the output folder"],
    ["a manifest outside", ".gen-gateway/manifest.json", "../../outside/m", "leads out"],
  ])("to %s", async (_name, link, target, words) => {
    const parent = emptyFolder();
    const out = join(parent, "out");
    put(parent, { "outside/a.ts": "V", "outside/m": "{}", "out-side/generated/a.ts": "V" });
    put(out, { "src/generated/b.ts": "", ".gen-gateway/x": "" });
    rmSync(join(out, link), { recursive: true, force: true });
    symlinkSync(target, join(out, link));
    const before = tree(parent);
    expect(await writeProject(files, optionsFor(out))).toMatchObject({
      kind: "failed",
      message: expect.stringContaining(words),
    });
    expect(tree(parent)).toEqual(before);
  });

  test("to a folder inside are followed", async () => {
    const out = emptyFolder();
    put(out, { "real/x": "" });
    symlinkSync("real", join(out, "src"));
    expect(await writeProject(files, optionsFor(out))).toMatchObject({ kind: "done" });
    expect(tree(out)["real/generated/a.ts"]).toBe("A");
  });

  test("the output folder itself may be one", async () => {
    const parent = emptyFolder();
    put(parent, { "real/x": "" });
    symlinkSync("real", join(parent, "out"));
    expect(await writeProject(files, optionsFor(join(parent, "out")))).toMatchObject({
      kind: "done",
    });
    expect(tree(parent)["real/src/generated/a.ts"]).toBe("A");
  });
});

describe("what stands in the way", () => {
  test.each<[name: string, there: Record<string, string>, out: string, words: string]>([
    ["a file for the output folder", { out: "" }, "out", "out is a file, not a folder"],
    [
      "a file for its parent",
      { parent: "" },
      "parent/out",
      "a file stands where a folder is needed",
    ],
    ["a file for a folder", { "out/src": "" }, "out", "out/src is a file, but a folder is needed"],
    ["a folder for a file", { "out/src/a.ts/b": "" }, "out", "out/src/a.ts is a folder"],
    ["a folder for the manifest", { "out/.gen-gateway/manifest.json/b": "" }, "out", "is a folder"],
    ["a folder for the journal", { "out/.gen-gateway/journal.json/b": "" }, "out", "is a folder"],
    ["a broken journal", { "out/.gen-gateway/journal.json": "{}" }, "out", "cannot be understood"],
  ])("%s", async (_name, there, out, words) => {
    const parent = emptyFolder();
    put(parent, there);
    const before = tree(parent);
    const result = await writeProject(outputs({ "src/a.ts": "A" }), optionsFor(join(parent, out)));
    expect(result).toMatchObject({ kind: "failed", message: expect.stringContaining(words) });
    expect(tree(parent)).toEqual(before);
  });

  test("a journal that names files outside restores nothing there", async () => {
    const parent = emptyFolder();
    const out = join(parent, "out");
    const steps = [{ path: "../victim", isNew: false, after: null }];
    put(out, {
      ".gen-gateway/journal.json": JSON.stringify({ steps, folders: [] }),
      ".gen-gateway/staging/0.old": "evil",
    });
    put(parent, { victim: "V" });
    expect(await writeProject([], optionsFor(out))).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("cannot be understood"),
    });
    expect(tree(parent)["victim"]).toBe("V");
  });
});
