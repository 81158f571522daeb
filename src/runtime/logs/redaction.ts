/** Headers whose values are credentials. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  "x-amz-security-token",
]);

/** The value of a header as logs may show it: credentials are masked, of an API key the end is left. */
export function loggedHeader(name: string, value: string): string {
  const lower = name.toLowerCase();
  if (CREDENTIALS.has(lower)) return "***";
  return lower === "x-api-key" ? maskedKey(value) : value;
}

/** Query parameters of presigned addresses that are credentials. */
const CREDENTIAL_PARAMETERS: ReadonlySet<string> = new Set([
  "x-amz-security-token",
  "x-amz-signature",
]);

/** The value of a query parameter as logs may show it. */
export function loggedParameter(name: string, value: string): string {
  return CREDENTIAL_PARAMETERS.has(name.toLowerCase()) ? "***" : value;
}

/** Shorter words stand in too many places by chance, and protect nothing. */
const SHORTEST_HIDDEN = 8;

/** The words of a request's credentials, each with what logs show in its place. */
export type Credentials = readonly (readonly [word: string, shown: string])[];

/** Finds them in headers and query parameters: name, value, name, value. */
export function credentialsOf(headers: readonly string[], query: readonly string[]): Credentials {
  const found = new Map<string, string>();
  const add = (value: string, shown: string): void => {
    if (shown === value) return;
    // no word changes when it is quoted as JSON, be it twice
    for (const word of value.split(/[\s"\\,;]+/)) {
      if (word.length >= SHORTEST_HIDDEN) found.set(word, shown);
    }
  };
  forEachPair(headers, (name, value) => add(value, loggedHeader(name, value)));
  forEachPair(query, (name, value) => add(value, loggedParameter(name, value)));
  return [...found];
}

function forEachPair(pairs: readonly string[], visit: (name: string, value: string) => void): void {
  for (let i = 0; i + 1 < pairs.length; i += 2) visit(pairs[i] ?? "", pairs[i + 1] ?? "");
}

/** Masks credentials wherever else they turn up: in the event of a function, in a mapped body. */
export function hideCredentials(text: string, credentials: Credentials): string {
  return credentials.reduce((hidden, [word, shown]) => hidden.replaceAll(word, () => shown), text);
}

/** An API key as the service's log lines show it: `****abcd`. */
export function maskedKey(value: string): string {
  return `****${value.length > 8 ? value.slice(-4) : ""}`;
}
