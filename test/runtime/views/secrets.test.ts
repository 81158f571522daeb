import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startAdmin } from "../../../src/runtime/admin/admin-server.js";
import { Console } from "../../../src/runtime/console/console.js";
import { RequestFeed } from "../../../src/runtime/console/request-feed.js";
import type { ApiView } from "../../../src/runtime/console/wire.js";
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
import { eventually } from "../support/backend.js";
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

type Destination = AccessLogTable["destination"];

/** A line with every variable of access logs, and all of what the authorizer said. */
function everything(format: AccessLogTable["format"], destination: Destination): AccessLogTable {
  const names = [...ACCESS_LOG_NAMES.keys(), "authorizer.token", "authorizer.echo"];
  return {
    format,
    parts: names.flatMap((name) => [` ${name}=`, { context: name }]),
    destination,
  };
}

const FORMATS = ["text", "json", "xml", "csv"] as const;

beforeAll(async () => {
  const bodies: { readonly url: string; readonly body: string }[] = [];
  const collector = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => {
      const { url = "" } = incoming;
      if (url.startsWith("/v1/") || url === "/sink") bodies.push({ url, body });
      const answer = { card: { number: secrets.answerCard }, heard: body };
      const respond = (): void => {
        outgoing
          .writeHead(url.includes("fail") ? 500 : 200, {
            "Set-Cookie": `a=${secrets.answerCookie}`,
            "Content-Type": "application/json",
          })
          .end(JSON.stringify(answer));
      };
      if (url.startsWith("/held")) release.push(respond);
      else respond();
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const packets: string[] = [];
  const daemon = createSocket("udp4").on("message", (packet) => packets.push(packet.toString()));
  await new Promise<void>((resolve) => daemon.bind(0, "127.0.0.1", resolve));
  process.env["AWS_XRAY_DAEMON_ADDRESS"] = `127.0.0.1:${daemon.address().port}`;

  const logged: string[] = [];
  const output: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((...args) => {
    output.push(String(args[0]));
    for (const arg of args) if (typeof arg === "function") (arg as () => void)();
    return true;
  });
  const feed = new RequestFeed({ always: true, redact: () => REDACT });
  const gateway = secretGateway(origin, logged, feed);
  const shown = new Console({ feed, page: { html: "", script: "", style: "" }, token: null });
  shown.show({ gateway, view: emptyView, identify: () => Promise.resolve([]), render: null });
  const admin = await startAdmin(gateway, {
    port: 0,
    host: "127.0.0.1",
    live: "/l",
    ready: "/r",
    metrics: "/metrics",
    page: {
      serves: (url) => Console.serves(url),
      attach: () => undefined,
      handle: (incoming, outgoing) => shown.handle(incoming, outgoing),
      close: () => shown.close(),
    },
  });
  const adminUrl = `http://127.0.0.1:${String(admin?.port)}`;
  const stream = await fetch(`${adminUrl}/console/api/events`);
  const events = stream.text();
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
  const targets = ["proxy", "fail", "function", "broken", "none"];
  for (const stageName of ["dev", ...FORMATS, "sent"]) {
    for (const target of targets) {
      const path = `/${stageName}/${target}?${query.toString()}`;
      await call(gateway, "POST", path, { headers, body });
    }
  }
  const held = call(gateway, "POST", `/dev/held?${query.toString()}`, { headers, body });
  await eventually(() => release.length === 1);
  const answers: Record<string, string> = {};
  const read = async (name: string, path: string, init: RequestInit = {}): Promise<void> => {
    answers[name] = await (await fetch(`${adminUrl}${path}`, init)).text();
  };
  await read("console under way", "/console/api/under-way");
  for (const answer of release.splice(0)) answer();
  await held;
  const posted = (content: object): RequestInit => ({
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
  const asPairs = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? ""]] : [],
  );
  await read("console requests", "/console/api/requests");
  await read("console gauges", "/console/api/gauges");
  for (const path of ["/proxy", "/function"]) {
    const asked = {
      method: "POST",
      path: `${path}?${query.toString()}`,
      headers: asPairs,
      body,
      stage: "dev",
      as: null,
    };
    await read(`console try ${path}`, "/console/api/invoke", posted(asked));
  }
  await read("Prometheus", "/metrics");
  await read("limits", "/limits");
  const tested = await fetch(
    `${adminUrl}/restapis/abcdefghij/resources/proxy1/methods/POST`,
    posted({
      pathWithQueryString: `/proxy?${query.toString()}`,
      headers: Object.fromEntries(asPairs),
      body,
    }),
  );
  const { log } = (await tested.json()) as { readonly log: string };
  answers["test invocation log"] = log;
  const authorized = await fetch(
    `${adminUrl}/restapis/abcdefghij/authorizers/auth`,
    posted({ headers: Object.fromEntries(asPairs) }),
  );
  answers["test authorizer log"] = ((await authorized.json()) as { readonly log: string }).log;
  await admin?.stop();
  await gateway.close();
  answers["console stream"] = await events;
  await eventually(() => packets.length >= 5);
  stdout.mockRestore();
  daemon.close();
  collector.close();
  const ofFormat = (format: string): string => readFileSync(join(folder, `${format}.log`), "utf8");
  const lines = output.join("").split("\n");
  const byPath = (suffix: string): string =>
    bodies.flatMap(({ url, body: sent }) => (url.endsWith(suffix) ? [sent] : [])).join("\n");
  sinks.push(
    ...FORMATS.map((format) => ({ name: `access log, ${format}`, text: ofFormat(format) })),
    { name: "access log, stdout", text: lines.filter((line) => !isEmf(line)).join("\n") },
    { name: "access log, HTTP", text: recordsOf(byPath("/sink")) },
    { name: "EMF", text: lines.filter(isEmf).join("\n") },
    { name: "execution log and errors", text: logged.join("\n") },
    { name: "OTLP metrics", text: byPath("/v1/metrics") },
    { name: "OTLP traces", text: byPath("/v1/traces") },
    { name: "X-Ray", text: packets.join("\n") },
    ...Object.entries(answers).map(([name, text]) => ({ name, text })),
  );
}, 60_000);

function isEmf(line: string): boolean {
  return line.includes('"_aws"');
}

/** The lines in requests of Amazon Data Firehose. */
function recordsOf(text: string): string {
  const data = [...text.matchAll(/"data":"([^"]*)"/g)].map(([, coded = ""]) => coded);
  return data.map((coded) => Buffer.from(coded, "base64").toString()).join("");
}

/** Answers that the backend keeps waiting. */
const release: (() => void)[] = [];

afterAll(() => {
  delete process.env["AWS_XRAY_DAEMON_ADDRESS"];
  rmSync(folder, { recursive: true });
});

const REDACT = {
  names: ["x-pin", "pin"],
  paths: [["card", "number"]],
  context: ["authorizer.token"],
};

const emptyView: ApiView = {
  name: "test",
  version: "1",
  kind: "rest",
  stages: ["dev"],
  defaultStage: null,
  url: null,
  routes: [],
  places: {},
  callers: [],
  hasWorkbench: false,
};

function secretGateway(origin: string, logged: string[], feed: RequestFeed): ManagedGateway {
  const settings = methodSettings({ executionLog: { level: "INFO", dataTrace: true } });
  const routes = {
    "POST /proxy": openedBy("auth", {
      resourceId: "proxy1",
      integration: httpProxy([`${origin}/ok`]),
    }),
    "POST /held": openedBy("auth", { integration: httpProxy([`${origin}/held`]) }),
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
      stages: Object.fromEntries(
        ["dev", ...FORMATS, "sent"].map((name) => [
          name,
          stage({
            redact: REDACT,
            methods: Object.fromEntries(Object.keys(routes).map((key) => [key, settings])),
          }),
        ]),
      ),
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
        accessLog(
          {
            ...Object.fromEntries(
              FORMATS.map((format) => [
                format,
                everything(format, { kind: "file", path: join(folder, `${format}.log`) }),
              ]),
            ),
            dev: everything("json", { kind: "stdout" }),
            sent: everything("json", { kind: "http", url: `${origin}/sink`, headers: {} }),
          },
          { file: fileLines, http: httpLines },
        ),
        requestMetrics(
          {
            detailed: { dev: Object.keys(routes) },
            emfNamespace: "Secrets",
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
    {
      logger: { warn: log, error: log, lines: (lines) => void logged.push(...lines) },
      trace: feed.trace,
    },
  );
}

/** A secret as it is, as it stands in an address, and in JSON. */
function forms(secret: string): readonly string[] {
  const form = new URLSearchParams({ a: secret }).toString().slice(2);
  return [...new Set([secret, encodeURIComponent(secret), form])];
}

describe("no secret is in any sink", () => {
  test("all sinks have heard of the requests", () => {
    expect(sinks.map(({ name }) => name)).toEqual([
      "access log, text",
      "access log, json",
      "access log, xml",
      "access log, csv",
      "access log, stdout",
      "access log, HTTP",
      "EMF",
      "execution log and errors",
      "OTLP metrics",
      "OTLP traces",
      "X-Ray",
      "console under way",
      "console requests",
      "console gauges",
      "console try /proxy",
      "console try /function",
      "Prometheus",
      "limits",
      "test invocation log",
      "test authorizer log",
      "console stream",
    ]);
    const silent = sinks.filter(
      ({ text }) =>
        !/proxy|held|heard|shown-a1b2c3d4e5f6|Starting authorizer|\{"throttles"|"plans"/.test(text),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
    const [log] = sinks.filter(({ name }) => name.startsWith("execution"));
    // what is not named is shown: the log is not empty by accident
    expect(log?.text).toContain("shown-a1b2c3d4e5f6");
  });

  test.each(Object.entries(secrets))("%s", (_name, secret) => {
    const found = sinks.filter(({ text }) => forms(secret).some((form) => text.includes(form)));
    expect(found.map(({ name }) => name)).toEqual([]);
  });
});
