import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { ManagedGateway } from "../../../src/runtime/gateway.js";
import { webSocketAuthorizer } from "../../../src/runtime/access/web-socket-authorizer.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { eventually } from "../support/backend.js";
import { functionProxy } from "../support/table.js";
import { functionAuthorizerTable } from "./authorizer.js";
import { connectSocket } from "./socket-client.js";
import { serve, stopServers } from "./serve.js";
import { echo, socketApi, socketGateway } from "./socket-api.js";

stopServers();

const HANDSHAKE = [
  "GET /prod HTTP/1.1",
  "Host: 127.0.0.1",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "",
  "",
].join("\r\n");

/** A connection on which a test writes whatever bytes it likes. */
interface RawSocket {
  readonly socket: Socket;
  /** All bytes that came behind the handshake, once the other side has closed. */
  readonly ended: Promise<Buffer>;
}

function rawSocket(port: number): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(HANDSHAKE));
    const chunks: Buffer[] = [];
    socket.on("error", () => undefined);
    const ended = new Promise<Buffer>((settle) => {
      socket.on("close", () => settle(Buffer.concat(chunks)));
    });
    socket.once("data", (head) => {
      if (!head.toString("latin1").startsWith("HTTP/1.1 101")) reject(new Error(String(head)));
      chunks.push(head.subarray(head.indexOf("\r\n\r\n") + 4));
      socket.on("data", (chunk) => chunks.push(chunk));
      resolve({ socket, ended });
    });
  });
}

/** A frame as a client makes it, or ought not to. */
function frame(first: number, payload: Buffer | string, isMasked = true): Buffer {
  const bytes = Buffer.from(payload);
  const mask = randomBytes(4);
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255];
  const [short = 0, ...long] = length;
  const head = Buffer.from([first, (isMasked ? 0x80 : 0) | short, ...long]);
  if (!isMasked) return Buffer.concat([head, bytes]);
  const masked = bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([head, mask, masked]);
}

/** The code of the closing frame at the end of what was received. */
function closeCode(received: Buffer): number | null {
  const at = received.lastIndexOf(0x88);
  return at === -1 || (received[at + 1] ?? 0) < 2 ? null : received.readUInt16BE(at + 2);
}

const TEXT = 0x81;
const TEXT_BEGINS = 0x01;
const CONTINUES = 0x00;
const PING = 0x89;

async function hostileGateway(): Promise<{ gateway: ManagedGateway; port: number; url: string }> {
  const gateway = socketGateway(socketApi({ $default: { integration: echo() } }));
  return { gateway, ...(await serve(gateway)) };
}

/** The gateway serves others, and has forgotten who has left. */
async function expectUnharmed({ gateway, url }: { gateway: ManagedGateway; url: string }) {
  const other = await connectSocket(url);
  expect(await other.ask("still there")).toBe("still there");
  other.socket.close();
  await eventually(() => gateway.sockets?.open === 0);
}

describe("frames that break the protocol close their connection", () => {
  test.each<[name: string, bytes: Buffer, code: number]>([
    ["without a mask", frame(TEXT, "hello", false), 1002],
    ["with a reserved bit", frame(TEXT | 0x40, "hello"), 1002],
    ["with an unknown opcode", frame(0x83, "hello"), 1002],
    ["with an unknown control opcode", frame(0x8b, "hello"), 1002],
    ["that continue nothing", frame(0x80, "hello"), 1002],
    ["that begin twice", Buffer.concat([frame(TEXT_BEGINS, "a"), frame(TEXT_BEGINS, "b")]), 1002],
    ["of control in pieces", frame(0x09, "hello"), 1002],
    ["of control that are long", frame(PING, Buffer.alloc(126)), 1002],
    ["with bad UTF-8", frame(TEXT, Buffer.from([0xc3, 0x28])), 1007],
    [
      "with UTF-8 that is cut off",
      Buffer.concat([frame(TEXT_BEGINS, "a"), frame(0x80, Buffer.from([0xe2, 0x82]))]),
      1007,
    ],
    ["with a lone surrogate", frame(TEXT, Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ["that close with a code of nobody", frame(0x88, Buffer.from([0x03, 0xe7])), 1002],
    ["that close with one byte", frame(0x88, Buffer.from([0x03])), 1002],
    ["that close with a reason that is no text", frame(0x88, Buffer.from([3, 232, 255])), 1007],
    [
      "that announce 2^62 bytes",
      Buffer.from([TEXT, 0xff, 0x40, ...Array<number>(11).fill(0)]),
      1009,
    ],
    ["that announce 40 KB", Buffer.from([TEXT, 0xfe, 0xa0, 0, 0, 0, 0, 0]), 1009],
    ["that are binary", frame(0x82, "hello"), 1003],
  ])("%s", async (_name, bytes, code) => {
    const served = await hostileGateway();
    const { socket, ended } = await rawSocket(served.port);
    socket.write(bytes);
    // a polite client: it answers the closing
    socket.on("data", () => socket.end());
    expect(closeCode(await ended)).toBe(code);
    await expectUnharmed(served);
  });

  test("any bytes at all", async () => {
    const served = await hostileGateway();
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const { socket, ended } = await rawSocket(served.port);
        socket.write(randomBytes(Math.ceil(Math.random() * 4_000)));
        socket.end();
        await ended;
      }),
    );
    await expectUnharmed(served);
  });
});

describe("frames that never end are bounded", () => {
  test.each<[name: string, payload: string]>([
    ["fragments of one byte", "x"],
    ["empty fragments", ""],
  ])("%s", async (_name, payload) => {
    const served = await hostileGateway();
    const { socket, ended } = await rawSocket(served.port);
    socket.write(frame(TEXT_BEGINS, "x"));
    socket.on("data", () => socket.end());
    const many = Buffer.concat(Array.from({ length: 500 }, () => frame(CONTINUES, payload)));
    let sent = 0;
    while (!socket.destroyed && sent < 10_000) {
      socket.write(many);
      sent += 500;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(closeCode(await ended)).toBe(1008);
    await expectUnharmed(served);
  });

  test("a frame that comes byte by byte is read, and one that never comes is waited for", async () => {
    const served = await hostileGateway();
    const { socket } = await rawSocket(served.port);
    const received: Buffer[] = [];
    socket.on("data", (chunk) => received.push(chunk));
    for (const byte of frame(TEXT, "hello")) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => Buffer.concat(received).toString("latin1").includes("hello"));
    socket.write(frame(TEXT, "hello").subarray(0, 5));
    socket.destroy();
    await expectUnharmed(served);
  });
});

describe("floods", () => {
  test("pings of a client that reads nothing take no memory", async () => {
    const served = await hostileGateway();
    const { socket } = await rawSocket(served.port);
    socket.pause();
    const pings = Buffer.concat(
      Array.from({ length: 1_000 }, () => frame(PING, Buffer.alloc(125))),
    );
    const before = collected();
    for (let i = 0; i < 200; i += 1) {
      if (!socket.write(pings)) await new Promise((resolve) => socket.once("drain", resolve));
    }
    const other = await connectSocket(served.url);
    expect(await other.ask("still there")).toBe("still there");
    other.socket.close();
    expect(collected() - before).toBeLessThan(8 * 1024 * 1024);
    socket.destroy();
    await expectUnharmed(served);
  });

  test("a ping is answered with its own bytes", async () => {
    const served = await hostileGateway();
    const { socket } = await rawSocket(served.port);
    const received: Buffer[] = [];
    socket.on("data", (chunk) => received.push(chunk));
    socket.write(frame(PING, "are you there"));
    await eventually(() => Buffer.concat(received).includes("are you there"));
    expect(Buffer.concat(received)[0]).toBe(0x8a);
    socket.destroy();
    await expectUnharmed(served);
  });

  test("messages of a client that reads nothing stop it, not the gateway", async () => {
    const served = await hostileGateway();
    const { socket } = await rawSocket(served.port);
    socket.pause();
    const message = frame(TEXT, Buffer.alloc(16_000, "x"));
    const before = collected();
    let stalled = false;
    for (let i = 0; i < 4_000 && !stalled; i += 1) {
      if (socket.write(message)) continue;
      stalled = await Promise.race([
        new Promise<boolean>((resolve) => socket.once("drain", () => resolve(false))),
        new Promise<boolean>((resolve) => setTimeout(resolve, 500, true)),
      ]);
    }
    expect(stalled).toBe(true);
    expect(collected() - before).toBeLessThan(32 * 1024 * 1024);
    const other = await connectSocket(served.url);
    expect(await other.ask("still there")).toBe("still there");
    other.socket.close();
    socket.destroy();
    await expectUnharmed(served);
  });

  test("handshakes that an authorizer refuses leave nothing behind", async () => {
    const CONNECTS = 4_000;
    let asked = 0;
    const gateway = socketGateway(
      socketApi(
        {
          $connect: {
            integration: functionProxy("never"),
            authorization: { kind: "authorizer", name: "ticket", scopes: [] },
          },
        },
        functionAuthorizerTable("ticket", "auth", [{ header: "Host" }]),
      ),
      {
        auth: () => {
          asked += 1;
          throw new Error("Unauthorized");
        },
        never: () => ({ statusCode: 200 }),
      },
      { authorizers: { request: webSocketAuthorizer }, state: memoryState },
    );
    const { port } = await serve(gateway);
    const statuses = new Map<string, number>();
    const flood = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 200) {
        await Promise.all(
          Array.from({ length: 200 }, async () => {
            const status = await refusal(port);
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
          }),
        );
      }
    };
    await flood(CONNECTS);
    const before = collected();
    await flood(CONNECTS);
    expect(statuses).toEqual(new Map([["401", 2 * CONNECTS]]));
    expect(asked).toBe(2 * CONNECTS);
    expect(gateway.sockets?.open).toBe(0);
    expect(collected() - before).toBeLessThan(4 * 1024 * 1024);
  });

  test("clients that leave in the middle of their handshake are forgotten", async () => {
    let connects = 0;
    let ends = 0;
    const gateway = socketGateway(
      socketApi({
        $connect: { integration: functionProxy("connect") },
        $disconnect: { integration: functionProxy("end") },
      }),
      {
        connect: async () => {
          connects += 1;
          await new Promise((resolve) => setImmediate(resolve));
          return { statusCode: 200 };
        },
        end: () => {
          ends += 1;
        },
      },
    );
    const { port } = await serve(gateway);
    for (let i = 0; i < 300; i += 1) {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(HANDSHAKE, () => socket.resetAndDestroy());
      });
      socket.on("error", () => undefined);
      await new Promise((resolve) => socket.once("close", resolve));
    }
    await eventually(() => gateway.sockets?.open === 0 && ends === connects);
  });
});

/** The status of a handshake that is refused. */
function refusal(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(HANDSHAKE));
    let text = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("close", () => resolve(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? text));
  });
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes in use when nothing is left to collect. */
function collected(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
