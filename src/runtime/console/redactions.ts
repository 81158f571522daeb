import type { RedactionTable, StageTable } from "../contracts.js";

/** What the logs of a stage hide; of a request without a stage, all that any stage hides. */
export function allRedactions(
  stages: Readonly<Record<string, Pick<StageTable, "redact">>>,
  stage: string | null,
): RedactionTable | undefined {
  if (stage !== null && Object.hasOwn(stages, stage)) return stages[stage]?.redact;
  const tables = Object.values(stages).flatMap(({ redact }) => redact ?? []);
  if (tables.length === 0) return undefined;
  return {
    names: tables.flatMap(({ names }) => names),
    paths: tables.flatMap(({ paths }) => paths),
    context: tables.flatMap(({ context }) => context),
  };
}
