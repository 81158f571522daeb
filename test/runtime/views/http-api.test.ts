import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { httpApiFunctionIntegration } from "../../../src/runtime/integrations/http-api-function.js";
import { httpApi } from "../../../src/runtime/kinds/http-api.js";
import { accessLog } from "../../../src/runtime/logs/access-log.js";
import { requestMetrics } from "../../../src/runtime/metrics/request-metrics.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { fileLines } from "../../../src/runtime/logs/file-lines.js";
import { httpLines } from "../../../src/runtime/logs/http-lines.js";
import { call } from "../support/client.js";
import { apiTable, httpApiFunction, stage } from "../support/table.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-views-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("an HTTP API has one id, route keys, and names of its own for metrics", async () => {
  const path = join(folder, "access.log");
  const names = ["requestId", "extendedRequestId", "routeKey", "status", "dataProcessed"];
  const gateway = createGateway(
    apiTable(
      {
        "POST /pets": { integration: httpApiFunction("f") },
        "ANY $default": { integration: httpApiFunction("f") },
      },
      { kind: "http", stages: { $default: stage() }, defaultStage: "$default" },
    ),
    {
      kind: httpApi,
      integrations: { http_api_function: httpApiFunctionIntegration },
      functions: {
        module: createInThreadInvoker({
          f: () => Promise.resolve({ handler: () => ({ statusCode: 200, body: "12345" }) }),
        }),
      },
      views: observed(
        accessLog(
          {
            $default: {
              format: "text",
              parts: names.flatMap((context) => [{ context }, " "]),
              destination: { kind: "file", path },
            },
          },
          { file: fileLines, http: httpLines },
        ),
        requestMetrics({ detailed: {}, emfNamespace: null, otlp: null }),
      ),
    },
  );
  const headers = ["Content-Length", "3"];
  const first = await call(gateway, "POST", "/pets", { body: "abc", headers });
  const second = await call(gateway, "GET", "/other");
  const text = (await gateway.metrics?.read()) ?? "";
  await gateway.close();
  const [id, other] = [first, second].map(({ header }) => header("apigw-requestid"));
  expect(readFileSync(path, "utf8").split("\n")).toEqual([
    `${id} ${id} POST /pets 200 8 `,
    `${other} ${other} $default 200 5 `,
    "",
  ]);
  const labels = 'api="test",stage="$default"';
  expect(text).toContain(`apigateway_requests_total{${labels}} 2`);
  expect(text).toContain(`apigateway_data_processed_bytes_total{${labels}} 13`);
  expect(text).not.toContain("apigateway_cache_hits_total");
});
