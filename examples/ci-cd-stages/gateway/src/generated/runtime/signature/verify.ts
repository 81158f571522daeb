// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { timingSafeEqual } from "node:crypto";
import { createAsymmetricVerifier, type AsymmetricVerifier } from "./asymmetric-key.js";
import { canonicalRequest } from "./canonical-request.js";
import { chunkParts, trailerParts, type ChunkSigner } from "./chunked-body.js";
import { basicForm, readClaim, timeOf, type SignatureClaim } from "./claim.js";
import { checkPayload, payloadHash } from "./payload.js";
import { takeApart, type ArrivedRequest, type ReceivedRequest } from "./received-request.js";
import { invalid, unknownCredential } from "./refusal.js";
import { createSigner, sha256, stringToSign, SYMMETRIC, type Signer } from "./signing-key.js";

/** The secret side of an access key. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Null: a lasting key, which has none. */
  readonly sessionToken: string | null;
}

export interface VerifyOptions<C extends Credential> {
  /** Finds a credential by its access key id. */
  readonly lookup: (accessKeyId: string) => C | undefined;
  /** `execute-api`. */
  readonly service: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** False: dots and double slashes of the path were signed as they are. */
  readonly normalizePath?: boolean;
  /** True: the session token need not be signed, as some services have it. */
  readonly tokenOutside?: boolean;
}

/** What was signed, step by step, for tests and messages. */
export interface SignedText {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

export interface Verifier<C extends Credential> {
  /**
   * The credential that signed a request. `body` is read when the signature needs it, and where the
   * hash of the body was sent, only once the signature is right. Rejects with a `GatewayError` in the
   * service's words.
   */
  verify(request: ArrivedRequest, body: () => Promise<Buffer>): Promise<C>;
}

/** Five minutes. Source: IAM user guide, "Troubleshoot Signature Version 4 requests". */
const SKEW_MS = 300_000;
const UNSIGNED = "UNSIGNED-PAYLOAD";
const NOTHING: ReadonlySet<string> = new Set();
/** Of a presigned address, all but the signature itself. */
const SIGNATURE: ReadonlySet<string> = new Set(["X-Amz-Signature"]);
const SIGNATURE_AND_TOKEN: ReadonlySet<string> = new Set([...SIGNATURE, "X-Amz-Security-Token"]);

/** Checks signatures of versions 4 and 4a, in headers and in addresses. */
export function createVerifier<C extends Credential>(options: VerifyOptions<C>): Verifier<C> {
  const keys: Keys = { signer: createSigner(), asymmetric: createAsymmetricVerifier() };
  return {
    verify: async (arrived, body) => {
      const request = takeApart(arrived);
      const claim = readClaim(request);
      checkScope(claim, options);
      const credential = findCredential(claim, options);
      checkTime(claim, options.clock());
      checkSignedHeaders(claim, request, options);
      const hash = claim.payloadHash ?? payloadHash(await body());
      const text = signedText(request, claim, hash, options);
      if (!isSigned(claim, credential, text, keys)) throw mismatch(text);
      if (claim.payloadHash !== null && hash !== UNSIGNED) {
        const signer = chunkSigner(claim, credential, keys.signer);
        checkPayload(hash, await body(), { signer, decodedBytes: decodedBytes(request) });
      }
      return credential;
    },
  };
}

interface Keys {
  readonly signer: Signer;
  readonly asymmetric: AsymmetricVerifier;
}

/** What the signer of a request should have signed. */
export function signedText(
  request: ReceivedRequest,
  claim: SignatureClaim,
  hash: string,
  {
    normalizePath,
    tokenOutside,
  }: Pick<VerifyOptions<Credential>, "normalizePath" | "tokenOutside">,
): SignedText {
  const { algorithm, dateTime, scope, signedHeaders, expiresSeconds } = claim;
  const ofAddress = tokenOutside === true ? SIGNATURE_AND_TOKEN : SIGNATURE;
  const canonical = canonicalRequest(request, {
    signedHeaders,
    payloadHash: hash,
    leftOut: expiresSeconds === null ? NOTHING : ofAddress,
    normalizePath: normalizePath ?? true,
  });
  return {
    canonicalRequest: canonical,
    stringToSign: stringToSign(algorithm, dateTime, scope, sha256(canonical)),
  };
}

function isSigned(
  { algorithm, scope, signature }: SignatureClaim,
  { accessKeyId, secretAccessKey }: Credential,
  { stringToSign: text }: SignedText,
  { signer, asymmetric }: Keys,
): boolean {
  return algorithm === SYMMETRIC
    ? isEqual(signer.sign(accessKeyId, secretAccessKey, scope, text), signature)
    : asymmetric.isSigned(accessKeyId, secretAccessKey, text, signature);
}

/** The chain of signatures that begins with the request's. */
function chunkSigner(
  { scope, dateTime, signature }: SignatureClaim,
  { accessKeyId, secretAccessKey }: Credential,
  signer: Signer,
): ChunkSigner {
  let before = signature;
  const check = (kind: string, parts: readonly string[], sent: string): void => {
    const text = stringToSign(kind, dateTime, scope, ...parts);
    const expected = signer.sign(accessKeyId, secretAccessKey, scope, text);
    if (!isEqual(expected, sent)) throw invalid("The signature of a chunk does not match.");
    before = sent;
  };
  return {
    checkChunk: (sent, data) => check(`${SYMMETRIC}-PAYLOAD`, chunkParts(before, data), sent),
    checkTrailers: (sent, lines) =>
      check(`${SYMMETRIC}-TRAILER`, trailerParts(before, lines), sent),
  };
}

function decodedBytes({ headers }: ReceivedRequest): number | null {
  const [text = "", another] = headers.get("x-amz-decoded-content-length") ?? [];
  return another === undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function checkScope(
  { scope, regions, dateTime }: SignatureClaim,
  { region, service }: VerifyOptions<Credential>,
): void {
  if (!(regions ?? [scope.region]).some((named) => isRegion(named, region, regions !== null))) {
    const named = regions?.join(",") ?? scope.region;
    throw invalid(`Credential should be scoped to a valid region, not '${named}'. `);
  }
  if (scope.service !== service) {
    throw invalid(`Credential should be scoped to correct service: '${service}'. `);
  }
  const date = dateTime.slice(0, 8);
  if (scope.date !== date) {
    throw invalid(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${date}', from '${dateTime}'.`,
    );
  }
}

/** The regions of version 4a may end in a star. */
function isRegion(named: string | null, region: string, stars: boolean): boolean {
  if (named === region) return true;
  return stars && named?.endsWith("*") === true && region.startsWith(named.slice(0, -1));
}

function findCredential<C extends Credential>(
  { accessKeyId, sessionToken }: SignatureClaim,
  { lookup }: VerifyOptions<C>,
): C {
  const credential = lookup(accessKeyId);
  if (credential === undefined) throw unknownCredential();
  const expected = credential.sessionToken;
  const isRight =
    expected === null
      ? sessionToken === null
      : sessionToken !== null && isEqual(expected, sessionToken);
  if (!isRight) throw unknownCredential();
  return credential;
}

function checkTime({ dateTime, expiresSeconds }: SignatureClaim, nowMs: number): void {
  const signedMs = timeOf(dateTime);
  const goodMs = expiresSeconds === null ? SKEW_MS : expiresSeconds * 1000;
  if (nowMs - signedMs > goodMs) {
    const [limit, now] = [basicForm(nowMs - goodMs), basicForm(nowMs)];
    const span = expiresSeconds === null ? "5 min." : `${expiresSeconds} s`;
    throw invalid(`Signature expired: ${dateTime} is now earlier than ${limit} (${now} - ${span})`);
  }
  if (signedMs - nowMs > SKEW_MS) {
    const [limit, now] = [basicForm(nowMs + SKEW_MS), basicForm(nowMs)];
    throw invalid(
      `Signature not yet current: ${dateTime} is still later than ${limit} (${now} + 5 min.)`,
    );
  }
}

/** What the gateway relies on must be signed, and what is signed must have been sent. */
function checkSignedHeaders(
  { signedHeaders, expiresSeconds, regions }: SignatureClaim,
  { headers }: ReceivedRequest,
  { tokenOutside }: VerifyOptions<Credential>,
): void {
  const isSorted = signedHeaders.every(
    (name, index) => index === 0 || (signedHeaders[index - 1] ?? "") < name,
  );
  const isLower = signedHeaders.every((name) => name !== "" && name === name.toLowerCase());
  if (!isSorted || !isLower) throw invalid("'SignedHeaders' must be sorted names in lower case.");
  const unsent = signedHeaders.find((name) => !headers.has(name));
  if (unsent !== undefined) throw invalid(`The signed header '${unsent}' was not sent.`);
  // a header that changes the method must not be put onto a request that was signed without it
  const needed = ["host", "x-http-method-override"];
  if (expiresSeconds === null) {
    needed.push(headers.has("x-amz-date") ? "x-amz-date" : "date", "x-amz-content-sha256");
    if (regions !== null) needed.push("x-amz-region-set");
    if (tokenOutside !== true) needed.push("x-amz-security-token");
  }
  for (const name of needed) {
    if ((name === "host" || headers.has(name)) && !signedHeaders.includes(name)) {
      throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

/** In constant time; texts of other lengths are not equal. */
function isEqual(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one), Buffer.from(other)];
  return bytes.byteLength === otherBytes.byteLength && timingSafeEqual(bytes, otherBytes);
}

function mismatch({ canonicalRequest: canonical, stringToSign: text }: SignedText): Error {
  const what =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
  const shouldBe =
    `The Canonical String for this request should have been\n'${canonical}'\n\n` +
    `The String-to-Sign should have been\n'${text}'\n`;
  // the canonical string holds session tokens, which logs must not show
  return invalid(`${what}\n\n${shouldBe}`, what);
}
