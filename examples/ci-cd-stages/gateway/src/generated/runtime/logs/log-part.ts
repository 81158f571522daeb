// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Surroundings } from "../exchange.js";
import type { TraceSink } from "../trace.js";

/** Makes a listener for each request of one gateway. */
export type ExecutionLogPart = (around: Surroundings) => () => TraceSink;
