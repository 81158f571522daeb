// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { FunctionResult, WriteChunk } from "./invoker.js";
import type { FunctionContext, FunctionHandler, FunctionModule } from "./registry.js";
import {
  createResponseStream,
  isStreaming,
  provideAwsLambda,
  type StreamHandler,
} from "./response-stream.js";

/** One call of a handler in this thread. */
export interface HandlerCall {
  readonly name: string;
  readonly arn: string;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Set: the answer is streamed to it, and the result's payload is empty. */
  readonly onChunk?: WriteChunk;
}

const MEMORY_MB = "1024";

/**
 * Loads a handler and runs it to its result: whatever it returns, resolves to or hands to its
 * callback, as JSON; or what it writes, where it is one that streams. Both ways serve both kinds of
 * invocations, as on Lambda. A thrown or rejected error becomes Lambda's error object, and so does a module
 * that cannot be loaded, as on a cold start.
 */
export async function runModule(
  load: () => Promise<FunctionModule>,
  call: HandlerCall,
  clock: () => number,
): Promise<FunctionResult> {
  try {
    provideAwsLambda();
    const { handler } = await load();
    return await (isStreaming(handler)
      ? runStreaming(handler, call, clock)
      : runHandler(handler, call, clock));
  } catch (error) {
    return { payload: JSON.stringify(errorObject(error)), functionError: "Unhandled" };
  }
}

async function runHandler(
  handler: FunctionHandler,
  call: HandlerCall,
  clock: () => number,
): Promise<FunctionResult> {
  const result = await callHandler(handler, call, clock);
  const payload = JSON.stringify(result) ?? "null";
  if (call.onChunk === undefined) return { payload, functionError: null };
  await call.onChunk(Buffer.from(payload));
  return STREAMED;
}

const STREAMED: FunctionResult = { payload: "", functionError: null };

async function runStreaming(
  handler: StreamHandler<never>,
  call: HandlerCall,
  clock: () => number,
): Promise<FunctionResult> {
  const { onChunk } = call;
  const chunks: Uint8Array[] = [];
  const stream = createResponseStream(onChunk ?? ((chunk) => void chunks.push(chunk)));
  const ended = new Promise<void>((resolve, reject) => {
    stream.once("finish", resolve).once("error", reject);
  });
  // awaited below; until then it may fail without a reader
  ended.catch(() => undefined);
  const context = functionContext(call, clock, () => undefined);
  await handler(JSON.parse(call.payload) as never, stream, context);
  // a handler that did not end its stream has ended itself
  stream.end();
  await ended;
  if (onChunk !== undefined) return STREAMED;
  return { payload: Buffer.concat(chunks).toString("utf8"), functionError: null };
}

function callHandler(
  handler: FunctionHandler,
  call: HandlerCall,
  clock: () => number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback = (error?: unknown, result?: unknown): void => {
      if (error === undefined || error === null) resolve(result);
      // A rejection may carry anything; handlers call back with texts too.
      else reject(error instanceof Error ? error : new HandlerFault(error));
    };
    const event: unknown = JSON.parse(call.payload);
    const returned: unknown = Reflect.apply(handler, undefined, [
      event,
      functionContext(call, clock, callback),
      callback,
    ]);
    if (isThenable(returned)) returned.then(resolve, reject);
    // Without a third parameter there is no callback to wait for.
    else if (handler.length < 3) resolve(returned);
  });
}

function functionContext(
  call: HandlerCall,
  clock: () => number,
  callback: (error?: unknown, result?: unknown) => void,
): FunctionContext {
  return {
    functionName: call.name,
    functionVersion: "$LATEST",
    invokedFunctionArn: call.arn,
    memoryLimitInMB: MEMORY_MB,
    awsRequestId: call.requestId,
    logGroupName: `/aws/lambda/${call.name}`,
    logStreamName: call.requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, call.deadlineMs - clock()),
    done: callback,
    fail: (error) => callback(error ?? new Error("failed")),
    succeed: (result) => callback(null, result),
  };
}

/** Something that is no `Error` given to a callback. */
class HandlerFault extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super(String(value));
    this.value = value;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

/** The error as Lambda for Node reports it. */
export function errorObject(error: unknown): {
  errorType: string;
  errorMessage: string;
  trace: string[];
} {
  const thrown = error instanceof HandlerFault ? error.value : error;
  if (!(thrown instanceof Error)) {
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  }
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? "").split("\n"),
  };
}
