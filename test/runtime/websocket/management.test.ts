import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { afterEach, describe, expect, test } from "vitest";
import { manageConnectionsAccess } from "../../../src/runtime/access/manage-connections.js";
import { startAdmin } from "../../../src/runtime/admin/admin-server.js";
import type { ApiTable } from "../../../src/runtime/contracts.js";
import { webSockets, webSocketsWith } from "../../../src/runtime/server/web-socket.js";
import { policy, principal } from "../access/protected-gateway.js";
import { stage } from "../support/table.js";
import { connectSocket, type SocketClient } from "./socket-client.js";
import { serve, stopServers } from "./serve.js";
import { answering, socketApi, socketGateway } from "./socket-api.js";

stopServers();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const SECRET = "the secret of whoever signs";
const ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij";
const ROUTES = {
  $default: { integration: answering((input) => input.context("connectionId")) },
};

interface Managed {
  readonly connected: SocketClient;
  readonly id: string;
  readonly endpoint: string;
  client(user?: string): ApiGatewayManagementApiClient;
}

function sdkClient(endpoint: string, user = "any"): ApiGatewayManagementApiClient {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: `AKIA${user.toUpperCase()}`, secretAccessKey: SECRET },
    maxAttempts: 1,
  });
  closing.push(() => client.destroy());
  return client;
}

/** A gateway with its admin listener. */
async function administered(host = "127.0.0.1"): Promise<Managed> {
  const gateway = socketGateway(
    socketApi(ROUTES, { stages: { prod: stage(), other: stage() } }),
    {},
    { sockets: webSockets },
    { secrets: (name) => (name === "gateway/admin-token" ? "0123456789abcdef" : undefined) },
  );
  const admin = await startAdmin(gateway, { port: 0, host, live: "/live", ready: "/ready" });
  if (admin === undefined) throw new Error("the admin listener did not start");
  closing.push(() => admin.stop());
  const connected = await connectSocket((await serve(gateway)).url);
  const endpoint = `http://127.0.0.1:${String(admin.port)}/prod`;
  const id = String(await connected.ask("who am I"));
  return { connected, id, endpoint, client: (user) => sdkClient(endpoint, user) };
}

const PRINCIPALS = [
  principal("all", { policies: [manages("*")] }),
  principal("post", { policies: [manages(`${ARN}/prod/POST/@connections/*`)] }),
  principal("invoke", {
    policies: [policy({ Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" })],
  }),
];

function manages(Resource: string) {
  return policy({ Effect: "Allow", Action: "execute-api:ManageConnections", Resource });
}

const ACCESS: NonNullable<ApiTable["access"]> = {
  resourcePolicy: null,
  authorizers: {},
  principals: PRINCIPALS,
  apiKeys: {},
  usagePlans: {},
};

/** A gateway whose own listener serves `@connections` to signers. */
async function signed(): Promise<Managed> {
  const gateway = socketGateway(
    socketApi(ROUTES, { access: ACCESS }),
    {},
    { sockets: webSocketsWith({ manageAccess: manageConnectionsAccess }) },
    { secrets: () => SECRET },
  );
  const { url, port } = await serve(gateway);
  const connected = await connectSocket(url, { headers: { "User-Agent": "tests" } });
  const endpoint = `http://127.0.0.1:${String(port)}/prod`;
  const id = String(await connected.ask("who am I"));
  return { connected, id, endpoint, client: (user) => sdkClient(endpoint, user) };
}

describe.each([
  ["at the admin listener", administered],
  ["at the gateway's own, signed", signed],
])("the client of AWS's own SDK, %s", (_name, open) => {
  test("posts, gets and deletes", async () => {
    const { connected, id, client } = await open();
    const sdk = client("all");
    const post = new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from("héllo") });
    expect((await sdk.send(post)).$metadata.httpStatusCode).toBe(200);
    expect(await connected.next()).toBe("héllo");

    const shown = await sdk.send(new GetConnectionCommand({ ConnectionId: id }));
    expect(shown.ConnectedAt).toBeInstanceOf(Date);
    expect(shown.LastActiveAt?.getTime()).toBeGreaterThanOrEqual(
      shown.ConnectedAt?.getTime() ?? Infinity,
    );
    expect(shown.Identity?.SourceIp).toBe("127.0.0.1");

    const remove = new DeleteConnectionCommand({ ConnectionId: id });
    expect((await sdk.send(remove)).$metadata.httpStatusCode).toBe(204);
    expect((await connected.closed).code).toBe(1000);
    for (const command of [post, remove, new GetConnectionCommand({ ConnectionId: id })]) {
      await expect(sdk.send(command as PostToConnectionCommand)).rejects.toMatchObject({
        name: "GoneException",
        $metadata: { httpStatusCode: 410 },
      });
    }
  });

  test.each<[name: string, id: (own: string) => string, bytes: number, error: string]>([
    ["a message that is too long", (own) => own, 128 * 1024 + 1, "PayloadTooLargeException"],
    ["no such connection", () => "nobody=", 1, "GoneException"],
    ["an odd id", () => "../../x y?z", 1, "GoneException"],
  ])("%s", async (_case, idOf, bytes, error) => {
    const { id, client } = await open();
    const post = new PostToConnectionCommand({ ConnectionId: idOf(id), Data: Buffer.alloc(bytes) });
    await expect(client("all").send(post)).rejects.toMatchObject({ name: error });
  });

  test("the longest message arrives", async () => {
    const { connected, id, client } = await open();
    const Data = Buffer.alloc(128 * 1024, "x");
    await client("all").send(new PostToConnectionCommand({ ConnectionId: id, Data }));
    expect(await connected.next()).toHaveLength(128 * 1024);
  });
});

describe("at the admin listener", () => {
  test("another stage has other connections; a stage that is not there is forbidden", async () => {
    const { id, endpoint } = await administered();
    const post = new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from("x") });
    const at = (name: string) => sdkClient(endpoint.replace("/prod", name)).send(post);
    await expect(at("/other")).rejects.toMatchObject({ name: "GoneException" });
    await expect(at("/nope")).rejects.toMatchObject({ name: "ForbiddenException" });
  });

  test("the sign may be written as %40", async () => {
    const { connected, id, endpoint } = await administered();
    const url = `${endpoint}/%40connections/${encodeURIComponent(id)}`;
    expect((await fetch(url, { method: "POST", body: "hello" })).status).toBe(200);
    expect(await connected.next()).toBe("hello");
  });

  test("elsewhere than on the loopback a token is needed", async () => {
    const { id, endpoint } = await administered("0.0.0.0");
    const url = `${endpoint}/@connections/${encodeURIComponent(id)}`;
    expect((await fetch(url)).status).toBe(401);
    const headers = { Authorization: "Bearer 0123456789abcdef" };
    expect((await fetch(url, { headers })).status).toBe(200);
  });

  test("a client that reads nothing is full in the end", async () => {
    const { connected, id, client } = await administered();
    connected.socket.pause();
    const sdk = client();
    const post = new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.alloc(128 * 1024) });
    const posts = async (): Promise<void> => {
      for (let i = 0; i < 400; i += 1) await sdk.send(post);
    };
    await expect(posts()).rejects.toMatchObject({ name: "LimitExceededException" });
    connected.socket.resume();
    await connected.next();
  });
});

describe("at the gateway's own listener", () => {
  test.each<[name: string, user: string, error: string]>([
    ["somebody else's signature", "nobody", "UnrecognizedClientException"],
    ["who may invoke alone", "invoke", "ForbiddenException"],
  ])("%s does not do", async (_name, user, error) => {
    const { id, client } = await signed();
    const post = new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from("x") });
    await expect(client(user).send(post)).rejects.toMatchObject({ name: error });
  });

  test("who may post may not delete", async () => {
    const { connected, id, client } = await signed();
    const sdk = client("post");
    await sdk.send(new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from("hi") }));
    expect(await connected.next()).toBe("hi");
    await expect(sdk.send(new DeleteConnectionCommand({ ConnectionId: id }))).rejects.toMatchObject(
      {
        name: "ForbiddenException",
        $metadata: { httpStatusCode: 403 },
      },
    );
  });

  test("without a signature nothing is told", async () => {
    const { id, endpoint } = await signed();
    const answer = await fetch(`${endpoint}/@connections/${encodeURIComponent(id)}`);
    expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([
      403,
      "MissingAuthenticationTokenException",
    ]);
  });

  test("an API without principals does not serve it there", async () => {
    const gateway = socketGateway(socketApi(ROUTES));
    const { port } = await serve(gateway);
    const answer = await fetch(`http://127.0.0.1:${String(port)}/prod/@connections/x`);
    expect(answer.status).toBe(403);
  });
});
