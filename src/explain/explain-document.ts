import type { Diagnostic, Position } from "../diagnostics.js";
import { createDiagnosticSink } from "../diagnostics.js";
import { loadDocument, type LoadOptions } from "../load/load-document.js";
import type { Pointer } from "../pointer.js";
import { reportApiKind, type ApiKindReport } from "./api-kind-report.js";

export interface Explanation {
  /** Of reading the document alone. */
  readonly diagnostics: readonly Diagnostic[];
  readonly frame: (diagnostic: Diagnostic) => string;
  /** `unreadable`: the diagnostics say why. */
  readonly outcome:
    | { readonly kind: "explained"; readonly report: ApiKindReport }
    | { readonly kind: "websocket" }
    | { readonly kind: "unreadable" };
  locate(at: Pointer): Position | undefined;
}

/** Reads a document and says which kind of API it needs. Problems of the input are diagnostics. */
export async function explainDocument(options: LoadOptions): Promise<Explanation> {
  const sink = createDiagnosticSink();
  const document = await loadDocument(options, sink);
  const isReadable = document !== undefined && !sink.hasErrors();
  const report = isReadable ? reportApiKind(document) : undefined;
  return {
    diagnostics: sink.list(),
    frame: (diagnostic) => sink.frame(diagnostic),
    outcome: !isReadable
      ? { kind: "unreadable" }
      : report === undefined
        ? { kind: "websocket" }
        : { kind: "explained", report },
    locate: (at) => document?.locate(at),
  };
}
