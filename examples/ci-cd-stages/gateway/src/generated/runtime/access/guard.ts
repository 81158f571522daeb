// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Exchange } from "../exchange.js";
import type { Handler } from "../integrations/integration.js";

/** A step that lets a request pass or throws a `GatewayError`; it gives a promise only when it must wait. */
export type Guard = (exchange: Exchange) => void | Promise<void>;

/** Puts steps in front of a handler, the first one outermost. */
export function guarded(guards: readonly Guard[], handler: Handler): Handler {
  return guards.reduceRight<Handler>(
    (next, guard) => (exchange) => {
      const waits = guard(exchange);
      return waits === undefined ? next(exchange) : waits.then(() => next(exchange));
    },
    handler,
  );
}
