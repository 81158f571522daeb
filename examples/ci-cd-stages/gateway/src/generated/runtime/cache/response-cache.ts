// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createHash } from "node:crypto";
import type { MappingSource } from "../contracts.js";

/** Bytes of the largest response that is cached, headers and body. Source: developer guide, "Quotas". */
export const LARGEST_CACHED_RESPONSE = 1_048_576;
/** Seconds. Source: developer guide, "Cache settings for REST APIs". */
export const LONGEST_CACHE_TTL = 3600;

/** Which entries a method of a stage may use. */
export interface CacheScope {
  readonly stage: string;
  /** Canary requests have entries of their own, unless they use the stage's cache. */
  readonly canary: boolean;
  /** The resource's id, or the name that methods share entries under. */
  readonly namespace: string;
  readonly method: string;
}

/** The value of one cache key parameter; null: the request has none, which is not an empty one. */
export type CacheKeyParameter = readonly [name: string, value: string | null];

/**
 * The key of one request's entry. It begins with the stage, canary or not, and the namespace in
 * clear, so that they can be flushed, and ends with a digest of all that tells requests apart: values
 * of parameters may be long, and are not to be read in a shared store.
 */
export function responseCacheKey(
  scope: CacheScope,
  parameters: readonly CacheKeyParameter[],
): string {
  // JSON has one text for one list of texts: no value can be mistaken for two others
  const asked = JSON.stringify([scope.method, parameters]);
  const digest = createHash("sha256").update(asked).digest("base64url");
  return `${responseCachePrefix(scope)}${digest}`;
}

/** How a cache key parameter is named in keys. */
export function keyParameterName(source: MappingSource): string {
  return JSON.stringify(source);
}

/** How a value stands in keys; undefined: the request has none. */
export function keyParameterValue(value: string | readonly string[] | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** How the keys of a stage begin, or those of a namespace in it; what a flush takes. */
export function responseCachePrefix(
  scope: Pick<CacheScope, "stage"> & Partial<Pick<CacheScope, "canary" | "namespace">>,
): string {
  const { stage, canary, namespace } = scope;
  const parts = [stage];
  if (canary !== undefined) parts.push(canary ? "canary" : "base");
  if (namespace !== undefined) parts.push(namespace);
  return parts.map((part) => `${encodeURIComponent(part)}/`).join("");
}

/** A response as it is cached, headers and all. */
export interface CachedResponse {
  readonly status: number;
  /** Name, value, name, value; repeats and spelling are meant. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | null;
}

/** Says what the bytes are, and which layout they have. */
const VERSION = 1;
/** Version, whether there is a body, length of the JSON text of status and headers. */
const HEAD_BYTES = 6;

/** The bytes of a response; null: it is too large to be cached. */
export function serializeResponse({ status, headers, body }: CachedResponse): Buffer | null {
  const facts = Buffer.from(JSON.stringify([status, ...headers]));
  const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? Buffer.alloc(0));
  if (facts.byteLength + bytes.byteLength > LARGEST_CACHED_RESPONSE) return null;
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(VERSION, 0);
  head.writeUInt8(body === null ? 0 : 1, 1);
  head.writeUInt32BE(facts.byteLength, 2);
  return Buffer.concat([head, facts, bytes]);
}

/** Reads what `serializeResponse` gave; null: the bytes are something else, which is a miss. */
export function parseResponse(entry: Buffer): CachedResponse | null {
  if (entry.byteLength < HEAD_BYTES || entry.readUInt8(0) !== VERSION) return null;
  const bodyAt = HEAD_BYTES + entry.readUInt32BE(2);
  if (bodyAt > entry.byteLength) return null;
  const facts = parseFacts(entry.toString("utf8", HEAD_BYTES, bodyAt));
  return facts === null
    ? null
    : { ...facts, body: entry.readUInt8(1) === 0 ? null : entry.subarray(bodyAt) };
}

function parseFacts(text: string): Pick<CachedResponse, "status" | "headers"> | null {
  try {
    const facts: unknown = JSON.parse(text);
    if (!Array.isArray(facts)) return null;
    const [status, ...headers]: readonly unknown[] = facts;
    if (typeof status !== "number" || !headers.every(isText)) return null;
    return { status, headers };
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
