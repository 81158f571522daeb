// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** What the client sent, as everything behind the gateway's front sees it. */
export interface RequestHeaders {
  /** Name, value, ...: what survived, spelled as the client did. */
  readonly pairs: readonly string[];
  readonly host: string | null;
  readonly contentType: string | null;
  readonly accept: string | null;
  readonly userAgent: string | null;
  readonly contentEncoding: string | null;
  /** `Content-Length` where sent and a plain number. */
  readonly contentLength: number | null;
  readonly authorization: string | null;
  readonly forwardedFor: string | null;
  readonly traceId: string | null;
  readonly requestId: string | null;
  readonly methodOverride: string | null;
  /** `Transfer-Encoding` says anything but `chunked`. */
  readonly oddTransfer: boolean;
  /** More than one `Host` line was sent. */
  readonly hostRepeated: boolean;
  /** Characters of all values together. */
  readonly valueBytes: number;
}

type Role =
  | "drop"
  | "host"
  | "contentType"
  | "accept"
  | "userAgent"
  | "contentEncoding"
  | "contentLength"
  | "connection"
  | "transferEncoding"
  | "authorization"
  | "forwardedFor"
  | "traceId"
  | "requestId"
  | "methodOverride";

/**
 * Names with a part of their own. Dropped ones never reach a mapping, an event or a backend;
 * `Keep-Alive` and `Proxy-Connection` are dropped as hop-by-hop headers (assumed, not recorded).
 */
const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["connection", "connection"],
  ["content-length", "contentLength"],
  ["content-md5", "drop"],
  ["expect", "drop"],
  ["keep-alive", "drop"],
  ["max-forwards", "drop"],
  ["proxy-authenticate", "drop"],
  ["proxy-connection", "drop"],
  ["server", "drop"],
  ["te", "drop"],
  ["trailer", "drop"],
  ["transfer-encoding", "transferEncoding"],
  ["upgrade", "drop"],
  ["www-authenticate", "drop"],
  ["x-forwarded-port", "drop"],
  ["x-forwarded-proto", "drop"],
  ["host", "host"],
  ["content-type", "contentType"],
  ["accept", "accept"],
  ["user-agent", "userAgent"],
  ["content-encoding", "contentEncoding"],
  ["authorization", "authorization"],
  ["x-forwarded-for", "forwardedFor"],
  ["x-amzn-trace-id", "traceId"],
  ["x-amzn-requestid", "requestId"],
  ["x-http-method-override", "methodOverride"],
]);

/** `Authorization` that holds a SigV4 signature is used up by the gateway. */
const SIGNATURE = "AWS4-HMAC-SHA256";

/** Reads the raw headers once. */
export function readRequestHeaders(raw: readonly string[]): RequestHeaders {
  const pairs: string[] = [];
  let host: string | null = null;
  let hostRepeated = false;
  let contentType: string | null = null;
  let accept: string | null = null;
  let userAgent: string | null = null;
  let contentEncoding: string | null = null;
  let contentLength: number | null = null;
  let authorization: string | null = null;
  let forwardedFor: string | null = null;
  let traceId: string | null = null;
  let requestId: string | null = null;
  let methodOverride: string | null = null;
  let connection: string | null = null;
  let oddTransfer = false;
  let valueBytes = 0;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const value = raw[i + 1] ?? "";
    valueBytes += value.length;
    switch (ROLES.get(name.toLowerCase())) {
      case undefined:
        pairs.push(name, value);
        break;
      case "drop":
        break;
      case "connection":
        connection = connection === null ? value : `${connection},${value}`;
        break;
      case "transferEncoding":
        oddTransfer ||= value.trim().toLowerCase() !== "chunked";
        break;
      case "contentLength":
        contentLength = /^\d{1,15}$/.test(value) ? Number(value) : null;
        break;
      case "host":
        hostRepeated ||= host !== null;
        host = value;
        pairs.push(name, value);
        break;
      case "contentType":
        contentType = value;
        pairs.push(name, value);
        break;
      case "accept":
        accept = value;
        pairs.push(name, value);
        break;
      case "userAgent":
        userAgent = value;
        pairs.push("User-Agent", value);
        break;
      case "contentEncoding":
        contentEncoding = value;
        pairs.push(name, value);
        break;
      case "authorization":
        authorization = value;
        if (!value.startsWith(SIGNATURE)) pairs.push("Authorization", value);
        break;
      case "forwardedFor":
        forwardedFor = forwardedFor === null ? value : `${forwardedFor}, ${value}`;
        break;
      case "traceId":
        traceId = value;
        break;
      case "requestId":
        requestId = value;
        break;
      case "methodOverride":
        // said twice it is no method: a backend might take the other one
        methodOverride = methodOverride === null ? value : `${methodOverride}, ${value}`;
        pairs.push(name, value);
        break;
    }
  }
  return {
    pairs: connection === null ? pairs : withoutConnectionOptions(pairs, connection),
    host,
    hostRepeated,
    oddTransfer,
    contentType,
    accept,
    userAgent,
    contentEncoding,
    contentLength,
    authorization,
    forwardedFor,
    traceId,
    requestId,
    methodOverride,
    valueBytes,
  };
}

/** A header named in `Connection` ends here, whatever it is; what the gateway adds comes later. */
function withoutConnectionOptions(pairs: string[], connection: string): string[] {
  const lower = connection.toLowerCase();
  if (lower === "keep-alive" || lower === "close") return pairs;
  const named = new Set(lower.split(",").map((option) => option.trim()));
  const kept: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    if (!named.has(name.toLowerCase())) kept.push(name, pairs[i + 1] ?? "");
  }
  return kept;
}

/** Last value of a name spelled exactly so. */
export function lastHeader(pairs: readonly string[], name: string): string | undefined {
  for (let i = pairs.length - 2; i >= 0; i -= 2) {
    if (pairs[i] === name) return pairs[i + 1];
  }
  return undefined;
}

/** All values of a name spelled exactly so. */
export function allHeaders(pairs: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    if (pairs[i] === name) values.push(pairs[i + 1] ?? "");
  }
  return values;
}

/** All values of a name, in any spelling. */
export function headerValues(pairs: readonly string[], name: string): string[] {
  const lower = name.toLowerCase();
  const values: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    if ((pairs[i] ?? "").toLowerCase() === lower) values.push(pairs[i + 1] ?? "");
  }
  return values;
}

/** True for a name that may stand on the wire. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+\-.^`|~]+$/.test(name);
}

/**
 * A value as it may stand on the wire: characters outside Latin-1 as their UTF-8 bytes. Null when
 * it holds a line break, NUL or another control character, so that no value can split a header.
 */
export function wireHeaderValue(value: string): string | null {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
  const bytes = Buffer.from(value, "utf8").toString("latin1");
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(bytes) ? bytes : null;
}
