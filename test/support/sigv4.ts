import { createHash, createHmac } from "node:crypto";
import type { ReceivedRequest } from "./backends/loopback-server.js";

/** What the `Authorization` of a signed request says. */
export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Reads a Signature Version 4 header. Throws when there is none. */
export function readSignature(request: Pick<ReceivedRequest, "headers">): Signature {
  const authorization = headerOf(request, "authorization") ?? "";
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (match === null) throw new Error(`no signature: ${JSON.stringify(authorization)}`);
  const [, accessKeyId = "", region = "", service = "", signedHeaders = "", signature = ""] = match;
  return { accessKeyId, region, service, signedHeaders: signedHeaders.split(";"), signature };
}

/**
 * The signature that a service works out from what it received, by the rules as documented: the
 * path percent-encoded once more but for S3, the query decoded and encoded again, sorted. Written
 * apart from the library that the gateway signs with.
 */
export function serviceSideSignature(request: ReceivedRequest, secretAccessKey: string): string {
  const { region, service, signedHeaders } = readSignature(request);
  const date = headerOf(request, "x-amz-date") ?? "";
  const canonical = [
    request.method,
    canonicalPath(request.path, service),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${headerOf(request, name)?.trim() ?? ""}`),
    "",
    signedHeaders.join(";"),
    createHash("sha256").update(request.body).digest("hex"),
  ].join("\n");
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", date, scope, digest].join("\n");
  const key = scope
    .split("/")
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString("hex");
}

function canonicalPath(path: string, service: string): string {
  if (service === "s3") return encode(decodeURIComponent(path)).replaceAll("%2F", "/");
  return path.split("/").map(encode).join("/");
}

function canonicalQuery(query: string): string {
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value))}`;
    })
    .sort()
    .join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** Last value of a header, in any spelling. */
export function headerOf(
  { headers }: Pick<ReceivedRequest, "headers">,
  name: string,
): string | undefined {
  return headers.findLast(([given]) => given.toLowerCase() === name)?.[1];
}
