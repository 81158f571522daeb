import type { GatewayResponse } from "../ir/gateway-response.js";
import type { Api, Cors } from "../ir/gateway.js";
import { quote } from "../json.js";
import type { Change, ChangeKind, ChangeSeverity } from "./change.js";
import { contentOf, isSame, pairUp } from "./pairs.js";

/** Compares what holds for all routes of an API. */
export function compareApis(before: Api, after: Api): readonly Change[] {
  const tell = (kind: ChangeKind, severity: ChangeSeverity, message: string): Change => ({
    kind,
    severity,
    subject: "API",
    message,
    before: before.at,
    after: after.at,
  });
  const facts: readonly (readonly [name: string, old: unknown, now: unknown])[] = [
    ["source of API keys", before.apiKeySource, after.apiKeySource],
    ["binary media types", before.binaryMediaTypes, after.binaryMediaTypes],
    ["least size for compression", before.minimumCompressionSize, after.minimumCompressionSize],
  ];
  return [
    ...(before.kind === after.kind
      ? []
      : [tell("api", "breaking", `it is ${kinds[after.kind]} instead of ${kinds[before.kind]}`)]),
    ...facts
      .filter(([, old, now]) => !isSame(old, now))
      .map(([name, old, now]) =>
        tell("api", "behaviour", `its ${name} changed from ${valueText(old)} to ${valueText(now)}`),
      ),
    ...endpoint(before, after, tell),
    ...comparePolicies(before, after),
    ...compareCors(before.cors, after.cors, after),
    ...compareGatewayResponses(before.gatewayResponses, after.gatewayResponses),
    ...compareWebSockets(before, after),
  ];
}

const kinds = { rest: "a REST API", http: "an HTTP API", websocket: "a WebSocket API" } as const;

function valueText(value: unknown): string {
  return value === undefined ? "none" : contentOf(value).slice(0, 120);
}

function endpoint(
  before: Api,
  after: Api,
  tell: (kind: ChangeKind, severity: ChangeSeverity, message: string) => Change,
): readonly Change[] {
  if (before.disableExecuteApiEndpoint === after.disableExecuteApiEndpoint) return [];
  return after.disableExecuteApiEndpoint
    ? [tell("api", "breaking", "its default host answers no more")]
    : [tell("api", "security", "its default host answers now, past the custom domain")];
}

function comparePolicies(
  { policy: before, at }: Api,
  { policy: after, at: to }: Api,
): readonly Change[] {
  if (isSame(before?.document, after?.document)) return [];
  const message =
    after === undefined
      ? "its resource policy is gone"
      : before === undefined
        ? "it has a resource policy now"
        : "its resource policy changed";
  const severity = before === undefined ? "breaking" : "security";
  return [
    {
      kind: "policy",
      severity,
      subject: "API",
      message,
      before: before?.at ?? at,
      after: after?.at ?? to,
    },
  ];
}

/** A list that is longer lets more pages in. */
function compareCors(
  before: Cors | undefined,
  after: Cors | undefined,
  api: Api,
): readonly Change[] {
  const tell = (severity: ChangeSeverity, message: string): Change => ({
    kind: "cors",
    severity,
    subject: "API",
    message,
    before: before?.at,
    after: after?.at ?? api.at,
  });
  if (before === undefined && after === undefined) return [];
  if (after === undefined) return [tell("breaking", "CORS is gone: no page may call")];
  if (before === undefined) {
    return [tell("behaviour", `CORS is set now, for ${after.allowOrigins.map(quote).join(", ")}`)];
  }
  const lists = [
    ["origin", before.allowOrigins, after.allowOrigins],
    ["method", before.allowMethods, after.allowMethods],
    ["header", before.allowHeaders, after.allowHeaders],
    ["exposed header", before.exposeHeaders, after.exposeHeaders],
  ] as const;
  return [
    ...lists.flatMap(([what, old, now]) => [
      ...old
        .filter((item) => !now.includes(item) && !now.includes("*"))
        .map((item) => tell("breaking", `CORS does not allow the ${what} ${quote(item)} any more`)),
      ...now
        .filter((item) => !old.includes(item) && !old.includes("*"))
        .map((item) =>
          tell(
            what === "origin" ? "security" : "behaviour",
            `CORS allows the ${what} ${quote(item)} now`,
          ),
        ),
    ]),
    ...(before.allowCredentials === after.allowCredentials
      ? []
      : [
          after.allowCredentials
            ? tell("security", "CORS allows credentials now")
            : tell("breaking", "CORS does not allow credentials any more"),
        ]),
    ...(before.maxAge === after.maxAge
      ? []
      : [tell("safe", "pages keep the answer to a preflight request for another time")]),
  ];
}

function compareGatewayResponses(
  before: readonly GatewayResponse[],
  after: readonly GatewayResponse[],
): readonly Change[] {
  const { both, removed, added } = pairUp(before, after, ({ type }) => type);
  const tell = (
    old: GatewayResponse | undefined,
    now: GatewayResponse | undefined,
    text: string,
  ): Change => ({
    kind: "gateway-response",
    severity: "behaviour",
    subject: `gateway response ${now?.type ?? old?.type ?? ""}`,
    message: text,
    before: old?.at,
    after: now?.at,
  });
  return [
    ...removed.map((one) => tell(one, undefined, "is the service's own again")),
    ...added.map((one) => tell(undefined, one, "is written by the document now")),
    ...both.flatMap(([old, now]) =>
      responseDifferences(old, now).map((text) => tell(old, now, text)),
    ),
  ];
}

function responseDifferences(before: GatewayResponse, after: GatewayResponse): readonly string[] {
  const headers = pairUp(before.headers, after.headers, ({ name }) => name.toLowerCase());
  const templates = pairUp(before.templates, after.templates, ({ mediaType }) => mediaType);
  const status = (code: number | undefined): string => (code === undefined ? "its own" : `${code}`);
  return [
    ...(before.statusCode === after.statusCode
      ? []
      : [`its status is ${status(after.statusCode)} instead of ${status(before.statusCode)}`]),
    ...headers.removed.map(({ name }) => `its header ${quote(name)} is gone`),
    ...headers.added.map(({ name }) => `its header ${quote(name)} is new`),
    ...headers.both
      .filter(([old, now]) => !isSame(old.from, now.from))
      .map(([, { name }]) => `its header ${quote(name)} has another value`),
    ...templates.removed.map(({ mediaType }) => `its body for ${mediaType} is gone`),
    ...templates.added.map(({ mediaType }) => `its body for ${mediaType} is new`),
    ...templates.both
      .filter(([old, now]) => !isSame(old.parts, now.parts))
      .map(([, { mediaType }]) => `its body for ${mediaType} changed`),
  ];
}

function compareWebSockets(
  { websocket: before }: Api,
  { websocket: after }: Api,
): readonly Change[] {
  if (before === undefined || after === undefined) return [];
  const tell = (severity: ChangeSeverity, subject: string, message: string): Change => ({
    kind: "websocket",
    severity,
    subject,
    message,
    before: before.at,
    after: after.at,
  });
  const routes = pairUp(before.routes, after.routes, ({ routeKey }) => routeKey);
  const pushes = pairUp(before.pushes, after.pushes, ({ name }) => name);
  return [
    ...(isSame(before.routeSelection, after.routeSelection)
      ? []
      : [tell("breaking", "API", "the key of a route is read from another place of messages")]),
    ...(isSame(before.connection, after.connection)
      ? []
      : [tell("behaviour", "API", "limits of connections changed")]),
    ...routes.both
      .filter(([old, now]) => !isSame(old, now))
      .map(([, { routeKey }]) =>
        tell("behaviour", routeKey, "its models, templates or answers are chosen otherwise"),
      ),
    ...pushes.removed.map(({ name }) => tell("breaking", `push ${name}`, "is gone")),
    ...pushes.added.map(({ name }) => tell("safe", `push ${name}`, "is new")),
    ...pushes.both
      .filter(([old, now]) => !isSame(old.models, now.models))
      .map(([, { name }]) => tell("breaking", `push ${name}`, "has other models")),
  ];
}
