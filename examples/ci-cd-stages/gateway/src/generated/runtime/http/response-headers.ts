// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** What becomes of a response header: renamed, left out, or (no entry) handed on. */
export type HeaderFate = "remap" | "drop";
export type HeaderFates = ReadonlyMap<string, HeaderFate>;

const ALWAYS: readonly (readonly [string, HeaderFate])[] = [
  ["connection", "remap"],
  ["content-length", "remap"],
  ["date", "remap"],
  ["server", "remap"],
  ["transfer-encoding", "drop"],
  // Hop-by-hop; what the service does with them is not recorded.
  ["keep-alive", "drop"],
  ["proxy-connection", "drop"],
];

const BOOKKEEPING: readonly (readonly [string, HeaderFate])[] = [
  ["authorization", "remap"],
  ["content-md5", "remap"],
  ["expect", "remap"],
  ["host", "remap"],
  ["max-forwards", "remap"],
  ["proxy-authenticate", "remap"],
  ["trailer", "remap"],
  ["upgrade", "remap"],
  ["user-agent", "remap"],
  ["www-authenticate", "remap"],
];

/** Headers that an integration response or gateway response maps, or a function returns. */
export const MAPPED_FATES: HeaderFates = new Map([
  ...ALWAYS,
  ...BOOKKEEPING,
  ["x-amzn-requestid", "drop"],
  ["x-amz-apigw-id", "drop"],
]);

/** Headers that an HTTP_PROXY backend sends. */
export const PROXIED_FATES: HeaderFates = new Map([
  ...ALWAYS,
  ["content-encoding", "drop"],
  ["via", "drop"],
  ["x-amzn-requestid", "remap"],
  ["x-amz-apigw-id", "remap"],
]);

/** Appends one header under the name it leaves with; gives that name in lower case, or null. */
export function pushResponseHeader(
  into: string[],
  fates: HeaderFates,
  name: string,
  value: string,
): string | null {
  const lower = name.toLowerCase();
  const fate = fates.get(lower);
  if (fate === "drop") return null;
  if (fate === undefined) {
    into.push(name, value);
    return lower;
  }
  into.push(`x-amzn-Remapped-${name}`, value);
  return `x-amzn-remapped-${lower}`;
}
