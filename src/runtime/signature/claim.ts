import { headerValues } from "../http/headers.js";
import { incomplete, invalid, notSigned } from "./refusal.js";
import type { ArrivedRequest } from "./canonical-request.js";
import { ALGORITHM, type CredentialScope } from "./signing-key.js";

/** What a request says about its signature; nothing of it is verified. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** `20150830T123600Z`. */
  readonly dateTime: string;
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
  /** Null: none was sent. */
  readonly sessionToken: string | null;
  /** Seconds for which a presigned address is good; null: the signature stands in a header. */
  readonly expiresSeconds: number | null;
}

/**
 * Finds the signature of a request: in its `Authorization` header, or in its query string. Throws a
 * `GatewayError` when there is none, or it is not complete.
 */
export function readClaim(request: ArrivedRequest): SignatureClaim {
  const query = new QueryParameters(request.target);
  const [header, another] = headerValues(request.headers, "authorization");
  const isPresigned = query.has("X-Amz-Signature") || query.has("X-Amz-Algorithm");
  if (header === undefined) {
    if (!isPresigned) throw notSigned();
    return readPresigned(query);
  }
  if (another !== undefined) throw incomplete("Authorization header may stand once only.", header);
  if (isPresigned) {
    throw incomplete("A signature stands in a header or in the query string, not in both.", header);
  }
  return readAuthorization(header, request.headers);
}

const FIELDS = ["Credential", "Signature", "SignedHeaders"] as const;

function readAuthorization(header: string, headers: readonly string[]): SignatureClaim {
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
  const dateTime = sentDate(headers);
  if (dateTime === undefined) {
    sentences.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  if (sentences.length > 0 || dateTime === undefined) throw incomplete(sentences.join(" "), header);
  if (algorithm !== ALGORITHM)
    throw incomplete(`'${algorithm}' is not a supported algorithm.`, header);
  const tokens = headerValues(headers, "x-amz-security-token");
  return {
    ...readCredential(fields.get("Credential") ?? "", header),
    dateTime,
    signedHeaders: (fields.get("SignedHeaders") ?? "").split(";"),
    signature: fields.get("Signature") ?? "",
    sessionToken: tokens.length === 0 ? null : tokens.join(","),
    expiresSeconds: null,
  };
}

function invalidPair(field: string, header: string): Error {
  const problem = "not a valid key=value pair (missing equal-sign) in Authorization header";
  return incomplete(`'${field}' ${problem}: '${header}'.`, null, problem);
}

/** `X-Amz-Date`, else `Date`, in the basic form of ISO 8601; HTTP's own form is understood, too. */
function sentDate(headers: readonly string[]): string | undefined {
  const [date, another] = [
    ...headerValues(headers, "x-amz-date"),
    ...(headerValues(headers, "x-amz-date").length === 0 ? headerValues(headers, "date") : []),
  ];
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

function readPresigned(query: QueryParameters): SignatureClaim {
  const names = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"];
  const missing = names.filter((name) => (query.get(`X-Amz-${name}`) ?? "") === "");
  if (missing.length > 0) {
    const sentences = missing.map((name) => `Query string requires 'X-Amz-${name}' parameter.`);
    throw incomplete(sentences.join(" "), null);
  }
  const dateTime = query.get("X-Amz-Date") ?? "";
  const expires = query.get("X-Amz-Expires") ?? "";
  if (query.get("X-Amz-Algorithm") !== ALGORITHM || !isDateTime(dateTime)) {
    throw incomplete("X-Amz-Algorithm or X-Amz-Date is not one that is supported.", null);
  }
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > LONGEST_SECONDS) {
    throw invalid(`X-Amz-Expires must be a number of seconds up to ${LONGEST_SECONDS}`);
  }
  return {
    ...readCredential(query.get("X-Amz-Credential") ?? "", null),
    dateTime,
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    signature: query.get("X-Amz-Signature") ?? "",
    sessionToken: query.get("X-Amz-Security-Token") ?? null,
    expiresSeconds: Number(expires),
  };
}

/** A week. Source: IAM user guide, "Authentication methods". */
const LONGEST_SECONDS = 604_800;

/** `KEY/20150830/us-east-1/execute-api/aws4_request`. */
function readCredential(
  text: string,
  header: string | null,
): Pick<SignatureClaim, "accessKeyId" | "scope"> {
  const [accessKeyId = "", date, region, service, end, ...rest] = text.split("/");
  const isComplete = accessKeyId !== "" && end === "aws4_request" && rest.length === 0;
  if (!isComplete || date === undefined || region === undefined || service === undefined) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${text}'.`,
      header,
    );
  }
  return { accessKeyId, scope: { date, region, service } };
}

/** Parameters that name a signature; one that stands twice has no value. */
class QueryParameters {
  readonly #values = new Map<string, readonly string[]>();

  constructor(target: string) {
    const mark = target.indexOf("?");
    if (mark === -1 || !/X-Amz-/i.test(target)) return;
    for (const [name, value] of new URLSearchParams(
      target.slice(mark + 1).replaceAll("+", "%2B"),
    )) {
      this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string): string | undefined {
    const [value, another] = this.#values.get(name) ?? [];
    return another === undefined ? value : undefined;
  }
}
