// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors, type GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import type { FunctionBinding } from "../functions/binding.js";
import type { FunctionResult } from "../functions/invoker.js";
import { functionFailure } from "./function-errors.js";

/** So much of a function's error object goes into the log. */
const LOGGED = 1000;

/**
 * Calls the function of an integration, traced both ways.
 * @throws GatewayError when it could not be called or did not answer in time.
 */
export async function callFunction(
  exchange: Exchange,
  binding: Extract<FunctionBinding, { kind: "runs" }>,
  payload: string,
  type: "RequestResponse" | "Event",
): Promise<FunctionResult> {
  const { clock } = exchange.around;
  traceFunctionCall(exchange, binding.name, payload);
  const startedMs = clock();
  let result: FunctionResult;
  try {
    result = await binding.invoke(payload, type, exchange.traceHeader);
  } catch (error) {
    throw functionFailure(error);
  }
  exchange.trace?.({
    kind: "endpoint-response",
    status: type === "Event" ? 202 : 200,
    latencyMs: clock() - startedMs,
    headers: result.requestId === undefined ? [] : ["x-amzn-RequestId", result.requestId],
    body: result.payload,
  });
  return result;
}

/** Tells that a function is called. */
export function traceFunctionCall(exchange: Exchange, name: string, payload: string): void {
  exchange.trace?.({
    kind: "endpoint-request",
    method: "POST",
    uri: name,
    headers: [],
    body: payload,
  });
}

/** What a function that failed by itself becomes. */
export function failedResult(
  { functionError, payload }: FunctionResult,
  status?: number,
): GatewayError {
  return errors.internal(
    `Lambda execution failed (${functionError ?? ""}): ${payload.slice(0, LOGGED)}`,
    undefined,
    status,
  );
}
