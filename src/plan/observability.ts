import type { AccessLog, OtlpEndpoint, Redaction, SentHeader, Stage } from "../ir/deployment.js";
import type { Gateway } from "../ir/gateway.js";
import type {
  AccessLogTable,
  LogDestinationTable,
  MetricsTable,
  ObservabilityTable,
  OtlpTable,
  RedactionTable,
  SecretReference,
} from "../runtime/contracts.js";
import { secretReference } from "./access.js";
import { settingsOf } from "./method-tables.js";
import type { OperationPlan } from "./plan.js";
import { record, type Planned } from "./tables.js";

/** What is told of requests; null: nothing beside execution logs. */
export function observabilityTable(
  { deployment }: Gateway,
  operations: readonly OperationPlan[],
): Planned<ObservabilityTable> | null {
  const { stages, metrics } = deployment;
  const accessLogs = stages.flatMap(({ name, accessLog }) =>
    accessLog === undefined ? [] : [[name, accessLogTable(accessLog)] as const],
  );
  const tracing = stages.flatMap(({ name, tracing: found }) => {
    if (found === undefined) return [];
    const { xray, otlp, sampleRatio } = found;
    const table = { xray, otlp: otlp ? otlpTable(otlp) : null, sampleRatio: sampleRatio ?? null };
    return [[name, table] as const];
  });
  if (accessLogs.length === 0 && tracing.length === 0 && metrics === undefined) return null;
  return {
    accessLogs: record(accessLogs),
    metrics: metrics === undefined ? null : metricsTable(metrics, stages, operations),
    tracing: record(tracing),
  };
}

function accessLogTable({ format, parts, destination }: AccessLog): AccessLogTable {
  return {
    format,
    parts: parts.map((part) => (part.kind === "text" ? part.text : { context: part.name })),
    destination: destinationTable(destination),
  };
}

function destinationTable(destination: AccessLog["destination"]): LogDestinationTable {
  return destination.kind === "http"
    ? { kind: "http", url: destination.url, headers: headerTable(destination.headers) }
    : destination;
}

function headerTable(
  headers: readonly SentHeader[],
): Readonly<Record<string, string | SecretReference>> {
  return record(
    headers.map(({ name, value }) => [
      name,
      typeof value === "string" ? value : secretReference(value),
    ]),
  );
}

function otlpTable({ endpoint, headers }: OtlpEndpoint): OtlpTable {
  return { endpoint, headers: headerTable(headers) };
}

function metricsTable(
  { emfNamespace, otlp }: NonNullable<Gateway["deployment"]["metrics"]>,
  stages: readonly Stage[],
  operations: readonly OperationPlan[],
): MetricsTable {
  const detailed = stages.flatMap((stage) => {
    const names = operations.filter((plan) => isDetailed(stage, plan)).map(({ name }) => name);
    return names.length === 0 ? [] : [[stage.name, names] as const];
  });
  return {
    detailed: record(detailed),
    emfNamespace: emfNamespace ?? null,
    otlp: otlp ? { ...otlpTable(otlp), intervalSeconds: otlp.intervalSeconds } : null,
  };
}

function isDetailed(stage: Stage, plan: OperationPlan): boolean {
  const own = settingsOf(stage, plan)?.metricsEnabled;
  return own ?? stage.methodDefaults.metricsEnabled ?? stage.detailedMetrics;
}

/** Undefined: credentials alone are hidden. */
export function redactionTable({ names, paths, context }: Redaction): RedactionTable | undefined {
  const isEmpty = names.length + paths.length + context.length === 0;
  return isEmpty ? undefined : { names, paths, context };
}
