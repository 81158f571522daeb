// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { GatewayError } from "../errors/gateway-error.js";
import type { AccessCheck, Refusal } from "../trace.js";
import type { Guard } from "./guard.js";

/** A check of callers that tells the trace how it went. */
export function watched(by: AccessCheck, guard: Guard): Guard {
  return (exchange) => {
    const { trace, around } = exchange;
    if (trace === null) return guard(exchange);
    const startedMs = around.clock();
    const tell = (refusal: Refusal | null): void =>
      trace({ kind: "access-checked", by, latencyMs: around.clock() - startedMs, refusal });
    const refuse = (error: unknown): never => {
      tell(refusalOf(error));
      throw error;
    };
    let waits: void | Promise<void>;
    try {
      waits = guard(exchange);
    } catch (error) {
      return refuse(error);
    }
    if (waits === undefined) return tell(null);
    return waits.then(() => tell(null), refuse);
  };
}

function refusalOf(error: unknown): Refusal {
  return error instanceof GatewayError
    ? { status: error.status, detail: error.message }
    : { status: 500, detail: "unexpected error" };
}
