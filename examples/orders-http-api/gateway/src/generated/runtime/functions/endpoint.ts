// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { request } from "undici";
import { readEvents } from "../aws/event-stream.js";
import {
  FunctionFailure,
  type FunctionFailureKind,
  type FunctionInvocation,
  type FunctionInvoker,
  type FunctionResult,
  type WriteChunk,
} from "./invoker.js";

/** Largest result that is read. Source: Lambda quotas, 6 MB of payload. */
const MAX_RESULT_BYTES = 6 * 1024 * 1024 + 1024;

/** One HTTP request to a Lambda endpoint, signed or not. */
export interface InvokeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Set: the answer is a stream, and goes there. */
  readonly onChunk: WriteChunk | undefined;
}

/**
 * Calls functions at an address that speaks Lambda's own protocol, such as an emulator or the
 * runtime interface of a container: `POST /2015-03-31/functions/NAME/invocations`, and for streams
 * `POST /2021-11-15/functions/NAME/response-streaming-invocations`.
 */
export function createEndpointInvoker(): FunctionInvoker<"url"> {
  return {
    invoke: (invocation) =>
      sendInvocation({
        url: invocationUrl(invocation.target.url, invocation.name, invocation.onChunk),
        headers: invocationHeaders(invocation),
        body: invocation.payload,
        timeoutMs: invocation.timeoutMs,
        onChunk: invocation.onChunk,
      }),
    close: () => Promise.resolve(),
  };
}

/** Address of a function's invocations under an endpoint. */
export function invocationUrl(
  endpoint: string,
  name: string,
  onChunk: WriteChunk | undefined,
): string {
  const base = endpoint.replace(/\/+$/, "");
  const called = encodeURIComponent(name);
  return onChunk === undefined
    ? `${base}/2015-03-31/functions/${called}/invocations`
    : `${base}/2021-11-15/functions/${called}/response-streaming-invocations`;
}

export function invocationHeaders(
  invocation: Pick<FunctionInvocation, "invocationType" | "traceHeader">,
): Record<string, string> {
  const { invocationType, traceHeader } = invocation;
  return {
    "content-type": "application/json",
    "x-amz-invocation-type": invocationType,
    ...(traceHeader === undefined ? {} : { "x-amzn-trace-id": traceHeader }),
  };
}

/** Sends one invocation and reads its result. */
export async function sendInvocation(call: InvokeRequest): Promise<FunctionResult> {
  const signal = AbortSignal.timeout(call.timeoutMs);
  try {
    const response = await request(call.url, {
      method: "POST",
      headers: call.headers,
      body: call.body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const { "x-amz-function-error": functionError, "x-amzn-requestid": requestId } =
      response.headers;
    const told = typeof requestId === "string" ? { requestId } : {};
    if (call.onChunk !== undefined && response.statusCode < 400) {
      const result = await (response.headers["content-type"] === EVENT_STREAM
        ? readStream(response.body, call.onChunk)
        : readPieces(response.body, call.onChunk));
      return { ...result, ...told };
    }
    const payload = await readResult(response.body);
    if (response.statusCode >= 400) throw serviceFailure(response.statusCode, payload);
    return {
      payload,
      functionError: typeof functionError === "string" ? functionError : null,
      ...told,
    };
  } catch (error) {
    if (error instanceof FunctionFailure) throw error;
    if (signal.aborted) {
      throw new FunctionFailure("timeout", `no result within ${String(call.timeoutMs)} ms`);
    }
    throw new FunctionFailure("unavailable", "the Lambda endpoint cannot be reached", error);
  }
}

const EVENT_STREAM = "application/vnd.amazon.eventstream";

/** Lambda's own form. Source: Lambda API reference, InvokeWithResponseStream. */
async function readStream(
  body: AsyncIterable<Uint8Array>,
  write: WriteChunk,
): Promise<FunctionResult> {
  let functionError: string | null = null;
  let payload = "";
  for await (const { headers, payload: bytes } of readEvents(body)) {
    if (headers.get(":message-type") !== "event") {
      const text = bytes.toString("utf8").slice(0, 500);
      throw new FunctionFailure(
        "unavailable",
        `the stream failed: ${headers.get(":exception-type") ?? ""} ${text}`,
      );
    }
    switch (headers.get(":event-type")) {
      case "PayloadChunk":
        await write(bytes);
        break;
      case "InvokeComplete": {
        const { ErrorCode: code, ErrorDetails: details } = JSON.parse(
          bytes.byteLength === 0 ? "{}" : bytes.toString("utf8"),
        ) as Readonly<Record<string, unknown>>;
        if (typeof code !== "string" || code === "") break;
        functionError = code;
        payload = typeof details === "string" ? details : "";
      }
    }
  }
  return { payload, functionError };
}

/** An emulator may answer with the bytes alone. */
async function readPieces(
  body: AsyncIterable<Uint8Array>,
  write: WriteChunk,
): Promise<FunctionResult> {
  for await (const chunk of body) await write(chunk);
  return { payload: "", functionError: null };
}

async function readResult(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.byteLength;
    if (total > MAX_RESULT_BYTES)
      throw new FunctionFailure("unavailable", "the result is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const KINDS: ReadonlyMap<number, FunctionFailureKind> = new Map([
  [400, "invalid_payload"],
  [403, "not_allowed"],
  [404, "not_found"],
  [429, "throttled"],
]);

function serviceFailure(status: number, payload: string): FunctionFailure {
  return new FunctionFailure(
    KINDS.get(status) ?? "unavailable",
    `the Lambda endpoint answered ${String(status)}: ${payload.slice(0, 500)}`,
  );
}
