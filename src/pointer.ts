/** A JSON pointer with its file: `openapi.yaml#/paths/~1pets/get`. Made by {@link root} and {@link child} only. */
export type Pointer = string & { readonly __brand: "Pointer" };

/** The root of a file. A `#` in the file's name is written `%23`, so that the first `#` ends the name. */
export function root(file: string): Pointer {
  return `${file.replaceAll("#", "%23")}#` as Pointer;
}

/** One step down; the key is escaped as RFC 6901 asks. */
export function child(at: Pointer, key: string | number): Pointer {
  return `${at}/${typeof key === "number" ? key : escapeKey(key)}` as Pointer;
}

/** Several steps down. */
export function descend(at: Pointer, keys: readonly string[]): Pointer {
  return keys.reduce<Pointer>(child, at);
}

/** Splits a pointer into its file and unescaped keys. */
export function parsePointer(at: Pointer): {
  readonly file: string;
  readonly keys: readonly string[];
} {
  const hash = at.indexOf("#");
  return { file: at.slice(0, hash).replaceAll("%23", "#"), keys: pointerKeys(at.slice(hash + 1)) };
}

/** Keys of the text after the `#`: `/paths/~1pets` gives `paths`, `/pets`. */
export function pointerKeys(path: string): readonly string[] {
  return path === "" ? [] : path.replace(/^\//, "").split("/").map(unescapeKey);
}

function escapeKey(key: string): string {
  return key.includes("~") || key.includes("/")
    ? key.replaceAll("~", "~0").replaceAll("/", "~1")
    : key;
}

function unescapeKey(key: string): string {
  return key.includes("~") ? key.replaceAll("~1", "/").replaceAll("~0", "~") : key;
}
