// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { TraceSink } from "../trace.js";
import type { Observation } from "./observation.js";
import type { MetricsText, ViewSetup } from "./views-part.js";

/** Looks on at the requests of one gateway. Its methods must not throw. */
export interface View {
  begin?(observation: Observation): void;
  /**
   * Who takes the events of a request, each after the observation took it in; null: nobody. Asked with the
   * first event: by then the stage of a request is found, or it has none.
   */
  follow?(observation: Observation): TraceSink | null;
  /** The request is answered, and its answer sent. */
  ended?(observation: Observation): void;
  /** The numbers that it keeps. */
  readonly metrics?: MetricsText;
  /** A message was pushed to a WebSocket connection of a stage. */
  pushed?(stage: string): void;
  /** What was lost on its way out. */
  dropped?(): number;
  /** Hands out what it still holds. */
  close(): Promise<void>;
}

export type ViewPart = (setup: ViewSetup) => View;
