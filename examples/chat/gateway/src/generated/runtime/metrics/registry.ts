// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, MetricsTable, RouteTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { Series, type KeyedSeries } from "./series.js";

/** Outcomes of limits, counted for all requests together. */
export type LimitOutcome = "admitted" | "throttled" | "quota-exceeded" | "unavailable";

interface StageSeries {
  readonly all: Series;
  readonly methods: ReadonlyMap<RouteTable, Series>;
}

/**
 * The counters of one gateway. Which series there are is known from the start, so that no request can make
 * one.
 */
export class Registry {
  readonly api: ApiTable;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  inFlight = 0;
  unrouted = 0;
  readonly limits: Record<LimitOutcome, number> = {
    admitted: 0,
    throttled: 0,
    "quota-exceeded": 0,
    unavailable: 0,
  };
  readonly series: readonly KeyedSeries[];
  readonly #stages = new Map<string, StageSeries>();

  constructor(api: ApiTable, { detailed }: Pick<MetricsTable, "detailed">, startedMs: number) {
    this.api = api;
    this.startedMs = startedMs;
    const series: KeyedSeries[] = [];
    for (const stage of Object.keys(api.stages)) {
      const operations = new Set(Object.hasOwn(detailed, stage) ? detailed[stage] : []);
      const all = new Series();
      const methods = new Map<RouteTable, Series>();
      series.push({ stage, method: null, series: all });
      for (const route of api.routes.filter(({ operation }) => operations.has(operation))) {
        const own = new Series();
        methods.set(route, own);
        const { method, path: resource } = route;
        series.push({ stage, method: { method, resource }, series: own });
      }
      this.#stages.set(stage, { all, methods });
    }
    this.series = series;
  }

  /** The series of what no route of a stage does; null: there is no such stage. */
  ofStage(stage: string): Series | null {
    return this.#stages.get(stage)?.all ?? null;
  }

  /** The series of a request; null: no stage has it. */
  of({ addressed, matched }: Exchange): Series | null {
    const stage = this.#stages.get(addressed.stage);
    if (stage === undefined) return null;
    return (matched === null ? undefined : stage.methods.get(matched.route)) ?? stage.all;
  }
}
