// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { MetricsTable } from "../contracts.js";
import type { Observation } from "../views/observation.js";
import type { View } from "../views/view.js";
import type { ViewSetup } from "../views/views-part.js";
import { wiredView } from "../views/wired-view.js";
import type { MetricsExports } from "./metrics-export.js";
import { metricFamilies } from "./families.js";
import { processFacts } from "./process-facts.js";
import { EXPOSITION_TYPE, expositionText } from "./prometheus.js";
import { Registry } from "./registry.js";
import type { Series } from "./series.js";

/** Counts requests, and hands the numbers out. */
export function requestMetrics(
  table: MetricsTable,
  exports: MetricsExports = {},
): (setup: ViewSetup) => View {
  return (setup) => {
    const { around } = setup;
    const registry = new Registry(around.api, table, around.clock());
    const count = around.api.kind === "websocket" ? countEvent : countRequest;
    const facts = processFacts(setup);
    const { emfNamespace, otlp } = table;
    const emf =
      emfNamespace === null
        ? null
        : wiredView(exports.emf, "embedded metric lines")(emfNamespace, registry, around);
    const sent =
      otlp === null
        ? null
        : wiredView(exports.otlp, "metrics over OTLP")(otlp, { registry, facts }, setup);
    return {
      metrics: {
        type: EXPOSITION_TYPE,
        read: async () => expositionText(metricFamilies(registry, await facts.read())),
      },
      begin: () => {
        registry.inFlight += 1;
      },
      ended: (observation) => {
        registry.inFlight -= 1;
        const { limit, exchange } = observation;
        if (limit !== null) registry.limits[limit] += 1;
        const series = registry.of(exchange);
        if (series === null) {
          registry.unrouted += 1;
          return;
        }
        count(series, observation);
        emf?.add?.(observation);
      },
      dropped: () => (emf?.dropped ?? 0) + (sent?.dropped ?? 0),
      pushed: (stage) => {
        const series = registry.ofStage(stage);
        if (series !== null) series.messages += 1;
      },
      close: async () => {
        facts.close();
        await Promise.all([emf?.close(), sent?.close()]);
      },
    };
  };
}

function countRequest(series: Series, observation: Observation): void {
  const { status, latencyMs, integration, isCacheHit, responseBytes, exchange } = observation;
  series.count += 1;
  if (status >= 500) series.serverErrors += 1;
  else if (status >= 400) series.clientErrors += 1;
  series.latency.add(latencyMs);
  if (integration !== null) series.integrationLatency.add(integration.latencyMs);
  if (isCacheHit !== null) {
    if (isCacheHit) series.cacheHits += 1;
    else series.cacheMisses += 1;
  }
  series.dataProcessed += responseBytes + (exchange.headers.contentLength ?? 0);
}

/** An event of a WebSocket connection. */
function countEvent(series: Series, observation: Observation): void {
  const { status, integration, error, responseBytes, exchange } = observation;
  const type = exchange.socket?.type;
  if (type === "CONNECT") series.connects += 1;
  else if (type === "MESSAGE") series.messages += responseBytes > 0 ? 2 : 1;
  if (integration !== null) {
    series.integrationLatency.add(integration.latencyMs);
    if (integration.status >= 400) series.integrationErrors += 1;
  }
  if (error === null) return;
  if (status >= 500) series.executionErrors += 1;
  else if (status >= 400 && integration === null) series.refusals += 1;
}
