import * as fc from "fast-check";
import type { BackendCall } from "../support/backends/behaviour.js";
import {
  isOrderedArray,
  isOrderedObject,
  printOrderedJson,
  type OrderedJson,
} from "../support/ordered-json.js";
import type { RawHeader, RawResponse } from "../support/raw-client.js";
import type {
  BodyExpectation,
  CallExpectation,
  ExchangeExpectation,
  HttpCallExpectation,
  LambdaCallExpectation,
} from "./case-format.js";
import type { Exchange } from "./comparison.js";
import { allOperand, isMatcher } from "./matcher.js";

/** A value of each `$any` kind. */
const ANY_SAMPLES: Readonly<Record<string, OrderedJson>> = {
  uuid: "0a0a0a0a-1111-4222-8333-444444444444",
  string: "text",
  number: 1.5,
  integer: 7,
  array: [],
  object: new Map(),
  "trace-id": "Root=1-3152b799-8954dae64eda91bc9a23a7e8",
  ip: "127.0.0.1",
  host: "127.0.0.1:4101",
  "account-id": "123456789012",
  "epoch-ms": 1727000000000,
  "request-time": "25/Sep/2025:19:28:50 +0000",
};

/** A value that matches an expected one. Throws for an expression that no text could be found for. */
export function sampleOf(expected: OrderedJson): OrderedJson {
  if (isOrderedArray(expected)) return expected.map(sampleOf);
  if (!isOrderedObject(expected)) return expected;
  return isMatcher(expected) ? sampleOfMatcher(expected) : mapMembers(expected);
}

/** An exchange that meets an expectation in every point that is expected. */
export function exchangeOf(expect: ExchangeExpectation): Exchange {
  return { response: responseOf(expect), calls: (expect.backend ?? []).map(callOf) };
}

/** A call that meets an expectation. */
export function callOf(expected: CallExpectation): BackendCall {
  return expected.kind === "lambda" ? lambdaCallOf(expected) : httpCallOf(expected);
}

function sampleOfMatcher(matcher: ReadonlyMap<string, OrderedJson>): OrderedJson {
  const [[name, operand] = ["", null]] = matcher;
  switch (name) {
    case "$any":
      return ANY_SAMPLES[String(operand)] ?? null;
    case "$regex":
      return textMatching(String(operand));
    case "$json":
      return printOrderedJson(sampleOf(operand));
    case "$set":
    case "$all":
      return sampleOf(operand);
    default:
      return sampleOfObject(matcher);
  }
}

function sampleOfObject(matcher: ReadonlyMap<string, OrderedJson>): OrderedJson {
  const partial = matcher.get("$partial");
  const members = isOrderedObject(partial) ? mapMembers(partial) : new Map<string, OrderedJson>();
  const order = matcher.get("$keyOrder");
  if (!isOrderedArray(order)) return members;
  return new Map(
    order.map((key): [string, OrderedJson] => [String(key), members.get(String(key)) ?? "any"]),
  );
}

function mapMembers(members: ReadonlyMap<string, OrderedJson>): ReadonlyMap<string, OrderedJson> {
  return new Map(
    [...members].map(([key, member]): [string, OrderedJson] => [key, sampleOf(member)]),
  );
}

/** Printable text in which the expression finds a match. */
function textMatching(source: string): string {
  const expression = new RegExp(source);
  // fast-check knows no lookahead; what it excludes is left to the filter
  const body = source.replace(/^\^|\$$/g, "").replace(/\(\?!.*?\)/g, "");
  const texts = fc
    .stringMatching(new RegExp(`^${body}$`))
    .filter((text) => /^[!-~]+(?: [!-~]+)*$/.test(text) && expression.test(text));
  const [text] = fc.sample(texts, { numRuns: 1, seed: 1 });
  if (text === undefined) throw new Error(`no text found for /${source}/`);
  return text;
}

function responseOf({ response }: ExchangeExpectation): RawResponse {
  const status = sampleOf(response?.status ?? 200);
  return {
    status: Number(status),
    headers: headersOf(response?.headers ?? new Map<string, OrderedJson>()),
    body: bodyOf(response?.body),
  };
}

function headersOf(expected: ReadonlyMap<string, OrderedJson>): RawHeader[] {
  return [...expected].flatMap(([name, value]): RawHeader[] => {
    const values = allOperand(value)?.map(sampleOf) ?? [sampleOf(value)];
    return values.map((one): RawHeader => [name, String(one)]);
  });
}

function bodyOf(expected: BodyExpectation | undefined): Uint8Array {
  switch (expected?.kind) {
    case "json":
      return Buffer.from(printOrderedJson(sampleOf(expected.value)));
    case "text":
      return Buffer.from(expected.value);
    case "base64":
      return Buffer.from(expected.value, "base64");
    case "empty":
    case undefined:
      return new Uint8Array();
  }
}

function lambdaCallOf(expected: LambdaCallExpectation): BackendCall {
  return {
    kind: "lambda",
    name: expected.name,
    event: sampleOf(expected.event ?? null),
    invocationType: String(sampleOf(expected.invocationType ?? "RequestResponse")),
  };
}

function httpCallOf(expected: HttpCallExpectation): BackendCall {
  const body = bodyOf(expected.body);
  // a call goes over the wire, where any text will not do as a length
  const headers = headersOf(expected.headers).map(([name, value]): RawHeader =>
    name.toLowerCase() === "content-length" && !/^\d+$/.test(value)
      ? [name, String(body.length)]
      : [name, value],
  );
  if (expected.action !== undefined)
    headers.push(["X-Amz-Target", `Service.${String(sampleOf(expected.action))}`]);
  return {
    kind: expected.kind,
    name: expected.name,
    method: String(sampleOf(expected.method ?? "GET")),
    path: String(sampleOf(expected.path ?? "/")),
    query: queryOf(expected.query),
    headers,
    body,
  };
}

function queryOf(expected: OrderedJson | undefined): string {
  const query = new URLSearchParams();
  const values = sampleOf(expected ?? new Map());
  if (!isOrderedObject(values)) return "";
  for (const [name, list] of values) {
    if (isOrderedArray(list)) for (const value of list) query.append(name, String(value));
  }
  return query.toString();
}
