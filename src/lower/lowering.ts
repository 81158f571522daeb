import type { DiagnosticSink } from "../diagnostics.js";
import type { ApiKind } from "../ir/gateway.js";
import { placeholderNames } from "../language/placeholder.js";
import type { LoadedDocument } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import type { ModelRegistry } from "./model-registry.js";

/** What every part of lowering works with. */
export interface Lowering {
  readonly document: LoadedDocument;
  readonly sink: DiagnosticSink;
  readonly kind: ApiKind;
  /** 2.0, 3.0 or 3.1: decides where things stand and what keywords mean. */
  readonly family: "2.0" | "3.0" | "3.1";
  readonly models: ModelRegistry;
  readonly needs: Needs;
}

/** What the document needs from the settings: collected on the way, reported at the end. */
export class Needs {
  /** Placeholders without which a route cannot be served, with the first place of each. */
  readonly placeholders = new Map<string, Pointer>();
  /** Stage variables that the document reads, with the first place of each. */
  readonly stageVariables = new Map<string, Pointer>();

  /** A text that must be complete for its route to work. */
  text(text: string, at: Pointer): void {
    for (const name of placeholderNames(text)) {
      if (!this.placeholders.has(name)) this.placeholders.set(name, at);
    }
  }

  stageVariable(name: string, at: Pointer): void {
    if (!this.stageVariables.has(name)) this.stageVariables.set(name, at);
  }
}
