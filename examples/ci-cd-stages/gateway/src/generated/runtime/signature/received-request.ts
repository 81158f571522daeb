// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** A request as it arrived, before anything of it was understood. */
export interface ArrivedRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Name, value, name, value, as sent. */
  readonly headers: readonly string[];
}

/** The same request, taken apart once for all steps of a check. */
export interface ReceivedRequest {
  readonly method: string;
  /** Undecoded. */
  readonly path: string;
  readonly query: readonly QueryPair[];
  /** Values by name in lower case, in the order in which they were sent. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** Name and value in their canonical coding: all but unreserved characters are `%XX`. */
export type QueryPair = readonly [name: string, value: string];

export function takeApart({ method, target, headers }: ArrivedRequest): ReceivedRequest {
  const mark = target.indexOf("?");
  return {
    method,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? [] : queryPairs(target.slice(mark + 1)),
    headers: headersByName(headers),
  };
}

function headersByName(headers: readonly string[]): ReceivedRequest["headers"] {
  const byName = new Map<string, string[]>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] ?? "").toLowerCase();
    const value = headers[i + 1] ?? "";
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  return byName;
}

/**
 * Pairs and blanks are found as the gateway finds them when it reads the query: no two queries that
 * mean different things look the same here.
 */
function queryPairs(query: string): readonly QueryPair[] {
  const pairs: QueryPair[] = [];
  for (const pair of query.split(/[&;]/)) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = equals === -1 ? pair : pair.slice(0, equals);
    pairs.push([recoded(name), equals === -1 ? "" : recoded(pair.slice(equals + 1))]);
  }
  return pairs;
}

const PLAIN = /^[A-Za-z0-9\-._~]*$/;
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;

/** Each byte as it stands in a canonical request. */
const CODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** A path coded once more: an escape in it is coded itself. */
export function codedPath(path: string): string {
  if (PLAIN_PATH.test(path)) return path;
  let coded = "";
  for (const byte of Buffer.from(path)) coded += byte === 47 ? "/" : (CODED[byte] ?? "");
  return coded;
}

/** Escapes and blanks of a form in one spelling; a `%` that begins no escape is a character. */
function recoded(text: string): string {
  if (PLAIN.test(text)) return text;
  let coded = "";
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const escaped = code === 37 ? escapedByte(text, at) : -1;
    if (escaped >= 0) {
      coded += CODED[escaped] ?? "";
      at += 2;
    } else if (code === 43) coded += "%20";
    else if (code < 128) coded += CODED[code] ?? "";
    else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? code);
      for (const byte of Buffer.from(character)) coded += CODED[byte] ?? "";
      at += character.length - 1;
    }
  }
  return coded;
}

/** The byte that an escape stands for; -1: none begins here. */
function escapedByte(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
