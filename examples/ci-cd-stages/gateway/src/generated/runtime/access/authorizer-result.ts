// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isRecord } from "../json-record.js";

/** Bytes of the longest result. Source: developer guide, "Quotas". */
const RESULT_LIMIT = 8192;

/** What an authorizer function gave back, checked; the policy is not read yet. */
export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: unknown;
  readonly context: ReadonlyMap<string, string>;
  readonly usageIdentifierKey: string | null;
}

/** The result is none that the service takes; the message says why. */
export class ResultProblem extends Error {
  override readonly name = "ResultProblem";
}

/**
 * Reads the JSON text of a result. Source: developer guide, "Output from an API Gateway Lambda
 * authorizer"; recorded: context values arrive as text.
 * @throws ResultProblem
 */
export function readAuthorizerResult(payload: string): AuthorizerResult {
  if (Buffer.byteLength(payload) > RESULT_LIMIT) refuse(`is longer than ${RESULT_LIMIT} bytes`);
  const value = parse(payload);
  if (!isRecord(value)) return refuse("is no object");
  const { principalId, policyDocument, usageIdentifierKey = null } = value;
  if (typeof principalId !== "string") return refuse("has no principalId");
  if (!isRecord(policyDocument)) return refuse("has no policyDocument that is an object");
  if (usageIdentifierKey !== null && typeof usageIdentifierKey !== "string") {
    return refuse("has a usageIdentifierKey that is no text");
  }
  const context = readContext(value["context"]);
  return { principalId, policyDocument, context, usageIdentifierKey };
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return refuse("is no JSON");
  }
}

/** Flat: a value that is an object or a list makes the whole result invalid. Null has no text. */
function readContext(value: unknown): ReadonlyMap<string, string> {
  const context = new Map<string, string>();
  if (value === undefined || value === null) return context;
  if (!isRecord(value)) return refuse("has a context that is no object");
  for (const [name, item] of Object.entries(value)) {
    if (item === null) continue;
    if (typeof item === "object") return refuse(`has no text in its context "${name}"`);
    context.set(name, String(item));
  }
  return context;
}

function refuse(reason: string): never {
  throw new ResultProblem(`the authorizer's result ${reason}`);
}
