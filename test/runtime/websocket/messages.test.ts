import { describe, expect, test } from "vitest";
import { requestLimits } from "../../../src/runtime/access/request-limits.js";
import type { IntegrationTable, SelectionExpression } from "../../../src/runtime/contracts.js";
import { createAwsServiceIntegration } from "../../../src/runtime/integrations/aws-service.js";
import { bodyText } from "../../../src/runtime/jsonpath/body-text.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { executionLog } from "../../../src/runtime/logs/execution-logging.js";
import type { TraceEvent } from "../../../src/runtime/trace.js";
import { messageValidation } from "../../../src/runtime/websocket/message-validation.js";
import { httpBackend } from "../support/backend.js";
import { awsService, functionProxy, http, httpProxy, mock, stage } from "../support/table.js";
import { connectSocket, type SocketClient } from "./socket-client.js";
import { serve, stopServers } from "./serve.js";
import {
  ACTION,
  answering,
  echo,
  socketApi,
  socketGateway,
  type TestFunction,
  type TestSocketRoute,
} from "./socket-api.js";

stopServers();

const says = (text: string): IntegrationTable => answering(() => text);

async function client(
  routes: Readonly<Record<string, TestSocketRoute>>,
  functions: Readonly<Record<string, TestFunction>> = {},
  rest: Parameters<typeof socketApi>[1] = {},
  parts: Parameters<typeof socketGateway>[2] = {},
): Promise<SocketClient> {
  const gateway = socketGateway(socketApi(routes, rest), functions, parts);
  return connectSocket((await serve(gateway)).url);
}

function errorFrame(message: string): string {
  return expect.stringMatching(
    new RegExp(`^\\{"message":"${message}","connectionId":"[^"]+=","requestId":"[^"]+="\\}$`),
  ) as string;
}

describe("route selection", () => {
  const ROUTES = {
    $connect: { integration: says("connect") },
    $disconnect: { integration: says("disconnect") },
    $default: { integration: says("default") },
    join: { integration: says("join") },
    "[1,2]": { integration: says("list") },
    "7": { integration: says("number") },
  };

  test.each<[message: string, want: string]>([
    ['{"action":"join"}', "join"],
    ['{"action":"Join"}', "default"],
    ['{"action":"leave"}', "default"],
    ['{"action":null}', "default"],
    ['{"action":7}', "number"],
    ['{"action":[1,2]}', "list"],
    ['{"other":"join"}', "default"],
    ['{"action":"$connect"}', "default"],
    ['{"action":"$disconnect"}', "default"],
    ['{"action":"$default"}', "default"],
    ["[]", "default"],
    ['"join"', "default"],
    ["join", "default"],
    ['{"action":"join"', "default"],
    ["", "default"],
  ])("%s", async (message, want) => {
    expect(await (await client(ROUTES)).ask(message)).toBe(want);
  });

  const expressions: Readonly<Record<string, SelectionExpression>> = {
    two: [{ body: bodyText("service") }, { literal: "/" }, { body: ACTION }],
    fixed: [{ literal: "join" }],
    context: [{ context: "connectionId" }],
    variable: [{ stageVariable: "key" }],
  };
  test.each<[expression: keyof typeof expressions, message: string, want: string]>([
    ["two", '{"service":"chat","action":"join"}', "chat join"],
    ["two", '{"service":"chat"}', "chat nothing"],
    ["two", "no JSON", "default"],
    ["fixed", "{}", "join"],
    ["fixed", "no JSON", "default"],
    ["context", "{}", "default"],
    ["variable", "{}", "join"],
  ])("expression %s of %s", async (expression, message, want) => {
    const api = socketApi(
      {
        $default: { integration: says("default") },
        join: { integration: says("join") },
        "chat/join": { integration: says("chat join") },
        "chat/": { integration: says("chat nothing") },
      },
      { stages: { prod: stage({ variables: { key: "join" } }) } },
    );
    const { websocket } = api;
    if (websocket === null) throw new Error("the API has connections");
    const routeSelection = expressions[expression] ?? [];
    const gateway = socketGateway({ ...api, websocket: { ...websocket, routeSelection } });
    expect(await (await connectSocket((await serve(gateway)).url)).ask(message)).toBe(want);
  });

  test("without $default the client is told", async () => {
    const socket = await client({ join: { integration: says("join") } });
    expect(await socket.ask("hello")).toEqual(errorFrame("Forbidden"));
    expect(await socket.ask('{"action":"join"}')).toBe("join");
  });
});

describe("answers", () => {
  test("a route without a response answers nothing, but for failures", async () => {
    const silent = { socket: { hasRouteResponse: false } };
    const socket = await client(
      {
        silent: { ...silent, integration: functionProxy("f") },
        odd: { ...silent, integration: functionProxy("odd") },
        broken: { ...silent, integration: functionProxy("broken") },
        mocked: { ...silent, integration: says("never") },
        $default: { integration: echo() },
      },
      {
        f: () => ({ statusCode: 200, body: "never" }),
        odd: () => undefined,
        broken: () => {
          throw new Error("broken");
        },
      },
    );
    for (const action of ["silent", "odd", "mocked"]) {
      socket.socket.send(JSON.stringify({ action }));
    }
    expect(await socket.ask('{"action":"broken"}')).toEqual(errorFrame("Internal server error"));
    expect(await socket.ask("end")).toBe("end");
    expect(socket.frames).toEqual([]);
  });

  test.each<[name: string, result: unknown, want: unknown]>([
    ["the body of the result", { statusCode: 200, body: "hi" }, "hi"],
    ["whatever its status", { statusCode: 500, body: "hi" }, "hi"],
    ["a result that is none", 7, errorFrame("Internal server error")],
    ["an unknown member", { text: "hi" }, errorFrame("Internal server error")],
    ["no body: nothing", { statusCode: 200 }, "end"],
  ])("of a function: %s", async (_name, result, want) => {
    const socket = await client(
      { f: { integration: functionProxy("f") }, $default: { integration: echo() } },
      { f: () => result },
    );
    socket.socket.send('{"action":"f"}');
    while (want === "end" && socket.frames.length > 0) socket.frames.pop();
    if (want === "end") {
      // the function has run when a later call of it has
      await socket.ask("end");
      expect(socket.frames).toEqual([]);
    } else expect(await socket.next()).toEqual(want);
  });

  test("a function that nothing runs is told", async () => {
    const socket = await client({ $default: { integration: functionProxy("missing") } });
    expect(await socket.ask("hello")).toMatch(/^\{"message":"Function \\"missing\\" cannot be run/);
  });

  test("a part that cannot be served is told", async () => {
    const integration: IntegrationTable = { kind: "unsupported", reason: "no reason" };
    expect(await (await client({ $default: { integration } })).ask("hello")).toContain("no reason");
  });

  test("bytes leave in binary frames where the response makes them", async () => {
    const plain = mock("", { requestTemplates: { $default: () => '{"statusCode":200}' } });
    const [response] = plain.responses;
    if (response === undefined) throw new Error("the mock has a response");
    const socket = await client({
      $default: { integration: echo() },
      toBytes: {
        integration: {
          ...plain,
          responses: [
            {
              ...response,
              templates: { $default: () => Buffer.from([0, 255, 7]).toString("base64") },
              contentHandling: "CONVERT_TO_BINARY",
            },
          ],
        },
      },
    });
    expect(await socket.ask('{"action":"toBytes"}')).toEqual(Buffer.from([0, 255, 7]));
    expect(await socket.ask("end")).toBe("end");
  });
});

describe("templates and responses are chosen by expressions", () => {
  test("request template by its selection, else $default, else the message itself", async () => {
    const received: unknown[] = [];
    const integration: IntegrationTable = {
      kind: "aws_function",
      method: "POST",
      function: ["arn:aws:lambda:us-east-1:123456789012:function:f"],
      timeoutMs: 5000,
      requestParameters: [],
      requestTemplates: { A: () => '{"template":"A"}', $default: () => '{"template":"default"}' },
      passthroughBehavior: "WHEN_NO_MATCH",
      contentHandling: null,
      responses: [
        {
          pattern: /.*wrong.*/,
          statusCode: 400,
          headers: [],
          templates: { $default: (input) => `failed ${input.body}` },
          contentHandling: null,
        },
        {
          pattern: null,
          statusCode: 200,
          headers: [],
          templates: {
            loud: (input) => `LOUD ${input.body}`,
            $default: (input) => `soft ${input.body}`,
          },
          templateSelection: [{ body: bodyText("tone") }],
          contentHandling: null,
        },
      ],
    };
    const socket = await client(
      {
        $default: {
          integration,
          socket: { templateSelection: [{ body: bodyText("kind") }] },
        },
      },
      {
        f: (event) => {
          received.push(event);
          if (received.length === 4) throw new Error("something is wrong");
          return { done: true };
        },
      },
    );
    expect(await socket.ask('{"kind":"A","tone":"loud"}')).toBe('LOUD {"done":true}');
    expect(await socket.ask('{"kind":"a"}')).toBe('soft {"done":true}');
    expect(await socket.ask("no JSON")).toBe('soft {"done":true}');
    expect(await socket.ask("{}")).toContain('failed {"errorType":"Error"');
    expect(received).toEqual([
      { template: "A" },
      { template: "default" },
      { template: "default" },
      { template: "default" },
    ]);
  });
});

describe("HTTP backends", () => {
  test("HTTP_PROXY gives the message and takes the body; a handshake gives its headers", async () => {
    const seen: Record<string, unknown>[] = [];
    const backend = await httpBackend((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const { method, url, headers } = incoming;
        seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
        outgoing.end(`got ${String(seen.length)}`);
      });
    });
    const integration = httpProxy([`${backend.origin}/hook`], {
      method: "POST",
      requestParameters: [
        { to: "header", name: "x-connection", from: { context: "connectionId" } },
        { to: "querystring", name: "kind", from: { body: bodyText("kind") } },
      ],
    });
    const plain = httpProxy([`${backend.origin}/connect`], { method: "POST" });
    const gateway = socketGateway(
      socketApi({ $connect: { integration: plain }, $default: { integration } }),
    );
    const { url } = await serve(gateway);
    const socket = await connectSocket(`${url}?a=1`, { headers: { "x-own": "mine" } });
    expect(await socket.ask('{"kind":"k"}')).toBe("got 2");
    await backend.close();
    expect(seen[0]).toMatchObject({
      method: "POST",
      url: "/connect?a=1",
      headers: { "x-own": "mine" },
      body: "",
    });
    expect(Object.keys(seen[0]?.["headers"] as object).join()).not.toContain("sec-websocket");
    expect(seen[1]).toMatchObject({
      method: "POST",
      url: "/hook?kind=k",
      headers: {
        "x-connection": expect.stringMatching(/=$/),
        "content-type": "application/json",
      },
      body: '{"kind":"k"}',
    });
  });

  test("HTTP maps the answer by its status; without responses it passes", async () => {
    const backend = await httpBackend((incoming, outgoing) => {
      outgoing.writeHead(incoming.url === "/bad" ? 404 : 200).end("from behind");
    });
    const response = { statusCode: 200, headers: [], contentHandling: null };
    const responses = [
      { ...response, pattern: /4\d\d/, templates: { $default: () => "not there" } },
      { ...response, pattern: null, templates: {} },
    ];
    const socket = await client({
      good: { integration: http([`${backend.origin}/good`], { responses }) },
      bad: { integration: http([`${backend.origin}/bad`], { responses }) },
      plain: { integration: http([`${backend.origin}/bad`], { responses: [] }) },
    });
    expect(await socket.ask('{"action":"good"}')).toBe("from behind");
    expect(await socket.ask('{"action":"bad"}')).toBe("not there");
    expect(await socket.ask('{"action":"plain"}')).toBe("from behind");
    await backend.close();
    expect(await socket.ask('{"action":"good"}')).toEqual(
      errorFrame("Network error communicating with endpoint"),
    );
  });
});

describe("AWS services", () => {
  test("a message becomes a signed request by its template, the answer a frame", async () => {
    const seen: Record<string, unknown>[] = [];
    const backend = await httpBackend((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const { authorization, "x-amz-target": target } = incoming.headers;
        seen.push({ authorization, target, body: Buffer.concat(chunks).toString() });
        outgoing.end('{"Count":3}');
      });
    });
    const response = { pattern: null, statusCode: 200, headers: [], contentHandling: null };
    const integration = awsService("dynamodb", {
      action: ["Query"],
      requestTemplates: { $default: (input) => `{"Key":"${input.context("connectionId")}"}` },
      responses: [{ ...response, templates: { $default: (input) => `found ${input.body}` } }],
    });
    const aws = createAwsServiceIntegration({
      environment: { AWS_ENDPOINT_URL: backend.origin },
      credentials: () => ({
        chain: () => Promise.resolve({ accessKeyId: "AKIA1", secretAccessKey: "s" }),
        role: () => () => Promise.resolve({ accessKeyId: "AKIA1", secretAccessKey: "s" }),
        close: () => Promise.resolve(),
      }),
    });
    const socket = await client(
      { $default: { integration } },
      {},
      {},
      {
        integrations: { aws_service: aws },
      },
    );
    expect(await socket.ask("hello")).toBe('found {"Count":3}');
    await backend.close();
    expect(seen).toEqual([
      {
        authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIA1\//),
        target: "DynamoDB_20120810.Query",
        body: expect.stringMatching(/^\{"Key":"[^"]+="\}$/),
      },
    ]);
  });
});

describe("steps in front of a message", () => {
  test("a model that the message selects", async () => {
    const socket = await client(
      {
        $default: { integration: echo() },
        send: {
          integration: echo(),
          socket: {
            modelSelection: [{ body: bodyText("type") }],
            models: { text: "Text", $default: "Any" },
          },
        },
        free: {
          integration: echo(),
          socket: { modelSelection: [{ body: bodyText("type") }], models: { text: "Text" } },
        },
      },
      {},
      {
        validators: {
          Text: (data) => (data as { text?: unknown }).text !== undefined,
          Any: (data) => (data as { any?: unknown }).any !== undefined,
        },
      },
      { validation: messageValidation },
    );
    const bad = errorFrame("Bad request body");
    const cases: readonly [message: object, want: unknown][] = [
      [{ action: "send", type: "text", text: "x" }, null],
      [{ action: "send", type: "text" }, bad],
      [{ action: "send", type: "other" }, bad],
      [{ action: "send", any: 1 }, null],
      [{ action: "free", type: "text" }, bad],
      [{ action: "free", type: "other" }, null],
    ];
    for (const [message, want] of cases) {
      const text = JSON.stringify(message);
      expect(await socket.ask(text)).toEqual(want ?? text);
    }
  });

  test("a throttle of a route counts messages", async () => {
    const throttle = { rateLimit: 0.001, burstLimit: 2 };
    const methods = { "ANY $default": { throttle, cache: null, executionLog: null } };
    const socket = await client(
      { $default: { integration: echo() } },
      {},
      { stages: { prod: stage({ methods }) } },
      { limits: requestLimits, state: memoryState },
    );
    const answers = [await socket.ask("1"), await socket.ask("2"), await socket.ask("3")];
    expect(answers).toEqual(["1", "2", errorFrame("Too Many Requests")]);
  });
});

describe("many messages", () => {
  test("are started in their order, at most 32 at once, and all are answered", async () => {
    const started: string[] = [];
    let running = 0;
    let most = 0;
    const socket = await client(
      { $default: { integration: functionProxy("f") } },
      {
        f: async ({ body }) => {
          started.push(String(body));
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          return { statusCode: 200, body };
        },
      },
    );
    const texts = Array.from({ length: 500 }, (_, index) => `m${String(index)}`);
    for (const text of texts) socket.socket.send(text);
    const answers: unknown[] = [];
    while (answers.length < texts.length) answers.push(await socket.next());
    expect(started).toEqual(texts);
    expect(most).toBeLessThanOrEqual(32);
    expect(answers.toSorted()).toEqual(texts.toSorted());
  });
});

describe("what happened is told", () => {
  test("each event has a trace of its own, and lines in the execution log", async () => {
    const traces: TraceEvent[][] = [];
    const lines: string[] = [];
    const level = { level: "INFO", dataTrace: true } as const;
    const setting = { throttle: null, cache: null, executionLog: level };
    const gateway = socketGateway(
      socketApi(
        { $connect: { integration: echo() }, $default: { integration: functionProxy("f") } },
        { stages: { prod: stage({ methods: { "ANY $default": setting } }) } },
      ),
      { f: () => ({ statusCode: 200, body: "hi" }) },
      { executionLog },
      {
        trace: () => {
          const events: TraceEvent[] = [];
          traces.push(events);
          return (event) => void events.push(event);
        },
        logger: {
          warn: () => undefined,
          error: () => undefined,
          lines: (added) => void lines.push(...added),
        },
      },
    );
    const socket = await connectSocket((await serve(gateway)).url);
    await socket.ask("hello");
    expect(traces.map((events) => events.map(({ kind }) => kind))).toEqual([
      ["matched", "response-selected", "answered", "sent"],
      ["matched", "endpoint-request", "endpoint-response", "answered", "sent"],
    ]);
    expect(lines.join("\n")).toContain("$default");
    expect(lines.join("\n")).toContain("hello");
  });
});
