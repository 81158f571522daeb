import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterEach, describe, expect, test, vi } from "vitest";
import { awsConnections } from "../../../src/runtime/aws/connections.js";
import { startAdmin } from "../../../src/runtime/admin/admin-server.js";
import { createWorkerPool } from "../../../src/runtime/functions/worker-pool.js";
import {
  connectionsOf,
  ConnectionsError,
} from "../../../src/runtime/websocket/connections-client.js";
import { functionProxy } from "../support/table.js";
import { connectSocket } from "./socket-client.js";
import { serve, stopServers } from "./serve.js";
import { answering, echo, socketApi, socketGateway } from "./socket-api.js";

stopServers();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const CONTEXT = { domainName: "example.com", stage: "prod" };
const ROUTES = {
  $default: { integration: answering((input) => input.context("connectionId")) },
  echo: { integration: echo() },
};

async function opened() {
  const gateway = socketGateway(socketApi(ROUTES));
  const client = await connectSocket((await serve(gateway)).url);
  return { gateway, client, id: String(await client.ask("who am I")) };
}

describe("in the process of the gateway", () => {
  test("sends, shows, closes, and says when a connection is gone", async () => {
    const { client, id } = await opened();
    const connections = connectionsOf(CONTEXT, { environment: {} });
    expect(await connections.send(id, "hello")).toBe(true);
    expect(await client.next()).toBe("hello");
    expect(await connections.send(id, Buffer.from("bytes"))).toBe(true);
    expect(await client.next()).toBe("bytes");
    expect(await connections.get(id)).toEqual({
      connectedAt: expect.any(Date),
      lastActiveAt: expect.any(Date),
      sourceIp: "127.0.0.1",
      userAgent: null,
    });
    expect(await connections.disconnect(id)).toBe(true);
    await client.closed;
    expect(await connections.send(id, "late")).toBe(false);
    expect(await connections.get(id)).toBeNull();
    expect(await connections.disconnect(id)).toBe(false);
  });

  test("of several gateways the one that has the connection is found", async () => {
    const [first, second] = [await opened(), await opened()];
    const connections = connectionsOf(CONTEXT, { environment: {} });
    for (const { client, id } of [first, second, first]) {
      expect(await connections.send(id, id)).toBe(true);
      expect(await client.next()).toBe(id);
    }
  });

  test("what is refused is thrown by its name", async () => {
    const { id } = await opened();
    const sent = connectionsOf(CONTEXT, { environment: {} }).send(id, "x".repeat(131_073));
    await expect(sent).rejects.toThrow(ConnectionsError);
    await expect(sent).rejects.toMatchObject({ type: "PayloadTooLargeException" });
  });

  test("a hundred pushes at once all arrive", async () => {
    const { client, id } = await opened();
    const connections = connectionsOf(CONTEXT, { environment: {} });
    const texts = Array.from({ length: 100 }, (_, index) => `m${String(index)}`);
    const sent = await Promise.all(texts.map((text) => connections.send(id, text)));
    expect(sent.every(Boolean)).toBe(true);
    const received: unknown[] = [];
    while (received.length < texts.length) received.push(await client.next());
    expect(received.toSorted()).toEqual(texts.toSorted());
  });

  test("a function in a worker thread pushes, too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "socket-worker-"));
    closing.push(() => rm(folder, { recursive: true }));
    const outfile = join(folder, "main.mjs");
    await build({
      entryPoints: [fileURLToPath(new URL("pushing-worker.ts", import.meta.url))],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
    });
    const { functions } = await import("./pushing-worker.js");
    const module = createWorkerPool({ entry: pathToFileURL(outfile), functions, maxWorkers: 2 });
    const gateway = socketGateway(
      socketApi({ $default: { integration: functionProxy("push") } }),
      {},
      { functions: { module } },
    );
    const client = await connectSocket((await serve(gateway)).url);
    expect(await client.ask("hello")).toBe("pushed hello");
    expect(await client.next()).toBe("answered hello: true");
  });
});

describe("over HTTP", () => {
  test("the admin listener that the environment names", async () => {
    const { gateway, client, id } = await opened();
    const admin = await startAdmin(gateway, {
      port: 0,
      host: "127.0.0.1",
      live: "/live",
      ready: "/ready",
    });
    if (admin === undefined) throw new Error("the admin listener did not start");
    closing.push(() => admin.stop());
    const url = `http://127.0.0.1:${String(admin.port)}/`;
    const connections = connectionsOf(CONTEXT, { environment: { GATEWAY_CONNECTIONS_URL: url } });
    expect(await connections.send(id, "hello")).toBe(true);
    expect(await client.next()).toBe("hello");
    expect(await connections.get(id)).toMatchObject({ sourceIp: "127.0.0.1" });
    expect(await connections.disconnect(id)).toBe(true);
    expect(await connections.send(id, "late")).toBe(false);
    await expect(
      connectionsOf(
        { ...CONTEXT, stage: "nope" },
        { environment: { GATEWAY_CONNECTIONS_URL: url } },
      ).send(id, "x"),
    ).rejects.toMatchObject({ type: "ForbiddenException" });
  });

  test("on AWS the endpoint of the event, signed", async () => {
    const seen: { request: string; authorization: string; body: string }[] = [];
    const server = createServer((incoming: IncomingMessage, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        seen.push({
          request: `${incoming.method ?? ""} ${incoming.url ?? ""}`,
          authorization: incoming.headers.authorization ?? "",
          body: Buffer.concat(chunks).toString(),
        });
        outgoing.writeHead(seen.length === 1 ? 200 : 410).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => server.close());
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const connections = connectionsOf(CONTEXT, {
      environment: { AWS_LAMBDA_FUNCTION_NAME: "f" },
      aws: awsConnections({
        origin,
        region: "eu-west-1",
        credentials: () => Promise.resolve({ accessKeyId: "AKIA1", secretAccessKey: "s" }),
      }),
    });
    expect(await connections.send("L0SM9cOFvHcCIhw=", "hello")).toBe(true);
    expect(await connections.send("L0SM9cOFvHcCIhw=", "hello")).toBe(false);
    expect(seen[0]).toEqual({
      request: "POST /prod/%40connections/L0SM9cOFvHcCIhw%3D",
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIA1\/\d{8}\/eu-west-1\/execute-api\/aws4_request,/,
      ),
      body: "hello",
    });
  });

  test("a function on AWS signs with what Lambda gave it, and says when that is nothing", async () => {
    const seen: string[] = [];
    const server = createServer((incoming, outgoing) => {
      const { authorization = "", "x-amz-security-token": token } = incoming.headers;
      seen.push(`${authorization.split("/", 1).join("")} ${String(token)}`);
      outgoing.writeHead(200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => server.close());
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const environment = { AWS_LAMBDA_FUNCTION_NAME: "f" };
    vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIA2");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "s");
    vi.stubEnv("AWS_SESSION_TOKEN", "t");
    try {
      const connections = connectionsOf(CONTEXT, { environment, aws: awsConnections({ origin }) });
      expect(await connections.send("L0SM9cOFvHcCIhw=", "hello")).toBe(true);
      expect(seen).toEqual(["AWS4-HMAC-SHA256 Credential=ASIA2 t"]);
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", "");
      await expect(connections.send("L0SM9cOFvHcCIhw=", "hello")).rejects.toThrow(/are not set/);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("on AWS without the way to ask it, that is told", () => {
    const environment = { AWS_LAMBDA_FUNCTION_NAME: "f" };
    expect(() => connectionsOf(CONTEXT, { environment })).toThrow(/was not given the way/);
  });
});
