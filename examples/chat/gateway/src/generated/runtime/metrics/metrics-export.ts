// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { MetricsTable } from "../contracts.js";
import type { Surroundings } from "../exchange.js";
import type { Observation } from "../views/observation.js";
import type { ViewSetup } from "../views/views-part.js";
import type { FactsSource } from "./process-facts.js";
import type { Registry } from "./registry.js";

/** Numbers of a gateway. */
export interface MetricSource {
  readonly registry: Registry;
  readonly facts: FactsSource;
}

/** Hands numbers out by itself. */
export interface MetricsExport {
  /** A request, after it was counted. */
  add?(observation: Observation): void;
  /** What was lost on its way out. */
  readonly dropped: number;
  close(): Promise<void>;
}

/** The ways of handing numbers out that a gateway is given, beside being asked. */
export interface MetricsExports {
  readonly emf?: (namespace: string, registry: Registry, around: Surroundings) => MetricsExport;
  readonly otlp?: (
    table: NonNullable<MetricsTable["otlp"]>,
    source: MetricSource,
    setup: ViewSetup,
  ) => MetricsExport;
}
