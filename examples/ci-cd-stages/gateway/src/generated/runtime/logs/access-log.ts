// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessLogTable } from "../contracts.js";
import type { ViewPart } from "../views/view.js";
import type { ViewSetup } from "../views/views-part.js";
import { wiredView } from "../views/wired-view.js";
import { prepareLine, type LineFormat } from "./access-log-line.js";
import { prepareHiding, type Hiding } from "./redaction.js";
import type { LineWriter, LineWriters } from "./line-writer.js";
import { stdoutLines } from "./stdout-lines.js";

interface StageLog {
  readonly format: LineFormat;
  readonly writer: LineWriter;
}

/** Writes a line for each request to a stage that has an access log. `tables`: by stage. */
export function accessLog(
  tables: Readonly<Record<string, AccessLogTable>>,
  ways: LineWriters = {},
): ViewPart {
  return (setup) => {
    const writers = new Map<string, LineWriter>();
    const stages = new Map<string, StageLog>(
      Object.entries(tables).map(([stage, table]) => {
        const key = JSON.stringify(table.destination);
        const writer = writers.get(key) ?? openWriter(table.destination, ways, setup);
        writers.set(key, writer);
        return [stage, { format: prepareLine(table, hidingOf(stage, setup)), writer }];
      }),
    );
    return {
      ended: (observation) => {
        const log = stages.get(observation.exchange.addressed.stage);
        log?.writer.write(log.format(observation));
      },
      dropped: () => [...writers.values()].reduce((sum, { dropped }) => sum + dropped, 0),
      close: async () => {
        await Promise.all([...writers.values()].map((writer) => writer.close()));
      },
    };
  };
}

function hidingOf(stage: string, { around }: ViewSetup): Hiding {
  return prepareHiding(around.api.stages[stage]?.redact);
}

/** Stages that name the same destination share it. */
function openWriter(
  destination: AccessLogTable["destination"],
  { file, http }: LineWriters,
  setup: ViewSetup,
): LineWriter {
  switch (destination.kind) {
    case "stdout":
      return stdoutLines();
    case "file":
      return wiredView(file, "an access log in a file")(destination.path, setup.around.logger);
    case "http":
      return wiredView(http, "an access log over HTTP")(destination, setup);
  }
}
