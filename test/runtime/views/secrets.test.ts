import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccessLogTable } from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { createGateway, type ManagedGateway } from "../../../src/runtime/gateway.js";
import { functionAuthorizer } from "../../../src/runtime/access/function-authorizer.js";
import { requestLimits } from "../../../src/runtime/access/request-limits.js";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import { functionProxyIntegration } from "../../../src/runtime/integrations/function-proxy.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { ACCESS_LOG_NAMES } from "../../../src/runtime/logs/access-log-names.js";
import { accessLog } from "../../../src/runtime/logs/access-log.js";
import { executionLog } from "../../../src/runtime/logs/execution-logging.js";
import { requestMetrics } from "../../../src/runtime/metrics/request-metrics.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { requestSpans } from "../../../src/runtime/tracing/request-spans.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { otlpSpans } from "../../../src/runtime/tracing/otlp-spans.js";
import { xraySegments } from "../../../src/runtime/tracing/xray.js";
import { fileLines } from "../../../src/runtime/logs/file-lines.js";
import { httpLines } from "../../../src/runtime/logs/http-lines.js";
import { emfLines } from "../../../src/runtime/metrics/emf.js";
import { exportMetrics } from "../../../src/runtime/metrics/otlp-metrics.js";
import { authorizer, methodSettings, openedBy } from "../access/protected-gateway.js";
import { call } from "../support/client.js";
import { apiTable, functionProxy, httpProxy, stage } from "../support/table.js";

/** Each one is a text that nothing else has in it. */
const secrets = {
  bearer: "bearer-a1b2c3d4e5f6",
  cookie: "cookie-a1b2c3d4e5f6",
  apiKey: "apikey-a1b2c3d4e5f6-key",
  usageKey: "usagekey-a1b2c3d4e5f6",
  sessionToken: "session+a1/b2c3d4e5f6",
  queryToken: "query token&a1b2c3d4e5f6",
  signature: "signature-a1b2c3d4e5f6",
  namedHeader: "named-header-a1b2c3d4e5f6",
  namedQuery: "named-query-a1b2c3d4e5f6",
  card: "4111-1111-1111-1111-a1",
  authorizerContext: "context-a1b2c3d4e5f6",
  answerCookie: "answer-a1b2c3d4e5f6",
  answerCard: "5500-0000-0000-0004-a1",
} as const;

const sinks: { name: string; text: string }[] = [];
const folder = mkdtempSync(join(tmpdir(), "gen-gateway-secrets-"));

/** A line with every variable of access logs, and all of what the authorizer said. */
function everything(path: string): AccessLogTable {
  const names = [...ACCESS_LOG_NAMES.keys(), "authorizer.token", "authorizer.echo"];
  return {
    format: "text",
    parts: names.flatMap((name) => [` ${name}=`, { context: name }]),
    destination: { kind: "file", path },
  };
}

beforeAll(async () => {
  const bodies: string[] = [];
  const collector = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      if (incoming.url?.startsWith("/v1/") === true) bodies.push(body);
      const answer = { card: { number: secrets.answerCard }, heard: body };
      outgoing
        .writeHead(incoming.url?.includes("fail") === true ? 500 : 200, {
          "Set-Cookie": `a=${secrets.answerCookie}`,
          "Content-Type": "application/json",
        })
        .end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const packets: string[] = [];
  const daemon = createSocket("udp4").on("message", (packet) => packets.push(packet.toString()));
  await new Promise<void>((resolve) => daemon.bind(0, "127.0.0.1", resolve));
  process.env["AWS_XRAY_DAEMON_ADDRESS"] = `127.0.0.1:${daemon.address().port}`;

  const logged: string[] = [];
  const path = join(folder, "access.log");
  const gateway = secretGateway(origin, path, logged);
  const query = new URLSearchParams({
    access_token: secrets.queryToken,
    "X-Amz-Signature": secrets.signature,
    pin: secrets.namedQuery,
    plain: "shown-a1b2c3d4e5f6",
  });
  const headers = Object.entries({
    Authorization: `Bearer ${secrets.bearer}`,
    Cookie: `a=${secrets.cookie}; b=1`,
    "x-api-key": secrets.apiKey,
    "X-Amz-Security-Token": secrets.sessionToken,
    "X-Pin": secrets.namedHeader,
    "Content-Type": "application/json",
  }).flat();
  const body = JSON.stringify({ card: { number: secrets.card }, plain: "shown" });
  for (const target of ["/dev/proxy", "/dev/fail", "/dev/function", "/dev/broken", "/dev/none"]) {
    await call(gateway, "POST", `${target}?${query.toString()}`, { headers, body });
  }
  sinks.push({ name: "metrics", text: (await gateway.metrics?.read()) ?? "" });
  await gateway.close();
  while (packets.length < 4) await new Promise((resolve) => setImmediate(resolve));
  daemon.close();
  collector.close();
  sinks.push(
    { name: "access log", text: readFileSync(path, "utf8") },
    { name: "execution log and errors", text: logged.join("\n") },
    { name: "OTLP", text: bodies.join("\n") },
    { name: "X-Ray", text: packets.join("\n") },
  );
});
afterAll(() => {
  delete process.env["AWS_XRAY_DAEMON_ADDRESS"];
  rmSync(folder, { recursive: true });
});

function secretGateway(origin: string, path: string, logged: string[]): ManagedGateway {
  const redact = {
    names: ["x-pin", "pin"],
    paths: [["card", "number"]],
    context: ["authorizer.token"],
  };
  const settings = methodSettings({ executionLog: { level: "INFO", dataTrace: true } });
  const routes = {
    "POST /proxy": openedBy("auth", { integration: httpProxy([`${origin}/ok`]) }),
    "POST /fail": openedBy("auth", { integration: httpProxy([`${origin}/fail`]) }),
    "POST /function": openedBy("auth", { integration: functionProxy("echo") }),
    "POST /broken": openedBy("auth", { integration: functionProxy("broken") }),
  };
  const functions = {
    echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }),
    broken: (event: object) => {
      throw new Error(`no luck with ${JSON.stringify(event)}`);
    },
    authorizer: ({ authorizationToken }: { authorizationToken: string }) => ({
      ...allow("somebody", "*"),
      usageIdentifierKey: secrets.usageKey,
      context: { token: secrets.authorizerContext, echo: authorizationToken },
    }),
  };
  const log = (message: string, facts: object): void =>
    void logged.push(`${message} ${JSON.stringify(facts)}`);
  return createGateway(
    apiTable(routes, {
      stages: {
        dev: stage({
          redact,
          methods: Object.fromEntries(Object.keys(routes).map((key) => [key, settings])),
        }),
      },
      access: {
        resourcePolicy: null,
        authorizers: { auth: authorizer("token") },
        principals: [],
        apiKeys: {},
        usagePlans: {},
      },
    }),
    {
      integrations: { http_proxy: httpProxyIntegration, aws_proxy: functionProxyIntegration },
      functions: {
        module: createInThreadInvoker(
          Object.fromEntries(
            Object.entries(functions).map(([name, handler]) => [
              name,
              () => Promise.resolve({ handler }),
            ]),
          ),
        ),
      },
      authorizers: { token: functionAuthorizer },
      limits: requestLimits,
      state: memoryState,
      executionLog,
      views: observed(
        accessLog({ dev: everything(path) }, { file: fileLines, http: httpLines }),
        requestMetrics(
          {
            detailed: { dev: Object.keys(routes) },
            emfNamespace: null,
            otlp: { endpoint: origin, headers: {}, intervalSeconds: 3600 },
          },
          { emf: emfLines, otlp: exportMetrics },
        ),
        requestSpans(
          {
            dev: { xray: true, otlp: { endpoint: origin, headers: {} }, sampleRatio: 1 },
          },
          { otlp: otlpSpans, xray: xraySegments },
        ),
      ),
    },
    { logger: { warn: log, error: log, lines: (lines) => void logged.push(...lines) } },
  );
}

/** A secret as it is, as it stands in an address, and in JSON. */
function forms(secret: string): readonly string[] {
  const form = new URLSearchParams({ a: secret }).toString().slice(2);
  return [...new Set([secret, encodeURIComponent(secret), form])];
}

describe("no secret is in any sink", () => {
  test("all sinks have heard of the requests", () => {
    expect(sinks.map(({ name }) => name).toSorted()).toEqual([
      "OTLP",
      "X-Ray",
      "access log",
      "execution log and errors",
      "metrics",
    ]);
    for (const { text } of sinks) expect(text).toMatch(/proxy/);
    const [log] = sinks.filter(({ name }) => name.startsWith("execution"));
    // what is not named is shown: the log is not empty by accident
    expect(log?.text).toContain("shown-a1b2c3d4e5f6");
  });

  test.each(Object.entries(secrets))("%s", (_name, secret) => {
    const found = sinks.filter(({ text }) => forms(secret).some((form) => text.includes(form)));
    expect(found.map(({ name }) => name)).toEqual([]);
  });
});
