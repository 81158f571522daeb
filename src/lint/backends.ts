import type { Integration } from "../ir/integration.js";
import type { UriTemplate } from "../ir/mapping.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import type { LintCheck, LintFinding } from "./finding.js";

/** How backends are reached, and which headers do not reach them or the client. */
export const checkBackends: LintCheck = ({ gateway: { api } }) => [
  ...api.operations.flatMap((operation) => [...plainHttp(operation), ...unverified(operation)]),
  ...(api.kind === "rest"
    ? [
        ...api.operations.flatMap(({ integration }) => changedHeaders(integration)),
        ...api.gatewayResponses.flatMap(({ headers }) => headers.flatMap(answerHeader)),
      ]
    : []),
];

/** Hosts that are this machine or a private network, where encryption often ends before. */
const nearHost =
  /^http:\/\/(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\]|[\w.-]+\.(?:local|internal|localhost)\b)/i;

function plainHttp({ integration, method, path }: Operation): readonly LintFinding[] {
  if (integration.kind !== "http" || integration.vpcLink !== undefined) return [];
  const uri = textOf(integration.uri);
  if (!/^http:\/\//i.test(uri) || nearHost.test(uri)) return [];
  const message = `${method} ${path} calls its backend without encryption: ${quote(uri)}`;
  return [{ rule: "plain-http-backend", at: integration.at, message, hint: "use https://" }];
}

/** A URI with its holes as they are written. */
function textOf(uri: UriTemplate): string {
  return uri
    .map((part) => {
      switch (part.kind) {
        case "text":
          return part.text;
        case "stageVariable":
          return `\${stageVariables.${part.name}}`;
        case "path":
          return `{${part.name}}`;
      }
    })
    .join("");
}

function unverified({ integration, method, path }: Operation): readonly LintFinding[] {
  if (integration.kind !== "http" || !integration.insecureSkipVerification) return [];
  const message = `${method} ${path} takes any certificate for its backend's`;
  const hint =
    "remove tlsConfig.insecureSkipVerification, and give the backend a public certificate";
  return [{ rule: "tls-not-verified", at: integration.at, message, hint }];
}

/** Source: developer guide, "Important notes", headers of REST APIs. */
const droppedFromRequests = new Set([
  "content-md5",
  "expect",
  "max-forwards",
  "proxy-authenticate",
  "server",
  "te",
  "trailer",
  "upgrade",
  "www-authenticate",
]);
const renamedInAnswers = new Set([
  "authorization",
  "connection",
  "content-md5",
  "date",
  "max-forwards",
  "pragma",
  "server",
  "user-agent",
  "www-authenticate",
]);
const droppedFromAnswers = new Set([
  "expect",
  "host",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function changedHeaders(integration: Integration): readonly LintFinding[] {
  if (integration.kind === "none") return [];
  const sent = integration.requestParameters
    .filter(({ to, name }) => to === "header" && droppedFromRequests.has(name.toLowerCase()))
    .map(({ at, name }) => ({
      rule: "changed-header" as const,
      at,
      message: `the header ${quote(name)} does not reach the backend: the service drops it`,
    }));
  return [
    ...sent,
    ...integration.responses.flatMap(({ headers }) => headers.flatMap(answerHeader)),
  ];
}

function answerHeader({
  at,
  name,
}: {
  at: LintFinding["at"];
  name: string;
}): readonly LintFinding[] {
  const key = name.toLowerCase();
  if (droppedFromAnswers.has(key)) {
    const message = `the header ${quote(name)} does not reach the client: the service drops it`;
    return [{ rule: "changed-header", at, message }];
  }
  if (!renamedInAnswers.has(key)) return [];
  const message = `the header ${quote(name)} reaches the client as ${quote(`x-amzn-remapped-${key}`)}`;
  return [{ rule: "changed-header", at, message }];
}
