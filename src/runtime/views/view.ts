import type { TraceEvent } from "../trace.js";
import type { Observation } from "./observation.js";
import type { MetricsText, ViewSetup } from "./views-part.js";

/** Looks on at the requests of one gateway. Its methods must not throw. */
export interface View {
  begin?(observation: Observation): void;
  /** An event, after the observation took it in. */
  event?(observation: Observation, event: TraceEvent): void;
  /** The request is answered, and its answer sent. */
  ended(observation: Observation): void;
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
