/** A JSON pointer with its file: `openapi.yaml#/paths/~1pets/get`. Made by {@link root} and {@link child} only. */
export type Pointer = string & { readonly __brand: "Pointer" };

/** The root of a file. */
export function root(file: string): Pointer {
  return `${file}#` as Pointer;
}

/** One step down; the key is escaped as RFC 6901 asks. */
export function child(at: Pointer, key: string | number): Pointer {
  return `${at}/${escapeKey(String(key))}` as Pointer;
}

/** Splits a pointer into its file and unescaped keys. */
export function parsePointer(at: Pointer): { readonly file: string; readonly keys: readonly string[] } {
  const hash = at.indexOf("#");
  const path = at.slice(hash + 1);
  const keys = path === "" ? [] : path.slice(1).split("/").map(unescapeKey);
  return { file: at.slice(0, hash), keys };
}

function escapeKey(key: string): string {
  return key.includes("~") || key.includes("/")
    ? key.replaceAll("~", "~0").replaceAll("/", "~1")
    : key;
}

function unescapeKey(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}
