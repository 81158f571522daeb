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
  /** Source lines around a diagnostic, marked; empty when there are none. */
  readonly frame: (diagnostic: Diagnostic) => string;
  /** Undefined when the input has errors. */
  readonly plan: Plan | undefined;
  /** SHA-256 over the input in hexadecimal; undefined when it has errors. */
  readonly inputDigest: string | undefined;
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
  const frame = (diagnostic: Diagnostic): string => sink.frame(diagnostic);
  options.onPhase?.("load");
  const document = await loadDocument(options, sink);
  options.onPhase?.("lower");
  const gateway = document && lowerDocument(document, sink);
  if (document === undefined || gateway === undefined || sink.hasErrors()) {
    const diagnostics = sink.list();
    return { files: [], diagnostics, frame, plan: undefined, inputDigest: undefined };
  }
  options.onPhase?.("plan");
  const plan = planProject(gateway);
  options.onPhase?.("emit");
  const files = await emitProject(plan);
  return { files, diagnostics: sink.list(), frame, plan, inputDigest: document.digest };
}
