import type { BackendCall, HttpCall, LambdaCall } from "../support/backends/behaviour.js";
import { orderedFromPlain, type OrderedJson } from "../support/ordered-json.js";
import { headerValues, type RawHeader, type RawResponse } from "../support/raw-client.js";
import type {
  BodyExpectation,
  CallExpectation,
  ExchangeExpectation,
  HttpCallExpectation,
  ImportExpectation,
  LambdaCallExpectation,
  LogExpectation,
  ResponseExpectation,
} from "./case-format.js";
import { allOperand, matchValue, parseOrUndefined, type Mismatch } from "./matcher.js";
import type { ImportOutcome } from "./target.js";

/** What happened in one exchange. */
export interface Exchange {
  readonly response: RawResponse;
  /** All backend calls of the exchange, in order. */
  readonly calls: readonly BackendCall[];
}

/** Headers that `headersExact` allows besides those listed. */
const FRAMING_HEADERS: readonly string[] = [
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "date",
];

/** All differences between an exchange and what was expected of it. */
export function compareExchange(expect: ExchangeExpectation, exchange: Exchange): Mismatch[] {
  const response =
    expect.response === undefined ? [] : compareResponse(expect.response, exchange.response);
  const backend = expect.backend === undefined ? [] : compareCalls(expect.backend, exchange.calls);
  return [...response, ...backend];
}

/** All differences between an answer and the expected one. */
export function compareResponse(expect: ResponseExpectation, response: RawResponse): Mismatch[] {
  return [
    ...(expect.status === undefined
      ? []
      : matchValue(expect.status, response.status, "response.status")),
    ...compareHeaders(expect, response.headers, "response.headers"),
    ...(expect.headersExact ? compareHeaderNames(expect, response.headers) : []),
    ...(expect.body === undefined ? [] : compareBody(expect.body, response.body, "response.body")),
  ];
}

/** All differences between the calls that reached the backends and the whole list of expected ones. */
export function compareCalls(
  expected: readonly CallExpectation[],
  calls: readonly BackendCall[],
): Mismatch[] {
  const mismatches: Mismatch[] = [];
  if (expected.length !== calls.length) {
    const seen = calls.map(describeCall).join(", ") || "none";
    mismatches.push({
      at: "backend",
      problem: `${calls.length} calls, expected ${expected.length}; seen: ${seen}`,
    });
  }
  for (const [index, expectation] of expected.entries()) {
    const call = calls[index];
    if (call !== undefined) mismatches.push(...compareCall(expectation, call, `backend[${index}]`));
  }
  return mismatches;
}

/** All differences between a call and the expected one. */
export function compareCall(expected: CallExpectation, call: BackendCall, at: string): Mismatch[] {
  if (expected.kind !== call.kind || expected.name !== call.name) {
    return [
      {
        at,
        problem: `expected a call of ${expected.kind} ${expected.name}, got ${describeCall(call)}`,
      },
    ];
  }
  if (expected.kind === "lambda")
    return call.kind === "lambda" ? compareLambdaCall(expected, call, at) : [];
  return call.kind === "lambda" ? [] : compareHttpCall(expected, call, at);
}

/**
 * All differences between an exchange with its execution log and what was expected. The lines that list headers are
 * compared by their beginning only: the recordings were made without a socket and show neither `Host` nor defaults.
 */
export function compareExecutionLog(
  expect: LogExpectation,
  response: RawResponse,
  lines: readonly string[],
): Mismatch[] {
  return [
    ...(expect.status === undefined
      ? []
      : matchValue(expect.status, response.status, "response.status")),
    ...compareHeaders(
      { headers: expect.headers, absentHeaders: [] },
      response.headers,
      "response.headers",
    ),
    ...(expect.body === undefined
      ? []
      : compareBody({ kind: "json", value: expect.body }, response.body, "response.body")),
    ...(expect.log === undefined ? [] : compareAllLines(expect.log, lines)),
    ...(expect.logContains === undefined ? [] : compareSomeLines(expect.logContains, lines)),
    ...compareRequestIds(lines),
  ];
}

/** All differences between what reading a document gave and what was expected. */
export function compareImport(expect: ImportExpectation, outcome: ImportOutcome): Mismatch[] {
  if (outcome.kind === "refused") {
    return expect.error === undefined
      ? [{ at: "import", problem: `refused: ${outcome.error.type}: ${outcome.error.message}` }]
      : matchValue(expect.error, orderedFromPlain(outcome.error), "error");
  }
  return [
    ...(expect.error === undefined
      ? []
      : [{ at: "error", problem: "read without complaint, expected a refusal" }]),
    ...(expect.model === undefined
      ? []
      : matchValue(expect.model, orderedFromPlain(outcome.model), "model")),
    ...(expect.warnings === undefined
      ? []
      : matchValue(expect.warnings, orderedFromPlain(outcome.warnings), "warnings")),
  ];
}

/** A call in a few words, for messages. */
export function describeCall(call: BackendCall): string {
  return call.kind === "lambda"
    ? `lambda ${call.name}`
    : `${call.kind} ${call.name} ${call.method} ${call.path}${call.query === "" ? "" : `?${call.query}`}`;
}

interface HeaderExpectation {
  readonly headers: ReadonlyMap<string, OrderedJson>;
  readonly absentHeaders: readonly string[];
}

function compareHeaders(
  expect: HeaderExpectation,
  headers: readonly RawHeader[],
  at: string,
): Mismatch[] {
  const mismatches: Mismatch[] = [];
  for (const [name, expected] of expect.headers) {
    const values = headerValues(headers, name);
    const joined = values.length === 0 ? undefined : values.join(", ");
    const actual = allOperand(expected) === undefined ? joined : values;
    mismatches.push(...matchValue(expected, actual, `${at}[${JSON.stringify(name)}]`));
  }
  for (const name of expect.absentHeaders) {
    const values = headerValues(headers, name);
    if (values.length > 0) {
      mismatches.push({
        at: `${at}[${JSON.stringify(name)}]`,
        problem: `must be absent, got ${JSON.stringify(values.join(", "))}`,
      });
    }
  }
  return mismatches;
}

function compareHeaderNames(
  expect: ResponseExpectation,
  headers: readonly RawHeader[],
): Mismatch[] {
  const allowed = new Set([
    ...FRAMING_HEADERS,
    ...[...expect.headers.keys()].map((name) => name.toLowerCase()),
  ]);
  return headers
    .filter(([name]) => !allowed.has(name.toLowerCase()))
    .map(([name, value]) => ({
      at: `response.headers[${JSON.stringify(name)}]`,
      problem: `not among the exact headers, got ${JSON.stringify(value)}`,
    }));
}

function compareBody(expect: BodyExpectation, bytes: Uint8Array, at: string): Mismatch[] {
  const body = Buffer.from(bytes);
  switch (expect.kind) {
    case "json": {
      const parsed = parseOrUndefined(body.toString("utf8"));
      if (parsed === undefined) return [{ at, problem: `expected JSON, got ${showBytes(body)}` }];
      return matchValue(expect.value, parsed, at);
    }
    case "text":
      // bytes, not characters: decoding would hide broken UTF-8
      return body.equals(Buffer.from(expect.value))
        ? []
        : [bodyDiffers(Buffer.from(expect.value), body, at)];
    case "base64": {
      const wanted = Buffer.from(expect.value, "base64");
      return body.equals(wanted) ? [] : [bodyDiffers(wanted, body, at)];
    }
    case "empty":
      return body.length === 0 ? [] : [{ at, problem: `expected no body, got ${showBytes(body)}` }];
  }
}

function bodyDiffers(expected: Buffer, actual: Buffer, at: string): Mismatch {
  return { at, problem: `expected ${showBytes(expected)}, got ${showBytes(actual)}` };
}

function showBytes(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  const printed = JSON.stringify(text);
  const isReadable = Buffer.from(text).equals(bytes) && !printed.includes("\\u00");
  return isReadable ? printed : `base64 ${bytes.toString("base64")}`;
}

function compareLambdaCall(
  expected: LambdaCallExpectation,
  call: LambdaCall,
  at: string,
): Mismatch[] {
  return [
    ...(expected.event === undefined ? [] : matchValue(expected.event, call.event, `${at}.event`)),
    ...(expected.invocationType === undefined
      ? []
      : matchValue(expected.invocationType, call.invocationType, `${at}.invocationType`)),
  ];
}

function compareHttpCall(expected: HttpCallExpectation, call: HttpCall, at: string): Mismatch[] {
  const members: readonly [
    name: string,
    expected: OrderedJson | undefined,
    actual: OrderedJson | undefined,
  ][] = [
    ["action", expected.action, serviceAction(call)],
    ["method", expected.method, call.method],
    ["path", expected.path, call.path],
    ["query", expected.query, queryValues(call.query)],
  ];
  return [
    ...members.flatMap(([name, wanted, actual]) =>
      wanted === undefined ? [] : matchValue(wanted, actual, `${at}.${name}`),
    ),
    ...compareHeaders(expected, call.headers, `${at}.headers`),
    ...(expected.body === undefined ? [] : compareBody(expected.body, call.body, `${at}.body`)),
  ];
}

/** The part of `X-Amz-Target` behind the last dot, or the `Action` query or form parameter. */
function serviceAction(call: HttpCall): string | undefined {
  const [target] = headerValues(call.headers, "x-amz-target");
  if (target !== undefined) return target.split(".").at(-1);
  const form = new URLSearchParams(Buffer.from(call.body).toString("utf8"));
  return new URLSearchParams(call.query).get("Action") ?? form.get("Action") ?? undefined;
}

/** Decoded values in order, by decoded name. */
function queryValues(query: string): OrderedJson {
  const parsed = new URLSearchParams(query);
  return new Map([...parsed.keys()].map((name) => [name, parsed.getAll(name)]));
}

const REQUEST_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const LOG_TIME = "[A-Z][a-z]{2} [A-Z][a-z]{2} \\d{2} \\d{2}:\\d{2}:\\d{2} UTC \\d{4}";
const HEADER_LINE = /^(@TIME@ : (?:Method|Endpoint) (?:request|response) headers: \{).*\}$/;

function compareAllLines(expected: readonly string[], lines: readonly string[]): Mismatch[] {
  const mismatches: Mismatch[] = [];
  if (expected.length !== lines.length) {
    mismatches.push({ at: "log", problem: `${lines.length} lines, expected ${expected.length}` });
  }
  for (let index = 0; index < Math.max(expected.length, lines.length); index += 1) {
    const wanted = expected[index];
    const line = lines[index];
    if (wanted === undefined)
      mismatches.push({ at: `log[${index}]`, problem: `not expected: ${JSON.stringify(line)}` });
    else if (line === undefined || !linePattern(wanted).test(line)) {
      mismatches.push({
        at: `log[${index}]`,
        problem: `expected ${JSON.stringify(wanted)}, got ${JSON.stringify(line)}`,
      });
    }
  }
  return mismatches;
}

function compareSomeLines(expected: readonly string[], lines: readonly string[]): Mismatch[] {
  let from = 0;
  for (const [index, wanted] of expected.entries()) {
    const found = lines.findIndex((line, at) => at >= from && linePattern(wanted).test(line));
    if (found < 0) {
      return [
        {
          at: `logContains[${index}]`,
          problem: `no line ${JSON.stringify(wanted)} behind line ${from} of ${JSON.stringify(lines)}`,
        },
      ];
    }
    from = found + 1;
  }
  return [];
}

function linePattern(expected: string): RegExp {
  const headerLine = HEADER_LINE.exec(expected)?.[1];
  const source = escapeRegex(headerLine ?? expected)
    .replaceAll("@TIME@", LOG_TIME)
    .replaceAll("@ID@", REQUEST_ID);
  return new RegExp(headerLine === undefined ? `^${source}$` : `^${source}.*\\}$`, "s");
}

/** One log is about one request: every id in it is the same. */
function compareRequestIds(lines: readonly string[]): Mismatch[] {
  const ids = lines.flatMap(
    (line) =>
      new RegExp(
        `(?:Execution log for request|Starting execution for request:) (${REQUEST_ID})$`,
      ).exec(line)?.[1] ?? [],
  );
  return new Set(ids).size > 1
    ? [{ at: "log", problem: `several request ids: ${ids.join(", ")}` }]
    : [];
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
