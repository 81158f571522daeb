import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { writeProject } from "../../src/write/write-project.js";
import { emptyFolder, optionsFor, projectTree, put, tree } from "./tree.js";
import { projects } from "./two-projects.js";

const kills = Number(process.env["KILLS"] ?? 60);

/** The user's own: a file of a run that is his, two that no run knows, and a line in a generated one. */
const mine = {
  "src/handlers/orders.ts": "export const handler = 1;\n",
  "src/mine.ts": "mine\n",
  "notes.txt": "notes\n",
};
const edited = "src/part3/file3.ts";

/** Writes a project and edits it as a user does. */
async function editedProject(): Promise<string> {
  const out = emptyFolder();
  await writeProject(projects[0] ?? [], optionsFor(out));
  const text = readFileSync(join(out, edited), "utf8");
  put(out, { ...mine, [edited]: text.replace("line 3", "line 3 of mine") });
  return out;
}

let writer = "";
beforeAll(async () => {
  writer = join(emptyFolder(), "writer.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("endless-writer.ts", import.meta.url))],
    outfile: writer,
    bundle: true,
    mainFields: ["module", "main"],
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
});

/** Starts the writer and kills it by a signal that it cannot notice, `ms` after its first run. */
async function killAfter(ms: number, out: string): Promise<void> {
  const child = spawn(process.execPath, [writer, out], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  let problem = "";
  child.stderr.on("data", (data: Buffer) => (problem += data.toString()));
  await Promise.race([once(child.stdout, "data"), ended]);
  await pause(ms);
  child.kill("SIGKILL");
  await ended;
  expect(problem).toBe("");
}

test("a killed process leaves a project that the next run finishes, and all that is the user's", async () => {
  const reference = await editedProject();
  const wanted: Record<string, string>[] = [];
  for (const files of [...projects, ...projects]) {
    await writeProject(files, optionsFor(reference, { edits: "merge" }));
    wanted.push(projectTree(reference));
  }
  const out = await editedProject();
  let interrupted = 0;
  for (let round = 0; round < kills; round++) {
    // from before the first change to after the last one of a run, which takes some milliseconds
    await killAfter((round * 7) % 23, out);
    if (existsSync(join(out, ".gen-gateway/journal.json"))) interrupted += 1;
    for (const [path, text] of Object.entries(mine)) {
      expect(readFileSync(join(out, path), "utf8"), `${path} after ${round}`).toBe(text);
    }
    const which = round % projects.length;
    const result = await writeProject(
      projects[which] ?? [],
      optionsFor(out, { edits: "merge", lockWaitMs: 5000 }),
    );
    expect(result, `round ${round}`).toMatchObject({ kind: "done" });
    expect(projectTree(out)).toEqual(wanted[2 + which]);
    expect(Object.keys(tree(out)).filter((path) => /staging|journal|lock/.test(path))).toEqual([]);
  }
  expect(interrupted, "kills in the middle of a change").toBeGreaterThan(0);
}, 120_000);
