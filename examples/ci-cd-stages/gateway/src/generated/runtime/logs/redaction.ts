// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { RedactionTable } from "../contracts.js";
import { redactJson } from "./redact-json.js";

/** Headers whose values are credentials. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
]);

/** Last words of names of headers and query parameters that hold credentials, in any spelling. */
const CREDENTIAL_NAME =
  /(?:^|[-_.])(?:token|secret|password|passwd|sig|signature|api[-_]?key)$|^(?:access|id|refresh|auth|session)token$/;

/** What stands in the place of what is hidden. */
const HIDDEN = "***";

/** What the settings hide beside credentials. */
export interface Hiding {
  readonly names: ReadonlySet<string>;
  readonly paths: RedactionTable["paths"];
  readonly context: RedactionTable["context"];
}

const NOTHING_MORE: Hiding = { names: new Set(), paths: [], context: [] };

export function prepareHiding(table: RedactionTable | undefined): Hiding {
  return table === undefined ? NOTHING_MORE : { ...table, names: new Set(table.names) };
}

/** The value of a header as logs may show it: credentials are masked, of an API key the end is left. */
export function loggedHeader(name: string, value: string, hiding = NOTHING_MORE): string {
  const lower = name.toLowerCase();
  if (hiding.names.has(lower) || CREDENTIALS.has(lower)) return HIDDEN;
  if (lower === "x-api-key") return maskedKey(value);
  return CREDENTIAL_NAME.test(lower) ? HIDDEN : value;
}

/** The value of a query parameter as logs may show it. */
export function loggedParameter(name: string, value: string, hiding = NOTHING_MORE): string {
  const lower = name.toLowerCase();
  return hiding.names.has(lower) || CREDENTIAL_NAME.test(lower) ? HIDDEN : value;
}

/** Longest body that is read to hide members of it. */
const LONGEST_READ = 256 * 1024;

/**
 * The beginning of a body as logs may show it. It is cut behind what is shown, and a word that the cut goes
 * through is left out with as much as such a word may be long: half a credential is none that would be found.
 */
export function loggedBody(
  body: string | Uint8Array,
  length: number,
  hiding: Hiding,
  credentials: Credentials,
): string {
  const longest = credentials.reduce((most, [word]) => Math.max(most, word.length), 0);
  const { text, isCut } = beginning(body, length + longest, hiding);
  const hidden = hideCredentials(text, credentials);
  const whole = isCut ? hidden.slice(0, Math.max(0, hidden.length - longest)) : hidden;
  return isCut || whole.length > length ? `${whole.slice(0, length)} [TRUNCATED]` : whole;
}

function beginning(
  body: string | Uint8Array,
  length: number,
  { paths }: Hiding,
): { readonly text: string; readonly isCut: boolean } {
  if (paths.length > 0) {
    if (body.length > LONGEST_READ) return { text: "[TOO LONG TO BE REDACTED]", isCut: false };
    const whole = typeof body === "string" ? body : Buffer.from(body).toString();
    return { text: redactJson(whole, paths, HIDDEN).text, isCut: false };
  }
  if (typeof body === "string") return { text: body.slice(0, length), isCut: body.length > length };
  // a character has four bytes at most
  const bytes = Math.min(body.byteLength, length * 4);
  const text = Buffer.from(body.buffer, body.byteOffset, bytes).toString();
  return { text, isCut: body.byteLength > bytes };
}

/** Shorter words stand in too many places by chance, and protect nothing. */
const SHORTEST_HIDDEN = 8;

/** The words of a request's credentials, each with what logs show in its place. */
export type Credentials = readonly (readonly [word: string, shown: string])[];

/** Finds them in headers and query parameters: name, value, name, value. */
export function credentialsOf(
  headers: readonly string[],
  query: readonly string[],
  hiding = NOTHING_MORE,
): Credentials {
  const found = new Map<string, string>();
  const add = (value: string, shown: string): void => {
    if (shown === value) return;
    // no word changes when it is quoted as JSON, be it twice
    for (const word of value.split(/[\s"\\,;]+/)) {
      if (word.length < SHORTEST_HIDDEN) continue;
      found.set(word, shown);
      // as it stands in an address
      const coded = encodeURIComponent(word);
      if (coded !== word) found.set(coded, shown);
    }
  };
  forEachPair(headers, (name, value) => add(value, loggedHeader(name, value, hiding)));
  forEachPair(query, (name, value) => add(value, loggedParameter(name, value, hiding)));
  return [...found];
}

/** All that no view of a request may show: what it sent, and what its authorizer said. */
export function secretsOf(exchange: SecretHolder, hiding: Hiding): Credentials {
  const { headers, query } = exchange;
  const sent = credentialsOf(headers.pairs, query.pairs, hiding);
  const others = [...authorizerSecrets(exchange, hiding), ...bodySecrets(exchange, hiding)];
  return others.length === 0 ? sent : [...sent, ...hiddenValues(others)];
}

/** What is read of a request to know its secrets. */
export interface SecretHolder {
  readonly headers: { readonly pairs: readonly string[] };
  readonly query: { readonly pairs: readonly string[] };
  readonly authorizer: {
    readonly context: ReadonlyMap<string, string>;
    readonly usageIdentifierKey: string | null;
  } | null;
  readonly bodySoFar: Buffer | null;
}

function authorizerSecrets({ authorizer }: SecretHolder, { context }: Hiding): readonly string[] {
  if (authorizer === null) return [];
  const { usageIdentifierKey } = authorizer;
  const named = context.flatMap(
    (name) => authorizer.context.get(name.replace(/^authorizer\./, "")) ?? [],
  );
  return usageIdentifierKey === null ? named : [...named, usageIdentifierKey];
}

function bodySecrets({ bodySoFar }: SecretHolder, { paths }: Hiding): readonly string[] {
  if (paths.length === 0 || bodySoFar === null || bodySoFar.length > LONGEST_READ) return [];
  return redactJson(bodySoFar.toString(), paths, HIDDEN).values;
}

/** Values of a body, or of an authorizer, that the settings hide. */
export function hiddenValues(values: readonly string[]): Credentials {
  return values.filter((value) => value.length >= SHORTEST_HIDDEN).map((value) => [value, HIDDEN]);
}

function forEachPair(pairs: readonly string[], visit: (name: string, value: string) => void): void {
  for (let i = 0; i + 1 < pairs.length; i += 2) visit(pairs[i] ?? "", pairs[i + 1] ?? "");
}

/** Requests with more words of credentials would cost too much: nothing of their free texts is shown. */
const MOST_HIDDEN = 200;

/** Masks credentials wherever else they turn up: in the event of a function, in a mapped body. */
export function hideCredentials(text: string, credentials: Credentials): string {
  if (credentials.length > MOST_HIDDEN) return HIDDEN;
  return credentials.reduce((hidden, [word, shown]) => hidden.replaceAll(word, () => shown), text);
}

/** An API key as the service's log lines show it: `****abcd`. */
export function maskedKey(value: string): string {
  return `****${value.length > 8 ? value.slice(-4) : ""}`;
}
