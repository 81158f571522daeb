import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { generate } from "../../src/generate.js";
import { buildProject } from "../support/built-project.js";
import { startLoad, type LoadRequest } from "../support/http-load.js";
import { pacedAnswer, startPacedBackend, type PacedBackend } from "../support/paced-backend.js";
import { startBalancer, type Balancer } from "./balancer.js";
import { kill, startGatewayProcess, terminate, type GatewayProcess } from "./gateway-process.js";
import { startTalks } from "./talks.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-rollout-"));
let backend: PacedBackend;
let balancer: Balancer;
let running: GatewayProcess[] = [];

beforeAll(async () => {
  backend = await startPacedBackend();
});
afterEach(async () => {
  await Promise.all(running.map(kill));
  await balancer.close();
  running = [];
});
afterAll(async () => {
  await backend.close();
  rmSync(folder, { recursive: true, force: true });
});

async function build(name: string, document: object, runtime: object): Promise<string> {
  const variables = { backend: `127.0.0.1:${backend.port}` };
  const settings = { version: 1, stages: { live: { variables } }, runtime };
  const text = JSON.stringify(document);
  const { files, diagnostics } = await generate({ input: "openapi.json", text, settings });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  return buildProject(join(folder, name), files);
}

async function start(program: string, name: string): Promise<GatewayProcess> {
  const gateway = await startGatewayProcess(program, name);
  running.push(gateway);
  balancer.add(gateway);
  await balancer.learned(gateway, true);
  return gateway;
}

/** Replaces one process after the other, each by a new one that is ready before it goes. */
async function roll(program: string, pair: readonly GatewayProcess[]): Promise<void> {
  for (const old of pair) {
    await start(program, `${old.name} anew`);
    const ended = terminate(old);
    await balancer.learned(old, false);
    expect(await ended).toBe(0);
  }
}

describe("two processes behind a balancer are replaced under load", () => {
  const document = {
    openapi: "3.0.3",
    info: { title: "Rolled", version: "1" },
    paths: {
      "/paced/{id}": {
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
        get: forwarded("GET"),
        post: forwarded("POST"),
      },
      "/mock": {
        get: {
          operationId: "getMock",
          responses: { "200": { description: "ok" } },
          "x-amazon-apigateway-integration": {
            type: "mock",
            requestTemplates: { "application/json": '{"statusCode": 200}' },
            responses: {
              default: {
                statusCode: "200",
                responseTemplates: { "application/json": '{"mocked":true}' },
              },
            },
          },
        },
      },
    },
  };

  function forwarded(httpMethod: string): object {
    return {
      operationId: `${httpMethod.toLowerCase()}Paced`,
      responses: { "200": { description: "ok" } },
      "x-amazon-apigateway-integration": {
        type: "http_proxy",
        httpMethod,
        uri: "http://${stageVariables.backend}/paced/{id}",
        requestParameters: { "integration.request.path.id": "method.request.path.id" },
      },
    };
  }

  /** Answers at once, slow answers, bodies on their way for a while, large answers. */
  function request(number: number): LoadRequest {
    const waitMs = [0, 10, 50, 250, 900][number % 5] ?? 0;
    const id = number * 1000 + waitMs;
    if (number % 4 === 0) {
      const isAnswer = (status: number, text: string): boolean =>
        status === 200 && text === '{"mocked":true}';
      return { method: "GET", path: "/live/mock", isAnswer };
    }
    if (number % 6 !== 1) {
      const isAnswer = (status: number, text: string): boolean =>
        status === 200 && text === pacedAnswer(id);
      return { method: "GET", path: `/live/paced/${id}`, isAnswer };
    }
    const parts = Array.from({ length: 4 }, (_, part) => `${number}/${part} `.repeat(500));
    const hash = createHash("sha256").update(parts.join("")).digest("hex");
    return {
      method: "POST",
      path: `/live/paced/${id}`,
      headers: { "content-type": "text/plain" },
      body: Readable.from(slowly(parts)),
      isAnswer: (status, text) => status === 200 && text.includes(hash),
    };
  }

  async function* slowly(parts: readonly string[]): AsyncGenerator<Buffer> {
    for (const part of parts) {
      yield Buffer.from(part);
      await delay(60);
    }
  }

  test("no request fails", { timeout: 120_000 }, async () => {
    const program = await build("requests", document, { adminPort: 9464, drainDelay: "3s" });
    balancer = await startBalancer();
    const pair = [await start(program, "one"), await start(program, "two")];
    const load = startLoad({
      origin: `http://127.0.0.1:${balancer.port}`,
      kept: 40,
      fresh: 10,
      thinkMs: 60,
      request,
    });
    while (load.tally.answered < 500 && load.tally.wrong.length === 0) await delay(10);
    await roll(program, pair);
    const after = load.tally.answered;
    while (load.tally.answered < after + 500 && load.tally.wrong.length === 0) await delay(10);
    const { answered, closing, refused, lost, wrong } = await load.end();

    expect({ lost, wrong, refused, unserved: balancer.refused() }).toEqual({
      lost: [],
      wrong: [],
      refused: 0,
      unserved: 0,
    });
    expect(answered).toBeGreaterThan(1000);
    expect(closing).toBeGreaterThan(0);
    expect([...balancer.given.keys()]).toEqual(["one", "two", "one anew", "two anew"]);
    expect(running.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});

describe("two processes with WebSockets are replaced while clients talk", () => {
  test("sockets are closed by 1013, come back, and each message is handled once", async () => {
    const document = {
      openapi: "3.0.3",
      info: { title: "Talks", version: "1" },
      "x-gateway-websocket": {
        routeSelectionExpression: "$request.body.action",
        integrations: {
          paced: {
            integrationType: "HTTP_PROXY",
            integrationMethod: "POST",
            integrationUri: "http://${stageVariables.backend}/heard",
          },
        },
        routes: {
          say: { integration: "paced", routeResponseSelectionExpression: "$default" },
        },
      },
    };
    const program = await build("talks", document, { drainDelay: "3s" });
    balancer = await startBalancer();
    const pair = [await start(program, "one"), await start(program, "two")];
    const talks = await startTalks(`ws://127.0.0.1:${balancer.port}/live`, 40);
    await talks.answered(400);
    await roll(program, pair);
    await talks.answered(400);
    const { refused, codes, unanswered, messages } = await talks.end();

    expect({ refused, unserved: balancer.refused() }).toEqual({ refused: [], unserved: 0 });
    // every client was at one of the two that have gone, some were at both
    expect(codes.size).toBe(1);
    expect(codes.get(1013)).toBeGreaterThanOrEqual(40);
    // what was answered was heard once; what was not, because its socket was closed, was sent again
    expect(backend.heard()).toEqual(new Map(messages.map((message) => [message, 1])));
    expect(unanswered).toEqual([]);
    expect([...balancer.given.keys()]).toEqual(["one", "two", "one anew", "two anew"]);
    expect(running.flatMap(({ complaints }) => complaints)).toEqual([]);
  }, 120_000);
});
