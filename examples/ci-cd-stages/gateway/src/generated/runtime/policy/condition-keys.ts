// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Of every request, or of those with the header. Source: as for the run-time's condition context. */
const REQUEST_KEYS = [
  "aws:currenttime",
  "aws:epochtime",
  "aws:referer",
  "aws:securetransport",
  "aws:sourceip",
  "aws:useragent",
] as const;

/** Of requests that are signed. */
const SIGNER_KEYS = [
  "aws:multifactorauthpresent",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalisawsservice",
  "aws:principalorgid",
  "aws:principaltype",
  "aws:requestedregion",
  "aws:userid",
  "aws:username",
  "aws:viaawsservice",
] as const;

/** Names in lower case. */
export type RequestKey = (typeof REQUEST_KEYS)[number];
export type SignerKey = (typeof SIGNER_KEYS)[number] | `aws:principaltag/${string}`;

const KNOWN: ReadonlySet<string> = new Set([...REQUEST_KEYS, ...SIGNER_KEYS]);

/**
 * Whether a request outside of AWS can have a value for a condition key; for others, as
 * `aws:SourceVpce`, every condition is decided as if it was missing.
 */
export function canHaveValue(key: string): boolean {
  const name = key.toLowerCase();
  return KNOWN.has(name) || name.startsWith("aws:principaltag/");
}
