import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GatewayError } from "../../src/runtime/errors/gateway-error.js";
import { readClaim } from "../../src/runtime/signature/claim.js";
import { takeApart, type ArrivedRequest } from "../../src/runtime/signature/received-request.js";
import { createSigner, sha256 } from "../../src/runtime/signature/signing-key.js";
import { createVerifier, signedText, type Credential } from "../../src/runtime/signature/verify.js";

/** A signed request, as the README beside the cases describes it. */
export interface SignatureCase {
  readonly id: string;
  readonly context: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
    readonly region: string;
    readonly service: string;
    readonly timestamp: string;
    readonly normalizePath: boolean;
    readonly omitSessionTokenFromSignature?: boolean;
  };
  readonly signed: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body: string;
  };
  readonly canonicalRequest?: string;
  readonly stringToSign?: string;
  readonly signature?: string;
  readonly expect: "valid" | "invalid";
  readonly errorType?: string;
  readonly now?: string;
  /** False: other services do this, API Gateway does not. */
  readonly executeApi?: boolean;
  /** False: it cannot be sent over HTTP/1.1 as it is written. */
  readonly wire?: boolean;
}

const copied = fileURLToPath(new URL("cases", import.meta.url));
const shared = fileURLToPath(new URL("../../../shared/sigv4", import.meta.url));

/** Cases by file: those of `SIGV4_CASES`, else the shared ones where they are, else the copies. */
export function readSignatureCases(
  environment: NodeJS.ProcessEnv = process.env,
): readonly (readonly [file: string, cases: readonly SignatureCase[]])[] {
  const folder = environment["SIGV4_CASES"] ?? (existsSync(shared) ? shared : copied);
  return ["cases.json", "suite.json"].flatMap((file) => {
    const path = join(folder, file);
    if (!existsSync(path)) return [];
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    const cases = Array.isArray(content) ? content : (content as { readonly cases: unknown }).cases;
    return [[file, cases as readonly SignatureCase[]] as const];
  });
}

export interface SignatureOutcome {
  readonly id: string;
  readonly passed: boolean;
  readonly seen: string;
}

/** Verifies a case's request, and compares the three steps of its signature where the case has them. */
export async function runSignatureCase(item: SignatureCase): Promise<SignatureOutcome> {
  const { context, signed } = item;
  const request = { ...signed, headers: signed.headers.flat() };
  const credential: Credential = {
    accessKeyId: context.accessKeyId,
    secretAccessKey: context.secretAccessKey,
    sessionToken: context.sessionToken ?? null,
  };
  const credentials = new Map([[credential.accessKeyId, credential]]);
  const how = {
    normalizePath: context.normalizePath,
    tokenOutside: context.omitSessionTokenFromSignature ?? false,
  };
  const verifier = createVerifier({
    ...how,
    lookup: (id) => credentials.get(id),
    service: context.service,
    region: context.region,
    clock: () => Date.parse(item.now ?? context.timestamp),
  });
  const startedMs = performance.now();
  const seen = await verifier
    .verify(request, async () => Buffer.from(signed.body))
    .then(
      () => "valid",
      (error: unknown) => {
        if (error instanceof GatewayError) return `${error.status} ${error.errorType}`;
        throw error;
      },
    );
  const inTime = performance.now() - startedMs < 50;
  const isDecided = isExpected(item, seen);
  const steps = differentStep(item, request, credential, how);
  return {
    id: item.id,
    passed: isDecided && inTime && steps === undefined,
    seen: [seen, ...(inTime ? [] : ["too late"]), ...(steps === undefined ? [] : [steps])].join(
      ", ",
    ),
  };
}

/** `seen`: `valid`, or status and error type. */
export function isExpected({ expect, errorType }: SignatureCase, seen: string): boolean {
  if (expect === "valid") return seen === "valid";
  return errorType === undefined ? /^4\d\d /.test(seen) : seen === `403 ${errorType}`;
}

function differentStep(
  item: SignatureCase,
  arrived: ArrivedRequest,
  { accessKeyId, secretAccessKey }: Credential,
  how: { readonly normalizePath: boolean; readonly tokenOutside: boolean },
): string | undefined {
  if (item.canonicalRequest === undefined || item.expect !== "valid") return undefined;
  const request = takeApart(arrived);
  const claim = readClaim(request);
  const text = signedText(request, claim, claim.payloadHash ?? sha256(item.signed.body), how);
  const signature = createSigner().sign(
    accessKeyId,
    secretAccessKey,
    claim.scope,
    text.stringToSign,
  );
  const steps = { ...text, signature };
  for (const step of ["canonicalRequest", "stringToSign", "signature"] as const) {
    if (steps[step] !== item[step]) return `${step} is ${JSON.stringify(steps[step])}`;
  }
  return undefined;
}
