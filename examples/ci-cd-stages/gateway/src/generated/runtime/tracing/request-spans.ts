// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { TracingTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import type { ViewPart } from "../views/view.js";
import type { ViewSetup } from "../views/views-part.js";
import { wiredView } from "../views/wired-view.js";
import { PassedTrace, RequestTrace, UNSAMPLED } from "./request-trace.js";
import { createSampler, type Sampler } from "./sampler.js";
import type { SpanExporter, SpanExporters } from "./span.js";
import { readTraceParent } from "./trace-parent.js";

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
      event: ({ exchange }, event) => {
        if (exchange.tracing === null && exchange.isAddressed) {
          // one that no route serves begins where it is refused, or answered at once
          const stage = stages.get(exchange.addressed.stage);
          if (stage === undefined) return;
          begin(exchange, stage);
        }
        if (exchange.tracing instanceof RequestTrace) exchange.tracing.add(event);
      },
      ended: (observation) => {
        const { tracing, addressed } = observation.exchange;
        if (!(tracing instanceof RequestTrace)) return;
        const trace = tracing.end(observation);
        for (const exporter of stages.get(addressed.stage)?.exporters ?? []) exporter.add(trace);
      },
      dropped: () => exporters().reduce((sum, { dropped }) => sum + dropped, 0),
      close: async () => {
        await Promise.all(exporters().map((exporter) => exporter.close()));
      },
    };
  };
}

/** What the one who asks has decided counts. */
function begin(exchange: Exchange, { table, sample }: StageTracing): void {
  const parent = readTraceParent(exchange, table.xray);
  if (parent?.sampled ?? sample()) exchange.tracing = new RequestTrace(parent, exchange);
  else if (parent === null) exchange.tracing = UNSAMPLED;
  else {
    const { traceId, spanId } = parent;
    exchange.tracing = new PassedTrace({
      traceId,
      spanId: spanId ?? exchange.around.random.hex(8),
    });
  }
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
