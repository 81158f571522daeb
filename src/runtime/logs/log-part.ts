import type { Surroundings } from "../exchange.js";
import type { TraceSink } from "../trace.js";

/** Makes a listener for each request of one gateway. */
export type ExecutionLogPart = (around: Surroundings) => () => TraceSink;
