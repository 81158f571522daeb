import { createRequire } from "node:module";
import type { Tree } from "./tree.js";

/** Its own types bring those of browsers, which would be in the way of the whole project. */
const { parse } = createRequire(import.meta.url)("@cdktf/hcl2json") as {
  parse(file: string, text: string): Promise<unknown>;
};

/** HCL as Terraform's own parser reads it; a fault of the text is thrown. Interpolations stay as they are written. */
export async function hclTree(text: string, file = "main.tf"): Promise<Tree> {
  return parse(file, text);
}

/** A text as that reader gives it back: what would be an interpolation is escaped. */
export function literalText(text: string): string {
  return Buffer.from(text)
    .toString()
    .normalize("NFC")
    .replace(/[$%](?=\{)/g, (sign) => sign + sign);
}
