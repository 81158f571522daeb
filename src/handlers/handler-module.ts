import type { HandlerModulePlan } from "../plan/functions.js";

/** Types of what functions are handed; a handler is typed by one of them. */
export const eventTypes = [
  "ProxyEvent",
  "HttpEvent",
  "HttpEventV1",
  "WebSocketEvent",
  "TokenAuthorizerEvent",
  "RequestAuthorizerEvent",
  "HttpAuthorizerEvent",
  "HttpAuthorizerEventV1",
  "WebSocketAuthorizerEvent",
] as const;

/** What marks a handler that writes its answer. */
export const streamMark = "streamifyResponse";

/** A module of the user's, what is looked for in it, and what a new one would be. */
export interface HandlerModule {
  readonly plan: HandlerModulePlan;
  /** As it is. */
  readonly text: string;
  /** As it would be written if there were none. */
  readonly scaffold: string;
  /** Types of operations that were renamed: the new name by the one of the last run. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Types of all operations. */
  readonly operationTypes: ReadonlySet<string>;
}

/** Something in a module that no longer fits. Line and column from 1. */
export interface HandlerFault {
  readonly kind:
    "syntax" | "missing-export" | "missing-operation" | "gone-operation" | "other-event";
  readonly message: string;
  readonly hint: string;
  /** It is gone when the module gets its mended text. */
  readonly isMendable: boolean;
  readonly line: number;
  readonly column: number;
}

/** What became of one module. */
export interface HandlerReview {
  readonly faults: readonly HandlerFault[];
  /** The module with what can be mended; undefined: nothing can. */
  readonly mended: string | undefined;
}
