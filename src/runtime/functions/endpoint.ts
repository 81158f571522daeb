import { request } from "undici";
import {
  FunctionFailure,
  type FunctionFailureKind,
  type FunctionInvocation,
  type FunctionInvoker,
  type FunctionResult,
} from "./invoker.js";

/** Largest result that is read. Source: Lambda quotas, 6 MB of payload. */
const MAX_RESULT_BYTES = 6 * 1024 * 1024 + 1024;

/** One HTTP request to a Lambda endpoint, signed or not. */
export interface InvokeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/**
 * Calls functions at an address that speaks Lambda's own protocol, such as an emulator or the
 * runtime interface of a container: `POST /2015-03-31/functions/NAME/invocations`.
 */
export function createEndpointInvoker(): FunctionInvoker<"url"> {
  return {
    invoke: (invocation) =>
      sendInvocation({
        url: invocationUrl(invocation.target.url, invocation.name),
        headers: invocationHeaders(invocation),
        body: invocation.payload,
        timeoutMs: invocation.timeoutMs,
      }),
    close: () => Promise.resolve(),
  };
}

/** Address of a function's invocations under an endpoint. */
export function invocationUrl(endpoint: string, name: string): string {
  const base = endpoint.replace(/\/+$/, "");
  return `${base}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
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
    const payload = await readResult(response.body);
    if (response.statusCode >= 400) throw serviceFailure(response.statusCode, payload);
    const { "x-amz-function-error": functionError, "x-amzn-requestid": requestId } =
      response.headers;
    return {
      payload,
      functionError: typeof functionError === "string" ? functionError : null,
      ...(typeof requestId === "string" ? { requestId } : {}),
    };
  } catch (error) {
    if (error instanceof FunctionFailure) throw error;
    if (signal.aborted) {
      throw new FunctionFailure("timeout", `no result within ${String(call.timeoutMs)} ms`);
    }
    throw new FunctionFailure("unavailable", "the Lambda endpoint cannot be reached", error);
  }
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
