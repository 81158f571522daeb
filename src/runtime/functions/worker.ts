import { isMainThread, parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { FunctionResult, WriteChunk } from "./invoker.js";
import type { FunctionRegistry } from "./registry.js";
import { runModule, type HandlerCall } from "./run-handler.js";

/** Marks the worker threads that a pool starts. */
export const WORKER_KIND = "gen-gateway-function-worker";

/** What a pool sends to a worker: one call at a time. */
export interface WorkerCall extends Omit<HandlerCall, "onChunk"> {
  /** Key of the registry. */
  readonly module: string;
  /** Where the answer is streamed to: each piece is answered by an empty message. */
  readonly pieces: MessagePort | null;
}

/** True in a worker thread that a pool started: the entry module then serves functions only. */
export function isFunctionWorker(): boolean {
  return !isMainThread && workerData === WORKER_KIND;
}

/** Serves calls of the pool in this worker thread. */
export function serveFunctions(registry: FunctionRegistry): void {
  const port = parentPort;
  if (port === null) throw new Error("functions are served in a worker thread only");
  port.on("message", (call: WorkerCall) => {
    void answer(port, registry, call);
  });
}

async function answer(
  port: MessagePort,
  registry: FunctionRegistry,
  call: WorkerCall,
): Promise<void> {
  const result = await run(registry, call);
  port.postMessage(result);
}

async function run(registry: FunctionRegistry, call: WorkerCall): Promise<FunctionResult> {
  const known = Object.hasOwn(registry, call.module) ? registry[call.module] : undefined;
  const load =
    known ?? (() => Promise.reject(new Error(`there is no handler module "${call.module}"`)));
  const { pieces } = call;
  if (pieces === null) return runModule(load, call, Date.now);
  try {
    return await runModule(load, { ...call, onChunk: writeTo(pieces) }, Date.now);
  } finally {
    pieces.close();
  }
}

/** Writes to a port, a piece when the one before has been taken. */
function writeTo(port: MessagePort): WriteChunk {
  let taken = (): void => undefined;
  port.on("message", () => taken());
  port.on("close", () => taken());
  return (chunk) =>
    new Promise((resolve) => {
      taken = resolve;
      port.postMessage(chunk);
    });
}
