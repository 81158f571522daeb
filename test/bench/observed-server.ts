import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccessLogTable, IntegrationTable } from "../../src/runtime/contracts.js";
import { createGateway } from "../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../src/runtime/integrations/http-proxy.js";
import { mockIntegration } from "../../src/runtime/integrations/mock.js";
import { accessLog } from "../../src/runtime/logs/access-log.js";
import { requestMetrics } from "../../src/runtime/metrics/request-metrics.js";
import { startServer } from "../../src/runtime/server/node.js";
import { requestSpans } from "../../src/runtime/tracing/request-spans.js";
import { observed } from "../../src/runtime/views/observed.js";
import type { ViewPart } from "../../src/runtime/views/view.js";
import { otlpSpans } from "../../src/runtime/tracing/otlp-spans.js";
import { fileLines } from "../../src/runtime/logs/file-lines.js";
import { apiTable, httpProxy } from "../runtime/support/table.js";
import type { ServerFacts } from "./servers.js";

/** The members of the service's own JSON format. */
const JSON_LOG: AccessLogTable = {
  format: "json",
  parts: [
    ...pair("requestId", '{ "'),
    ...pair("extendedRequestId"),
    ...pair("identity.sourceIp"),
    ...pair("identity.caller"),
    ...pair("identity.user"),
    ...pair("requestTime"),
    ...pair("httpMethod"),
    ...pair("resourcePath"),
    ...pair("status"),
    ...pair("protocol"),
    ...pair("responseLength"),
    '" }',
  ],
  destination: { kind: "stdout" },
};

function pair(name: string, before = '", "'): AccessLogTable["parts"] {
  return [`${before}${name}":"`, { context: name }];
}

/** What looks on at a gateway of the bench, by how much of it there is. */
export function views(path: string, upstream: string): Readonly<Record<string, ViewPart>> {
  return {
    metrics: requestMetrics({
      detailed: { dev: ["GET /mock", "GET /proxy"] },
      emfNamespace: null,
      otlp: null,
    }),
    log: accessLog(
      { dev: { ...JSON_LOG, destination: { kind: "file", path } } },
      { file: fileLines },
    ),
    traces: requestSpans(
      { dev: { xray: false, otlp: { endpoint: upstream, headers: {} }, sampleRatio: 0.01 } },
      { otlp: otlpSpans },
    ),
  };
}

/** A file for the access log in a folder of its own. */
export function logFile(): string {
  return join(mkdtempSync(join(tmpdir(), "gateway-bench-log-")), "access.log");
}

/** The routes of the plain gateway, with metrics of each method and an access log in a file; traced, too, or not. */
export async function startObserved(
  upstream: string,
  mock: IntegrationTable,
  isTraced: boolean,
): Promise<ServerFacts> {
  const api = apiTable({
    "GET /mock": { integration: mock },
    "GET /proxy": { integration: httpProxy([`${upstream}/items`], { method: "GET" }) },
  });
  const { traces, ...others } = views(logFile(), upstream);
  const looking = [...Object.values(others), ...(isTraced && traces ? [traces] : [])];
  const gateway = createGateway(api, {
    integrations: { mock: mockIntegration, http_proxy: httpProxyIntegration },
    views: observed(...looking),
  });
  const { port } = await startServer(gateway, { port: 0, host: "127.0.0.1" });
  return { port, headers: {} };
}
