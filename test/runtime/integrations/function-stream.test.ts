import type { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import { FunctionFailure, type ModuleInvoker } from "../../../src/runtime/functions/invoker.js";
import type { FunctionHandler } from "../../../src/runtime/functions/registry.js";
import {
  HttpResponseStream,
  streamifyResponse,
  type HttpStreamMetadata,
} from "../../../src/runtime/functions/response-stream.js";
import { createGateway, type Gateway } from "../../../src/runtime/gateway.js";
import { functionStreamIntegration } from "../../../src/runtime/integrations/function-stream.js";
import { call } from "../support/client.js";
import { apiTable, functionProxy } from "../support/table.js";

const silent = { warn: () => undefined, error: () => undefined };
const delimiter = "\0".repeat(8);

function gatewayOver(module: ModuleInvoker, table: { readonly timeoutMs?: number } = {}): Gateway {
  const integration = { ...functionProxy("fn", table), kind: "aws_proxy_stream" } as const;
  return createGateway(
    apiTable({ "ANY /{proxy+}": { integration } }),
    { integrations: { aws_proxy_stream: functionStreamIntegration }, functions: { module } },
    { logger: silent },
  );
}

function gatewayOf(handler: FunctionHandler, table: { readonly timeoutMs?: number } = {}): Gateway {
  const registry = { fn: () => Promise.resolve({ handler }) };
  return gatewayOver(createInThreadInvoker(registry), table);
}

/** A function that writes texts as they are. */
function writes(...texts: readonly string[]): FunctionHandler {
  return streamifyResponse(async (_event: unknown, stream) => {
    for (const text of texts) stream.write(text);
  });
}

/** The stream of an answer, before it has been read. */
async function open(gateway: Gateway, method = "GET") {
  const { status, body } = await gateway.handle({
    method,
    target: "/dev/a",
    rawHeaders: [],
    body: null,
    remoteAddress: "192.0.2.7",
    protocol: "https",
  });
  return { status, body: body as Readable };
}

describe("the answer of a streaming function", () => {
  test("has the status, headers and cookies of its metadata, and the body as it is", async () => {
    const metadata: HttpStreamMetadata = {
      statusCode: 203,
      headers: { "X-One": "1", "content-type": "text/plain" },
      multiValueHeaders: { "X-Many": ["a", "b"] },
      cookies: ["c1=blue", "c2=red; Secure"],
    };
    const gateway = gatewayOf(
      streamifyResponse(async (_event: unknown, responseStream) => {
        const body = HttpResponseStream.from(responseStream, metadata);
        body.write(Buffer.from([0xff, 0x00, 0xfe]));
        body.end("done");
      }),
    );
    const answer = await call(gateway, "GET", "/dev/a");
    expect(answer.status).toBe(203);
    expect(answer.header("X-One")).toBe("1");
    expect(answer.header("X-Many")).toBe("a, b");
    expect(answer.header("Set-Cookie")).toBe("c1=blue, c2=red; Secure");
    expect(answer.header("Content-Type")).toBe("text/plain");
    expect(answer.header("X-Amzn-Trace-Id")).toMatch(/^Root=1-/);
    expect(answer.bytes).toEqual(
      Buffer.concat([Buffer.from([0xff, 0x00, 0xfe]), Buffer.from("done")]),
    );
  });

  test("begins before the function has ended", async () => {
    let goOn = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const gateway = gatewayOf(
      streamifyResponse(async (_event: unknown, responseStream) => {
        const body = HttpResponseStream.from(responseStream, {});
        body.write("first");
        await waiting;
        body.end("last");
      }),
    );
    const { status, body } = await open(gateway);
    expect(status).toBe(200);
    const pieces = body[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe("first");
    goOn();
    expect(String((await pieces.next()).value)).toBe("last");
    expect((await pieces.next()).done).toBe(true);
  });

  test.each<[what: string, texts: readonly string[]]>([
    ["in one piece", [`{"statusCode":202}${delimiter}body`]],
    ["cut inside of the metadata", ['{"statusC', `ode":202}${delimiter}body`]],
    ["cut inside of the delimiter", ['{"statusCode":202}\0\0\0', "\0\0\0\0\0body"]],
    ["by single characters", [...`{"statusCode":202}${delimiter}body`]],
  ])("is the same %s", async (_what, texts) => {
    const answer = await call(gatewayOf(writes(...texts)), "GET", "/dev/a");
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 202, text: "body" });
  });

  test.each<[what: string, texts: readonly string[]]>([
    ["no JSON", [`x${delimiter}`]],
    ["no object", [`[]${delimiter}`]],
    ["a member that is not known", [`{"body":"x"}${delimiter}`]],
    ["a status that is none", [`{"statusCode":99}${delimiter}`]],
    ["cookies that are no list", [`{"cookies":"a=b"}${delimiter}`]],
    ["a cookie that breaks the line", [`{"cookies":["a=b\\r\\nX: y"]}${delimiter}`]],
    ["a header that is none", [`{"headers":{"a b":"c"}}${delimiter}`]],
    ["no end", ['{"statusCode":200}']],
    ["an end too far away", [" ".repeat(16 * 1024), `{}${delimiter}`]],
    ["nothing at all", []],
  ])("is 502 where its metadata is %s", async (_what, texts) => {
    const answer = await call(gatewayOf(writes(...texts)), "GET", "/dev/a");
    expect({ status: answer.status, text: answer.text }).toEqual({
      status: 502,
      text: '{"message":"Internal server error"}',
    });
  });

  test("is 502 for a function that does not stream", async () => {
    const gateway = gatewayOf(async () => ({ statusCode: 200, body: "{}" }));
    expect((await call(gateway, "GET", "/dev/a")).status).toBe(502);
  });

  test("is 502 where the function fails before it has begun", async () => {
    const gateway = gatewayOf(() => Promise.reject(new Error("broken")));
    expect((await call(gateway, "GET", "/dev/a")).status).toBe(502);
  });

  test("is 504 where nothing has come in time", async () => {
    const gateway = gatewayOf(() => new Promise(() => undefined), { timeoutMs: 50 });
    expect((await call(gateway, "GET", "/dev/a")).status).toBe(504);
  });

  test("breaks off where the function fails or takes too long later on", async () => {
    const failing = streamifyResponse(async (_event: unknown, responseStream) => {
      HttpResponseStream.from(responseStream, {}).write("first");
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error("broken");
    });
    const hanging = streamifyResponse((_event: unknown, responseStream) => {
      HttpResponseStream.from(responseStream, {}).write("first");
      return new Promise(() => undefined);
    });
    for (const gateway of [gatewayOf(failing), gatewayOf(hanging, { timeoutMs: 100 })]) {
      await expect(call(gateway, "GET", "/dev/a")).rejects.toThrow();
    }
  });

  test.each([
    ["HEAD", 200],
    ["GET", 204],
    ["GET", 304],
  ])("of %s with %d has no body, and the function goes on to its end", async (method, status) => {
    let hasEnded = false;
    const gateway = gatewayOf(
      streamifyResponse(async (_event: unknown, responseStream) => {
        const body = HttpResponseStream.from(responseStream, { statusCode: status });
        for (let index = 0; index < 40; index++) body.write("x".repeat(10_000));
        await new Promise<void>((resolve) => body.end(resolve));
        hasEnded = true;
      }),
    );
    const answer = await call(gateway, method, "/dev/a");
    expect({ status: answer.status, text: answer.text }).toEqual({ status, text: "" });
    await expect.poll(() => hasEnded).toBe(true);
  });

  test("holds the function up while nobody reads, and lets it go on when the client has gone", async () => {
    let written = 0;
    let hasEnded = false;
    const gateway = gatewayOf(
      streamifyResponse(async (_event: unknown, responseStream) => {
        const body = HttpResponseStream.from(responseStream, {});
        for (let index = 0; index < 100; index++) {
          await new Promise<void>((resolve) => {
            body.write(Buffer.alloc(100_000), () => resolve());
          });
          written += 1;
        }
        hasEnded = true;
      }),
    );
    const { body } = await open(gateway);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(written).toBeLessThan(10);
    body.destroy();
    await expect.poll(() => hasEnded).toBe(true);
  });

  test("is a gateway error where the function could not be called", async () => {
    const module: ModuleInvoker = {
      names: ["fn"],
      invoke: () => Promise.reject(new FunctionFailure("throttled", "too many")),
      close: () => Promise.resolve(),
    };
    expect((await call(gatewayOver(module), "GET", "/dev/a")).status).toBe(500);
  });
});
