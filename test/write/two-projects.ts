import type { OutputFile } from "../../src/emit/output-file.js";
import { outputs } from "./tree.js";

/** Forty lines, of which the middle ones are `word`: the user's edits of the first ones merge with them. */
function text(word: string): string {
  return Array.from({ length: 40 }, (_none, line) => (line < 20 ? `line ${line}` : word)).join(
    "\n",
  );
}

/** Two versions of one project: files change, come and go. */
export const projects: readonly (readonly OutputFile[])[] = ["first", "second"].map((version) => [
  ...outputs(
    Object.fromEntries(
      Array.from({ length: 30 }, (_none, index) => [
        `src/part${index % 5}/file${index}.ts`,
        text(version),
      ]),
    ),
  ),
  ...outputs({ [`src/${version}/only.ts`]: version, [`${version}.ts`]: version }),
  ...outputs({ "src/handlers/orders.ts": "export {};\n", "README.md": "# Project\n" }, "once"),
  ...outputs({ "package.json": JSON.stringify({ scripts: { dev: version } }, null, 2) }, "merged"),
]);
