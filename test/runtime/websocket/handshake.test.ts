import { describe, expect, test } from "vitest";
import { iamAccess } from "../../../src/runtime/access/iam-access.js";
import { requestLimits } from "../../../src/runtime/access/request-limits.js";
import { webSocketAuthorizer } from "../../../src/runtime/access/web-socket-authorizer.js";
import type { AccessTable, ApiTable } from "../../../src/runtime/contracts.js";
import type { GatewayParts } from "../../../src/runtime/gateway.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { messageValidation } from "../../../src/runtime/websocket/message-validation.js";
import { signWithSdk } from "../../sigv4/signers.js";
import { policy, principal, statement } from "../access/protected-gateway.js";
import { rawClient } from "../support/raw-client.js";
import { functionProxy, stage } from "../support/table.js";
import { functionAuthorizerTable } from "./authorizer.js";
import { connectSocket, refusedSocket } from "./socket-client.js";
import { serve, stopServers } from "./serve.js";
import {
  echo,
  socketApi,
  socketGateway,
  type TestFunction,
  type TestSocketRoute,
} from "./socket-api.js";

stopServers();

const OTHER_ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/$connect";
const ECHO = { $default: { integration: echo() } };

function accessTable(rest: Partial<AccessTable>): Pick<ApiTable, "access"> {
  return {
    access: {
      resourcePolicy: null,
      authorizers: {},
      principals: [],
      apiKeys: {},
      usagePlans: {},
      ...rest,
    },
  };
}

/** An API whose `$connect` is answered by a function. */
async function connecting(
  run: TestFunction,
  route: TestSocketRoute = {},
  rest: Partial<ApiTable> = {},
  parts: Partial<GatewayParts> = {},
): Promise<string> {
  const $connect = { integration: functionProxy("connect"), ...route };
  const gateway = socketGateway(
    socketApi({ ...ECHO, $connect }, rest),
    { connect: run },
    { state: memoryState, ...parts },
  );
  return (await serve(gateway)).url;
}

describe("$connect decides about the handshake", () => {
  const accepted = () => ({ statusCode: 200 });

  test.each<[name: string, result: unknown, status: number, message: string | undefined]>([
    ["401 of the function", { statusCode: 401, body: "who?" }, 401, undefined],
    ["403 of the function", { statusCode: 403 }, 403, undefined],
    ["500 of the function", { statusCode: 500 }, 500, undefined],
    ["a redirection", { statusCode: 302 }, 302, undefined],
    ["a result that is none", "x", 502, "Internal server error"],
    ["nothing at all", undefined, 502, "Internal server error"],
    ["an unknown member", { statusCode: 200, extra: 1 }, 502, "Internal server error"],
  ])("%s refuses", async (_name, result, status, message) => {
    const refused = await refusedSocket(await connecting(() => result));
    expect(refused.status).toBe(status);
    expect(refused.headers["x-amzn-requestid"]).toMatch(/=$/);
    if (message === undefined) return;
    expect(JSON.parse(refused.body)).toEqual({
      message,
      connectionId: expect.stringMatching(/=$/),
      requestId: refused.headers["x-amzn-requestid"],
    });
  });

  test("a function that throws refuses with 502", async () => {
    const url = await connecting(() => {
      throw new Error("broken");
    });
    expect((await refusedSocket(url)).status).toBe(502);
  });

  test.each([200, 201, 204])("status %i accepts", async (statusCode) => {
    const client = await connectSocket(await connecting(() => ({ statusCode })));
    expect(await client.ask("hello")).toBe("hello");
  });

  test("without $connect everybody may come", async () => {
    const { url } = await serve(socketGateway(socketApi(ECHO)));
    expect(await (await connectSocket(url)).ask("hello")).toBe("hello");
  });

  test.each<[name: string, authorize: TestFunction, query: string, status: number]>([
    ["no identity source", () => ({}), "", 401],
    ["the function says Unauthorized", unauthorized, "?ticket=x", 401],
    ["the function fails", failing, "?ticket=x", 500],
    ["the function denies", () => result("Deny"), "?ticket=x", 403],
    ["the policy names another resource", () => result("Allow", OTHER_ARN), "?ticket=x", 403],
  ])("authorizer: %s", async (_name, authorize, query, status) => {
    const gateway = socketGateway(
      socketApi(
        {
          ...ECHO,
          $connect: {
            integration: functionProxy("connect"),
            authorization: { kind: "authorizer", name: "ticket", scopes: [] },
          },
        },
        functionAuthorizerTable("ticket", "auth", [{ queryString: "ticket" }]),
      ),
      { connect: accepted, auth: authorize },
      { authorizers: { request: webSocketAuthorizer }, state: memoryState },
    );
    const refused = await refusedSocket(`${(await serve(gateway)).url}${query}`);
    expect(refused.status).toBe(status);
    expect(JSON.parse(refused.body)).toHaveProperty("connectionId");
  });

  test("API key: one that is known opens", async () => {
    const value = "a-key-of-twenty-characters";
    const gateway = socketGateway(
      socketApi(
        { ...ECHO, $connect: { integration: functionProxy("connect"), apiKeyRequired: true } },
        accessTable({
          apiKeys: {
            k1: {
              name: "k1",
              customerId: null,
              enabled: true,
              value: { secret: "key", key: null },
            },
          },
          usagePlans: {
            p1: {
              name: "p1",
              stages: ["prod"],
              keys: ["k1"],
              throttle: null,
              quota: null,
              methods: {},
            },
          },
        }),
      ),
      { connect: accepted },
      { limits: requestLimits, state: memoryState },
      { secrets: () => value },
    );
    const { url } = await serve(gateway);
    const refused = await refusedSocket(url, { headers: { "x-api-key": "another" } });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({ message: "Forbidden" });
    const client = await connectSocket(url, { headers: { "x-api-key": value } });
    expect(await client.ask("hello")).toBe("hello");
  });

  test("a throttle on $connect refuses with 429", async () => {
    const throttle = { rateLimit: 0.001, burstLimit: 1 };
    const url = await connecting(
      accepted,
      {},
      {
        stages: {
          prod: stage({
            methods: { "ANY $connect": { throttle, cache: null, executionLog: null } },
          }),
        },
      },
      { limits: requestLimits },
    );
    await connectSocket(url);
    const refused = await refusedSocket(url);
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      429,
      expect.objectContaining({ message: "Too Many Requests" }),
    ]);
  });

  test("required parameters that are missing refuse with 400", async () => {
    const validation = {
      requiredHeaders: ["x-room"],
      requiredPath: [],
      requiredQuery: ["name"],
      bodyModels: null,
    };
    const parts = { validation: messageValidation };
    const url = await connecting(accepted, { validation }, {}, parts);
    expect((await refusedSocket(url)).status).toBe(400);
    const client = await connectSocket(`${url}?name=ann`, { headers: { "x-room": "1" } });
    expect(await client.ask("hello")).toBe("hello");
  });
});

describe("subprotocols", () => {
  test.each<
    [name: string, answered: string | undefined, known: string[], offered: string[], want: string]
  >([
    ["none is known", undefined, [], [], ""],
    ["what $connect answers", "b", ["a"], ["a", "b"], "b"],
    ["the first offered that is known", undefined, ["y", "x"], ["w", "x", "y"], "x"],
  ])("%s", async (_name, answered, known, offered, want) => {
    const headers = answered === undefined ? {} : { "Sec-WebSocket-Protocol": answered };
    const gateway = socketGateway(
      socketApi(
        { ...ECHO, $connect: { integration: functionProxy("connect") } },
        {},
        { subprotocols: known },
      ),
      { connect: () => ({ statusCode: 200, headers }) },
    );
    const client = await connectSocket((await serve(gateway)).url, { protocols: offered });
    expect(client.socket.protocol).toBe(want);
  });
});

describe("what is no handshake of the API", () => {
  test.each<[name: string, path: string, status: number]>([
    ["a stage that is not there", "/nope", 403],
    ["no stage at all", "/", 403],
    ["a path below a stage", "/prod/room", 403],
  ])("%s", async (_name, path, status) => {
    const { port } = await serve(socketGateway(socketApi(ECHO)));
    const refused = await refusedSocket(`ws://127.0.0.1:${String(port)}${path}`);
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      status,
      expect.objectContaining({ message: "Forbidden" }),
    ]);
  });

  test("under the service's own name the stage is always in the path", async () => {
    const { port } = await serve(socketGateway(socketApi(ECHO, { defaultStage: "prod" })));
    const headers = { Host: "abcdefghij.execute-api.us-east-1.amazonaws.com" };
    const root = `ws://127.0.0.1:${String(port)}/`;
    expect((await refusedSocket(root, { headers })).status).toBe(403);
    expect(await (await connectSocket(`${root}prod`, { headers })).ask("hello")).toBe("hello");
  });

  test("the default stage answers at the root", async () => {
    const { port } = await serve(socketGateway(socketApi(ECHO, { defaultStage: "prod" })));
    const client = await connectSocket(`ws://127.0.0.1:${String(port)}/`);
    expect(await client.ask("hello")).toBe("hello");
  });

  const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket";
  const VERSION = "Sec-WebSocket-Version: 13";

  test.each<[name: string, method: string, lines: readonly string[], status: number]>([
    ["a plain request", "GET", ["Connection: close"], 403],
    ["a plain POST", "POST", ["Connection: close", "Content-Length: 0"], 403],
    ["another protocol", "GET", ["Connection: Upgrade", "Upgrade: h2c", VERSION, KEY], 403],
    ["another method", "POST", [UPGRADE, VERSION, KEY, "Content-Length: 0"], 405],
    ["a POST with a body", "POST", [UPGRADE, VERSION, KEY, "Content-Length: 5", "", "12345"], 405],
    ["another version", "GET", [UPGRADE, "Sec-WebSocket-Version: 8", KEY], 426],
    ["no version", "GET", [UPGRADE, KEY], 426],
    ["no key", "GET", [UPGRADE, VERSION], 400],
    ["a short key", "GET", [UPGRADE, VERSION, "Sec-WebSocket-Key: abc="], 400],
  ])("%s does not run $connect", async (_name, method, lines, status) => {
    let connects = 0;
    const gateway = socketGateway(
      socketApi({ ...ECHO, $connect: { integration: functionProxy("connect") } }),
      { connect: () => ({ statusCode: (connects += 200) }) },
    );
    const { port } = await serve(gateway);
    const client = await rawClient(port);
    client.write([`${method} /prod HTTP/1.1`, "Host: a", ...lines, "", ""].join("\r\n"));
    const answer = await client.closed();
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${String(status)}`);
    expect(connects).toBe(0);
  });
});

describe("IAM on $connect", () => {
  const CONNECT = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/prod/$connect";
  const SECRET = "the secret of alice";

  const connect = async (resource: string, signs: boolean) => {
    const policies = [policy(statement("Allow", resource))];
    const gateway = socketGateway(
      socketApi(
        { ...ECHO, $connect: { integration: echo(), authorization: { kind: "iam" } } },
        accessTable({ principals: [principal("alice", { policies })] }),
      ),
      {},
      { iam: iamAccess, state: memoryState },
      { secrets: () => SECRET },
    );
    const signed = await signWithSdk(
      { method: "GET", path: "/prod" },
      { accessKeyId: "AKIAALICE", secretAccessKey: SECRET },
      Date.now(),
    );
    const headers: Record<string, string> = {};
    for (let i = 0; signs && i < signed.headers.length; i += 2) {
      headers[signed.headers[i] ?? ""] = signed.headers[i + 1] ?? "";
    }
    return { url: (await serve(gateway)).url, headers };
  };

  test("who signs and may invoke is let in", async () => {
    const { url, headers } = await connect(CONNECT, true);
    expect(await (await connectSocket(url, { headers })).ask("hello")).toBe("hello");
  });

  test.each<[name: string, resource: string, signs: boolean, message: RegExp]>([
    ["without a signature", CONNECT, false, /^Missing Authentication Token$/],
    ["for another route", `${CONNECT}x`, true, /is not authorized to perform.*\/prod\/\$connect$/],
  ])("%s nobody is", async (_name, resource, signs, message) => {
    const { url, headers } = await connect(resource, signs);
    const refused = await refusedSocket(url, { headers });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({ message: expect.stringMatching(message) });
  });
});

function unauthorized(): never {
  throw new Error("Unauthorized");
}

function failing(): never {
  throw new Error("broken");
}

function result(effect: "Allow" | "Deny", resource = "*"): unknown {
  return {
    principalId: "ann",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: resource }],
    },
  };
}
