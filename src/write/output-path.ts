/** Folder of the generator's own records inside an output folder. */
export const recordsFolder = ".gen-gateway";

/**
 * Where a copy of a user's file goes before it is overwritten. The digest of its content is in the name:
 * a copy never takes the place of another.
 */
export function replacedPath(path: string, digest: string): string {
  return `${recordsFolder}/replaced/${digest.slice(0, 12)}/${path}`;
}

/** What a run is about to put in place; swept by the next one. */
export const stagingFolder = `${recordsFolder}/staging`;

/**
 * Checks names that plan made. They must be safe on every system the project may be checked out on.
 * @throws Error when a path leaves the folder, cannot exist on Windows, or meets another one.
 */
export function assertOutputPaths(paths: readonly string[]): void {
  const files = new Map<string, string>();
  for (const path of paths) {
    const fault = pathFault(path);
    if (fault !== undefined) throw new Error(`output path ${JSON.stringify(path)} ${fault}`);
    const other = files.get(fold(path));
    if (other !== undefined) throw new Error(`output paths ${path} and ${other} are one file`);
    files.set(fold(path), path);
  }
  for (const [folded, path] of files) {
    for (let at = folded.indexOf("/"); at !== -1; at = folded.indexOf("/", at + 1)) {
      const file = files.get(folded.slice(0, at));
      if (file !== undefined) throw new Error(`output path ${path} goes through the file ${file}`);
    }
  }
}

/** What is wrong with a path below the output folder; undefined when nothing is. */
export function pathFault(path: string): string | undefined {
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "is absolute";
  const segments = path.split("/");
  const [first = ""] = segments;
  if (segments.length > 1 && fold(first) === recordsFolder) return "lies among the records";
  if (fold(first) === ".git") return "lies in the version control";
  for (const segment of segments) {
    const fault = segmentFault(segment);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function segmentFault(segment: string): string | undefined {
  if (segment === "") return "has an empty name in it";
  if (segment === "." || segment === "..") return `has "${segment}" in it`;
  if (/[\p{Cc}<>:"|?*\\]/u.test(segment)) return "has a character that Windows forbids";
  if (/[. ]$/.test(segment)) return "has a name that ends in a dot or a space";
  if (/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(segment)) return "has a device's name in it";
  if (Buffer.byteLength(segment) > 255) return "has a name of more than 255 bytes";
  return undefined;
}

/** Equal for names that some file systems take for one: letter case and composed characters. */
function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
