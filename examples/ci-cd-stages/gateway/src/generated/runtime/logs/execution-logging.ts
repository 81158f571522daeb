// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ExecutionLogTable, StageTable } from "../contracts.js";
import { cloudWatchLines, ExecutionLog } from "./execution-log.js";
import type { ExecutionLogPart } from "./log-part.js";

/** Hands the execution log of the methods that have one to the logger, a request at a time. */
export const executionLog: ExecutionLogPart = (around) => {
  const { stages } = around.api;
  return () => {
    let log: ExecutionLog | null = null;
    return (event) => {
      if (event.kind === "matched") {
        const table = logTable(stages, event.stage, event.operation);
        log = table === null ? null : openLog(table, stages[event.stage], around.clock);
      }
      log?.add(event);
      if (event.kind === "answered" && log !== null && log.lines.length > 0) {
        around.logger.lines?.(cloudWatchLines(log));
      }
    };
  };
};

function openLog(
  table: ExecutionLogTable,
  stage: StageTable | undefined,
  clock: () => number,
): ExecutionLog {
  const { redact } = stage ?? {};
  return new ExecutionLog({ ...table, ...(redact === undefined ? {} : { redact }), clock });
}

function logTable(
  stages: Readonly<Record<string, StageTable>>,
  stage: string,
  operation: string,
): ExecutionLogTable | null {
  const methods = stages[stage]?.methods ?? {};
  return Object.hasOwn(methods, operation) ? (methods[operation]?.executionLog ?? null) : null;
}
