import { timingSafeEqual } from "node:crypto";
import { headerValues } from "../http/headers.js";
import { canonicalRequest, type ArrivedRequest } from "./canonical-request.js";
import { basicForm, readClaim, timeOf, type SignatureClaim } from "./claim.js";
import { invalid, unknownCredential } from "./refusal.js";
import { createSigner, sha256, stringToSign, type Signer } from "./signing-key.js";

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

/** The three steps of a signature, for tests and messages. */
export interface SignatureSteps {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  /** Hexadecimal. */
  readonly signature: string;
}

export interface Verifier<C extends Credential> {
  /**
   * The credential that signed a request. `body` is read when the signature is otherwise in order.
   * Rejects with a `GatewayError` in the service's words.
   */
  verify(request: ArrivedRequest, body: () => Promise<Buffer>): Promise<C>;
}

/** Five minutes. Source: IAM user guide, "Troubleshoot Signature Version 4 requests". */
const SKEW_MS = 300_000;
const EMPTY_HASH = sha256("");
const UNSIGNED = "UNSIGNED-PAYLOAD";
/** Nothing but the signature itself. */
const LEFT_OUT: ReadonlySet<string> = new Set(["X-Amz-Signature"]);
const LEFT_OUT_WITH_TOKEN: ReadonlySet<string> = new Set([...LEFT_OUT, "X-Amz-Security-Token"]);

/** Checks signatures of version 4, in headers and in addresses. */
export function createVerifier<C extends Credential>(options: VerifyOptions<C>): Verifier<C> {
  const signer = createSigner();
  return {
    verify: async (request, body) => {
      const claim = readClaim(request);
      checkScope(claim, options);
      const credential = findCredential(claim, options);
      checkTime(claim, options.clock());
      checkSignedHeaders(claim, request, options);
      const payloadHash = await hashPayload(request, body);
      const steps = signatureSteps(request, claim, credential, payloadHash, options, signer);
      if (!isEqual(steps.signature, claim.signature)) throw mismatch(steps);
      return credential;
    },
  };
}

/** What the signature of a request should have been. */
export function signatureSteps(
  request: ArrivedRequest,
  claim: SignatureClaim,
  credential: Credential,
  payloadHash: string,
  options: Pick<VerifyOptions<Credential>, "normalizePath" | "tokenOutside">,
  signer: Signer = createSigner(),
): SignatureSteps {
  const isTokenOutside = options.tokenOutside === true && claim.expiresSeconds !== null;
  const canonical = canonicalRequest(request, {
    signedHeaders: claim.signedHeaders,
    payloadHash,
    leftOut: isTokenOutside ? LEFT_OUT_WITH_TOKEN : LEFT_OUT,
    normalizePath: options.normalizePath ?? true,
  });
  const text = stringToSign(claim.dateTime, claim.scope, canonical);
  const { accessKeyId, secretAccessKey } = credential;
  return {
    canonicalRequest: canonical,
    stringToSign: text,
    signature: signer.sign(accessKeyId, secretAccessKey, claim.scope, text).toString("hex"),
  };
}

function checkScope(
  { scope, dateTime }: SignatureClaim,
  { region, service }: VerifyOptions<Credential>,
): void {
  if (scope.region !== region) {
    throw invalid(`Credential should be scoped to a valid region, not '${scope.region}'. `);
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
  const now = basicForm(nowMs);
  if (nowMs - signedMs > goodMs) {
    const limit = basicForm(nowMs - goodMs);
    const span = expiresSeconds === null ? "5 min." : `${expiresSeconds} s`;
    throw invalid(`Signature expired: ${dateTime} is now earlier than ${limit} (${now} - ${span})`);
  }
  if (signedMs - nowMs > SKEW_MS) {
    const limit = basicForm(nowMs + SKEW_MS);
    throw invalid(
      `Signature not yet current: ${dateTime} is still later than ${limit} (${now} + 5 min.)`,
    );
  }
}

/** What the gateway relies on must be signed, and what is signed must have been sent. */
function checkSignedHeaders(
  { signedHeaders, expiresSeconds }: SignatureClaim,
  { headers }: ArrivedRequest,
  { tokenOutside }: VerifyOptions<Credential>,
): void {
  const isSorted = signedHeaders.every(
    (name, index) => index === 0 || (signedHeaders[index - 1] ?? "") < name,
  );
  const isLower = signedHeaders.every((name) => name !== "" && name === name.toLowerCase());
  if (!isSorted || !isLower) throw invalid("'SignedHeaders' must be sorted names in lower case.");
  const unsent = signedHeaders.find((name) => headerValues(headers, name).length === 0);
  if (unsent !== undefined) throw invalid(`The signed header '${unsent}' was not sent.`);
  // a header that changes the method must not be put onto a request that was signed without it
  const needed = ["host", "x-http-method-override"];
  if (expiresSeconds === null) {
    const dated = headerValues(headers, "x-amz-date").length > 0 ? "x-amz-date" : "date";
    needed.push(dated, "x-amz-content-sha256");
    if (tokenOutside !== true) needed.push("x-amz-security-token");
  }
  for (const name of needed) {
    const isSent = name === "host" || headerValues(headers, name).length > 0;
    if (isSent && !signedHeaders.includes(name)) {
      throw invalid(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

/** The hash that was signed for the body; it must be that of the body that came. */
async function hashPayload(
  { headers }: ArrivedRequest,
  body: () => Promise<Buffer>,
): Promise<string> {
  const [sent, another] = headerValues(headers, "x-amz-content-sha256");
  if (another !== undefined) throw invalid("'x-amz-content-sha256' stands more than once.");
  if (sent === UNSIGNED) return sent;
  const bytes = await body();
  const hash = bytes.byteLength === 0 ? EMPTY_HASH : sha256(bytes);
  if (sent === undefined || sent.toLowerCase() === hash) return sent ?? hash;
  throw invalid(
    sent.startsWith("STREAMING-")
      ? `The payload form '${sent}' is not supported.`
      : "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

/** In constant time; texts of other lengths are not equal. */
function isEqual(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one), Buffer.from(other)];
  return bytes.byteLength === otherBytes.byteLength && timingSafeEqual(bytes, otherBytes);
}

function mismatch({ canonicalRequest: canonical, stringToSign: text }: SignatureSteps): Error {
  const what =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
  const shouldBe =
    `The Canonical String for this request should have been\n'${canonical}'\n\n` +
    `The String-to-Sign should have been\n'${text}'\n`;
  // the canonical string holds session tokens, which logs must not show
  return invalid(`${what}\n\n${shouldBe}`, what);
}
