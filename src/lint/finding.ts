import type { Gateway } from "../ir/gateway.js";
import type { LoadedDocument } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import type { LintRuleName } from "./rules.js";

/** What a rule found. */
export interface LintFinding {
  readonly rule: LintRuleName;
  readonly at: Pointer;
  readonly message: string;
  readonly hint?: string;
}

/** What rules look at: the document as it was read, and as it was understood. */
export interface LintSubject {
  readonly gateway: Gateway;
  readonly document: LoadedDocument;
}

/** A group of rules. It reads its subject and nothing else. */
export type LintCheck = (subject: LintSubject) => readonly LintFinding[];
