import type { Readable } from "node:stream";
import { badRequest } from "../admin/admin-error.js";
import type { ManagedGateway } from "../gateway.js";
import { isHeaderName } from "../http/headers.js";
import type { GatewayRequest, GatewayResponse } from "../http/message.js";
import { Query } from "../http/query.js";
import { isRecord } from "../json-record.js";
import {
  loggedBody,
  loggedHeader,
  hideCredentials,
  prepareHiding,
  secretsOf,
  type Credentials,
  type Hiding,
  type SecretHolder,
} from "../logs/redaction.js";
import type { Followed, RequestFeed } from "./request-feed.js";
import type { TryAnswer, TryRequest } from "./wire.js";

/** Bytes of an answer that are read; characters that are shown. */
const LONGEST_READ = 1024 * 1024;
const SHOWN = 64 * 1024;

/** Gives the headers by which a caller is known: name, value, name, value. */
export type Identify = (request: TryRequest, target: string) => Promise<readonly string[]>;

/** Sends one request through the whole gateway, callers and limits included. */
export async function tryRequest(
  gateway: ManagedGateway,
  asked: TryRequest,
  identify: Identify,
  feed: RequestFeed,
): Promise<TryAnswer> {
  const { api } = gateway;
  const stage = asked.stage ?? api.defaultStage ?? Object.keys(api.stages)[0] ?? "";
  const table = Object.hasOwn(api.stages, stage) ? api.stages[stage] : undefined;
  if (table === undefined) throw badRequest(`there is no stage "${stage}"`);
  const target = stage === "$default" ? asked.path : `/${stage}${asked.path}`;
  const headers = [...asked.headers.flat(), ...(await identify(asked, target))];
  const startedAt = performance.now();
  const request: GatewayRequest = {
    method: asked.method,
    target,
    rawHeaders: headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === "host")
      ? headers
      : ["Host", "localhost", ...headers],
    body: asked.body === null || asked.body === "" ? null : Buffer.from(asked.body),
    remoteAddress: "127.0.0.1",
    protocol: "https",
  };
  const followed = feed.follow(request);
  const response = await gateway.handle(request);
  const body = await readAnswer(response);
  const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
  const hiding = prepareHiding(table.redact);
  const credentials = secretsOf(holderOf(request, followed), hiding);
  return shown(response, body, { hiding, credentials, durationMs });
}

/** What the request sent, and what its authorizer said: a backend may send either back. */
function holderOf(
  { target, rawHeaders, body }: GatewayRequest,
  { matched }: Followed,
): SecretHolder {
  const [, query = ""] = target.split(/\?(.*)/s);
  return {
    headers: { pairs: rawHeaders },
    query: new Query(query),
    authorizer: matched?.authorizer ?? null,
    bodySoFar: Buffer.isBuffer(body) ? body : null,
  };
}

interface Showing {
  readonly hiding: Hiding;
  readonly credentials: Credentials;
  readonly durationMs: number;
}

/** The answer as logs would show it. */
function shown(
  response: GatewayResponse,
  body: Buffer,
  { hiding, credentials, durationMs }: Showing,
): TryAnswer {
  const headers: [string, string][] = [];
  let requestId: string | null = null;
  for (let i = 0; i + 1 < response.headers.length; i += 2) {
    const [name = "", value = ""] = response.headers.slice(i, i + 2);
    if (/^(?:x-amzn-requestid|apigw-requestid)$/i.test(name)) requestId = value;
    headers.push([name, hideCredentials(loggedHeader(name, value, hiding), credentials)]);
  }
  return {
    requestId,
    status: response.status,
    durationMs,
    headers,
    body: loggedBody(body, SHOWN, hiding, credentials),
  };
}

/** A stream that is longer, or never ends, is left after its beginning. */
async function readAnswer({ body }: GatewayResponse): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  const stream: Readable = body;
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    chunks.push(bytes);
    length += bytes.byteLength;
    if (length > LONGEST_READ) break;
  }
  return Buffer.concat(chunks);
}

/** @throws AdminError when it is none. */
export function readTryRequest(body: Readonly<Record<string, unknown>>): TryRequest {
  const { method, path } = body;
  if (typeof method !== "string" || !/^[A-Z]{1,16}$/.test(method)) {
    throw badRequest("the method is malformed");
  }
  if (typeof path !== "string" || !/^\/[^\s\p{Cc}]*$/u.test(path)) {
    throw badRequest("the path begins with a slash, and has no spaces");
  }
  return {
    method,
    path,
    headers: readHeaders(body["headers"]),
    body: text(body, "body"),
    stage: text(body, "stage"),
    as: text(body, "as"),
  };
}

function readHeaders(value: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(value)) throw badRequest("headers is no list");
  return value.map((pair: unknown): [string, string] => {
    const [name, item]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof name !== "string" || typeof item !== "string" || !isHeaderName(name)) {
      throw badRequest("a header is malformed");
    }
    // as a client sends it: bytes
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(item))
      throw badRequest(`the header ${name} is malformed`);
    return [name, item];
  });
}

/** A member that is a text, or is not there. */
export function text(body: Readonly<Record<string, unknown>>, member: string): string | null {
  const value = body[member] ?? null;
  if (value !== null && typeof value !== "string") throw badRequest(`${member} is no text`);
  return value;
}

/** A member with texts by name. */
export function texts(
  body: Readonly<Record<string, unknown>>,
  member: string,
): Readonly<Record<string, string>> {
  const value = body[member] ?? {};
  if (!isRecord(value)) throw badRequest(`${member} is no object`);
  const entries = Object.entries(value).map(([name, item]): [string, string] => {
    if (typeof item !== "string") throw badRequest(`${member} has a value that is no text`);
    return [name, item];
  });
  return Object.fromEntries(entries);
}
