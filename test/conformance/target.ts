import type { RawHeader, RawRequest, RawResponse } from "../support/raw-client.js";
import type { WebSocketClient } from "../support/websocket-client.js";
import type { BackendOrigins } from "../support/backends/backends.js";
import type { CaseStage, ImportOptions, Protocol } from "./case-format.js";

/**
 * A way to run a gateway: the seam between the runner, which knows cases, and the product, which knows documents.
 *
 * `prepare` is called once for all cases of one document and stage and does what depends on those alone (generate,
 * compile, build). `start` is called once per case, so that buckets, quotas, caches and connections are fresh; it may
 * start a process, or make a gateway in memory. A missing hook counts its cases as "not supported", never as passed.
 */
export interface GatewayTarget {
  readonly name: string;
  /** Throws `NotSupportedError` for an API that the product reports as not supported yet. */
  prepare(input: DeployInput): Promise<PreparedGateway>;
  /** Reads a document (JSON text, or any text of a file) into the API model, in the view of the format's section 6. */
  importModel?(text: string, options: ImportOptions): Promise<ImportOutcome>;
  /** The effective gateway response definitions of a document: response type to definition. */
  gatewayResponseTable?(document: DocumentInput): Promise<unknown>;
  /** Frees what the target holds beyond its gateways. */
  close?(): Promise<void>;
}

/** A document with its placeholders resolved. */
export interface DocumentInput {
  /** JSON text in the member order of the case file. */
  readonly text: string;
  /** The text, parsed. */
  readonly document: unknown;
}

/** What a gateway is made from. */
export interface DeployInput extends DocumentInput {
  /** Unique in a run and usable as a file name, for example `canary.main.1`. */
  readonly key: string;
  /** Name of the API in its case file. */
  readonly api: string;
  readonly protocol: Protocol;
  readonly stage: CaseStage;
  /** Document of the canary deployment, for a stage with a canary. */
  readonly canaryDocument: DocumentInput | undefined;
  /** Where functions are invoked and services are reached; HTTP backends stand in the document itself. */
  readonly origins: BackendOrigins;
}

/** A gateway that is ready to start, any number of times, one start at a time. */
export interface PreparedGateway {
  start(): Promise<Deployment>;
  dispose(): Promise<void>;
}

/** A running gateway in a fresh state. */
export interface Deployment {
  /** Value of the `Host` header of requests. */
  readonly host: string;
  /**
   * Sends a request that is complete (`Host` and framing headers are in it; a body is unframed) and gives the answer
   * with its framing undone. Rejects only when there is no answer.
   */
  request(request: RawRequest): Promise<RawResponse>;
  /** Like `request`, for `/{stage}/@connections/{id}`, if that is served elsewhere than `request` goes to. */
  management?(request: RawRequest): Promise<RawResponse>;
  /** Lines of the execution log since the start, in order. */
  executionLog?(): Promise<readonly string[]>;
  /** Opens a WebSocket. Rejects when the handshake is refused. */
  connect?(options: ConnectOptions): Promise<WebSocketClient>;
  /** Lets running work end, then stops. */
  close(): Promise<void>;
}

/** A WebSocket handshake. */
export interface ConnectOptions {
  /** Raw target, stage included. */
  readonly target: string;
  readonly headers: readonly RawHeader[];
}

/** What reading a document gave. */
export type ImportOutcome =
  | { readonly kind: "model"; readonly model: unknown; readonly warnings: readonly string[] }
  | {
      readonly kind: "refused";
      readonly error: { readonly type: string; readonly message: string };
    };

/** Thrown by a target for what the product itself reports as not supported yet; anything else thrown is a failure. */
export class NotSupportedError extends Error {
  override readonly name = "NotSupportedError";
}
