import type { Diagnostic, Position } from "../diagnostics.js";
import { createDiagnosticSink } from "../diagnostics.js";
import { loadDocument, type LoadOptions } from "../load/load-document.js";
import { lowerDocument } from "../lower/document.js";
import { routeHint } from "../nearest-route.js";
import type { Pointer } from "../pointer.js";
import { findOperation } from "./find-operation.js";
import { requestWay, type RequestWay } from "./request-way.js";

export interface ExplainedRequest {
  readonly diagnostics: readonly Diagnostic[];
  readonly frame: (diagnostic: Diagnostic) => string;
  readonly outcome:
    | { readonly kind: "explained"; readonly way: RequestWay }
    /** No route serves the request; the hint says which are near. */
    | { readonly kind: "unserved"; readonly hint: string }
    /** The diagnostics say why. */
    | { readonly kind: "unreadable" };
  locate(at: Pointer): Position | undefined;
}

/** Reads a document and says what becomes of one request. Problems of the input are diagnostics. */
export async function explainRequest(
  options: LoadOptions,
  asked: { readonly method: string; readonly path: string },
): Promise<ExplainedRequest> {
  const sink = createDiagnosticSink();
  const document = await loadDocument(options, sink);
  const gateway = document && lowerDocument(document, sink);
  const method = asked.method.toUpperCase();
  const outcome = (): ExplainedRequest["outcome"] => {
    if (gateway === undefined || sink.hasErrors()) return { kind: "unreadable" };
    const { operations } = gateway.api;
    const operation = findOperation(operations, method, asked.path);
    if (operation !== undefined) return { kind: "explained", way: requestWay(gateway, operation) };
    const routes = operations.map((one) => ({ ...one, path: one.routeKey ?? one.path }));
    return { kind: "unserved", hint: routeHint(routes, method, asked.path) };
  };
  return {
    outcome: outcome(),
    diagnostics: sink.list(),
    frame: (diagnostic) => sink.frame(diagnostic),
    locate: (at) => document?.locate(at),
  };
}
