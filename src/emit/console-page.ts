import { existsSync, readFileSync } from "node:fs";
import { packageFile } from "./package-files.js";
import type { ConsolePage } from "../runtime/console/console.js";

/** The page of the console as this package ships it; undefined: it was not built. */
export function readConsolePage(): ConsolePage | undefined {
  const read = (name: string): string => readFileSync(packageFile(`dist/console/${name}`), "utf8");
  const names = ["index.html", "console.js", "console.css"];
  if (!names.every((name) => existsSync(packageFile(`dist/console/${name}`)))) return undefined;
  return { html: read("index.html"), script: read("console.js"), style: read("console.css") };
}
