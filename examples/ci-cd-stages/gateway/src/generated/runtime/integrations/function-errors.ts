// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors, type GatewayError } from "../errors/gateway-error.js";
import { FunctionFailure } from "../functions/invoker.js";

/**
 * What a function that gave no result means to the client: past the time limit 504, anything else
 * (not allowed, throttled, not there) a plain 500.
 */
export function functionFailure(error: unknown): GatewayError {
  if (error instanceof FunctionFailure && error.kind === "timeout") {
    return errors.timeout(`Execution failed due to a timeout error: ${error.message}`);
  }
  const text = error instanceof FunctionFailure ? `${error.kind}: ${error.message}` : "failed";
  return errors.internal(`function ${text}`, error);
}
