import type { Pointer } from "./pointer.js";

export type Severity = "error" | "warning" | "info";

/** One problem of the user's input, with its place. Line and column count from 1. */
export interface Diagnostic {
  /** Stable id: `GG` and three digits, see {@link catalogue}. */
  readonly code: string;
  readonly severity: Severity;
  /** The sentence a user reads; names the value and what was expected. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  readonly at: Pointer;
  /** Filled when the document is still at hand. */
  readonly position: Position | undefined;
}

export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface DiagnosticDetails {
  readonly hint?: string;
}

/** Collects diagnostics during a run; reading goes on after a report. */
export interface DiagnosticSink {
  error(code: string, at: Pointer, message: string, details?: DiagnosticDetails): void;
  warning(code: string, at: Pointer, message: string, details?: DiagnosticDetails): void;
  info(code: string, at: Pointer, message: string, details?: DiagnosticDetails): void;
  hasErrors(): boolean;
  /** In the order of their places; positions filled in by `locate`. */
  list(): readonly Diagnostic[];
}
