import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { RetriesTable } from "../../../src/runtime/contracts.js";
import { errors, GatewayError } from "../../../src/runtime/errors/gateway-error.js";
import type { ClientAnswer, ClientCall, HttpClient } from "../../../src/runtime/http/client.js";
import { NO_UPSTREAM } from "../../../src/runtime/http/upstream-facts.js";
import { protectedClient } from "../../../src/runtime/http/protected-client.js";

const refused = errors.network(
  "no connection",
  Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
);
const broken = errors.network(
  "broke off",
  Object.assign(new Error("reset"), { code: "ECONNRESET" }),
);
const slow = errors.timeout("too slow");
const clientGone = errors.network("the client has gone");

type Step = number | GatewayError;

/** A client that answers by a list of statuses and errors, and notes what it was asked. */
function scripted(steps: readonly Step[]): { client: HttpClient; calls: ClientCall[] } {
  const calls: ClientCall[] = [];
  const client: HttpClient = {
    call: (call) => {
      const step = steps[calls.length] ?? 200;
      calls.push(call);
      return typeof step === "number" ? Promise.resolve(answer(step)) : Promise.reject(step);
    },
    upstream: () => NO_UPSTREAM,
    close: () => Promise.resolve(),
  };
  return { client, calls };
}

function answer(status: number): ClientAnswer {
  return { status, headers: [], body: Buffer.alloc(0), contentLength: 0 };
}

function request(rest: Partial<ClientCall> = {}): ClientCall {
  return {
    origin: "http://backend",
    path: "/",
    method: "GET",
    headers: ["Upgrade", "h2c"],
    body: null,
    timeoutMs: 1000,
    maxBytes: 1000,
    whole: true,
    client: {},
    ...rest,
  };
}

const everything: RetriesTable = {
  attempts: 2,
  on: ["connect", "5xx", "timeout"],
  backoffMs: 0,
  attemptTimeoutMs: null,
};

async function outcome(promise: Promise<ClientAnswer>): Promise<number | string> {
  try {
    return (await promise).status;
  } catch (error) {
    return error instanceof GatewayError ? error.message : String(error);
  }
}

describe("retries", () => {
  async function run(
    steps: readonly Step[],
    retries: Partial<RetriesTable> = {},
    call: Partial<ClientCall> = {},
  ): Promise<{ result: number | string; calls: readonly ClientCall[] }> {
    const { client, calls } = scripted(steps);
    const tried = protectedClient(client, {
      retries: { ...everything, ...retries },
      circuitBreaker: null,
    });
    return { result: await outcome(tried.call(request(call))), calls };
  }

  test("go on until an answer comes, and no further than is allowed", async () => {
    const found = await run([refused, 503, 200]);
    expect([found.result, found.calls.length]).toEqual([200, 3]);
    const given = await run([500, 502, 503, 200]);
    expect([given.result, given.calls.length]).toEqual([503, 3]);
    const never = await run([refused, refused, refused, 200]);
    expect([never.result, never.calls.length]).toEqual(["no connection", 3]);
  });

  test.each([
    ["an answer of 4xx", 404, {}, 404],
    ["what is not among the reasons", 503, { on: ["connect"] as const }, 503],
    [
      "a slow backend, where that is no reason",
      slow,
      { on: ["connect", "5xx"] as const },
      "too slow",
    ],
    ["a client that has gone", clientGone, {}, "the client has gone"],
    [
      "a refused connection, where that is no reason",
      refused,
      { on: ["5xx"] as const },
      "no connection",
    ],
  ])("do not repeat %s", async (_what, step, retries, expected) => {
    const { result, calls } = await run([step, 200], retries);
    expect([result, calls.length]).toEqual([expected, 1]);
  });

  test.each(["POST", "PATCH"])("repeat %s only when no connection was made", async (method) => {
    expect((await run([refused, 200], {}, { method })).result).toBe(200);
    expect((await run([broken, 200], {}, { method })).result).toBe("broke off");
    expect((await run([503, 200], {}, { method })).result).toBe(503);
    expect((await run([slow, 200], {}, { method })).result).toBe("too slow");
  });

  test("do not repeat a body that is a stream", async () => {
    const body = Readable.from([Buffer.from("x")]);
    expect((await run([503, 200], {}, { method: "PUT", body })).result).toBe(503);
  });

  test("give each attempt its own headers and its share of the time", async () => {
    const { calls } = await run([slow, slow, 200]);
    expect(calls.map(({ headers }) => headers)).toEqual(Array(3).fill(["Upgrade", "h2c"]));
    expect(new Set(calls.map(({ headers }) => headers)).size).toBe(3);
    expect(calls[0]?.timeoutMs).toBeCloseTo(1000 / 3, 5);
    expect(calls[2]?.timeoutMs).toBeGreaterThan(900);
    const own = await run([slow, 200], { attemptTimeoutMs: 40 });
    expect(own.calls[0]?.timeoutMs).toBe(40);
  });

  test("wait longer each time, and not beyond the time limit", async () => {
    const startedAt = performance.now();
    const { calls } = await run([503, 503, 200], { backoffMs: 20 });
    expect(calls).toHaveLength(3);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(58);
    const none = await run([503, 200], { backoffMs: 2000 });
    expect([none.result, none.calls.length]).toEqual([503, 1]);
  });

  test("end when the client leaves", async () => {
    let leave = (): void => undefined;
    const { client, calls } = scripted([503, 200]);
    const tried = protectedClient(client, {
      retries: { ...everything, backoffMs: 500 },
      circuitBreaker: null,
    });
    const result = outcome(
      tried.call(request({ client: { onAbort: (listener) => (leave = listener) } })),
    );
    leave();
    expect(await result).toBe(503);
    expect(calls).toHaveLength(1);
  });
});

describe("a circuit breaker", () => {
  const circuitBreaker = { failures: 3, windowMs: 1000, cooldownMs: 500 };
  const open = "the backend failed too often: its circuit breaker is open";

  function guarded(steps: readonly Step[]): {
    call: () => Promise<number | string>;
    calls: ClientCall[];
    clock: { nowMs: number };
    isOpen: () => boolean;
  } {
    const clock = { nowMs: 10_000 };
    const { client, calls } = scripted(steps);
    const tried = protectedClient(client, { retries: null, circuitBreaker }, () => clock.nowMs);
    const isOpen = (): boolean => tried.upstream().openBreakers === 1;
    return { call: () => outcome(tried.call(request())), calls, clock, isOpen };
  }

  test("opens after so many failures within the window", async () => {
    const { call, calls, isOpen } = guarded([503, refused, slow]);
    expect(isOpen()).toBe(false);
    expect([await call(), await call(), await call()]).toEqual([503, "no connection", "too slow"]);
    expect([await call(), await call()]).toEqual([open, open]);
    expect(calls).toHaveLength(3);
    expect(isOpen()).toBe(true);
  });

  test("forgets failures that are older than the window", async () => {
    const { call, calls, clock } = guarded([503, 503, 503, 503]);
    for (let made = 0; made < 4; made++) {
      await call();
      clock.nowMs += 600;
    }
    expect(await call()).toBe(200);
    expect(calls).toHaveLength(5);
  });

  test("counts neither answers below 500 nor clients that leave", async () => {
    const { call } = guarded([404, clientGone, 429, clientGone, 404]);
    for (let made = 0; made < 5; made++) await call();
    expect(await call()).toBe(200);
  });

  test("lets one call through after the cooldown, whose outcome decides", async () => {
    const { call, calls, clock } = guarded([503, 503, 503, 503, 200, 200]);
    for (let made = 0; made < 3; made++) await call();
    clock.nowMs += 500;
    expect([await call(), await call()]).toEqual([503, open]);
    clock.nowMs += 499;
    expect(await call()).toBe(open);
    clock.nowMs += 1;
    const both = await Promise.all([call(), call()]);
    expect(both).toEqual([200, open]);
    expect(await call()).toBe(200);
    expect(calls).toHaveLength(6);
  });

  test("stays open when the client of that one call leaves", async () => {
    const { call, clock, isOpen } = guarded([503, 503, 503, clientGone, 200]);
    for (let made = 0; made < 3; made++) await call();
    clock.nowMs += 500;
    expect([await call(), isOpen()]).toEqual(["the client has gone", true]);
    expect([await call(), isOpen()]).toEqual([200, false]);
  });

  test("is not tried again by retries while it is open", async () => {
    const { client, calls } = scripted([refused, refused, refused, 200]);
    const tried = protectedClient(client, {
      retries: everything,
      circuitBreaker: { ...circuitBreaker, failures: 2 },
    });
    expect(await outcome(tried.call(request()))).toBe(open);
    expect(calls).toHaveLength(2);
  });
});

test("without either the client is itself", () => {
  const { client } = scripted([]);
  expect(protectedClient(client, { retries: null, circuitBreaker: null })).toBe(client);
});
