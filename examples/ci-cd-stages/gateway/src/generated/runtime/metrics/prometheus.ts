// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { MetricFamily, MetricPoint } from "./families.js";
import { BOUNDS_MS, Histogram } from "./histogram.js";

/** Source: Prometheus documentation, "Exposition formats". */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Metrics as Prometheus reads them. */
export function expositionText(families: readonly MetricFamily[]): string {
  return families.map(familyText).join("");
}

function familyText({ name, help, kind, points }: MetricFamily): string {
  const lines = points.flatMap((point) => pointLines(name, point));
  return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`, ...lines, ""].join("\n");
}

function pointLines(name: string, { labels, value }: MetricPoint): readonly string[] {
  if (typeof value === "number") return [`${name}${labelText(labels)} ${numberText(value)}`];
  return histogramLines(name, labels, value);
}

/** Buckets hold all values up to their bound. */
function histogramLines(
  name: string,
  labels: MetricPoint["labels"],
  histogram: Histogram,
): readonly string[] {
  let total = 0;
  const buckets = histogram.counts.map((count, index) => {
    total += count;
    const bound = BOUNDS_MS[index];
    const le = bound === undefined ? "+Inf" : String(bound / 1000);
    return `${name}_bucket${labelText({ ...labels, le })} ${total}`;
  });
  return [
    ...buckets,
    `${name}_sum${labelText(labels)} ${numberText(histogram.sumMs / 1000)}`,
    `${name}_count${labelText(labels)} ${histogram.count}`,
  ];
}

/** A label without a value is one that is not there. */
function labelText(labels: MetricPoint["labels"]): string {
  const parts = Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : "NaN";
}
