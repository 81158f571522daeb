import { isFunctionWorker, serveFunctions } from "../../../src/runtime/functions/worker.js";
import type { FunctionContext, FunctionRegistry } from "../../../src/runtime/functions/registry.js";
import {
  HttpResponseStream,
  streamifyResponse,
  type ResponseStream,
} from "../../../src/runtime/functions/response-stream.js";

let calls = 0;

/** Handlers that show each way to succeed and to fail. */
export const functions: FunctionRegistry = {
  echo: () => Promise.resolve({ handler: (event: unknown) => Promise.resolve(event) }),
  count: () => Promise.resolve({ handler: () => (calls += 1) }),
  context: () =>
    Promise.resolve({
      handler: (_event: unknown, context: FunctionContext) => ({
        name: context.functionName,
        arn: context.invokedFunctionArn,
        requestId: context.awsRequestId,
        memory: context.memoryLimitInMB,
        group: context.logGroupName,
        remaining: context.getRemainingTimeInMillis(),
      }),
    }),
  callback: () =>
    Promise.resolve({
      handler: (
        event: unknown,
        _context: unknown,
        callback: (error: unknown, result: unknown) => void,
      ) => {
        setImmediate(callback, null, { called: event });
      },
    }),
  throw: () =>
    Promise.resolve({
      handler: () => {
        throw new TypeError("broken");
      },
    }),
  reject: () => Promise.resolve({ handler: () => Promise.reject(new Error("refused")) }),
  exit: () => Promise.resolve({ handler: () => process.exit(3) }),
  late: () =>
    Promise.resolve({
      handler: () => {
        setImmediate(() => {
          throw new Error("thrown later");
        });
        return new Promise(() => undefined);
      },
    }),
  spin: () =>
    Promise.resolve({
      handler: () => {
        for (;;);
      },
    }),
  unloadable: () => Promise.reject(new Error("the module cannot be loaded")),
  stream: () =>
    Promise.resolve({
      handler: streamifyResponse(
        async (event: { pieces: readonly string[]; fail?: boolean }, responseStream) => {
          const body = HttpResponseStream.from(responseStream, { statusCode: 201 });
          for (const piece of event.pieces) body.write(piece);
          if (event.fail === true) throw new RangeError("broken off");
          body.end();
        },
      ),
    }),
  // as a module that is written for Lambda does, which has no import for it
  lambdaStream: () => {
    const { awslambda } = globalThis as unknown as {
      awslambda: { streamifyResponse: typeof streamifyResponse };
    };
    const handler = awslambda.streamifyResponse(
      async (_event: unknown, responseStream: ResponseStream) => {
        responseStream.setContentType("text/plain");
        responseStream.write("plain");
      },
    );
    return Promise.resolve({ handler });
  },
  nothing: () => Promise.resolve({ handler: () => undefined }),
  sleep: () =>
    Promise.resolve({
      handler: (event: { ms: number }) =>
        new Promise((resolve) => {
          setTimeout(resolve, event.ms, "slept");
        }),
    }),
};

if (isFunctionWorker()) serveFunctions(functions);
