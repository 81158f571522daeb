import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import type {
  FunctionInvocation,
  FunctionResult,
  ModuleInvoker,
} from "../../../src/runtime/functions/invoker.js";
import { createWorkerPool, workerArguments } from "../../../src/runtime/functions/worker-pool.js";
import { functions } from "../support/worker-entry.js";

const source = new URL("../support/worker-entry.ts", import.meta.url);

function invocation(
  name: string,
  payload: unknown = {},
  rest: Partial<FunctionInvocation<"module">> = {},
): FunctionInvocation<"module"> {
  return {
    name: `fn-${name}`,
    arn: `arn:aws:lambda:us-east-1:123456789012:function:fn-${name}`,
    target: { kind: "module", name },
    payload: JSON.stringify(payload),
    invocationType: "RequestResponse",
    timeoutMs: 10_000,
    ...rest,
  };
}

function value(result: FunctionResult): unknown {
  return { error: result.functionError, value: JSON.parse(result.payload) as unknown };
}

let folder = "";
let entry = source;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "worker-pool-"));
  const outfile = join(folder, "main.mjs");
  await build({
    entryPoints: [fileURLToPath(source)],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
  });
  entry = pathToFileURL(outfile);
});
afterAll(() => rm(folder, { recursive: true }));

const kinds: readonly (readonly [string, () => ModuleInvoker])[] = [
  ["worker threads", () => createWorkerPool({ entry, functions, maxWorkers: 2 })],
  ["the same thread", () => createInThreadInvoker(functions)],
];

describe.each(kinds)("handlers that stream in %s", (_kind, open) => {
  const metadata = '{"statusCode":201}\0\0\0\0\0\0\0\0';

  /** The pieces that a function writes, and its result. */
  async function streamed(name: string, payload: unknown, wait = () => Promise.resolve()) {
    const invoker = open();
    const pieces: string[] = [];
    let unfinished = 0;
    let most = 0;
    const onChunk = async (chunk: Uint8Array): Promise<void> => {
      most = Math.max(most, ++unfinished);
      pieces.push(Buffer.from(chunk).toString());
      await wait();
      unfinished -= 1;
    };
    try {
      const result = await invoker.invoke(invocation(name, payload, { onChunk }));
      return { pieces, result, most };
    } finally {
      await invoker.close();
    }
  }

  test("hand on each piece, the metadata with the first", async () => {
    const { pieces, result } = await streamed("stream", { pieces: ["one", "two", "three"] });
    expect(pieces.join("")).toBe(`${metadata}onetwothree`);
    expect(pieces[0]).toBe(`${metadata}one`);
    expect(result).toMatchObject({ payload: "", functionError: null });
  });

  test("write metadata where there is no body", async () => {
    const { pieces } = await streamed("stream", { pieces: [] });
    expect(pieces).toEqual([metadata]);
  });

  test("wait until a piece has been taken", async () => {
    const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 2));
    const { pieces, most } = await streamed("stream", { pieces: ["a", "b", "c", "d"] }, wait);
    expect(pieces.join("")).toBe(`${metadata}abcd`);
    expect(most).toBe(1);
  });

  test("that fail say so at the end", async () => {
    const { result } = await streamed("stream", { pieces: ["one"], fail: true });
    expect(result.functionError).toBe("Unhandled");
    expect(JSON.parse(result.payload)).toMatchObject({
      errorType: "RangeError",
      errorMessage: "broken off",
    });
  });

  test("find Lambda's global, and may leave their stream open", async () => {
    const { pieces, result } = await streamed("lambdaStream", {});
    expect(pieces).toEqual(["plain"]);
    expect(result.functionError).toBeNull();
  });

  test("give all that they write where the call does not stream", async () => {
    const invoker = open();
    const result = await invoker.invoke(invocation("stream", { pieces: ["one", "two"] }));
    expect(result).toMatchObject({ payload: `${metadata}onetwo`, functionError: null });
    await invoker.close();
  });

  test("others write their result in one piece", async () => {
    const { pieces, result } = await streamed("echo", { a: [1] });
    expect(pieces).toEqual(['{"a":[1]}']);
    expect(result).toMatchObject({ payload: "", functionError: null });
  });
});

describe.each(kinds)("handlers in %s", (_kind, open) => {
  test.each<[name: string, payload: unknown, want: unknown]>([
    ["echo", { a: [1, null] }, { error: null, value: { a: [1, null] } }],
    ["callback", 7, { error: null, value: { called: 7 } }],
    ["nothing", {}, { error: null, value: null }],
    [
      "throw",
      {},
      {
        error: "Unhandled",
        value: { errorType: "TypeError", errorMessage: "broken", trace: expect.any(Array) },
      },
    ],
    [
      "reject",
      {},
      {
        error: "Unhandled",
        value: { errorType: "Error", errorMessage: "refused", trace: expect.any(Array) },
      },
    ],
  ])("%s", async (name, payload, want) => {
    const invoker = open();
    expect(value(await invoker.invoke(invocation(name, payload)))).toEqual(want);
    await invoker.close();
  });

  test("the context describes the invocation", async () => {
    const invoker = open();
    const { value: context } = value(
      await invoker.invoke(invocation("context", {}, { timeoutMs: 5000 })),
    ) as { value: Record<string, unknown> };
    expect(context).toEqual({
      name: "fn-context",
      arn: "arn:aws:lambda:us-east-1:123456789012:function:fn-context",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      memory: "1024",
      group: "/aws/lambda/fn-context",
      remaining: expect.any(Number) as unknown,
    });
    expect(context["remaining"]).toBeLessThanOrEqual(5000);
    await invoker.close();
  });

  test.each<[why: string, call: FunctionInvocation<"module">, kind: string]>([
    ["there is no such module", invocation("none"), "not_found"],
    ["a name is inherited", invocation("toString"), "not_found"],
    ["the payload is not JSON", invocation("echo", {}, { payload: "{" }), "invalid_payload"],
    ["the time is over", invocation("sleep", { ms: 5000 }, { timeoutMs: 50 }), "timeout"],
  ])("fails when %s", async (_why, call, kind) => {
    const invoker = open();
    await expect(invoker.invoke(call)).rejects.toMatchObject({ kind });
    await invoker.close();
  });

  test("a module that cannot be loaded fails like a cold start", async () => {
    const invoker = open();
    expect(value(await invoker.invoke(invocation("unloadable")))).toMatchObject({
      error: "Unhandled",
      value: { errorMessage: "the module cannot be loaded" },
    });
    await invoker.close();
  });

  test("an event is answered before it ran", async () => {
    const invoker = open();
    const call = invocation("sleep", { ms: 20 }, { invocationType: "Event" });
    expect(await invoker.invoke(call)).toEqual({ payload: "", functionError: null });
    await invoker.close();
  });
});

describe("worker pool", () => {
  const open = (rest: { maxWorkers?: number; maxWaiting?: number } = {}): ModuleInvoker =>
    createWorkerPool({ entry, functions, maxWorkers: 1, ...rest });

  test("a worker is used again, by one call at a time", async () => {
    const pool = open();
    const counted = await Promise.all(
      Array.from({ length: 5 }, () => pool.invoke(invocation("count"))),
    );
    expect(counted.map(({ payload }) => payload)).toEqual(["1", "2", "3", "4", "5"]);
    await pool.close();
  });

  test("calls run side by side up to the bound", async () => {
    const pool = open({ maxWorkers: 3 });
    await Promise.all([1, 2, 3].map(() => pool.invoke(invocation("echo"))));
    const counts = await Promise.all([1, 2, 3].map(() => pool.invoke(invocation("count"))));
    expect(counts.map(({ payload }) => payload)).toEqual(["1", "1", "1"]);
    await pool.close();
  });

  test("a handler that never yields is stopped at its limit, and the next call works", async () => {
    const pool = open();
    const spinning = pool.invoke(invocation("spin", {}, { timeoutMs: 300 }));
    const waiting = pool.invoke(invocation("echo", "after"));
    await expect(spinning).rejects.toMatchObject({ kind: "timeout" });
    expect((await waiting).payload).toBe('"after"');
    await pool.close();
  });

  test.each(["exit", "late"])("a worker that dies (%s) fails its own call only", async (name) => {
    const pool = open();
    const dying = pool.invoke(invocation(name));
    const waiting = pool.invoke(invocation("echo", "after"));
    expect((await dying).functionError).toBe("Unhandled");
    expect((await waiting).payload).toBe('"after"');
    await pool.close();
  });

  test("more waiting calls than allowed are throttled", async () => {
    const pool = open({ maxWaiting: 1 });
    const [running, waiting] = [invocation("echo", 1), invocation("echo", 2)].map((call) =>
      pool.invoke(call),
    );
    await expect(pool.invoke(invocation("echo", 3))).rejects.toMatchObject({ kind: "throttled" });
    expect((await running)?.payload).toBe("1");
    expect((await waiting)?.payload).toBe("2");
    await pool.close();
  });

  test("closing fails what is under way", async () => {
    const pool = open();
    const running = pool.invoke(invocation("sleep", { ms: 60_000 }));
    const failed = expect(running).rejects.toMatchObject({ kind: "unavailable" });
    await pool.close();
    await failed;
    await expect(pool.invoke(invocation("echo"))).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("TypeScript runs as it stands under a loader", async () => {
    const execArgv = workerArguments(source, ["--import", "tsx"]);
    const pool = createWorkerPool({ entry: source, functions, execArgv });
    expect((await pool.invoke(invocation("echo", 1))).payload).toBe("1");
    await pool.close();
  });
});
