// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Handler modules by function name; a module is loaded when its function is first called. */
export type FunctionRegistry = Readonly<Record<string, () => Promise<FunctionModule>>>;

export interface FunctionModule {
  readonly handler: FunctionHandler;
}

/**
 * A Lambda handler: gives its result back, as a promise or not, or calls `callback`.
 * `never` as parameter types lets handlers declare the event and context that they expect.
 */
export type FunctionHandler = (event: never, context: never, callback: never) => unknown;

/** What a handler is told about its invocation, as on AWS Lambda for Node. */
export interface FunctionContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  /** Megabytes, as text. */
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Handlers with a callback: false answers without waiting for the event loop to drain. */
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
  done(error?: unknown, result?: unknown): void;
  fail(error: unknown): void;
  succeed(result: unknown): void;
}

/** The `callback` of a handler. */
export type FunctionCallback = (error?: unknown, result?: unknown) => void;
