// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { incomplete, invalid, notSigned } from "./refusal.js";
import type { ReceivedRequest } from "./received-request.js";
import { ASYMMETRIC, SYMMETRIC, type Algorithm, type CredentialScope } from "./signing-key.js";

/** What a request says about its signature; nothing of it is verified. */
export interface SignatureClaim {
  readonly algorithm: Algorithm;
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Regions that a signature of version 4a is good for, with `*`; null: the scope names the one. */
  readonly regions: readonly string[] | null;
  /** `20150830T123600Z`. */
  readonly dateTime: string;
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
  /** What was signed in place of the body, or its hash; null: the request does not tell. */
  readonly payloadHash: string | null;
  /** Null: none was sent. */
  readonly sessionToken: string | null;
  /** Seconds for which a presigned address is good; null: the signature stands in a header. */
  readonly expiresSeconds: number | null;
}

/**
 * Finds the signature of a request: in its `Authorization` header, or in its query string. Throws a
 * `GatewayError` when there is none, or it is not complete.
 */
export function readClaim(request: ReceivedRequest): SignatureClaim {
  const query = new SigningParameters(request);
  const [header, another] = valuesOf(request, "authorization");
  const isPresigned = query.has("X-Amz-Signature") || query.has("X-Amz-Algorithm");
  if (header === undefined) {
    if (!isPresigned) throw notSigned();
    return readPresigned(query, request);
  }
  if (another !== undefined) throw incomplete("Authorization header may stand once only.", header);
  if (isPresigned) {
    throw incomplete("A signature stands in a header or in the query string, not in both.", header);
  }
  return readAuthorization(header, request);
}

const NONE: readonly string[] = [];

function valuesOf({ headers }: ReceivedRequest, name: string): readonly string[] {
  return headers.get(name) ?? NONE;
}

const FIELDS = ["Credential", "Signature", "SignedHeaders"] as const;

function readAuthorization(header: string, request: ReceivedRequest): SignatureClaim {
  const space = header.indexOf(" ");
  const algorithm = space === -1 ? header : header.slice(0, space);
  const fields = new Map<string, string>();
  for (const text of space === -1 ? [] : header.slice(space + 1).split(",")) {
    const field = text.replace(/^[ \t]+|[ \t]+$/g, "");
    const equals = field.indexOf("=");
    if (equals === -1) {
      throw invalidPair(field, header);
    }
    const name = field.slice(0, equals);
    if (fields.has(name)) throw incomplete(`'${name}' stands more than once.`, header);
    fields.set(name, field.slice(equals + 1));
  }
  const missing = FIELDS.filter((name) => (fields.get(name) ?? "") === "");
  const sentences = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  const dateTime = sentDate(request);
  if (dateTime === undefined) {
    sentences.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  if (sentences.length > 0 || dateTime === undefined) throw incomplete(sentences.join(" "), header);
  if (!isAlgorithm(algorithm)) {
    throw incomplete(`'${algorithm}' is not a supported algorithm.`, header);
  }
  const tokens = valuesOf(request, "x-amz-security-token");
  return {
    ...readCredential(fields.get("Credential") ?? "", algorithm, header),
    algorithm,
    regions: readRegions(algorithm, valuesOf(request, "x-amz-region-set").join(","), header),
    dateTime,
    signedHeaders: (fields.get("SignedHeaders") ?? "").split(";"),
    signature: fields.get("Signature") ?? "",
    payloadHash: sentHash(request),
    sessionToken: tokens.length === 0 ? null : tokens.join(","),
    expiresSeconds: null,
  };
}

function isAlgorithm(text: string | undefined): text is Algorithm {
  return text === SYMMETRIC || text === ASYMMETRIC;
}

function readRegions(
  algorithm: Algorithm,
  text: string,
  header: string | null,
): readonly string[] | null {
  if (algorithm === SYMMETRIC) return null;
  if (text === "") throw incomplete("The signature requires 'X-Amz-Region-Set'.", header);
  return text.split(",").map((region) => region.trim());
}

function sentHash(request: ReceivedRequest): string | null {
  const [sent, another] = valuesOf(request, "x-amz-content-sha256");
  if (another !== undefined) throw invalid("'x-amz-content-sha256' stands more than once.");
  return sent ?? null;
}

function invalidPair(field: string, header: string): Error {
  const problem = "not a valid key=value pair (missing equal-sign) in Authorization header";
  return incomplete(`'${field}' ${problem}: '${header}'.`, null, problem);
}

/** `X-Amz-Date`, else `Date`, in the basic form of ISO 8601; HTTP's own form is understood, too. */
function sentDate(request: ReceivedRequest): string | undefined {
  const own = valuesOf(request, "x-amz-date");
  const [date, another] = own.length === 0 ? valuesOf(request, "date") : own;
  if (date === undefined || another !== undefined) return undefined;
  const text = date.trim();
  if (isDateTime(text)) return text;
  const timeMs = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(timeMs) ? undefined : basicForm(timeMs);
}

function isDateTime(text: string): boolean {
  return /^\d{8}T\d{6}Z$/.test(text) && !Number.isNaN(timeOf(text));
}

/** Milliseconds since 1970 of `20150830T123600Z`. */
export function timeOf(dateTime: string): number {
  return Date.parse(
    dateTime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
}

/** `20150830T123600Z`. */
export function basicForm(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, "");
}

function readPresigned(query: SigningParameters, request: ReceivedRequest): SignatureClaim {
  const names = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"];
  const missing = names.filter((name) => (query.get(`X-Amz-${name}`) ?? "") === "");
  if (missing.length > 0) {
    const sentences = missing.map((name) => `Query string requires 'X-Amz-${name}' parameter.`);
    throw incomplete(sentences.join(" "), null);
  }
  const dateTime = query.get("X-Amz-Date") ?? "";
  const expires = query.get("X-Amz-Expires") ?? "";
  const algorithm = query.get("X-Amz-Algorithm");
  if (!isAlgorithm(algorithm) || !isDateTime(dateTime)) {
    throw incomplete("X-Amz-Algorithm or X-Amz-Date is not one that is supported.", null);
  }
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > LONGEST_SECONDS) {
    throw invalid(`X-Amz-Expires must be a number of seconds up to ${LONGEST_SECONDS}`);
  }
  return {
    ...readCredential(query.get("X-Amz-Credential") ?? "", algorithm, null),
    algorithm,
    regions: readRegions(algorithm, query.get("X-Amz-Region-Set") ?? "", null),
    dateTime,
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    signature: query.get("X-Amz-Signature") ?? "",
    // signers that move headers into the query leave the name in small letters
    payloadHash:
      sentHash(request) ??
      query.get("X-Amz-Content-Sha256") ??
      query.get("x-amz-content-sha256") ??
      null,
    sessionToken: query.get("X-Amz-Security-Token") ?? null,
    expiresSeconds: Number(expires),
  };
}

/** A week. Source: IAM user guide, "Authentication methods". */
const LONGEST_SECONDS = 604_800;

/** `KEY/20150830/us-east-1/execute-api/aws4_request`; version 4a leaves the region out. */
function readCredential(
  text: string,
  algorithm: Algorithm,
  header: string | null,
): Pick<SignatureClaim, "accessKeyId" | "scope"> {
  const elements = text.split("/");
  const [accessKeyId = "", date = ""] = elements;
  const count = algorithm === SYMMETRIC ? 5 : 4;
  const [service = "", end] = elements.slice(-2);
  if (accessKeyId === "" || elements.length !== count || end !== "aws4_request") {
    const form = `keyid/date/${count === 5 ? "region/" : ""}service/term`;
    throw incomplete(
      `Credential must have exactly ${count} slash-delimited elements, e.g. ${form}, got '${text}'.`,
      header,
    );
  }
  return {
    accessKeyId,
    scope: { date, region: count === 5 ? (elements[2] ?? "") : null, service },
  };
}

/** Parameters that name a signature; one that stands twice has no value. */
class SigningParameters {
  readonly #values = new Map<string, readonly string[]>();

  constructor({ query }: ReceivedRequest) {
    for (const [name, value] of query) {
      if (!/^X-Amz-/i.test(name)) continue;
      this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string): string | undefined {
    const [value, another] = this.#values.get(name) ?? [];
    return value === undefined || another !== undefined ? undefined : decoded(value);
  }
}

/** Undefined: bytes that are no text. */
function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
