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

/** Shorter values stand in too many places by chance, and protect nothing. */
const SHORTEST_HIDDEN = 8;

/**
 * Masks the credentials of a request wherever else they turn up: in the event of a function, in a body
 * that a template made. `headers`: name, value, name, value.
 */
export function hideCredentials(text: string, headers: readonly string[]): string {
  let hidden = text;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name = "", value = ""] = [headers[i], headers[i + 1]];
    const logged = loggedHeader(name, value);
    if (logged === value || value.length < SHORTEST_HIDDEN) continue;
    hidden = hidden.replaceAll(value, logged);
    const quoted = JSON.stringify(value).slice(1, -1);
    if (quoted !== value) hidden = hidden.replaceAll(quoted, logged);
  }
  return hidden;
}

/** An API key as the service's log lines show it: `****abcd`. */
export function maskedKey(value: string): string {
  return `****${value.length > 8 ? value.slice(-4) : ""}`;
}
