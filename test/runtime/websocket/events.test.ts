import { describe, expect, test } from "vitest";
import { webSocketAuthorizer } from "../../../src/runtime/access/web-socket-authorizer.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { functionAuthorizerTable } from "./authorizer.js";
import { eventually } from "../support/backend.js";
import { functionProxy, stage } from "../support/table.js";
import { connectSocket } from "./socket-client.js";
import { serve, stopServers } from "./serve.js";
import { answering, socketApi, socketGateway, type TestFunction } from "./socket-api.js";

type Event = Readonly<Record<string, unknown>>;

stopServers();

function noting(events: Event[], answer: unknown = { statusCode: 200 }): TestFunction {
  return (event) => {
    events.push(event);
    return answer;
  };
}

const ROUTE = { integration: functionProxy("f") };
const CONTEXT = {
  stage: "prod",
  apiId: "abcdefghij",
  messageDirection: "IN",
  domainName: "127.0.0.1",
  connectionId: expect.stringMatching(/^[0-9a-f]{8}[\w-]{15}=$/),
  connectedAt: expect.any(Number),
  requestId: expect.stringMatching(/=$/),
  extendedRequestId: expect.stringMatching(/=$/),
  requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:/),
  requestTimeEpoch: expect.any(Number),
  identity: { sourceIp: "127.0.0.1", userAgent: "tests" },
};
const CLIENT = { headers: { "User-Agent": "tests" } };

describe("events of functions", () => {
  test("handshake, message and end each have their own shape", async () => {
    const events: Event[] = [];
    const gateway = socketGateway(
      socketApi(
        { $connect: ROUTE, $disconnect: ROUTE, $default: ROUTE },
        { stages: { prod: stage({ variables: { color: "red" } }) } },
      ),
      { f: noting(events, { statusCode: 200, body: "seen" }) },
    );
    const { url, port } = await serve(gateway);
    const client = await connectSocket(`${url}?room=1&room=2`, CLIENT);
    expect(await client.ask("hello")).toBe("seen");
    client.socket.close();
    await eventually(() => events.length === 3);
    const [connect, message, end] = events;

    expect(connect).toEqual({
      headers: expect.objectContaining({
        Host: `127.0.0.1:${String(port)}`,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": expect.any(String),
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "http",
        "X-Amzn-Trace-Id": expect.stringMatching(/^Root=/),
      }),
      multiValueHeaders: expect.objectContaining({ "Sec-WebSocket-Version": ["13"] }),
      queryStringParameters: { room: "2" },
      multiValueQueryStringParameters: { room: ["1", "2"] },
      stageVariables: { color: "red" },
      requestContext: { ...CONTEXT, routeKey: "$connect", eventType: "CONNECT" },
      isBase64Encoded: false,
    });
    expect(message).toEqual({
      stageVariables: { color: "red" },
      requestContext: {
        ...CONTEXT,
        routeKey: "$default",
        eventType: "MESSAGE",
        messageId: expect.stringMatching(/=$/),
      },
      body: "hello",
      isBase64Encoded: false,
    });
    expect(end).toEqual({
      headers: { Host: "127.0.0.1", "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" },
      multiValueHeaders: {
        Host: ["127.0.0.1"],
        "x-api-key": [""],
        "X-Forwarded-For": [""],
        "x-restapi": [""],
      },
      stageVariables: { color: "red" },
      requestContext: {
        ...CONTEXT,
        routeKey: "$disconnect",
        eventType: "DISCONNECT",
        disconnectStatusCode: 1005,
        disconnectReason: "Client-side close frame status not set",
      },
      isBase64Encoded: false,
    });
    const contexts = events.map(({ requestContext }) => requestContext as Event);
    expect(new Set(contexts.map(({ connectionId }) => connectionId)).size).toBe(1);
    expect(new Set(contexts.map(({ requestId }) => requestId)).size).toBe(3);
    for (const { requestId, extendedRequestId } of contexts) {
      expect(extendedRequestId).toBe(requestId);
    }
  });

  test("what is not there is left out of a handshake's event", async () => {
    const events: Event[] = [];
    const gateway = socketGateway(socketApi({ $connect: ROUTE }), { f: noting(events) });
    await connectSocket((await serve(gateway)).url, CLIENT);
    const members = Object.keys(events[0] ?? {});
    expect(members).toEqual(["headers", "multiValueHeaders", "requestContext", "isBase64Encoded"]);
  });

  test.each<[name: string, close: [number, string], want: [number, string]]>([
    ["a code and a reason", [4001, "bye"], [4001, "bye"]],
    ["a code alone", [1001, ""], [1001, "Going away"]],
    ["a normal end", [1000, ""], [1000, ""]],
  ])("%s of the client are told at the end", async (_name, close, want) => {
    const events: Event[] = [];
    const gateway = socketGateway(socketApi({ $disconnect: ROUTE }), { f: noting(events) });
    const client = await connectSocket((await serve(gateway)).url);
    client.socket.close(...close);
    await eventually(() => events.length === 1);
    const [disconnectStatusCode, disconnectReason] = want;
    expect(events[0]?.["requestContext"]).toMatchObject({ disconnectStatusCode, disconnectReason });
  });

  test("a client that vanishes ends with 1006", async () => {
    const events: Event[] = [];
    const gateway = socketGateway(socketApi({ $disconnect: ROUTE }), { f: noting(events) });
    const client = await connectSocket((await serve(gateway)).url);
    client.socket.terminate();
    await eventually(() => events.length === 1);
    expect(events[0]?.["requestContext"]).toMatchObject({ disconnectStatusCode: 1006 });
  });

  test("an authorizer sees the handshake; its values stay with the connection", async () => {
    const asked: Event[] = [];
    const events: Event[] = [];
    const gateway = socketGateway(
      socketApi(
        {
          $connect: { ...ROUTE, authorization: { kind: "authorizer", name: "ticket", scopes: [] } },
          $default: ROUTE,
        },
        functionAuthorizerTable("ticket", "auth", [{ queryString: "ticket" }]),
      ),
      {
        f: noting(events, { statusCode: 200, body: "seen" }),
        auth: (event) => {
          asked.push(event);
          return {
            principalId: "ann",
            context: { level: 7 },
            policyDocument: {
              Version: "2012-10-17",
              Statement: [
                { Action: "execute-api:Invoke", Effect: "Allow", Resource: event["methodArn"] },
              ],
            },
          };
        },
      },
      { authorizers: { request: webSocketAuthorizer }, state: memoryState },
    );
    const { url } = await serve(gateway);
    const client = await connectSocket(`${url}?ticket=t1`, CLIENT);
    await client.ask("hello");
    expect(asked).toEqual([
      {
        type: "REQUEST",
        methodArn: "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/prod/$connect",
        headers: expect.objectContaining({ "Sec-WebSocket-Version": "13" }),
        multiValueHeaders: expect.objectContaining({ "Sec-WebSocket-Version": ["13"] }),
        queryStringParameters: { ticket: "t1" },
        multiValueQueryStringParameters: { ticket: ["t1"] },
        stageVariables: {},
        requestContext: { ...CONTEXT, routeKey: "$connect", eventType: "CONNECT" },
      },
    ]);
    for (const { requestContext } of events) {
      expect(requestContext).toMatchObject({
        authorizer: { principalId: "ann", level: "7", integrationLatency: expect.any(Number) },
      });
    }
    expect(events).toHaveLength(2);
  });
});

describe("$context of a message", () => {
  test.each<[name: string, want: unknown]>([
    ["connectionId", expect.stringMatching(/=$/)],
    ["connectedAt", expect.stringMatching(/^\d{13}$/)],
    ["domainName", "127.0.0.1"],
    ["eventType", "MESSAGE"],
    ["messageId", expect.stringMatching(/=$/)],
    ["messageDirection", "IN"],
    ["routeKey", "$default"],
    ["requestId", expect.stringMatching(/=$/)],
    ["extendedRequestId", expect.stringMatching(/=$/)],
    ["requestTime", expect.stringMatching(/\+0000$/)],
    ["requestTimeEpoch", expect.stringMatching(/^\d{13}$/)],
    ["stage", "prod"],
    ["apiId", "abcdefghij"],
    ["identity.sourceIp", "127.0.0.1"],
    ["identity.userAgent", "tests"],
    ["disconnectReason", "-"],
    ["nothing", "-"],
  ])("%s", async (name, want) => {
    const gateway = socketGateway(
      socketApi({ $default: { integration: answering((input) => input.context(name) || "-") } }),
    );
    const client = await connectSocket((await serve(gateway)).url, CLIENT);
    expect(await client.ask("hello")).toEqual(want);
  });

  test("a template that writes into it reads the same values", async () => {
    const template = answering((input) => {
      const keys = [...input.contextVariables.keys()].map(String);
      return `${input.context("routeKey")} ${keys.join()}`;
    });
    const gateway = socketGateway(socketApi({ $default: { integration: template } }));
    const client = await connectSocket((await serve(gateway)).url);
    expect(await client.ask("hello")).toBe(
      "$default routeKey,messageId,eventType,extendedRequestId,requestTime,messageDirection," +
        "disconnectStatusCode,disconnectReason,stage,connectedAt,requestTimeEpoch,identity," +
        "requestId,domainName,connectionId,apiId",
    );
  });
});
