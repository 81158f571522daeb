import { connect } from "node:net";
import { request, type IncomingHttpHeaders } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startAdmin } from "../../../src/runtime/admin/admin-server.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { apiTable } from "../support/table.js";
import { hasRedisServer, redisNote, startRedis, until } from "../../support/redis-server.js";
import { redisAt, startManaged, TOKEN, type Managed } from "./managed-gateway.js";

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a path as it stands: `fetch` would normalise it. */
function send(port: number, path: string, { method, headers, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method: method ?? "GET", agent: false };
    const outgoing = request({ ...options, ...(headers && { headers }) }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("on the loopback", () => {
  let managed: Managed;
  beforeAll(async () => {
    managed = await startManaged();
  });
  afterAll(() => managed.stop());

  test("errors have the service's form", async () => {
    const { status, headers, text } = await send(managed.port, "/apikeys/nobody");
    expect(status).toBe(404);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-amzn-errortype": "NotFoundException",
      "cache-control": "no-store",
    });
    expect(JSON.parse(text)).toEqual({ message: "Invalid API Key identifier specified" });
  });

  test("its paths are not those of the gateway's own listener", async () => {
    for (const path of ["/apikeys", "/usageplans", "/health/live", "/limits", "/restapis"]) {
      expect((await send(managed.publicPort, path)).status).toBe(403);
    }
    expect((await send(managed.port, "/dev/cached")).status).toBe(404);
  });

  test.each<[what: string, headers: Readonly<Record<string, string>>]>([
    ["a name that was rebound", { host: "evil.example" }],
    ["a name that was rebound, with the port", { host: "evil.example:80" }],
    ["a name that begins like the loopback", { host: "127.0.0.1.evil.example" }],
    ["a name that ends like the loopback", { host: "evil-localhost" }],
    ["another address", { host: "10.0.0.1" }],
    ["a malformed name", { host: "[::1" }],
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["a page of this listener", { origin: "http://127.0.0.1" }],
    ["an image in a page", { "sec-fetch-site": "cross-site" }],
    ["a page of another port", { "sec-fetch-site": "same-site" }],
  ])("%s is refused", async (_what, headers) => {
    for (const sent of [{ headers }, { headers, method: "POST", body: '{"name":"x"}' }]) {
      const { status, headers: answered } = await send(managed.port, "/apikeys", sent);
      expect(status).toBe(403);
      expect(answered["x-amzn-errortype"]).toBe("AccessDeniedException");
      expect(answered["access-control-allow-origin"]).toBeUndefined();
    }
    expect(JSON.parse((await send(managed.port, "/apikeys")).text)).toMatchObject({
      item: [{ id: "acme" }, { id: "off" }, { id: "trial" }],
    });
  });

  test.each(["127.0.0.1", "127.0.0.1:1", "localhost", "LOCALHOST:9464", "[::1]", "[::1]:9464"])(
    "the host %s is this machine",
    async (host) => {
      expect((await send(managed.port, "/apikeys", { headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    ["GET", "/apikeys/../usageplans", 404],
    ["GET", "/apikeys/%2e%2e/usageplans", 404],
    ["GET", "/apikeys/..%2fusageplans", 404],
    ["GET", "//apikeys", 404],
    ["GET", "/apikeys/", 400],
    ["GET", "/apikeys/%", 400],
    ["GET", "/apikeys/%ff", 400],
    ["GET", "/apikeys/__proto__", 404],
    ["GET", "/usageplans/__proto__", 404],
    ["GET", "/usageplans/gold/usage?startDate=__proto__&endDate=", 400],
    ["GET", "/restapis/abcdefghij/stages/__proto__", 404],
    ["DELETE", "/restapis/abcdefghij/stages/..%2f/cache/data", 404],
    ["GET", "/apikeys?limit=0", 400],
    ["GET", "/apikeys?limit=-1", 400],
    ["GET", "/apikeys?limit=1e3", 400],
    ["GET", "/apikeys?position=%00", 400],
    ["GET", "http://127.0.0.1/apikeys", 404],
    ["PUT", "/apikeys", 404],
    ["OPTIONS", "/apikeys", 404],
    ["TRACE", "/apikeys", 404],
    ["GET", "/", 404],
  ])("%s %s: %i", async (method, path, status) => {
    expect((await send(managed.port, path, { method })).status).toBe(status);
  });

  test.each([
    ["not JSON", "{"],
    ["a list", "[]"],
    ["a text", '"x"'],
    ["null", "null"],
    ["a name that is a number", '{"name":1}'],
    ["a flag that is a text", '{"enabled":"true"}'],
    ["a member that is not known", '{"nmae":"x"}'],
    ["a prototype", '{"__proto__":{"enabled":true}}'],
    ["a patch", '{"patchOperations":[]}'],
    ["not UTF-8", Buffer.from([0x7b, 0xff]).toString("latin1")],
  ])("a body that is %s is refused", async (_what, body) => {
    const { status, text } = await send(managed.port, "/apikeys", { method: "POST", body });
    expect(status).toBe(400);
    expect(text).not.toContain("at ");
  });

  test.each([["{}"], ['{"patchOperations":{}}'], ['{"patchOperations":[null]}']])(
    "a patch of %s is no crash",
    async (body) => {
      const { status } = await send(managed.port, "/apikeys/acme", { method: "PATCH", body });
      expect([200, 400]).toContain(status);
    },
  );

  test("a huge body is cut off", async () => {
    const body = `{"name":"${"x".repeat(5_000_000)}"}`;
    const answer = await send(managed.port, "/apikeys", { method: "POST", body }).catch(() => null);
    expect(answer?.status ?? 413).toBe(413);
    expect((await send(managed.port, "/apikeys")).status).toBe(200);
  });

  test("a body that never ends is cut off, too", async () => {
    const socket = connect(managed.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("POST /apikeys HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    const ended = new Promise((resolve) => socket.once("close", resolve));
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const pour = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", pour).resume();
    pour();
    await ended;
  });

  test("a client that goes away in the middle of a body is no error", async () => {
    const socket = connect(managed.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("POST /apikeys HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{");
    await until(() => socket.bytesWritten > 50);
    socket.resetAndDestroy();
    expect((await send(managed.port, "/apikeys")).status).toBe(200);
    expect(managed.errors()).toEqual([]);
  });

  test("huge headers are refused", async () => {
    const headers = { "x-large": "x".repeat(40_000) };
    const answer = await send(managed.port, "/apikeys", { headers }).catch(() => null);
    expect(answer?.status ?? 431).toBe(431);
  });
});

describe("elsewhere", () => {
  let managed: Managed | null = null;
  afterEach(async () => {
    await managed?.stop();
    managed = null;
  });

  const elsewhere = { options: { host: "0.0.0.0" }, secrets: { "gateway/admin-token": TOKEN } };

  test.each<[what: string, headers: Readonly<Record<string, string>>, status: number]>([
    ["no token", {}, 401],
    ["another token", { authorization: `Bearer ${TOKEN}x` }, 401],
    ["half of the token", { authorization: `Bearer ${TOKEN.slice(0, 10)}` }, 401],
    ["an empty token", { authorization: "Bearer " }, 401],
    ["another scheme", { authorization: `Basic ${TOKEN}` }, 401],
    ["the token", { authorization: `Bearer ${TOKEN}` }, 200],
    ["the token, scheme in lower case", { authorization: `bearer ${TOKEN}` }, 200],
  ])("%s", async (_what, headers, status) => {
    managed = await startManaged(elsewhere);
    for (const path of ["/apikeys", "/health/live", "/limits"]) {
      const answer = await send(managed.port, path, { headers });
      expect(answer.status).toBe(status);
      if (status === 401) {
        expect(answer.headers).toMatchObject({
          "www-authenticate": "Bearer",
          "x-amzn-errortype": "UnauthorizedException",
        });
      }
    }
    expect((await send(managed.port, "/nowhere", { headers })).status).toBe(
      status === 200 ? 404 : 401,
    );
  });

  test.each([
    ["no token", undefined],
    ["an empty token", ""],
    ["a short token", "0123456789"],
  ])("it does not start with %s", async (_what, token) => {
    const code = process.exitCode;
    const start = startManaged({ ...elsewhere, secrets: { "gateway/admin-token": token } });
    await expect(start).rejects.toThrow("did not start");
    expect(process.exitCode).toBe(1);
    process.exitCode = code;
  });

  test("names that are not the loopback need it, too", async () => {
    const code = process.exitCode;
    const start = startManaged({ options: { host: "127.0.0.1.example" } });
    await expect(start).rejects.toThrow("did not start");
    process.exitCode = code;
  });
});

describe("health", () => {
  test("live and ready, at paths of one's own", async () => {
    const managed = await startManaged({ options: { live: "/livez", ready: "/readyz" } });
    expect(await send(managed.port, "/livez")).toMatchObject({
      status: 200,
      text: '{"status":"ok"}',
    });
    expect(await send(managed.port, "/readyz")).toMatchObject({
      status: 200,
      text: '{"status":"ready"}',
    });
    expect(await send(managed.port, "/readyz", { method: "HEAD" })).toMatchObject({
      status: 200,
      text: "",
    });
    expect((await send(managed.port, "/health/ready")).status).toBe(404);
    await managed.stop();
  });

  test("not ready before the gateway listens", async () => {
    const managed = await startManaged();
    const admin = await startAdmin(managed.gateway, {
      port: 0,
      host: "127.0.0.1",
      live: "/l",
      ready: "/r",
    });
    expect(await send(admin?.port ?? 0, "/r")).toMatchObject({
      status: 503,
      text: '{"status":"starting"}',
    });
    const failed = admin?.beside(() => Promise.reject(new Error("in use")));
    await expect(failed).rejects.toThrow("in use");
    await expect(send(admin?.port ?? 0, "/l")).rejects.toThrow();
    await managed.stop();
  });

  test("not ready while the gateway ends its requests; then the listener is closed", async () => {
    const managed = await startManaged();
    const options = { port: 0, host: "127.0.0.1", live: "/l", ready: "/r" };
    const admin = await startAdmin(managed.gateway, options);
    const port = admin?.port ?? 0;
    let end = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (end = resolve));
    const stop = (): Promise<void> => stopped;
    const server = { port: 1, url: "", swap: () => undefined, stop, drain: stop, stopped };
    let isDraining = false;
    await admin?.beside(() =>
      Promise.resolve({
        ...server,
        get isDraining() {
          return isDraining;
        },
      }),
    );
    expect((await send(port, "/r")).status).toBe(200);
    isDraining = true;
    expect(await send(port, "/r")).toMatchObject({ status: 503, text: '{"status":"draining"}' });
    expect((await send(port, "/l")).status).toBe(200);
    end();
    await until(async () => (await send(port, "/l").catch(() => null)) === null);
    await managed.stop();
  });

  test.skipIf(!hasRedisServer)(`not ready without the state${redisNote}`, async () => {
    const redis = await startRedis();
    const managed = await startManaged({ state: redisAt(redis.url), clock: Date.now });
    const ready = async (): Promise<number> => (await send(managed.port, "/health/ready")).status;
    await until(async () => (await ready()) === 200);
    await redis.kill();
    await until(async () => (await ready()) === 503);
    expect((await send(managed.port, "/health/live")).status).toBe(200);
    await redis.start();
    await until(async () => (await ready()) === 200);
    await managed.stop();
    await redis.remove();
  });
});

describe("a console that the environment alone asks for", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test.each([
    ["1", true],
    ["0", false],
    ["", false],
  ])("GATEWAY_CONSOLE=%s is warned of: %s", async (value, isWarned) => {
    vi.stubEnv("GATEWAY_CONSOLE", value);
    const warnings: string[] = [];
    const gateway = createGateway(
      apiTable({ "GET /m": {} }),
      { integrations: { mock: mockIntegration } },
      { logger: { warn: (text) => void warnings.push(text), error: () => undefined } },
    );
    const admin = await startAdmin(gateway, {
      port: 0,
      host: "127.0.0.1",
      live: "/l",
      ready: "/r",
    });
    await admin?.stop();
    await gateway.close();
    expect(warnings.some((text) => text.includes("GATEWAY_CONSOLE"))).toBe(isWarned);
  });
});
