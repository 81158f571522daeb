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

/** An API key as the service's log lines show it: `****abcd`. */
export function maskedKey(value: string): string {
  return `****${value.length > 8 ? value.slice(-4) : ""}`;
}
