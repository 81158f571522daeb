import type { Diagnostic, Position } from "../diagnostics.js";
import { createDiagnosticSink } from "../diagnostics.js";
import type { Gateway } from "../ir/gateway.js";
import type { LoadedDocument } from "../load/document.js";
import { loadDocument, type LoadOptions } from "../load/load-document.js";
import { lowerDocument } from "../lower/document.js";
import type { Pointer } from "../pointer.js";
import type { TemplateChange } from "./behaviour.js";
import type { Change } from "./change.js";
import { diffGateways } from "./diff-gateways.js";
import type { TemplateOutput } from "./template-output.js";

export interface DiffOptions {
  readonly before: LoadOptions;
  readonly after: LoadOptions;
  /** Render templates that changed over a sample; default: true. */
  readonly renderTemplates?: boolean;
}

/** A change with its places in both files. */
export interface LocatedChange extends Change {
  readonly beforePosition: Position | undefined;
  readonly afterPosition: Position | undefined;
  /** What both templates give for one sample; undefined: no template changed, or none could be rendered. */
  readonly output: TemplateOutput | undefined;
}

export interface DiffReport {
  /** Undefined: a document has errors. */
  readonly changes: readonly LocatedChange[] | undefined;
  readonly before: DiffSide;
  readonly after: DiffSide;
}

/** What reading one of the documents has said. */
export interface DiffSide {
  readonly diagnostics: readonly Diagnostic[];
  readonly frame: (diagnostic: Diagnostic) => string;
}

/** Of more templates only the texts are compared: each is compiled by itself. */
const maxRendered = 20;

/** Compares two documents with their settings. Problems of the input are diagnostics. */
export async function diffDocuments(options: DiffOptions): Promise<DiffReport> {
  const [before, after] = [await read(options.before), await read(options.after)];
  if (before.read === undefined || after.read === undefined) {
    return { changes: undefined, before: before.side, after: after.side };
  }
  const { changes, templates } = diffGateways(before.read.gateway, after.read.gateway);
  const outputs =
    options.renderTemplates === false
      ? new Map<Change, TemplateOutput>()
      : await outputsOf(templates.slice(0, maxRendered), before.read.gateway, after.read.gateway);
  const [old, now] = [before.read.document, after.read.document];
  return {
    changes: changes.map((change) => ({
      ...change,
      message: `${change.message}${outputText(outputs.get(change))}`,
      beforePosition: positionOf(change.before, old),
      afterPosition: positionOf(change.after, now),
      output: outputs.get(change),
    })),
    before: before.side,
    after: after.side,
  };
}

function outputText(output: TemplateOutput | undefined): string {
  if (output === undefined) return "";
  return output.before === output.after
    ? "; what it gives for a sample is the same"
    : "; what it gives for a sample differs";
}

function positionOf(at: Pointer | undefined, document: LoadedDocument): Position | undefined {
  return at === undefined ? undefined : document.locate(at);
}

interface ReadSide {
  /** Undefined: there are errors. */
  readonly read: { readonly document: LoadedDocument; readonly gateway: Gateway } | undefined;
  readonly side: DiffSide;
}

async function read(options: LoadOptions): Promise<ReadSide> {
  const sink = createDiagnosticSink();
  const document = await loadDocument(options, sink);
  const gateway = document && lowerDocument(document, sink);
  const isRight = document !== undefined && gateway !== undefined && !sink.hasErrors();
  return {
    read: isRight ? { document, gateway } : undefined,
    side: { diagnostics: sink.list(), frame: (diagnostic) => sink.frame(diagnostic) },
  };
}

/** The compiler of templates is loaded only where one has changed. */
async function outputsOf(
  templates: readonly TemplateChange[],
  before: Gateway,
  after: Gateway,
): Promise<ReadonlyMap<Change, TemplateOutput>> {
  if (templates.length === 0) return new Map();
  const { renderChanges } = await import("./template-output.js");
  const outputs = await renderChanges(templates, before, after);
  return new Map(
    templates.flatMap(({ change }, index) => {
      const output = outputs[index];
      return output === undefined ? [] : [[change, output] as const];
    }),
  );
}
