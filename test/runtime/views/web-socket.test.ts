import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { accessLog } from "../../../src/runtime/logs/access-log.js";
import { requestMetrics } from "../../../src/runtime/metrics/request-metrics.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { fileLines } from "../../../src/runtime/logs/file-lines.js";
import { httpLines } from "../../../src/runtime/logs/http-lines.js";
import { functionProxy } from "../support/table.js";
import { serve, stopServers } from "../websocket/serve.js";
import { answering, echo, socketApi, socketGateway } from "../websocket/socket-api.js";
import { connectSocket } from "../websocket/socket-client.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-views-"));
afterAll(() => rmSync(folder, { recursive: true }));

stopServers();

test("events of connections are logged and counted", async () => {
  const path = join(folder, "access.log");
  const names = ["eventType", "routeKey", "status", "disconnectStatusCode", "integration.status"];
  const gateway = socketGateway(
    socketApi({
      $connect: { integration: echo() },
      $disconnect: { integration: echo() },
      $default: { integration: answering((input) => input.context("connectionId")) },
      broken: { integration: functionProxy("broken") },
    }),
    {
      broken: () => {
        throw new Error("no luck");
      },
    },
    {
      views: observed(
        accessLog(
          {
            prod: {
              format: "text",
              parts: names.flatMap((context) => [{ context }, " "]),
              destination: { kind: "file", path },
            },
          },
          { file: fileLines, http: httpLines },
        ),
        requestMetrics({
          detailed: { prod: ["ANY $default"] },
          emfNamespace: null,
          otlp: null,
        }),
      ),
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  const socket = await connectSocket((await serve(gateway)).url);
  const id = String(await socket.ask("hello"));
  await socket.ask('{"action":"broken"}');
  await gateway.sockets?.manage("POST", { stage: "prod", id }, Buffer.from("pushed"));
  const text = (await gateway.metrics?.read()) ?? "";
  await gateway.close();
  expect(readFileSync(path, "utf8").split("\n")).toEqual([
    "CONNECT $connect 200 - - ",
    "MESSAGE $default 200 - - ",
    expect.stringMatching(/^MESSAGE broken 50\d - 200 $/),
    expect.stringMatching(/^DISCONNECT \$disconnect 200 \d{4} - $/),
    "",
  ]);
  const counted = text.split("\n").filter((line) => /^apigateway_(?!.*latency)/.test(line));
  const stage = 'api="test",stage="prod"';
  expect(counted).toEqual(
    expect.arrayContaining([
      `apigateway_connects_total{${stage}} 1`,
      `apigateway_messages_total{${stage},method="ANY",resource="$default"} 2`,
      `apigateway_messages_total{${stage}} 3`,
      `apigateway_execution_errors_total{${stage}} 1`,
    ]),
  );
  expect(text).toContain("gateway_websocket_connections 1");
});
