import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createGateway } from "../../../src/runtime/gateway.js";
import { chooseCompression, responseCompression } from "../../../src/runtime/http/compression.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import type { IntegrationTable } from "../../../src/runtime/contracts.js";
import { httpBackend } from "../support/backend.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, httpProxy, mock } from "../support/table.js";

describe("negotiation", () => {
  test.each<[accepted: string, want: string | null]>([
    ["gzip", "gzip"],
    ["GZIP", "gzip"],
    ["deflate", "deflate"],
    ["gzip, deflate", "gzip"],
    ["deflate, gzip;q=0.5", "deflate"],
    ["gzip;q=0.2, deflate;q=0.8", "deflate"],
    ["identity", null],
    ["identity, gzip;q=0.9", null],
    ["", null],
    ["*", null],
    ["*, gzip;q=0.5", null],
    ["br", null],
    ["br, gzip", null],
    ["br;q=0, gzip", "gzip"],
    ["gzip;q=0", null],
    ["gzip;q=x", null],
    [",;,", null],
  ])("%s: %s", (accepted, want) => expect(chooseCompression(accepted)).toBe(want));
});

const text = "a".repeat(500);

async function run(
  integration: IntegrationTable,
  request: { accept?: string; method?: string; minimumBytes?: number } = {},
): Promise<Answer> {
  const { accept = "gzip", method = "GET", minimumBytes = 500 } = request;
  const gateway = createGateway(
    apiTable({ "ANY /p": { integration } }, { minimumCompressionSize: minimumBytes }),
    {
      integrations: { mock: mockIntegration, http_proxy: httpProxyIntegration },
      compression: responseCompression,
    },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  const answer = await call(gateway, method, "/dev/p", { headers: ["Accept-Encoding", accept] });
  await gateway.close();
  return answer;
}

function codingOf(answer: Answer): string | undefined {
  return answer.header("Content-Encoding");
}

describe("answers", () => {
  test.each([
    ["gzip", gunzipSync],
    ["deflate", inflateSync],
  ] as const)("at the threshold are sent as %s", async (accept, decode) => {
    const answer = await run(mock(text), { accept });
    expect(codingOf(answer)).toBe(accept);
    expect(decode(answer.bytes).toString()).toBe(text);
  });

  test("a byte below the threshold, or without Accept-Encoding, stay as they are", async () => {
    const small = await run(mock(text.slice(1)));
    expect([codingOf(small), small.text]).toEqual([undefined, text.slice(1)]);
    const unasked = await run(mock(text), { accept: "identity" });
    expect([codingOf(unasked), unasked.text]).toEqual([undefined, text]);
  });

  test("the size is counted in bytes", async () => {
    const answer = await run(mock("é".repeat(250)));
    expect(gunzipSync(answer.bytes).toString()).toBe("é".repeat(250));
  });

  test("without a body, or to HEAD, stay as they are at a threshold of 0", async () => {
    expect(codingOf(await run(mock(""), { minimumBytes: 0 }))).toBeUndefined();
    expect(codingOf(await run(mock(text), { method: "HEAD" }))).toBeUndefined();
  });

  test("with a coding of their own stay as they are", async () => {
    const headers = [{ name: "Content-Encoding", from: { literal: "gzip" } }];
    const responses = mock(text).responses.map((response) => ({ ...response, headers }));
    const answer = await run(mock(text, { responses }));
    expect([codingOf(answer), answer.text]).toEqual(["gzip", text]);
  });

  test("of the gateway itself stay as they are", async () => {
    const answer = await run(mock(text, { requestTemplates: {}, passthroughBehavior: "NEVER" }), {
      minimumBytes: 0,
    });
    expect([answer.status, codingOf(answer)]).toEqual([415, undefined]);
  });

  test.each<[transfer: "BUFFERED" | "STREAM", want: string | undefined]>([
    ["BUFFERED", "gzip"],
    ["STREAM", undefined],
  ])("that are large and %s: %s", async (transfer, want) => {
    const long = "b".repeat(300_000);
    const backend = await httpBackend((_incoming, outgoing) => outgoing.end(long));
    const answer = await run(httpProxy([`${backend.origin}/`], { transfer }));
    await backend.close();
    expect(codingOf(answer)).toBe(want);
    const bytes = want === undefined ? answer.bytes : gunzipSync(answer.bytes);
    expect(bytes.toString()).toBe(long);
  });

  test("as streams are compressed unless they are known to be short", async () => {
    const stream = (contentLength?: number): Promise<readonly [string[], string]> => {
      const integrate = responseCompression(10, () => ({
        status: 200,
        headers: [],
        body: Readable.from([Buffer.from("ab"), Buffer.from("cd")]),
        ...(contentLength === undefined ? {} : { contentLength }),
      }));
      return answerOf(integrate);
    };
    expect(await stream(4)).toEqual([[], "abcd"]);
    const [headers, body] = await stream();
    expect(headers).toEqual(["Content-Encoding", "gzip"]);
    expect(gunzipSync(Buffer.from(body, "latin1")).toString()).toBe("abcd");
  });
});

type Wrapped = ReturnType<typeof responseCompression>;

/** Headers and body of an answer; of the exchange only what compression reads is there. */
async function answerOf(integrate: Wrapped): Promise<readonly [string[], string]> {
  const exchange = { method: "GET", headers: { pairs: ["accept-encoding", "gzip"] } };
  const { headers, body } = await integrate(exchange as unknown as Parameters<Wrapped>[0]);
  if (!(body instanceof Readable)) throw new Error("no stream");
  return [headers, (await buffer(body)).toString("latin1")];
}
