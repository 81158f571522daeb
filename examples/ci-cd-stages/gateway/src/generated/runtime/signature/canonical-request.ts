// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { codedPath, type QueryPair, type ReceivedRequest } from "./received-request.js";

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
export function canonicalRequest(request: ReceivedRequest, options: CanonicalOptions): string {
  const names = options.signedHeaders;
  const lines = names.map((name) => `${name}:${canonicalValue(request, name)}\n`);
  return [
    request.method,
    canonicalPath(request.path, options.normalizePath),
    canonicalQuery(request.query, options.leftOut),
    lines.join(""),
    names.join(";"),
    options.payloadHash,
  ].join("\n");
}

/** The path as it was sent, coded once more; every service but S3 has it so. */
function canonicalPath(path: string, normalize: boolean): string {
  return codedPath(normalize ? normalized(path) : path) || "/";
}

/** Dots resolved and slashes single; one at the end is kept. */
function normalized(path: string): string {
  if (path.startsWith("/") && !/\/[/.]/.test(path)) return path;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const joined = `/${segments.join("/")}`;
  return /\/\.{0,2}$/.test(path) && joined !== "/" ? `${joined}/` : joined;
}

/** Sorted by name, then value. */
function canonicalQuery(query: readonly QueryPair[], leftOut: ReadonlySet<string>): string {
  return query
    .filter(([name]) => !leftOut.has(name))
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
function canonicalValue({ headers }: ReceivedRequest, name: string): string {
  return (headers.get(name) ?? []).map(folded).join(",");
}

function folded(value: string): string {
  if (!/[ \t]{2}|\t|^ | $/.test(value)) return value;
  return value.replace(/[ \t]+/g, " ").replace(/^ | $/g, "");
}
