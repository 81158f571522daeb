import { describe, expect, test } from "vitest";
import { openWebSocket } from "../../support/websocket-client.js";
import { functionProxy } from "../support/table.js";
import { serve, stopServers } from "./serve.js";
import { echo, socketApi, socketGateway, type TestFunction } from "./socket-api.js";

stopServers();

const PATIENCE_MS = 5000;

describe("a connection", () => {
  test("connects, routes by the message, answers, and tells its end", async () => {
    const events: Readonly<Record<string, unknown>>[] = [];
    const noted =
      (answer: unknown): TestFunction =>
      (event) => {
        events.push(event);
        return answer;
      };
    const proxy = { integration: functionProxy("conn") };
    const gateway = socketGateway(
      socketApi({
        $connect: proxy,
        $disconnect: proxy,
        $default: { integration: functionProxy("def") },
        join: { integration: functionProxy("join") },
        echo: { integration: echo() },
      }),
      {
        conn: noted({ statusCode: 200 }),
        def: noted({ statusCode: 200, body: "from default" }),
        join: noted({ statusCode: 200, body: "from join" }),
      },
    );
    const { url } = await serve(gateway);
    const client = await openWebSocket(`${url}?a=1`, [["User-Agent", "tests"]]);
    client.send('{"action":"join"}');
    expect(await client.receive(PATIENCE_MS)).toBe("from join");
    client.send("just text");
    expect(await client.receive(PATIENCE_MS)).toBe("from default");
    client.send('{"action":"echo","x":1}');
    expect(await client.receive(PATIENCE_MS)).toBe('{"action":"echo","x":1}');

    const [connect] = events;
    const id = String((connect?.["requestContext"] as { connectionId?: string }).connectionId);
    expect(id).toMatch(/=$/);
    const pushed = gateway.sockets?.manage("POST", { stage: "prod", id }, Buffer.from("hello"));
    expect(await pushed).toEqual({ kind: "answer", status: 200, body: null });
    expect(await client.receive(PATIENCE_MS)).toBe("hello");
    client.close(1000);
    expect(await client.closed(PATIENCE_MS)).toBe(true);
    while (events.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(events[3]?.["requestContext"]).toMatchObject({
      eventType: "DISCONNECT",
      routeKey: "$disconnect",
      disconnectStatusCode: 1000,
    });
  });
});
