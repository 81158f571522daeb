import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createLambdaInvoker } from "../../../src/runtime/functions/aws.js";
import { createEndpointInvoker } from "../../../src/runtime/functions/endpoint.js";
import { eventMessage } from "../support/event-message.js";

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Seen {
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A Lambda endpoint that answers as told. */
async function endpoint(
  answer: (outgoing: ServerResponse) => void,
): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { url = "", headers } = incoming;
      seen.push({
        url: `${incoming.method ?? ""} ${url}`,
        headers,
        body: Buffer.concat(chunks).toString(),
      });
      answer(outgoing);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, seen };
}

const facts = {
  name: "orders",
  arn: "arn:aws:lambda:eu-west-1:123456789012:function:orders:live",
  payload: '{"a":1}',
  invocationType: "RequestResponse",
  timeoutMs: 5000,
} as const;

describe("Lambda endpoint", () => {
  test("speaks Lambda's invoke protocol", async () => {
    const { url, seen } = await endpoint((outgoing) => outgoing.end('{"ok":true}'));
    const invoker = createEndpointInvoker();
    const result = await invoker.invoke({ ...facts, target: { kind: "url", url: `${url}/` } });
    expect(result).toEqual({ payload: '{"ok":true}', functionError: null });
    expect(seen).toMatchObject([
      {
        url: "POST /2015-03-31/functions/orders/invocations",
        body: '{"a":1}',
        headers: { "x-amz-invocation-type": "RequestResponse" },
      },
    ]);
  });

  test("the trace is told, and the invocation's id read", async () => {
    const { url, seen } = await endpoint((outgoing) =>
      outgoing.writeHead(200, { "x-amzn-RequestId": "one-invocation" }).end("{}"),
    );
    const traceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    const invoker = createEndpointInvoker();
    const target = { kind: "url", url } as const;
    expect(await invoker.invoke({ ...facts, target, traceHeader })).toEqual({
      payload: "{}",
      functionError: null,
      requestId: "one-invocation",
    });
    expect(seen[0]?.headers["x-amzn-trace-id"]).toBe(traceHeader);
  });

  test("a function error is marked by a header", async () => {
    const { url } = await endpoint((outgoing) =>
      outgoing.writeHead(200, { "X-Amz-Function-Error": "Unhandled" }).end('{"errorMessage":"no"}'),
    );
    const invoker = createEndpointInvoker();
    expect(await invoker.invoke({ ...facts, target: { kind: "url", url } })).toEqual({
      payload: '{"errorMessage":"no"}',
      functionError: "Unhandled",
    });
  });

  test.each<[status: number, kind: string]>([
    [400, "invalid_payload"],
    [403, "not_allowed"],
    [404, "not_found"],
    [429, "throttled"],
    [500, "unavailable"],
  ])("status %i is the failure %s", async (status, kind) => {
    const { url } = await endpoint((outgoing) => outgoing.writeHead(status).end());
    const invoker = createEndpointInvoker();
    const call = invoker.invoke({ ...facts, target: { kind: "url", url } });
    await expect(call).rejects.toMatchObject({ kind });
  });

  test("a silent endpoint fails at the time limit, one that is not there at once", async () => {
    const { url } = await endpoint(() => undefined);
    const invoker = createEndpointInvoker();
    const target = { kind: "url", url } as const;
    await expect(invoker.invoke({ ...facts, target, timeoutMs: 50 })).rejects.toMatchObject({
      kind: "timeout",
    });
    const nowhere = { kind: "url", url: "http://127.0.0.1:1" } as const;
    await expect(invoker.invoke({ ...facts, target: nowhere })).rejects.toMatchObject({
      kind: "unavailable",
    });
  });
});

describe("AWS Lambda", () => {
  test("calls are signed and name the function by its ARN", async () => {
    const { url, seen } = await endpoint((outgoing) => outgoing.end("1"));
    const invoker = createLambdaInvoker(() =>
      Promise.resolve({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" }),
    );
    const target = { kind: "lambda", region: "eu-west-1", endpoint: url } as const;
    expect(await invoker.invoke({ ...facts, target })).toEqual({
      payload: "1",
      functionError: null,
    });
    expect(seen[0]?.url).toBe(
      `POST /2015-03-31/functions/${encodeURIComponent(facts.arn)}/invocations`,
    );
    expect(seen[0]?.headers["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/lambda\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
    );
  });

  test("without credentials the call is not allowed", async () => {
    const invoker = createLambdaInvoker(() => Promise.reject(new Error("none")));
    const target = { kind: "lambda", region: "eu-west-1", endpoint: null } as const;
    await expect(invoker.invoke({ ...facts, target })).rejects.toMatchObject({
      kind: "not_allowed",
    });
  });
});

describe("a Lambda endpoint that streams", () => {
  async function streamed(answer: (outgoing: ServerResponse) => void) {
    const { url, seen } = await endpoint(answer);
    const pieces: string[] = [];
    const running = createEndpointInvoker().invoke({
      ...facts,
      target: { kind: "url", url },
      onChunk: (chunk) => void pieces.push(Buffer.from(chunk).toString()),
    });
    return { seen, pieces, running };
  }

  const piece = (text: string) =>
    eventMessage({ ":message-type": "event", ":event-type": "PayloadChunk" }, Buffer.from(text));
  const complete = (payload: object) =>
    eventMessage(
      { ":message-type": "event", ":event-type": "InvokeComplete" },
      Buffer.from(JSON.stringify(payload)),
    );
  const events = { "content-type": "application/vnd.amazon.eventstream" };

  test("is called and read by Lambda's streaming protocol", async () => {
    const { running, pieces, seen } = await streamed((outgoing) => {
      outgoing.writeHead(200, { ...events, "x-amzn-RequestId": "one" });
      outgoing.write(piece("first"));
      outgoing.write(piece("second"));
      outgoing.end(complete({}));
    });
    expect(await running).toEqual({ payload: "", functionError: null, requestId: "one" });
    expect(pieces).toEqual(["first", "second"]);
    expect(seen[0]?.url).toBe("POST /2021-11-15/functions/orders/response-streaming-invocations");
  });

  test("tells how the function failed", async () => {
    const { running } = await streamed((outgoing) => {
      outgoing.writeHead(200, events);
      outgoing.end(complete({ ErrorCode: "Unhandled", ErrorDetails: '{"errorMessage":"x"}' }));
    });
    expect(await running).toEqual({ payload: '{"errorMessage":"x"}', functionError: "Unhandled" });
  });

  test("may answer with the bytes alone, as emulators do", async () => {
    const { running, pieces } = await streamed((outgoing) => {
      outgoing.writeHead(200, { "content-type": "application/octet-stream" });
      outgoing.end("bytes");
    });
    expect(await running).toEqual({ payload: "", functionError: null });
    expect(pieces.join("")).toBe("bytes");
  });

  test.each<[what: string, answer: (outgoing: ServerResponse) => void, kind: string]>([
    ["refuses", (outgoing) => outgoing.writeHead(429).end("{}"), "throttled"],
    [
      "breaks off",
      (outgoing) => outgoing.writeHead(200, events).end(piece("x").subarray(0, -1)),
      "unavailable",
    ],
    [
      "sends an exception",
      (outgoing) =>
        outgoing
          .writeHead(200, events)
          .end(eventMessage({ ":message-type": "exception" }, Buffer.from("{}"))),
      "unavailable",
    ],
  ])("that %s is a failure", async (_what, answer, kind) => {
    const { running } = await streamed(answer);
    await expect(running).rejects.toMatchObject({ kind });
  });
});
