// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { Histogram } from "./histogram.js";

/** What is kept of the requests of one stage, or of one method of it. */
export class Series {
  count = 0;
  clientErrors = 0;
  serverErrors = 0;
  cacheHits = 0;
  cacheMisses = 0;
  dataProcessed = 0;
  connects = 0;
  messages = 0;
  integrationErrors = 0;
  refusals = 0;
  executionErrors = 0;
  readonly latency = new Histogram();
  readonly integrationLatency = new Histogram();
}

/** Which requests a series is about. */
export interface SeriesKey {
  readonly stage: string;
  /** Null: all of the stage that are not counted by themselves. */
  readonly method: { readonly method: string; readonly resource: string } | null;
}

export interface KeyedSeries extends SeriesKey {
  readonly series: Series;
}
