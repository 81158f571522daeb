import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SignatureV4 } from "@smithy/signature-v4";
import { NodeSha256 } from "../../src/runtime/aws/sha256.js";
import { wireQuery } from "../../src/runtime/aws/sign.js";

/** A request as a client means it. */
export interface PlannedRequest {
  readonly method: string;
  /** Percent-encoded, stage first. */
  readonly path: string;
  /** Name, value, name, value; not encoded. */
  readonly query?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The same request on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string;
}

export interface SigningIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const HOST = "abcdefghij.execute-api.us-east-1.amazonaws.com";
const REGION = "us-east-1";
const SERVICE = "execute-api";

/** The signer of the AWS SDK for JavaScript, version 3. */
export async function signWithSdk(
  planned: PlannedRequest,
  credentials: SigningIdentity,
  signingMs: number,
): Promise<WireRequest> {
  const signed = await sdkSigner(credentials).sign(sdkRequest(planned), {
    signingDate: new Date(signingMs),
  });
  return onWire(planned, signed.headers, wireQuery(planned.query ?? []));
}

/** The same, with the signature in the query string. */
export async function presignWithSdk(
  planned: PlannedRequest,
  credentials: SigningIdentity,
  signingMs: number,
  expiresIn = 900,
): Promise<WireRequest> {
  const signed = await sdkSigner(credentials).presign(sdkRequest(planned), {
    signingDate: new Date(signingMs),
    expiresIn,
  });
  const pairs = Object.entries(signed.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? ""]).flatMap((item) => [name, item]),
  );
  return onWire(planned, signed.headers, wireQuery(pairs));
}

function sdkSigner(credentials: SigningIdentity): SignatureV4 {
  return new SignatureV4({ service: SERVICE, region: REGION, credentials, sha256: NodeSha256 });
}

function sdkRequest({ method, path, query = [], headers = {}, body }: PlannedRequest) {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < query.length; i += 2) {
    const name = query[i] ?? "";
    values.set(name, [...(values.get(name) ?? []), query[i + 1] ?? ""]);
  }
  return {
    method,
    protocol: "https:",
    hostname: HOST,
    path,
    query: Object.fromEntries(values),
    headers: { host: HOST, ...headers },
    ...(body === undefined ? {} : { body }),
  };
}

function onWire(
  { method, path, body = "" }: PlannedRequest,
  headers: Readonly<Record<string, string>>,
  query: string,
): WireRequest {
  const target = query === "" ? path : `${path}?${query}`;
  return { method, target, headers: Object.entries(headers).flat(), body };
}

export const hasBotocore = spawnSync("python3", ["-c", "import botocore"]).status === 0;
export const botocoreNote = hasBotocore ? "" : " (skipped: python3 has no botocore here)";

/** How botocore, the signer of the AWS CLI and of boto3, is to sign. */
export interface BotocoreRequest extends PlannedRequest {
  readonly presign?: boolean;
}

/** Signs requests with botocore, now. */
export function signWithBotocore(
  requests: readonly BotocoreRequest[],
  credentials: SigningIdentity,
): readonly WireRequest[] {
  const script = fileURLToPath(new URL("sign_with_botocore.py", import.meta.url));
  const input = JSON.stringify({
    host: HOST,
    region: REGION,
    service: SERVICE,
    credentials,
    requests: requests.map(({ query = [], headers = {}, body = "", ...rest }) => ({
      presign: false,
      ...rest,
      query: wireQuery(query),
      headers,
      body,
    })),
  });
  const { status, stdout, stderr } = spawnSync("python3", [script], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`botocore did not sign: ${stderr}`);
  return JSON.parse(stdout) as readonly WireRequest[];
}
