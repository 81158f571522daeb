// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { randomUUID } from "node:crypto";
import {
  FunctionFailure,
  type FunctionInvocation,
  type FunctionResult,
  type ModuleInvoker,
} from "./invoker.js";
import type { FunctionRegistry } from "./registry.js";
import { runModule } from "./run-handler.js";

/**
 * Runs handlers in the gateway's own thread: easy to debug, but a handler that never yields holds
 * everything up, and one that misses its time limit cannot be stopped; its result is ignored.
 */
export function createInThreadInvoker(
  registry: FunctionRegistry,
  clock: () => number = Date.now,
): ModuleInvoker {
  return {
    names: Object.keys(registry),
    invoke: async (invocation) => {
      const running = start(registry, invocation, clock);
      if (invocation.invocationType === "RequestResponse") return running;
      // An `Event` is answered before it ran; its failure has no reader.
      running.catch(() => undefined);
      return { payload: "", functionError: null };
    },
    close: () => Promise.resolve(),
  };
}

async function start(
  registry: FunctionRegistry,
  invocation: FunctionInvocation<"module">,
  clock: () => number,
): Promise<FunctionResult> {
  const { name } = invocation.target;
  const load = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (load === undefined) throw new FunctionFailure("not_found", `no handler module "${name}"`);
  checkPayload(invocation.payload);
  const call = {
    name: invocation.name,
    arn: invocation.arn,
    requestId: randomUUID(),
    payload: invocation.payload,
    deadlineMs: clock() + invocation.timeoutMs,
    ...(invocation.onChunk === undefined ? {} : { onChunk: invocation.onChunk }),
  };
  const result = await withLimit(runModule(load, call, clock), invocation);
  return { ...result, requestId: call.requestId };
}

/** A payload must be JSON before any function hears of it. */
export function checkPayload(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new FunctionFailure("invalid_payload", "the payload is not JSON", error);
  }
}

function withLimit<T>(
  running: Promise<T>,
  { name, timeoutMs }: Pick<FunctionInvocation, "name" | "timeoutMs">,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new FunctionFailure("timeout", `function "${name}" took over ${String(timeoutMs)} ms`),
      );
    }, timeoutMs);
    running.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
