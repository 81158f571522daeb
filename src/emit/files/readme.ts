import type { Plan } from "../../plan/plan.js";
import { sentSecrets } from "./secrets.js";
import { variableName } from "../../runtime/secrets.js";
import { isLoopbackHost } from "../../runtime/admin/browser-guard.js";
import { Code } from "../printer/code.js";

/** Text of the document as Markdown text: nothing in it is markup, a link or HTML. */
export function markdownText(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[\\`*_{}[\]()#+!<>|~$&]/g, (character) => `\\${character}`)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** A Markdown code span that the text cannot leave. */
export function codeSpan(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").trim();
  const fence = "`".repeat(1 + longestRun(clean));
  const pad = clean.startsWith("`") || clean.endsWith("`") ? " " : "";
  return `${fence}${pad}${clean.replaceAll("|", "\\|")}${pad}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** A table with its columns aligned, as prettier prints it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const print = (cells: readonly string[]): string =>
    `| ${widths.map((size, column) => (cells[column] ?? "").padEnd(size)).join(" | ")} |`;
  const rule = `| ${widths.map((size) => "-".repeat(size)).join(" | ")} |`;
  return [print(head), rule, ...rows.map(print)].join("\n");
}

const answeredBy = {
  mock: "fixed answer",
  http_proxy: "HTTP backend",
  http: "HTTP backend, mapped",
  aws_proxy: "function",
  aws_proxy_stream: "function, streamed",
  aws_function: "function, mapped",
  aws_service: "AWS service",
  http_api_function: "function",
  http_api_proxy: "HTTP backend",
  http_api_private: "private host",
  http_api_service: "AWS service",
  unsupported: "not served yet (501)",
} as const;

const maxRows = 200;

/** The routes as a Markdown table; the longest lists are cut, `routes.ts` has them all. */
export function printRouteTable(plan: Plan): Code {
  const rows = plan.operations.slice(0, maxRows).map(({ operation, name }) => {
    const table = plan.tables.integrations[name];
    return [
      codeSpan(
        operation.routeKey === operation.path
          ? operation.path
          : `${operation.method} ${operation.path}`,
      ),
      codeSpan(name),
      table === undefined ? "" : answeredBy[table.kind],
    ];
  });
  const more = plan.operations.length - rows.length;
  const tail = more > 0 ? `\n\nand ${more} more, see \`src/generated/routes.ts\`.` : "";
  return new Code(markdownTable(["Route", "Operation", "Answered by"], rows) + tail);
}

/** The addresses of the stages, as a list. */
export function printStages({ gateway: { api, deployment } }: Plan): Code {
  const [scheme, end] = api.kind === "websocket" ? ["ws", ""] : ["http", "/"];
  const lines = deployment.stages.map(({ name }) => {
    const note = name === deployment.defaultStage ? " (default)" : "";
    return `- \`${scheme}://localhost:${deployment.port}/${name}${end}\`${note}`;
  });
  return new Code(lines.join("\n"));
}

/** How to connect and push, as a section; empty for APIs without connections. */
export function printSockets({ gateway: { deployment }, client }: Plan): Code {
  if (client === undefined) return new Code("");
  const [stage] = deployment.stages;
  const url = `${deployment.port}/${stage?.name ?? ""}`;
  const { admin } = deployment;
  const routes = client.messages.map(({ routeKey }) => codeSpan(routeKey)).slice(0, 20);
  const push = admin === undefined ? "" : `${printPush(admin.port, stage?.name ?? "")}\n\n`;
  const sends = routes.length === 0 ? "" : ` It sends ${routes.join(", ")}.`;
  return new Code(
    `## Connect and push

Anything that speaks WebSocket connects: \`npx wscat -c ws://localhost:${url}\`. \`src/generated/client/websocket.ts\` is a typed client for browsers and Node: \`connect("ws://localhost:${url}")\`.${sends}

${push}`,
  );
}

function printPush(port: number, stage: string): string {
  const endpoint = `http://127.0.0.1:${port}/${stage}`;
  return `Messages to a connection go through the management API of the admin listener, as on AWS: \`curl --data hello ${endpoint}/@connections/ID\`, or the SDK's \`ApiGatewayManagementApiClient\` with the endpoint \`${endpoint}\`. The ID is \`requestContext.connectionId\` of a function's event. A function sends by \`sender(event.requestContext)\` of \`src/generated/send.ts\`.`;
}

/** The secrets that the gateway asks for at its start, as a section; empty when there is none. */
export function printSecrets(plan: Plan): Code {
  const lines = secretsOf(plan).map(({ secret, use }) => {
    const name = codeSpan(variableName(secret));
    return `- ${name}, or the file ${codeSpan(secret)}: ${use}`;
  });
  if (lines.length === 0) return new Code("");
  const intro =
    "The gateway does not start without these. They stand in the environment, or in files of the folder that `GATEWAY_SECRETS_DIR` names:";
  return new Code(`## Secrets\n\n${intro}\n\n${lines.join("\n")}\n\n`);
}

/** Where the admin listener is, as a paragraph; empty when there is none. */
export function printAdmin({ gateway }: Plan): Code {
  const { admin } = gateway.deployment;
  if (admin === undefined) return new Code("");
  const { port, host } = admin;
  const { live, ready } = gateway.deployment.health;
  const { metrics } = gateway.deployment;
  const asked = metrics === undefined ? "" : ` ${codeSpan(`GET ${metrics.path}`)} for Prometheus,`;
  const where = isLoopbackHost(host) ? "of this machine alone" : `of ${codeSpan(host)}`;
  const token = isLoopbackHost(host) ? "" : " Every request to it needs the bearer token.";
  return new Code(
    `The admin listener is on port ${port} ${where} (\`ADMIN_PORT\` changes it): ${codeSpan(`GET ${live}`)}, ${codeSpan(`GET ${ready}`)},${asked} \`GET /limits\`, and API keys, usage and caches by the control plane's own protocol, as in \`aws apigateway get-usage-plans --endpoint-url http://127.0.0.1:${port}\`.${token}\n\n`,
  );
}

/** A secret that the gateway needs; `use` is Markdown. */
export interface NamedSecret {
  readonly secret: string;
  readonly use: string;
}

/** The secrets that the gateway asks for at its start. */
export function secretsOf({ tables, features, gateway }: Plan): readonly NamedSecret[] {
  const { apiKeys = {}, principals = [] } = tables.access ?? {};
  const { state } = gateway.deployment;
  const found: NamedSecret[] = [
    ...Object.values(apiKeys).map(({ name, value }) => ({
      secret: value.secret,
      use: `API key ${codeSpan(name)}`,
    })),
    ...principals.map(({ name, secretAccessKey }) => ({
      secret: secretAccessKey.secret,
      use: `secret access key of ${codeSpan(name)}`,
    })),
  ];
  if (features.includes("redis-state") && state.driver === "redis") {
    if (typeof state.url !== "string") {
      found.push({ secret: state.url.secret, use: "address of Redis" });
    }
    const methods = Object.values(tables.stages).flatMap((stage) => Object.values(stage.methods));
    if (methods.some(({ cache }) => cache?.encrypted === true)) {
      found.push({ secret: "gateway/cache-key", use: "key of kept answers, 32 bytes in base64" });
    }
  }
  if (tables.observability !== null) {
    for (const { secret, use } of sentSecrets(tables.observability)) {
      found.push({ secret, use: markdownText(use) });
    }
  }
  const { admin } = gateway.deployment;
  if (admin !== undefined && !isLoopbackHost(admin.host)) {
    found.push({ secret: "gateway/admin-token", use: "bearer token of the admin listener" });
  }
  return found;
}
