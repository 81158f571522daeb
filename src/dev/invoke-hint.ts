import type { Plan } from "../plan/plan.js";
import type { IdentitySource, RouteTable } from "../runtime/contracts.js";
import type { TraceEvent } from "../runtime/trace.js";

/** What to do about a call that the gateway itself answered; null: nothing that can be told. */
export function refusalHint(
  { tables }: Pick<Plan, "tables">,
  heard: readonly TraceEvent[],
  as: string | undefined,
): string | null {
  const matched = heard.find((event) => event.kind === "matched");
  const failed = heard.find((event) => event.kind === "gateway-error");
  const route = tables.routes.find(({ operation }) => operation === matched?.operation);
  if (failed === undefined || route === undefined) return null;
  const called = heard.find((event) => event.kind === "endpoint-request");
  if (called !== undefined) return endpointHint(failed, called.uri);
  switch (failed.responseType) {
    case "MISSING_AUTHENTICATION_TOKEN":
      return route.authorization.kind === "iam" && as === undefined ? principalHint(tables) : null;
    case "INVALID_API_KEY":
      return as === undefined ? keyHint(tables) : null;
    case "UNAUTHORIZED":
      return identityHint(tables, route);
    case "UNSUPPORTED_MEDIA_TYPE":
      return "say what the body is: -H 'Content-Type: application/json'";
    default:
      return null;
  }
}

type Failure = Extract<TraceEvent, { kind: "gateway-error" }>;

function endpointHint({ responseType, detail }: Failure, uri: string): string | null {
  if (detail.includes("no usable AWS credentials")) {
    return "calls of services are signed: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; an emulator takes any";
  }
  if (responseType === "INTEGRATION_FAILURE") {
    return `nothing answers at ${originOf(uri)}: start it, or lead elsewhere by backends of the settings`;
  }
  if (responseType === "INTEGRATION_TIMEOUT") {
    return `${originOf(uri)} answers too late: see the timeout of the integration`;
  }
  return null;
}

function originOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).origin : uri;
}

function principalHint({ access }: Plan["tables"]): string {
  const names = (access?.principals ?? []).map(({ name }) => name);
  return names.length === 0
    ? "the route asks for a signature: name who signs under principals of the settings, and call --as them"
    : `the route asks for a signature: call --as ${names.join(" or --as ")}`;
}

function keyHint({ access }: Plan["tables"]): string {
  const names = Object.keys(access?.apiKeys ?? {});
  return names.length === 0
    ? "the route asks for an API key: name one under apiKeys of the settings, and call --as it"
    : `the route asks for an API key: call --as ${names.join(" or --as ")}`;
}

function identityHint({ access }: Plan["tables"], { authorization }: RouteTable): string | null {
  if (authorization.kind !== "authorizer") return null;
  const { name } = authorization;
  const table = access?.authorizers[name];
  if (table === undefined) return null;
  switch (table.kind) {
    case "token":
    case "request": {
      const sent = table.identitySources.flatMap(sentAs);
      return sent.length === 0 ? null : `the authorizer ${name} looks at ${sent.join(" and ")}`;
    }
    case "cognito":
      return `the authorizer ${name} looks at -H '${table.header}: Bearer TOKEN', a token of the user pool`;
    case "jwt":
      return `the authorizer ${name} looks at ${sentAs(table.identitySource).join("")}, a token of ${table.issuer}`;
  }
}

/** How a client sends it; nothing where it sends none. */
function sentAs(source: IdentitySource): readonly string[] {
  if ("header" in source) return [`-H '${source.header}: ...'`];
  return "queryString" in source ? [`?${source.queryString}=...`] : [];
}
