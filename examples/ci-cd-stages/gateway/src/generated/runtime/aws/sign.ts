// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { SignatureV4 } from "@smithy/signature-v4";
import type { CredentialProvider } from "./signing-keys.js";
import { NodeSha256 } from "./sha256.js";

/** A request to an AWS service before it is signed. */
export interface UnsignedRequest {
  readonly method: string;
  readonly origin: string;
  /** As it goes over the wire: percent-encoded, without the query. */
  readonly path: string;
  /** Name, value, ... decoded; sent as {@link wireQuery} prints them. */
  readonly query: readonly string[];
  /** Name, value, ... */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array;
}

/** Gives the headers to send, `Host` and the signature included: name, value, ... */
export type Signer = (request: UnsignedRequest) => Promise<string[]>;

export interface SignerOptions {
  /** The name in the credential scope, which is not always that of the endpoint. */
  readonly service: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
}

/**
 * Prepares Signature Version 4. Every service but S3 takes the path of the canonical request
 * percent-encoded once more, and without empty and dot segments.
 */
export function createSigner({ service, region, credentials }: SignerOptions): Signer {
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: NodeSha256,
    uriEscapePath: service !== "s3",
  });
  return async ({ method, origin, path, query, headers, body }) => {
    const { protocol, host, hostname } = new URL(origin);
    const signed = await signer.sign({
      method,
      protocol,
      hostname,
      path,
      query: queryRecord(query),
      headers: headerRecord(headers, host),
      body,
    });
    return Object.entries(signed.headers).flat();
  };
}

/** Repeated names share one line, as the signature reads them. */
function headerRecord(headers: readonly string[], host: string): Record<string, string> {
  const record: Record<string, string> = { host };
  const names = new Map<string, string>();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? "";
    const value = headers[i + 1] ?? "";
    const known = names.get(name.toLowerCase());
    if (known === undefined) {
      names.set(name.toLowerCase(), name);
      record[name] = value;
    } else {
      record[known] = `${record[known] ?? ""},${value}`;
    }
  }
  return record;
}

function queryRecord(pairs: readonly string[]): Record<string, string[]> {
  const record = new Map<string, string[]>();
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    const values = record.get(name) ?? [];
    values.push(pairs[i + 1] ?? "");
    record.set(name, values);
  }
  return Object.fromEntries(record);
}

/** A query string whose every character is encoded as the signature encodes it. */
export function wireQuery(pairs: readonly string[]): string {
  let query = "";
  for (let i = 0; i < pairs.length; i += 2) {
    query += `${query === "" ? "" : "&"}${encodeStrictly(pairs[i] ?? "")}=${encodeStrictly(pairs[i + 1] ?? "")}`;
  }
  return query;
}

/**
 * A path in the one form that client and service sign alike. In S3 keys an escaped slash is a
 * slash, as the service reads it: `folder%2Ffile` names `folder/file`. Escapes that are no UTF-8
 * stay as they are.
 */
export function wirePath(path: string, service: string): string {
  const keyed = service === "s3" ? path.replaceAll(/%2f/gi, "/") : path;
  return keyed.split("/").map(wireSegment).join("/");
}

function wireSegment(segment: string): string {
  try {
    return encodeStrictly(decodeURIComponent(segment));
  } catch {
    return segment;
  }
}

/** Percent-encodes everything but the unreserved characters of RFC 3986. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
