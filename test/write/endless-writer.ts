/** A program that writes two projects into a folder in turns until it is killed; says a dot after each. */
import { writeProject } from "../../src/write/write-project.js";
import { optionsFor } from "./tree.js";
import { projects } from "./two-projects.js";

const out = process.argv[2] ?? "";
for (let turn = 0; ; turn++) {
  const files = projects[turn % projects.length] ?? [];
  const result = await writeProject(files, optionsFor(out, { edits: "merge", lockWaitMs: 5000 }));
  if (result.kind !== "done") throw new Error(`a run ended with ${JSON.stringify(result)}`);
  process.stdout.write(".");
}
