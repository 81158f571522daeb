// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";
import type { UpstreamFacts } from "../http/upstream-facts.js";
import type { ViewSetup } from "../views/views-part.js";

/** What the process is like at one moment. Names are those of `PROCESS_METRICS`. */
export interface ProcessFacts {
  /** Null: nobody serves the gateway. */
  readonly connections: number | null;
  /** Null: the API has none. */
  readonly webSockets: number | null;
  readonly upstream: UpstreamFacts;
  readonly stateReachable: boolean;
  readonly dropped: number;
  /** Seconds by percentile. */
  readonly eventLoopLag: Readonly<Record<string, number>>;
  readonly heap: number;
  readonly resident: number;
}

export interface FactsSource {
  read(): Promise<ProcessFacts>;
  close(): void;
}

/** Milliseconds between two looks at the event loop. */
const RESOLUTION_MS = 20;
const PERCENTILES = [50, 90, 99];

/** Measures the process from now on. */
export function processFacts({ gateway }: ViewSetup): FactsSource {
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  lag.enable();
  return {
    read: async () => {
      const { heapUsed, rss } = process.memoryUsage();
      const facts = {
        connections: gateway.connections(),
        webSockets: gateway.webSockets(),
        upstream: gateway.upstream(),
        dropped: gateway.dropped(),
        stateReachable: await gateway.isStateReachable(),
        eventLoopLag: percentiles(lag),
        heap: heapUsed,
        resident: rss,
      };
      lag.reset();
      return facts;
    },
    close: () => {
      lag.disable();
    },
  };
}

/** The histogram measures the whole time between two looks, in nanoseconds. */
function percentiles(lag: IntervalHistogram): Readonly<Record<string, number>> {
  const entries = PERCENTILES.map((percentile): [string, number] => {
    const ms = lag.count === 0 ? 0 : lag.percentile(percentile) / 1e6 - RESOLUTION_MS;
    return [String(percentile), Math.max(0, ms) / 1000];
  });
  return Object.fromEntries(entries);
}
