import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ApiTable } from "../contracts.js";
import { createGateway, type Gateway, type GatewayParts } from "../gateway.js";
import type { GatewayRequest } from "../http/message.js";
import type { TraceSink } from "../trace.js";
import type { Accepted, Refused, Session } from "../websocket/socket-part.js";
import { createTestBackend, redirect } from "./test-backend.js";

/** The request that opens a connection, and what the document alone says of its answer. */
export interface ConnectCase {
  /** Query without its question mark. */
  readonly query: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  /** Null: the document does not decide it. */
  readonly opens: boolean | null;
  /** Parameters without which it is refused. */
  readonly required: readonly string[];
  /** Status for a caller who shows nothing; null: the API is open. */
  readonly anonymous: number | null;
}

/** A message, and which route takes it. */
export interface RouteCase {
  readonly operation: string;
  readonly message: string;
  readonly calls: "function" | "http" | null;
  /** The frame that comes back; null: none, or the document does not decide it. */
  readonly answer: string | null;
}

export interface RouteTests {
  readonly api: ApiTable;
  readonly parts: GatewayParts;
  readonly connect: ConnectCase;
  readonly routes: readonly RouteCase[];
}

/** Who waits for the answer to an event of a connection; told which operation gave it. */
type Waiting = Map<"message" | "end", (operation: string | undefined) => void>;

/**
 * Registers tests of a WebSocket API with `node:test`. They speak to the core of the gateway, which
 * knows no socket; what stands behind it is played by the test, as in the contract tests.
 */
export function routeTests({ api, parts, connect, routes }: RouteTests): void {
  const backend = createTestBackend();
  let gateway: Gateway | undefined;
  const waiting: Waiting = new Map();
  const endings = new Set(
    api.routes.flatMap(({ path, operation }) => (path === "$disconnect" ? [operation] : [])),
  );
  before(async () => {
    // requests to AWS services are signed; the test's own backend takes any keys
    process.env["AWS_ACCESS_KEY_ID"] ??= "contract-test";
    process.env["AWS_SECRET_ACCESS_KEY"] ??= "contract-test";
    const origin = await backend.start();
    gateway = createGateway(
      redirect(api, origin),
      { ...parts, functions: { url: backend.functions } },
      {
        secrets: () => "known to the contract test alone",
        views: false,
        trace: () => listener(waiting, endings),
      },
    );
  });
  after(async () => {
    await gateway?.close();
    await backend.stop();
  });
  const [stage = ""] = Object.keys(api.stages);
  const open = async (query: string, headers: readonly string[]): Promise<Accepted | Refused> => {
    assert.ok(gateway?.sockets);
    return gateway.sockets.connect(handshake(`/${stage}?${query}`, headers));
  };
  const answerOf = (type: "message" | "end"): Promise<string | undefined> =>
    new Promise((resolve) => waiting.set(type, resolve));
  const leave = async (accepted: Accepted): Promise<void> => {
    const ended = endings.size > 0 ? answerOf("end") : undefined;
    accepted.abandon();
    await ended;
  };
  const hostOnly = ["host", "localhost"];

  if (connect.opens !== null) {
    test(`a connection ${connect.opens ? "opens" : "is refused"}`, async () => {
      const outcome = await open(connect.query, connect.headers);
      assert.equal(outcome.kind, connect.opens ? "accepted" : "refused");
      if (outcome.kind === "accepted") await leave(outcome);
    });
  }
  if (connect.anonymous !== null) {
    test("a connection is refused to who shows nothing", async () => {
      assert.equal(statusOf(await open("", hostOnly)), connect.anonymous);
    });
  } else if (connect.required.length > 0) {
    test(`a connection asks for ${connect.required.join(", ")}`, async () => {
      assert.equal(statusOf(await open("", hostOnly)), 400);
    });
  }
  if (connect.opens !== true) return;
  for (const item of routes) {
    test(`${item.message} is taken by ${item.operation}`, async () => {
      const outcome = await open(connect.query, connect.headers);
      assert.ok(outcome.kind === "accepted");
      const { session, frames } = opened(outcome);
      backend.calls.length = 0;
      const answered = answerOf("message");
      session.message(Buffer.from(item.message), false);
      assert.equal(await answered, item.operation);
      if (item.calls !== null) assert.deepEqual(backend.calls, [item.calls]);
      // a frame goes out right behind the answer
      await new Promise((resolve) => setImmediate(resolve));
      if (item.answer !== null) assert.deepEqual(frames, [item.answer]);
      const ended = endings.size > 0 ? answerOf("end") : undefined;
      session.closed(1000, "");
      await ended;
    });
  }
}

/** Listens to one exchange; `endings`: the operation of `$disconnect`. */
function listener(waiting: Waiting, endings: ReadonlySet<string>): TraceSink {
  let operation: string | undefined;
  return (event) => {
    if (event.kind === "matched") ({ operation } = event);
    if (event.kind !== "answered") return;
    waiting.get(endings.has(operation ?? "") ? "end" : "message")?.(operation);
  };
}

function statusOf(outcome: Accepted | Refused): number {
  if (outcome.kind === "refused") return outcome.response.status;
  outcome.abandon();
  return 101;
}

/** A session whose frames are kept. */
function opened(accepted: Accepted): { readonly session: Session; readonly frames: string[] } {
  const frames: string[] = [];
  const session = accepted.open({
    send: (data) => {
      frames.push(data.toString());
    },
    close: (code, reason) => session.closed(code, reason),
    terminate: () => session.closed(1006, ""),
    ping: () => {},
    pause: () => {},
    resume: () => {},
    bufferedBytes: () => 0,
  });
  return { session, frames };
}

function handshake(target: string, rawHeaders: readonly string[]): GatewayRequest {
  return {
    method: "GET",
    target,
    rawHeaders,
    body: null,
    remoteAddress: "127.0.0.1",
    protocol: "http",
  };
}
