import type { Diagnostic } from "./diagnostics.js";
import { createDiagnosticSink } from "./diagnostics.js";
import type { OutputFile } from "./emit/output-file.js";
import { emitProject } from "./emit/project.js";
import { loadDocument, type LoadOptions } from "./load/load-document.js";
import { lowerDocument } from "./lower/document.js";
import { planProject, type Plan } from "./plan/plan.js";

export interface GenerateResult {
  /** Empty when the input has errors. */
  readonly files: readonly OutputFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined when the input has errors. */
  readonly plan: Plan | undefined;
}

/** Phases of a run, in order, for those who show progress. */
export type Phase = "load" | "lower" | "plan" | "emit";

export interface GenerateOptions extends LoadOptions {
  readonly onPhase?: (phase: Phase) => void;
}

/**
 * Turns one document into the files of a gateway project, in memory. Problems of the input are
 * diagnostics, never exceptions.
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const sink = createDiagnosticSink();
  options.onPhase?.("load");
  const document = await loadDocument(options, sink);
  options.onPhase?.("lower");
  const gateway = document && lowerDocument(document, sink);
  if (gateway === undefined || sink.hasErrors()) {
    return { files: [], diagnostics: sink.list(), plan: undefined };
  }
  options.onPhase?.("plan");
  const plan = planProject(gateway);
  options.onPhase?.("emit");
  return { files: emitProject(plan), diagnostics: sink.list(), plan };
}
