import type { OutputFolder } from "./output-folder.js";

/** Names output files that the generator leaves to the user, in the syntax of `.gitignore`. */
export const ignoreFile = ".gen-gatewayignore";

/** Whether a path of the output is the user's alone. */
export type IsIgnored = (path: string) => boolean;

export async function readIgnored(folder: OutputFolder): Promise<IsIgnored> {
  const text = folder.read(ignoreFile)?.toString("utf8");
  if (text === undefined) return () => false;
  const { default: ignore } = await import("ignore");
  const patterns = ignore().add(text);
  return (path) => patterns.ignores(path);
}
