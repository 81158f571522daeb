import {
  isOrderedArray,
  isOrderedObject,
  parseOrderedJson,
  plainFromOrdered,
  printOrderedJson,
  type OrderedJson,
} from "../support/ordered-json.js";
import type {
  BackendDefinitions,
  HttpBackend,
  LambdaFunction,
  ServiceAnswer,
} from "../support/backends/behaviour.js";
import type { RawHeader } from "../support/raw-client.js";
import { checkMatchers } from "./matcher.js";

/** API kinds as the case files name them. */
export type Protocol = "REST" | "HTTP" | "WEBSOCKET";

/** One file of cases. */
export interface CaseFile {
  readonly group: string;
  readonly topic: string;
  readonly title: string;
  readonly apis: ReadonlyMap<string, ApiDefinition>;
  readonly cases: readonly ConformanceCase[];
}

/** An API of a file; the document is JSON text with its placeholders still in it. */
export interface ApiDefinition {
  readonly protocol: Protocol;
  readonly documentText: string;
}

/** Where an expected value comes from. */
export interface Source {
  readonly kind: "aws-recorded" | "documented";
  readonly how: string;
}

/** What all cases have. */
interface CaseHead {
  readonly id: string;
  readonly title: string;
  readonly source: Source;
}

/** What cases that run an API have; the stage is JSON text with its placeholders still in it. */
interface DeployedCaseHead extends CaseHead {
  readonly api: string;
  readonly stageText: string;
  readonly backends: BackendDefinitions;
}

/** A request (JSON text, placeholders still in it) and what must come of it. */
export interface ExpectedExchange {
  readonly requestText: string;
  readonly expect: ExchangeExpectation;
}

export interface InvokeCase extends DeployedCaseHead, ExpectedExchange {
  readonly kind: "invoke";
}

export interface SequenceCase extends DeployedCaseHead {
  readonly kind: "sequence";
  readonly exchanges: readonly ExpectedExchange[];
}

export interface ExecutionLogCase extends DeployedCaseHead {
  readonly kind: "execution-log";
  readonly requestText: string;
  readonly expect: LogExpectation;
}

export interface WebSocketCase extends DeployedCaseHead {
  readonly kind: "websocket";
  readonly steps: readonly WebSocketStep[];
}

export interface ImportCase extends CaseHead {
  readonly kind: "import";
  /** JSON text of the document, or the raw text of a file that need not be JSON. */
  readonly text: string;
  readonly options: ImportOptions;
  readonly expect: ImportExpectation;
}

export interface GatewayResponseTableCase extends CaseHead {
  readonly kind: "gateway-response-table";
  readonly documentText: string;
  /** Matcher for the table. */
  readonly table: OrderedJson;
}

/** Cases that need a deployed API. */
export type DeployedCase = InvokeCase | SequenceCase | ExecutionLogCase | WebSocketCase;

/** Cases about reading a document. */
export type DocumentCase = ImportCase | GatewayResponseTableCase;

export type ConformanceCase = DeployedCase | DocumentCase;

/** `expect` of an exchange; absent members are not checked. */
export interface ExchangeExpectation {
  readonly response: ResponseExpectation | undefined;
  readonly backend: readonly CallExpectation[] | undefined;
}

export interface ResponseExpectation {
  readonly status: OrderedJson | undefined;
  readonly headers: ReadonlyMap<string, OrderedJson>;
  readonly absentHeaders: readonly string[];
  readonly headersExact: boolean;
  readonly body: BodyExpectation | undefined;
}

export type BodyExpectation =
  | { readonly kind: "json"; readonly value: OrderedJson }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "base64"; readonly value: string }
  | { readonly kind: "empty" };

/** One backend call; `undefined` members are not compared. */
export type CallExpectation = LambdaCallExpectation | HttpCallExpectation;

export interface LambdaCallExpectation {
  readonly kind: "lambda";
  readonly name: string;
  readonly event: OrderedJson | undefined;
  readonly invocationType: OrderedJson | undefined;
  /** WebSocket steps only: which call of that function, 1 being the first. */
  readonly nth: number | undefined;
}

export interface HttpCallExpectation {
  readonly kind: "http" | "aws";
  readonly name: string;
  readonly action: OrderedJson | undefined;
  readonly method: OrderedJson | undefined;
  readonly path: OrderedJson | undefined;
  readonly query: OrderedJson | undefined;
  readonly headers: ReadonlyMap<string, OrderedJson>;
  readonly absentHeaders: readonly string[];
  readonly body: BodyExpectation | undefined;
}

export interface LogExpectation {
  readonly status: OrderedJson | undefined;
  readonly headers: ReadonlyMap<string, OrderedJson>;
  readonly body: OrderedJson | undefined;
  /** All lines, or `undefined` when not compared as a whole. */
  readonly log: readonly string[] | undefined;
  /** Lines that must be there in this order. */
  readonly logContains: readonly string[] | undefined;
}

export interface ImportOptions {
  readonly basepath: "ignore" | "prepend" | "split" | undefined;
  readonly mode: "merge" | "overwrite" | undefined;
  /** View of the API that the document is put over, if any. */
  readonly existing: unknown;
}

export interface ImportExpectation {
  readonly model: OrderedJson | undefined;
  readonly warnings: OrderedJson | undefined;
  readonly error: OrderedJson | undefined;
}

export type WebSocketStep =
  | {
      readonly kind: "connect";
      readonly headers: readonly RawHeader[];
      readonly query: string | undefined;
    }
  | { readonly kind: "send"; readonly text: string }
  | {
      readonly kind: "receive";
      readonly text: OrderedJson | undefined;
      readonly json: OrderedJson | undefined;
    }
  | { readonly kind: "close"; readonly code: number }
  | { readonly kind: "closed" }
  | {
      readonly kind: "management";
      readonly method: string;
      readonly body: string | undefined;
      readonly status: OrderedJson | undefined;
      readonly json: OrderedJson | undefined;
    }
  | { readonly kind: "backend"; readonly calls: readonly CallExpectation[] };

/** What a client sends, placeholders resolved. */
export interface CaseRequest {
  readonly method: string;
  readonly path: string;
  /** Complete raw target, stage included; overrides `path` and `query`. */
  readonly target: string | undefined;
  readonly query: string | undefined;
  readonly headers: readonly RawHeader[];
  readonly body: Uint8Array;
}

/** Deployment settings of a stage, placeholders resolved. */
export interface CaseStage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly canary: CaseCanary | undefined;
  readonly apiKeys: readonly CaseApiKey[];
  readonly usagePlans: readonly CaseUsagePlan[];
}

export interface CaseCanary {
  /** Name of the API with the canary deployment, in the same file. */
  readonly api: string;
  readonly percentTraffic: number;
  readonly variables: Readonly<Record<string, string>>;
}

export interface CaseApiKey {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly enabled: boolean;
}

export interface CaseUsagePlan {
  readonly id: string;
  readonly name: string;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number } | undefined;
  readonly quota:
    | { readonly limit: number; readonly period: "DAY" | "WEEK" | "MONTH"; readonly offset: number }
    | undefined;
  readonly stages: readonly string[];
  /** Ids of API keys. */
  readonly keys: readonly string[];
}

/** A case file that this runner does not understand; the run must stop, for a skipped check looks like a pass. */
export class CaseFormatError extends Error {
  override readonly name = "CaseFormatError";
}

/** A value of a case file and where it stands; every reader fails with that place. */
interface Place {
  readonly value: OrderedJson | undefined;
  readonly at: string;
}

type Members = ReadonlyMap<string, OrderedJson>;

/** Reads the text of a case file. `fileName` is used in messages. Throws `CaseFormatError`. */
export function parseCaseFile(text: string, fileName: string): CaseFile {
  const file = { value: parseText(text, fileName), at: fileName };
  const format = member(file, "format").value;
  if (format !== 1) fail(file.at, `unknown format ${print(format)}`);
  const apis = new Map(
    entries(optionalMember(file, "apis")).map(([name, api]): [string, ApiDefinition] => [
      name,
      readApi(api),
    ]),
  );
  const cases = list(member(file, "cases")).map(readCase);
  for (const one of cases) checkApiNames(one, apis);
  return {
    group: string(member(file, "group")),
    topic: string(member(file, "topic")),
    title: string(member(file, "title")),
    apis,
    cases,
  };
}

/** Reads the JSON text of a `request`. Throws `CaseFormatError`. */
export function parseCaseRequest(text: string, caseId: string): CaseRequest {
  const request = { value: parseText(text, caseId), at: `${caseId}: request` };
  const target = optional(optionalMember(request, "target"), string);
  const base64 = optional(optionalMember(request, "bodyBase64"), string);
  const body = optional(optionalMember(request, "body"), string);
  if (base64 !== undefined && body !== undefined) fail(request.at, "both body and bodyBase64");
  return {
    method: string(member(request, "method")),
    path: target === undefined ? string(member(request, "path")) : "",
    target,
    query: optional(optionalMember(request, "query"), string),
    headers: optional(optionalMember(request, "headers"), headerList) ?? [],
    body: base64 === undefined ? Buffer.from(body ?? "") : Buffer.from(base64, "base64"),
  };
}

/** Reads the JSON text of a `stage`. Throws `CaseFormatError`. */
export function parseCaseStage(text: string, caseId: string): CaseStage {
  const stage = { value: parseText(text, caseId), at: `${caseId}: stage` };
  return {
    name: string(member(stage, "name")),
    variables: stringMap(optionalMember(stage, "variables")),
    canary: optional(optionalMember(stage, "canary"), readCanary),
    apiKeys: (optional(optionalMember(stage, "apiKeys"), list) ?? []).map(readApiKey),
    usagePlans: (optional(optionalMember(stage, "usagePlans"), list) ?? []).map(readUsagePlan),
  };
}

/** Whether a case runs against a deployed API. */
export function isDeployedCase(one: ConformanceCase): one is DeployedCase {
  return one.kind !== "import" && one.kind !== "gateway-response-table";
}

function checkApiNames(one: ConformanceCase, apis: ReadonlyMap<string, ApiDefinition>): void {
  if (!isDeployedCase(one)) return;
  const canary = parseCaseStage(one.stageText, one.id).canary?.api;
  for (const name of [one.api, ...(canary === undefined ? [] : [canary])]) {
    if (!apis.has(name)) fail(one.id, `no such API: ${print(name)}`);
  }
}

function readApi(api: Place): ApiDefinition {
  return {
    protocol: oneOf(member(api, "protocol"), ["REST", "HTTP", "WEBSOCKET"]),
    documentText: printOrderedJson(object(member(api, "document"))),
  };
}

function readCase(place: Place): ConformanceCase {
  const id = string(member(place, "id"));
  const one = { value: place.value, at: id };
  const source = member(one, "source");
  const head: CaseHead = {
    id,
    title: string(member(one, "title")),
    source: {
      kind: oneOf(member(source, "kind"), ["aws-recorded", "documented"]),
      how: string(member(source, "how")),
    },
  };
  const kind = optional(optionalMember(one, "kind"), string) ?? "invoke";
  switch (kind) {
    case "invoke":
      return { kind, ...head, ...readDeployment(one), ...readExchange(one) };
    case "sequence":
      return {
        kind,
        ...head,
        ...readDeployment(one),
        exchanges: list(member(one, "requests")).map(readExchange),
      };
    case "execution-log":
      return {
        kind,
        ...head,
        ...readDeployment(one),
        requestText: readRequestText(one),
        expect: readLogExpectation(member(one, "expect")),
      };
    case "websocket":
      return {
        kind,
        ...head,
        ...readDeployment(one),
        steps: list(member(one, "steps")).map(readStep),
      };
    case "import":
      return { kind, ...head, ...readImport(one) };
    case "gateway-response-table":
      return { kind, ...head, ...readGatewayResponseTable(one) };
    default:
      return fail(id, `unknown kind ${print(kind)}`);
  }
}

function readDeployment(one: Place): Omit<DeployedCaseHead, keyof CaseHead> {
  return {
    api: string(member(one, "api")),
    stageText: printOrderedJson(object(member(one, "stage"))),
    backends: readBackends(optionalMember(one, "backends")),
  };
}

function readBackends(place: Place): BackendDefinitions {
  return {
    lambda: new Map(
      entries(optionalMember(place, "lambda")).map(([name, one]): [string, LambdaFunction] => [
        name,
        readLambda(one),
      ]),
    ),
    http: new Map(
      entries(optionalMember(place, "http")).map(([name, one]): [string, HttpBackend] => [
        name,
        readHttpBackend(one),
      ]),
    ),
    aws: (optional(optionalMember(place, "aws"), list) ?? []).map(readServiceAnswer),
    oidc: new Map(
      entries(optionalMember(place, "oidc")).map(
        ([name, one]): [string, { readonly alg: string }] => {
          oneOf(member(one, "do"), ["oidc-issuer"]);
          return [name, { alg: string(member(one, "alg")) }];
        },
      ),
    ),
  };
}

function readLambda(place: Place): LambdaFunction {
  const action = oneOf(member(place, "do"), ["return", "echo", "return-proxy-event", "throw"]);
  const delayMs = optional(optionalMember(place, "delayMs"), number) ?? 0;
  switch (action) {
    case "return":
      return {
        do: action,
        payload: printOrderedJson(member(place, "value").value ?? null),
        delayMs,
      };
    case "throw":
      return { do: action, payload: printOrderedJson(object(member(place, "error"))), delayMs };
    case "echo":
    case "return-proxy-event":
      return { do: action, delayMs };
  }
}

function readHttpBackend(place: Place): HttpBackend {
  const action = oneOf(member(place, "do"), ["respond", "echo-body"]);
  if (action === "echo-body") return { do: action };
  return { do: action, ...readAnswer(place) };
}

function readServiceAnswer(place: Place): ServiceAnswer {
  oneOf(member(place, "do"), ["respond"]);
  return { service: string(member(place, "service")), ...readAnswer(place) };
}

function readAnswer(place: Place): Omit<ServiceAnswer, "service"> {
  const base64 = optional(optionalMember(place, "bodyBase64"), string);
  const text = optional(optionalMember(place, "body"), string) ?? "";
  return {
    status: number(member(place, "status")),
    headers: Object.entries(stringMap(optionalMember(place, "headers"))),
    body: base64 === undefined ? Buffer.from(text) : Buffer.from(base64, "base64"),
  };
}

function readRequestText(one: Place): string {
  const text = printOrderedJson(object(member(one, "request")));
  // read once now, so that a broken request stops the run before anything is deployed
  parseCaseRequest(text, one.at);
  return text;
}

function readExchange(one: Place): ExpectedExchange {
  return {
    requestText: readRequestText(one),
    expect: readExchangeExpectation(member(one, "expect")),
  };
}

function readExchangeExpectation(place: Place): ExchangeExpectation {
  known(place, ["response", "backend"]);
  return {
    response: optional(optionalMember(place, "response"), readResponseExpectation),
    backend: optional(optionalMember(place, "backend"), list)?.map((call) => readCall(call, [])),
  };
}

function readResponseExpectation(place: Place): ResponseExpectation {
  known(place, ["status", "headers", "absentHeaders", "headersExact", "body"]);
  return {
    status: optional(optionalMember(place, "status"), matcher),
    headers: headerMatchers(optionalMember(place, "headers")),
    absentHeaders: optional(optionalMember(place, "absentHeaders"), stringList) ?? [],
    headersExact: optional(optionalMember(place, "headersExact"), boolean) ?? false,
    body: optional(optionalMember(place, "body"), readBody),
  };
}

function readBody(place: Place): BodyExpectation {
  const [[kind, operand] = fail(place.at, "an empty object"), ...others] = entries(place);
  if (others.length > 0) fail(place.at, "more than one of json, text, base64, empty");
  switch (kind) {
    case "json":
      return { kind, value: matcher(operand) };
    case "text":
    case "base64":
      return { kind, value: string(operand) };
    case "empty":
      if (operand.value !== true) fail(operand.at, "must be true");
      return { kind };
    default:
      return fail(place.at, `unknown member ${print(kind)}`);
  }
}

function readCall(place: Place, alsoKnown: readonly string[]): CallExpectation {
  const kinds = (["lambda", "http", "aws"] as const).filter((kind) => object(place).has(kind));
  const [kind = fail(place.at, "none of lambda, http, aws"), ...others] = kinds;
  if (others.length > 0) fail(place.at, `more than one of ${kinds.join(", ")}`);
  const name = string(member(place, kind));
  if (kind === "lambda") {
    known(place, [kind, "event", "invocationType", ...alsoKnown]);
    return {
      kind,
      name,
      event: optional(optionalMember(place, "event"), matcher),
      invocationType: optional(optionalMember(place, "invocationType"), matcher),
      nth: optional(optionalMember(place, "nth"), number),
    };
  }
  known(place, [
    kind,
    "method",
    "path",
    "query",
    "headers",
    "absentHeaders",
    "body",
    ...(kind === "aws" ? ["action"] : []),
  ]);
  return {
    kind,
    name,
    action: optional(optionalMember(place, "action"), matcher),
    method: optional(optionalMember(place, "method"), matcher),
    path: optional(optionalMember(place, "path"), matcher),
    query: optional(optionalMember(place, "query"), matcher),
    headers: headerMatchers(optionalMember(place, "headers")),
    absentHeaders: optional(optionalMember(place, "absentHeaders"), stringList) ?? [],
    body: optional(optionalMember(place, "body"), readBody),
  };
}

function readLogExpectation(place: Place): LogExpectation {
  known(place, ["status", "headers", "body", "log", "logContains"]);
  return {
    status: optional(optionalMember(place, "status"), matcher),
    headers: headerMatchers(optionalMember(place, "headers")),
    body: optional(optionalMember(place, "body"), matcher),
    log: optional(optionalMember(place, "log"), stringList),
    logContains: optional(optionalMember(place, "logContains"), stringList),
  };
}

function readImport(one: Place): Omit<ImportCase, "kind" | keyof CaseHead> {
  const expect = member(one, "expect");
  known(expect, ["model", "warnings", "error"]);
  const options = optionalMember(one, "options");
  const existing = optionalMember(options, "existing").value;
  const text = optional(optionalMember(one, "text"), string);
  return {
    text: text ?? printOrderedJson(object(member(one, "document"))),
    options: {
      basepath: optional(optionalMember(options, "basepath"), (place) =>
        oneOf(place, ["ignore", "prepend", "split"]),
      ),
      mode: optional(optionalMember(options, "mode"), (place) =>
        oneOf(place, ["merge", "overwrite"]),
      ),
      existing: existing === undefined ? undefined : plainFromOrdered(existing),
    },
    expect: {
      model: optional(optionalMember(expect, "model"), matcher),
      warnings: optional(optionalMember(expect, "warnings"), matcher),
      error: optional(optionalMember(expect, "error"), matcher),
    },
  };
}

function readGatewayResponseTable(
  one: Place,
): Omit<GatewayResponseTableCase, "kind" | keyof CaseHead> {
  const expect = member(one, "expect");
  known(expect, ["table"]);
  return {
    documentText: printOrderedJson(object(member(one, "document"))),
    table: matcher(member(expect, "table")),
  };
}

function readStep(place: Place): WebSocketStep {
  const kinds = (
    ["connect", "send", "receive", "close", "closed", "management", "backend"] as const
  ).filter((kind) => object(place).has(kind));
  const [kind = fail(place.at, `unknown step ${print(place.value)}`)] = kinds;
  known(place, kind === "management" ? [kind, "status", "json"] : [kind]);
  const step = member(place, kind);
  switch (kind) {
    case "connect":
      known(step, ["headers", "query"]);
      return {
        kind,
        headers: optional(optionalMember(step, "headers"), headersOfConnect) ?? [],
        query: optional(optionalMember(step, "query"), string),
      };
    case "send":
      return { kind, text: string(step) };
    case "receive":
      known(step, ["text", "json"]);
      return {
        kind,
        text: optional(optionalMember(step, "text"), matcher),
        json: optional(optionalMember(step, "json"), matcher),
      };
    case "close":
      known(step, ["code"]);
      return { kind, code: number(member(step, "code")) };
    case "closed":
      if (step.value !== true) fail(step.at, "must be true");
      return { kind };
    case "management":
      return readManagementStep(place, step);
    case "backend":
      return { kind, calls: list(step).map((call) => readCall(call, ["nth"])) };
  }
}

function readManagementStep(place: Place, step: Place): WebSocketStep {
  known(step, ["method", "body"]);
  return {
    kind: "management",
    method: string(member(step, "method")),
    body: optional(optionalMember(step, "body"), string),
    status: optional(optionalMember(place, "status"), matcher),
    json: optional(optionalMember(place, "json"), matcher),
  };
}

function readCanary(place: Place): CaseCanary {
  return {
    api: string(member(place, "api")),
    percentTraffic: number(member(place, "percentTraffic")),
    variables: stringMap(optionalMember(place, "variables")),
  };
}

function readApiKey(place: Place): CaseApiKey {
  return {
    id: string(member(place, "id")),
    name: string(member(place, "name")),
    value: string(member(place, "value")),
    enabled: boolean(member(place, "enabled")),
  };
}

function readUsagePlan(place: Place): CaseUsagePlan {
  return {
    id: string(member(place, "id")),
    name: string(member(place, "name")),
    throttle: optional(optionalMember(place, "throttle"), (throttle) => ({
      rateLimit: number(member(throttle, "rateLimit")),
      burstLimit: number(member(throttle, "burstLimit")),
    })),
    quota: optional(optionalMember(place, "quota"), (quota) => ({
      limit: number(member(quota, "limit")),
      period: oneOf(member(quota, "period"), ["DAY", "WEEK", "MONTH"]),
      offset: optional(optionalMember(quota, "offset"), number) ?? 0,
    })),
    stages: stringList(member(place, "stages")),
    keys: stringList(member(place, "keys")),
  };
}

/** Headers of a connect step: a list of pairs as in a request, or an object. */
function headersOfConnect(place: Place): readonly RawHeader[] {
  return isOrderedArray(place.value) ? headerList(place) : Object.entries(stringMap(place));
}

function headerList(place: Place): readonly RawHeader[] {
  return list(place).map((pair): RawHeader => {
    const [name, value, ...others] = list(pair);
    if (name === undefined || value === undefined || others.length > 0)
      fail(pair.at, "must be [name, value]");
    return [string(name), string(value)];
  });
}

function headerMatchers(place: Place): ReadonlyMap<string, OrderedJson> {
  return new Map(
    entries(place).map(([name, value]): [string, OrderedJson] => [name, matcher(value)]),
  );
}

function matcher(place: Place): OrderedJson {
  if (place.value === undefined) fail(place.at, "missing");
  checkMatchers(place.value, place.at, fail);
  return place.value;
}

function known(place: Place, names: readonly string[]): void {
  for (const name of object(place).keys()) {
    if (!names.includes(name)) fail(place.at, `unknown member ${print(name)}`);
  }
}

function member(place: Place, name: string): Place {
  const found = optionalMember(place, name);
  if (found.value === undefined) fail(found.at, "missing");
  return found;
}

/** A member that may be missing, also because its owner is. */
function optionalMember(place: Place, name: string): Place {
  const value = place.value === undefined ? undefined : object(place).get(name);
  return { value, at: `${place.at}${place.at.includes(": ") ? "." : ": "}${name}` };
}

function optional<T>(place: Place, read: (place: Place) => T): T | undefined {
  return place.value === undefined ? undefined : read(place);
}

function object(place: Place): Members {
  return isOrderedObject(place.value) ? place.value : fail(place.at, "must be an object");
}

function entries(place: Place): [name: string, member: Place][] {
  return place.value === undefined
    ? []
    : [...object(place).keys()].map((name) => [name, member(place, name)]);
}

function list(place: Place): Place[] {
  if (!isOrderedArray(place.value)) return fail(place.at, "must be a list");
  return place.value.map((value, index) => ({ value, at: `${place.at}[${index}]` }));
}

function stringList(place: Place): string[] {
  return list(place).map(string);
}

function stringMap(place: Place): Readonly<Record<string, string>> {
  return Object.fromEntries(entries(place).map(([name, value]) => [name, string(value)]));
}

function string(place: Place): string {
  return typeof place.value === "string" ? place.value : fail(place.at, "must be text");
}

function number(place: Place): number {
  return typeof place.value === "number" ? place.value : fail(place.at, "must be a number");
}

function boolean(place: Place): boolean {
  return typeof place.value === "boolean" ? place.value : fail(place.at, "must be true or false");
}

function oneOf<const T extends string>(place: Place, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === place.value);
  return found ?? fail(place.at, `must be one of ${allowed.join(", ")}; got ${print(place.value)}`);
}

function parseText(text: string, at: string): OrderedJson {
  try {
    return parseOrderedJson(text);
  } catch (cause) {
    throw new CaseFormatError(`${at}: no JSON`, { cause });
  }
}

function print(value: OrderedJson | undefined): string {
  return value === undefined ? "nothing" : printOrderedJson(value);
}

function fail(at: string, problem: string): never {
  throw new CaseFormatError(`${at}: ${problem}`);
}
