// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { TracingTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import type { ViewPart } from "../views/view.js";
import type { ViewSetup } from "../views/views-part.js";
import { wiredView } from "../views/wired-view.js";
import { PassedTrace, RequestTrace, unsampled } from "./request-trace.js";
import { createSampler, type Sampler } from "./sampler.js";
import type { SpanExporter, SpanExporters } from "./span.js";
import { readTraceParent, type TraceParent } from "./trace-parent.js";

interface StageTracing {
  readonly table: TracingTable;
  readonly sample: Sampler;
  readonly exporters: readonly SpanExporter[];
}

/**
 * Follows requests of stages with tracing, those included that no route of the stage serves. `tables`: by stage.
 */
export function requestSpans(
  tables: Readonly<Record<string, TracingTable>>,
  ways: SpanExporters,
): ViewPart {
  return (setup) => {
    const opened = new Map<string, SpanExporter>();
    const stages = new Map<string, StageTracing>(
      Object.entries(tables).map(([stage, table]) => [
        stage,
        {
          table,
          sample: createSampler(table.sampleRatio, setup.around),
          exporters: openExporters({ stage, table, ways }, setup, opened),
        },
      ]),
    );
    const exporters = (): readonly SpanExporter[] => [...opened.values()];
    return {
      follow: (observation) => {
        const { exchange } = observation;
        const stage = stages.get(exchange.addressed.stage);
        if (stage === undefined) return null;
        const trace = begin(exchange, stage);
        if (trace === null) return null;
        return (event) => {
          trace.add(event);
          if (event.kind !== "sent") return;
          const finished = trace.end(observation);
          for (const exporter of stage.exporters) exporter.add(finished);
        };
      },
      dropped: () => exporters().reduce((sum, { dropped }) => sum + dropped, 0),
      close: async () => {
        await Promise.all(exporters().map((exporter) => exporter.close()));
      },
    };
  };
}

/** Decides about a request: what the one who asks has decided counts. Null: it is not sampled. */
function begin(exchange: Exchange, { table, sample }: StageTracing): RequestTrace | null {
  const parent = readTraceParent(exchange, table.xray);
  if (parent?.sampled ?? sample()) {
    const trace = new RequestTrace(parent, exchange);
    exchange.tracing = trace;
    return trace;
  }
  exchange.tracing = parent === null ? unsampled(exchange) : passedTrace(parent, exchange);
  return null;
}

function passedTrace({ traceId, spanId }: TraceParent, { around }: Exchange): PassedTrace {
  return new PassedTrace({ traceId, spanId: spanId ?? around.random.hex(8) });
}

interface Wanted {
  readonly stage: string;
  readonly table: TracingTable;
  readonly ways: SpanExporters;
}

function openExporters(
  { stage, table: { xray, otlp }, ways }: Wanted,
  setup: ViewSetup,
  opened: Map<string, SpanExporter>,
): readonly SpanExporter[] {
  const open = (key: string, make: () => SpanExporter): SpanExporter => {
    const exporter = opened.get(key) ?? make();
    opened.set(key, exporter);
    return exporter;
  };
  const exporters: SpanExporter[] = [];
  if (otlp !== null) {
    const make = wiredView(ways.otlp, "traces over OTLP");
    exporters.push(open(JSON.stringify(otlp), () => make(otlp, setup)));
  }
  if (xray) {
    const make = wiredView(ways.xray, "traces to X-Ray");
    exporters.push(open(`xray ${stage}`, () => make(stage, setup)));
  }
  return exporters;
}
