import type { GatewayResponse } from "../ir/gateway-response.js";
import type { HeaderMapping } from "../ir/mapping.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import { child } from "../pointer.js";
import type { LintCheck, LintFinding, LintSubject } from "./finding.js";

const allowOrigin = "access-control-allow-origin";
const allowCredentials = "access-control-allow-credentials";

/** What a page of another origin meets: CORS of answers, of errors and of preflight requests. */
export const checkBrowsers: LintCheck = (subject) => {
  switch (subject.gateway.api.kind) {
    case "rest":
      return [...errorsWithoutCors(subject), ...credentials(subject)];
    case "http":
      return [...originSlashes(subject), ...defaultRoutePreflight(subject)];
    case "websocket":
      return [];
  }
};

function errorsWithoutCors({ gateway: { api } }: LintSubject): readonly LintFinding[] {
  const preflight = api.operations.find(answersPreflight);
  if (preflight === undefined) return [];
  return (["DEFAULT_4XX", "DEFAULT_5XX"] as const).flatMap((type): readonly LintFinding[] => {
    const response = api.gatewayResponses.find((candidate) => candidate.type === type);
    if (response !== undefined && has(response, allowOrigin)) return [];
    const message = `${preflight.path} answers preflight requests, but the gateway's ${type.slice(-3)} errors carry no Access-Control-Allow-Origin: pages cannot read them`;
    const hint = `set gatewayresponse.header.Access-Control-Allow-Origin for ${type}`;
    const at = response?.at ?? preflight.at;
    return [{ rule: "errors-without-cors", at, message, hint }];
  });
}

function answersPreflight({ method, integration }: Operation): boolean {
  if (method !== "OPTIONS" || integration.kind === "none") return false;
  return integration.kind !== "mock" || integration.responses.some((one) => has(one, allowOrigin));
}

interface WithHeaders {
  readonly headers: readonly HeaderMapping[];
}

function header({ headers }: WithHeaders, name: string): HeaderMapping | undefined {
  return headers.find((candidate) => candidate.name.toLowerCase() === name);
}

function has(holder: WithHeaders, name: string): boolean {
  return header(holder, name) !== undefined;
}

function isLiteral(mapping: HeaderMapping | undefined, text: string): boolean {
  return mapping?.from.kind === "literal" && mapping.from.text.trim().toLowerCase() === text;
}

function credentials({ gateway: { api } }: LintSubject): readonly LintFinding[] {
  const answers: readonly (WithHeaders | GatewayResponse)[] = [
    ...api.gatewayResponses,
    ...api.operations.flatMap(({ integration }) =>
      integration.kind === "none" ? [] : integration.responses,
    ),
  ];
  return answers.flatMap((answer): readonly LintFinding[] => {
    const origin = header(answer, allowOrigin);
    if (!isLiteral(origin, "*") || !isLiteral(header(answer, allowCredentials), "true")) return [];
    if (origin === undefined) return [];
    const message =
      'the answer allows the origin "*" together with credentials; browsers refuse the pair';
    const hint = "name the origin, or leave Access-Control-Allow-Credentials out";
    return [{ rule: "cors-credentials-wildcard", at: origin.at, message, hint }];
  });
}

function originSlashes({ gateway: { api } }: LintSubject): readonly LintFinding[] {
  const { cors } = api;
  if (cors === undefined) return [];
  return cors.allowOrigins
    .filter((origin) => origin.endsWith("/"))
    .map((origin) => ({
      rule: "cors-origin-slash",
      at: child(cors.at, "allowOrigins"),
      message: `the origin ${quote(origin)} never matches: origins have no slash at their end`,
      hint: `write ${quote(origin.replace(/\/+$/, ""))}`,
    }));
}

function defaultRoutePreflight({ gateway: { api } }: LintSubject): readonly LintFinding[] {
  const guarded = api.operations.find(
    ({ routeKey, authorization }) => routeKey === "$default" && authorization.kind !== "none",
  );
  const hasOptions = api.operations.some(
    ({ method, path, authorization }) =>
      method === "OPTIONS" && /^\/\{[^}]+\+\}$/.test(path) && authorization.kind === "none",
  );
  if (api.cors === undefined || guarded === undefined || hasOptions) return [];
  const message =
    "the $default route asks preflight requests for authorization, which they never have";
  const hint = "add a route OPTIONS /{proxy+} without authorization";
  return [{ rule: "default-route-preflight", at: guarded.at, message, hint }];
}
