// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable } from "../contracts.js";
import type { Series } from "./series.js";

type Kind = ApiTable["kind"];

/** One metric of requests, as all views know it. */
export interface MetricDefinition {
  /** Names of CloudWatch by kind of API; a kind that has no such metric is left out. */
  readonly names: Readonly<Partial<Record<Kind, string>>>;
  /** Unit of CloudWatch. */
  readonly unit: "Count" | "Milliseconds" | "Bytes";
  /** Name of Prometheus and OpenTelemetry; latencies are in seconds there. */
  readonly exposed: string;
  readonly help: string;
  /** Histograms are exposed as `NAME_bucket`, `NAME_sum` and `NAME_count`. */
  readonly kind: "counter" | "histogram";
  /** What a series keeps of it. */
  readonly member: keyof Series;
}

/** Labels of the metrics of requests. What is not counted by method has the first two alone. */
export const REQUEST_LABELS = ["api", "stage", "method", "resource"] as const;

/**
 * The metrics of API Gateway: what is exposed, and what dashboards, rules and alarms are made of. Source: developer guide, "Amazon API Gateway dimensions and metrics",
 * "Work with metrics for HTTP APIs", "Monitor WebSocket API execution with CloudWatch metrics".
 */
export const REQUEST_METRICS: readonly MetricDefinition[] = [
  {
    names: { rest: "Count", http: "Count" },
    unit: "Count",
    exposed: "apigateway_requests_total",
    help: "Requests to the API.",
    kind: "counter",
    member: "count",
  },
  {
    names: { rest: "4XXError", http: "4xx" },
    unit: "Count",
    exposed: "apigateway_4xx_errors_total",
    help: "Answers with a status from 400 to 499.",
    kind: "counter",
    member: "clientErrors",
  },
  {
    names: { rest: "5XXError", http: "5xx" },
    unit: "Count",
    exposed: "apigateway_5xx_errors_total",
    help: "Answers with a status from 500 to 599.",
    kind: "counter",
    member: "serverErrors",
  },
  {
    names: { rest: "Latency", http: "Latency" },
    unit: "Milliseconds",
    exposed: "apigateway_latency_seconds",
    help: "From the arrival of a request to its answer.",
    kind: "histogram",
    member: "latency",
  },
  {
    names: {
      rest: "IntegrationLatency",
      http: "IntegrationLatency",
      websocket: "IntegrationLatency",
    },
    unit: "Milliseconds",
    exposed: "apigateway_integration_latency_seconds",
    help: "From the call of a backend to its answer.",
    kind: "histogram",
    member: "integrationLatency",
  },
  {
    names: { rest: "CacheHitCount" },
    unit: "Count",
    exposed: "apigateway_cache_hits_total",
    help: "Requests that a kept answer was found for.",
    kind: "counter",
    member: "cacheHits",
  },
  {
    names: { rest: "CacheMissCount" },
    unit: "Count",
    exposed: "apigateway_cache_misses_total",
    help: "Requests that no kept answer was found for.",
    kind: "counter",
    member: "cacheMisses",
  },
  {
    names: { http: "DataProcessed" },
    unit: "Bytes",
    exposed: "apigateway_data_processed_bytes_total",
    help: "Bytes of bodies that came in and went out.",
    kind: "counter",
    member: "dataProcessed",
  },
  {
    names: { websocket: "ConnectCount" },
    unit: "Count",
    exposed: "apigateway_connects_total",
    help: "Handshakes of clients, events to the route $connect.",
    kind: "counter",
    member: "connects",
  },
  {
    names: { websocket: "MessageCount" },
    unit: "Count",
    exposed: "apigateway_messages_total",
    help: "Messages of clients, and those to them: answers and pushes.",
    kind: "counter",
    member: "messages",
  },
  {
    names: { websocket: "IntegrationError" },
    unit: "Count",
    exposed: "apigateway_integration_errors_total",
    help: "Answers of backends with a status from 400 to 599.",
    kind: "counter",
    member: "integrationErrors",
  },
  {
    names: { websocket: "ClientError" },
    unit: "Count",
    exposed: "apigateway_client_errors_total",
    help: "Events that were refused with a status from 400 to 499 before a backend was called.",
    kind: "counter",
    member: "refusals",
  },
  {
    names: { websocket: "ExecutionError" },
    unit: "Count",
    exposed: "apigateway_execution_errors_total",
    help: "Failures of calling a backend, and of the gateway itself.",
    kind: "counter",
    member: "executionErrors",
  },
];

/** A number of the process itself, without a counterpart on AWS. */
export interface GaugeDefinition {
  readonly exposed: string;
  readonly help: string;
  readonly kind: "counter" | "gauge";
  /** Name of its only label; null: it has none. */
  readonly label: string | null;
}

export const PROCESS_METRICS = {
  inFlight: {
    exposed: "gateway_requests_in_flight",
    help: "Requests that are not answered yet.",
    kind: "gauge",
    label: null,
  },
  unrouted: {
    exposed: "gateway_unaddressed_requests_total",
    help: "Requests that no stage has; they count for no API.",
    kind: "counter",
    label: null,
  },
  limits: {
    exposed: "gateway_limit_decisions_total",
    help: "What throttles and quotas said of requests.",
    kind: "counter",
    label: "outcome",
  },
  connections: {
    exposed: "gateway_client_connections",
    help: "Open connections of clients.",
    kind: "gauge",
    label: null,
  },
  webSockets: {
    exposed: "gateway_websocket_connections",
    help: "Open WebSocket connections of this process.",
    kind: "gauge",
    label: null,
  },
  upstream: {
    exposed: "gateway_upstream_connections",
    help: "Connections to backends.",
    kind: "gauge",
    label: "state",
  },
  upstreamPending: {
    exposed: "gateway_upstream_waiting_requests",
    help: "Calls of backends that wait for a connection.",
    kind: "gauge",
    label: null,
  },
  circuitBreakers: {
    exposed: "gateway_circuit_breakers_open",
    help: "Circuit breakers that keep calls away from backends that failed.",
    kind: "gauge",
    label: null,
  },
  stateReachable: {
    exposed: "gateway_state_reachable",
    help: "1 while the store of limits, caches and counters can be asked.",
    kind: "gauge",
    label: null,
  },
  dropped: {
    exposed: "gateway_telemetry_dropped_total",
    help: "Log lines, spans and the like that were lost on their way out.",
    kind: "counter",
    label: null,
  },
  eventLoopLag: {
    exposed: "gateway_event_loop_lag_seconds",
    help: "How late timers were since the last question, by percentile.",
    kind: "gauge",
    label: "percentile",
  },
  heap: {
    exposed: "gateway_heap_used_bytes",
    help: "JavaScript heap in use.",
    kind: "gauge",
    label: null,
  },
  resident: {
    exposed: "gateway_resident_memory_bytes",
    help: "Memory of the process.",
    kind: "gauge",
    label: null,
  },
  uptime: {
    exposed: "gateway_start_time_seconds",
    help: "When the process was started, in seconds since 1970.",
    kind: "gauge",
    label: null,
  },
} as const satisfies Readonly<Record<string, GaugeDefinition>>;

export type ProcessMetric = keyof typeof PROCESS_METRICS;
