/** A request as it arrived, before anything of it was understood. */
export interface ArrivedRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Name, value, name, value, as sent. */
  readonly headers: readonly string[];
}

export interface CanonicalOptions {
  /** Names in lower case, in the order in which they were signed. */
  readonly signedHeaders: readonly string[];
  /** SHA-256 of the body in hexadecimal, or what stands for it. */
  readonly payloadHash: string;
  /** Query parameters that are not part of what was signed. */
  readonly leftOut: ReadonlySet<string>;
  /** False: dots and double slashes of the path are kept, as S3 does. */
  readonly normalizePath: boolean;
}

/**
 * The canonical form of a request. Source: IAM user guide, "Create a signed AWS API request".
 */
export function canonicalRequest(request: ArrivedRequest, options: CanonicalOptions): string {
  const { method, target, headers } = request;
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? "" : target.slice(mark + 1);
  const names = options.signedHeaders;
  const lines = names.map((name) => `${name}:${canonicalValues(headers, name).join(",")}\n`);
  return [
    method,
    canonicalPath(path, options.normalizePath),
    canonicalQuery(query, options.leftOut),
    lines.join(""),
    names.join(";"),
    options.payloadHash,
  ].join("\n");
}

/** The path as it was sent, coded once more; every service but S3 has it so. */
function canonicalPath(path: string, normalize: boolean): string {
  return encode(normalize ? normalized(path) : path, true) || "/";
}

/** Dots resolved and slashes single; one at the end is kept. */
function normalized(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const joined = `/${segments.join("/")}`;
  return /\/\.{0,2}$/.test(path) && joined !== "/" ? `${joined}/` : joined;
}

/**
 * Decoded, coded anew, and sorted by name, then value. Pairs and blanks are found as the gateway finds
 * them when it reads the query: no two queries that mean different things look the same here.
 */
function canonicalQuery(query: string, leftOut: ReadonlySet<string>): string {
  if (query === "") return "";
  const pairs: (readonly [name: string, value: string])[] = [];
  for (const pair of query.replaceAll("+", " ").split(/[&;]/)) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    if (leftOut.has(name.toString("utf8"))) continue;
    const value = decoded(equals === -1 ? "" : pair.slice(equals + 1));
    pairs.push([encodeBytes(name, false), encodeBytes(value, false)]);
  }
  return pairs
    .sort(
      ([name, value], [other, otherValue]) => compare(name, other) || compare(value, otherValue),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** All values of a header, white space folded: that of HTTP alone, not what Unicode has beside it. */
function canonicalValues(headers: readonly string[], lowerName: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === lowerName) {
      values.push((headers[i + 1] ?? "").replace(/[ \t]+/g, " ").replace(/^ | $/g, ""));
    }
  }
  return values;
}

/** Escapes as the bytes they stand for; a `%` that begins none is a character like any other. */
function decoded(text: string): Buffer {
  if (!text.includes("%")) return Buffer.from(text);
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    const escape = /^%[0-9A-Fa-f]{2}/.test(text.slice(at, at + 3))
      ? text.slice(at + 1, at + 3)
      : null;
    if (escape !== null) {
      bytes.push(Number.parseInt(escape, 16));
      at += 3;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...Buffer.from(character));
      at += character.length;
    }
  }
  return Buffer.from(bytes);
}

const PLAIN = /^[A-Za-z0-9\-._~]*$/;

function encode(text: string, keepSlashes: boolean): string {
  return PLAIN.test(text) ? text : encodeBytes(Buffer.from(text), keepSlashes);
}

/** All but unreserved characters as `%XX`. */
function encodeBytes(bytes: Buffer, keepSlashes: boolean): string {
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text +=
      PLAIN.test(character) || (keepSlashes && character === "/")
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}
