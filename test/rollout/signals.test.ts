import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { generate } from "../../src/generate.js";
import { buildProject } from "../support/built-project.js";
import { eventually, tcpBackend, type Backend } from "../runtime/support/backend.js";
import { isComplete, rawClient } from "../runtime/support/raw-client.js";
import { kill, startGatewayProcess, type GatewayProcess } from "./gateway-process.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-signals-"));
let silent: Backend;
let program: string;
let gateway: GatewayProcess;

/** A gateway that would take its time: both times of its stop are longer than any test. */
beforeAll(async () => {
  silent = await tcpBackend(() => undefined);
  const document = {
    openapi: "3.0.3",
    info: { title: "Signals", version: "1" },
    paths: {
      "/silent": {
        get: {
          responses: { "200": { description: "ok" } },
          "x-amazon-apigateway-integration": {
            type: "http_proxy",
            httpMethod: "GET",
            uri: `${silent.origin}/`,
          },
        },
      },
    },
  };
  const { files } = await generate({
    input: "openapi.json",
    text: JSON.stringify(document),
    settings: {
      version: 1,
      stages: { live: {} },
      runtime: { adminPort: 9464, drainDelay: "1h", shutdownGrace: "1h" },
    },
  });
  program = buildProject(join(folder, "project"), files);
});
afterEach(() => kill(gateway));
afterAll(async () => {
  await silent.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

test("SIGINT waits for nobody that is idle", async () => {
  gateway = await startGatewayProcess(program, "interrupted");
  const client = await rawClient(gateway.port);
  client.write(get("/live/none"));
  await client.until(isComplete);
  const ended = once(gateway.child, "exit");
  gateway.child.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  await client.closed();
});

test("after SIGTERM it is not ready and answers; SIGINT cuts what is left", async () => {
  gateway = await startGatewayProcess(program, "terminated");
  const held = await rawClient(gateway.port);
  held.write(get("/live/silent"));
  await eventually(() => silent.sockets.size > 0);
  const ended = once(gateway.child, "exit");
  gateway.child.kill("SIGTERM");
  for (;;) {
    const answer = await fetch(gateway.readyUrl);
    if (answer.status === 503) break;
    await answer.body?.cancel();
  }
  const client = await rawClient(gateway.port);
  client.write(get("/live/none"));
  expect(await client.closed()).toContain("Connection: close");
  gateway.child.kill("SIGTERM");
  expect((await fetch(gateway.readyUrl)).status).toBe(503);
  gateway.child.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  expect(await held.closed()).toBe("");
});
