import { describe, expect, test } from "vitest";
import { createGateway, type ManagedGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import type { GatewayRequest } from "../../../src/runtime/http/message.js";
import type {
  Accepted,
  Refused,
  Sockets,
  SocketLink,
} from "../../../src/runtime/websocket/socket-part.js";
import { eventually } from "../support/backend.js";
import { functionProxy } from "../support/table.js";
import { echo, socketApi, socketGateway } from "./socket-api.js";

const REQUEST: GatewayRequest = {
  method: "GET",
  target: "/prod",
  rawHeaders: ["Host", "example.com"],
  body: null,
  remoteAddress: "192.0.2.7",
  protocol: "https",
};

/** A socket that notes what is done with it. */
class NotedLink implements SocketLink {
  readonly done: string[] = [];
  unread = 0;

  send(data: string | Buffer): void {
    this.done.push(`send ${data.toString()}`);
  }

  close(statusCode: number): void {
    this.done.push(`close ${String(statusCode)}`);
  }

  terminate(): void {
    this.done.push("terminate");
  }

  ping(): void {
    this.done.push("ping");
  }

  pause(): void {
    this.done.push("pause");
  }

  resume(): void {
    this.done.push("resume");
  }

  bufferedBytes(): number {
    return this.unread;
  }
}

function socketsOf(gateway: ManagedGateway): Sockets {
  if (gateway.sockets === null) throw new Error("the gateway has connections");
  return gateway.sockets;
}

function accepted(result: Accepted | Refused): Accepted {
  if (result.kind === "accepted") return result;
  throw new Error(`the handshake was refused with ${String(result.response.status)}`);
}

async function opened(gateway: ManagedGateway, link = new NotedLink()) {
  const session = accepted(await socketsOf(gateway).connect(REQUEST)).open(link);
  return { session, link };
}

describe("connections without sockets", () => {
  test("a message is answered at once where nothing is waited for", async () => {
    const { session, link } = await opened(
      socketGateway(socketApi({ $default: { integration: echo() } })),
    );
    session.message(Buffer.from("hello"), false);
    expect(link.done).toEqual(["send hello"]);
  });

  test("a client with too much to do is not listened to until it is done", async () => {
    const waiting: (() => void)[] = [];
    const gateway = socketGateway(socketApi({ $default: { integration: functionProxy("f") } }), {
      f: async ({ body }) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { statusCode: 200, body };
      },
    });
    const { session, link } = await opened(gateway);
    for (let i = 0; i < 40; i += 1) session.message(Buffer.from(String(i)), false);
    await eventually(() => waiting.length === 32);
    expect(link.done).toEqual(["pause"]);
    for (let answered = 0; answered < 40; answered += 1) {
      await eventually(() => waiting.length > 0);
      waiting.shift()?.();
    }
    await eventually(() => link.done.length === 42);
    const sent = link.done.filter((one) => one.startsWith("send"));
    expect(sent).toEqual(Array.from({ length: 40 }, (_, i) => `send ${String(i)}`));
    // as soon as there is room for another one, while the last ones are still under way
    expect(link.done.filter((one) => one === "resume")).toHaveLength(1);
    expect(link.done.indexOf("resume")).toBe(10);
  });

  test("a client that does not read is not listened to until it has", async () => {
    const { session, link } = await opened(
      socketGateway(socketApi({ $default: { integration: echo() } })),
    );
    link.unread = 300 * 1024;
    session.message(Buffer.from("a"), false);
    session.resume();
    expect(link.done).toEqual(["send a", "pause"]);
    link.unread = 0;
    session.resume();
    expect(link.done).toEqual(["send a", "pause", "resume"]);
    link.unread = 9 * 1024 * 1024;
    session.message(Buffer.from("b"), false);
    expect(link.done.slice(3)).toEqual(["send b", "terminate"]);
  });

  test("nothing is done behind the end", async () => {
    const gateway = socketGateway(socketApi({ $default: { integration: echo() } }));
    const { session, link } = await opened(gateway);
    session.message(Buffer.from([1]), true);
    session.message(Buffer.from("late"), false);
    session.close(1001, "again");
    session.closed(1003, "");
    session.closed(1006, "");
    expect(link.done).toEqual(["close 1003"]);
    const connection = { stage: "prod", id: session.id };
    const late = await socketsOf(gateway).manage("POST", connection, Buffer.from("late"));
    expect(late).toMatchObject({ type: "GoneException" });
    expect(socketsOf(gateway).open).toBe(0);
  });

  test("who leaves before the handshake is complete is told to $disconnect", async () => {
    const ends: unknown[] = [];
    const gateway = socketGateway(
      socketApi({ $disconnect: { integration: functionProxy("end") } }),
      { end: ({ requestContext }) => void ends.push(requestContext) },
    );
    accepted(await socketsOf(gateway).connect(REQUEST)).abandon();
    await eventually(() => ends.length === 1);
    expect(ends[0]).toMatchObject({ disconnectStatusCode: 1006, domainName: "example.com" });
  });

  test("so many handshakes at once, and no more", async () => {
    const waiting: (() => void)[] = [];
    const gateway = socketGateway(socketApi({ $connect: { integration: functionProxy("f") } }), {
      f: async () => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { statusCode: 401 };
      },
    });
    const connects = Array.from({ length: 1_030 }, () => socketsOf(gateway).connect(REQUEST));
    await eventually(() => waiting.length === 1_024);
    for (const release of waiting) release();
    const statuses = (await Promise.all(connects)).map((result) =>
      result.kind === "refused" ? result.response.status : 101,
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(6);
    expect(statuses.filter((status) => status === 401)).toHaveLength(1_024);
    expect(socketsOf(gateway).open).toBe(0);
  });

  test("an API with connections does not open without what serves them", () => {
    const api = socketApi({ $default: { integration: echo() } });
    const parts = { integrations: { mock: mockIntegration } };
    expect(() => createGateway(api, parts)).toThrow(/needs the part "sockets"/);
  });
});
