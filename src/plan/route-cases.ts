import type { Api, Gateway } from "../ir/gateway.js";
import type { Integration } from "../ir/integration.js";
import type { MappingTemplate } from "../ir/mapping.js";
import type { SelectionExpression, WebSocket, WebSocketRoute } from "../ir/websocket.js";
import type { JsonValue } from "../ir/schema.js";
import { planContractCases, sampleBody, type ContractCase } from "./contract-cases.js";
import type { OperationPlan } from "./plan.js";
import { isServed } from "./served.js";

/** What the generated test of a WebSocket API tries. */
export type RouteTests = {
  readonly connect: ConnectCase;
  readonly routes: readonly RouteCase[];
};

/** The request that opens a connection, and what is known of its answer from the spec alone. */
export type ConnectCase = {
  /** Query without its question mark. */
  readonly query: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  /** Null: the spec does not decide it. */
  readonly opens: boolean | null;
  /** Parameters without which it is refused. */
  readonly required: readonly string[];
  /** Status for a caller who shows nothing; null: the API is open. */
  readonly anonymous: number | null;
};

/** A message, and which route takes it. */
export type RouteCase = {
  readonly operation: string;
  readonly message: string;
  readonly calls: "function" | "http" | null;
  /** The frame that comes back; null: none, or the spec does not decide it. */
  readonly answer: string | null;
};

export function planRouteTests(
  gateway: Gateway,
  operations: readonly OperationPlan[],
): RouteTests | undefined {
  const { websocket } = gateway.api;
  if (websocket === undefined) return undefined;
  return {
    connect: connectCase(gateway, operations),
    routes: operations.flatMap((plan, index) => {
      const route = websocket.routes[index];
      return route === undefined ? [] : routeCase(plan, route, websocket);
    }),
  };
}

/** As a request to a path, but for its status: the answer of a mock decides. */
function connectCase(gateway: Gateway, operations: readonly OperationPlan[]): ConnectCase {
  const index = operations.findIndex(({ operation }) => operation.routeKey === "$connect");
  const plan = operations[index];
  if (plan === undefined) {
    return { query: "", headers: hostOnly, opens: true, required: [], anonymous: null };
  }
  const [item] = planContractCases(gateway, [plan]);
  if (item === undefined) throw new Error("$connect has a case");
  const { headers, target, expect } = item;
  return {
    query: /\?(.*)$/s.exec(target)?.[1] ?? "",
    headers,
    opens: isOpening(plan, gateway.api, item),
    required: expect.required,
    anonymous: expect.anonymous,
  };
}

const hostOnly = ["host", "localhost"];

function isOpening(
  { operation: { integration, routeKey } }: OperationPlan,
  { websocket }: Api,
  { expect }: ContractCase,
): boolean | null {
  if (integration.kind !== "mock") {
    return expect.status === null ? null : expect.status >= 200 && expect.status < 300;
  }
  const route = websocket?.routes.find((candidate) => candidate.routeKey === routeKey);
  // what refuses a caller comes before the integration
  const isRefused = expect.anonymous !== null && expect.status === expect.anonymous;
  return isRefused
    ? false
    : route !== undefined && mockStatus(integration, route) === 200
      ? true
      : null;
}

function routeCase(
  { name, operation }: OperationPlan,
  route: WebSocketRoute,
  websocket: WebSocket,
): readonly RouteCase[] {
  const { routeKey, modelSelection } = route;
  if (routeKey === "$connect" || routeKey === "$disconnect") return [];
  const message = sampleMessage(websocket.routeSelection, routeKey, sampleBody(operation));
  if (message === undefined) return [];
  const isSure = isServed(operation.integration) && modelSelection === undefined;
  return [
    {
      operation: name,
      message,
      calls: isSure ? calls(operation.integration) : null,
      answer: isSure ? fixedAnswer(operation.integration, route) : null,
    },
  ];
}

function calls(integration: Integration): RouteCase["calls"] {
  if (integration.kind === "function") return "function";
  // without its variables an address may lead nowhere
  if (integration.kind !== "http" || integration.uri.some(({ kind }) => kind !== "text"))
    return null;
  return "http";
}

/** A message that the selection finds the key in; undefined: it is not a plain path of members. */
function sampleMessage(
  [only, second]: SelectionExpression,
  routeKey: string,
  sample: string | null,
): string | undefined {
  if (only?.kind !== "body" || second !== undefined) return undefined;
  if (routeKey === "$default") return "{}";
  const names = (only.jsonPath ?? "").split(".");
  if (!names.every((name) => /^[A-Za-z_]\w*$/.test(name) && name !== "__proto__")) return undefined;
  const selected = names.reduceRight<JsonValue>((value, name) => ({ [name]: value }), routeKey);
  const known: unknown = sample === null ? {} : JSON.parse(sample);
  const isRecord = typeof known === "object" && known !== null && !Array.isArray(known);
  return JSON.stringify(isRecord ? { ...known, ...Object(selected) } : selected);
}

/** What a mock with fixed templates says. */
function fixedAnswer(integration: Integration, route: WebSocketRoute): string | null {
  if (integration.kind !== "mock" || !route.hasRouteResponse) return null;
  if (mockStatus(integration, route) === null) return null;
  const [only, second] = integration.responses;
  if (only === undefined || second !== undefined || only.pattern !== undefined) return null;
  if (only.contentHandling !== undefined) return null;
  const text = fixedText(only.templates, only.templateSelection);
  return text === "" ? null : text;
}

function mockStatus(
  integration: Extract<Integration, { kind: "mock" }>,
  { templateSelection }: WebSocketRoute,
): number | null {
  const text = fixedText(integration.requestTemplates, templateSelection) ?? "";
  const status = /^\s*\{\s*"?statusCode"?\s*:\s*(\d{3})\s*\}\s*$/.exec(text)?.[1];
  return status === undefined ? null : Number(status);
}

/** The text of the template that is chosen whatever the message is. */
function fixedText(
  templates: readonly MappingTemplate[],
  selection: SelectionExpression = [{ kind: "literal", text: "$default" }],
): string | null {
  if (!selection.every(({ kind }) => kind === "literal")) return null;
  const key = selection.map((part) => (part.kind === "literal" ? part.text : "")).join("");
  const find = (wanted: string): MappingTemplate | undefined =>
    templates.find(({ mediaType }) => mediaType === wanted);
  const template = find(key) ?? find("$default");
  const isFixed = template?.nodes?.every((node) => node.kind === "text") === true;
  // escapes and directives make the text of the nodes another one
  return isFixed && !/[\\#$]/.test(template.text) ? template.text : null;
}
