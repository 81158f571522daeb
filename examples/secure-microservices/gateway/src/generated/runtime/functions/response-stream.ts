// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { Writable } from "node:stream";
import type { WriteChunk } from "./invoker.js";
import type { FunctionContext, FunctionHandler } from "./registry.js";

/*
 * Functions that write their answer piece by piece, as on AWS Lambda for Node: a handler that
 * `streamifyResponse` has marked is handed a stream. Lambda knows such handlers by the same mark, and
 * its `awslambda.HttpResponseStream` writes the same bytes: what is written here runs there.
 * Source: Lambda developer guide, "Writing response streaming-enabled Lambda functions".
 */

/** By which Lambda's own run-time for Node knows such handlers. */
const MARK: unique symbol = Symbol.for("aws.lambda.runtime.handler.streaming") as never;

/** Ends the metadata of an answer. Source: API Gateway developer guide, "Lambda proxy integration format for response streaming". */
export const DELIMITER_BYTES = 8;
const METADATA_TYPE = "application/vnd.awslambda.http-integration-response";

/** What a streaming handler writes to. */
export interface ResponseStream extends Writable {
  /** The content type of what Lambda itself answers; API Gateway reads that of the metadata. */
  setContentType(contentType: string): void;
  /** Called once with a way to write before everything else. */
  _onBeforeFirstWrite?: (write: (chunk: Uint8Array | string) => void) => void;
}

/** A handler that writes its answer; what it returns is not read. */
export type StreamHandler<Event> = (
  event: Event,
  responseStream: ResponseStream,
  context: FunctionContext,
) => Promise<unknown>;

/** What an answer says before its body. */
export interface HttpStreamMetadata {
  /** Default: 200. */
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  /** `Set-Cookie` headers. */
  readonly cookies?: readonly string[];
}

/** Marks a handler as one that writes its answer. */
export function streamifyResponse<Event>(handler: StreamHandler<Event>): StreamHandler<Event> {
  return Object.assign(handler, { [MARK]: "response" });
}

/** Gives an answer its status and headers. */
export const HttpResponseStream = {
  /** Writes the metadata before the first piece of the body; gives the stream to write the body to. */
  from(responseStream: ResponseStream, metadata: HttpStreamMetadata): ResponseStream {
    responseStream.setContentType(METADATA_TYPE);
    responseStream._onBeforeFirstWrite = (write) => {
      write(JSON.stringify(metadata));
      write(new Uint8Array(DELIMITER_BYTES));
    };
    return responseStream;
  },
};

/** Whether a handler writes its answer. */
export function isStreaming(handler: FunctionHandler): handler is StreamHandler<never> {
  return MARK in handler;
}

/** Gives handlers the global that Lambda's run-time has: a module may use it while it is loaded. */
export function provideAwsLambda(): void {
  const holder = globalThis as { awslambda?: object };
  holder.awslambda ??= { streamifyResponse, HttpResponseStream };
}

/** A stream for a handler. What it writes goes to `write`, in order, one piece at a time. */
export function createResponseStream(write: WriteChunk): ResponseStream {
  return new ChunkStream(write);
}

class ChunkStream extends Writable implements ResponseStream {
  readonly #write: WriteChunk;
  _onBeforeFirstWrite?: NonNullable<ResponseStream["_onBeforeFirstWrite"]>;

  constructor(write: WriteChunk) {
    super({ decodeStrings: true });
    this.#write = write;
  }

  setContentType(_contentType: string): void {
    // there is no answer of Lambda around this one
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    void this.#send([...this.#first(), chunk]).then(() => done(), done);
  }

  /** An answer without a body has metadata, too. */
  override _final(done: (error?: Error | null) => void): void {
    void this.#send(this.#first()).then(() => done(), done);
  }

  #first(): readonly Uint8Array[] {
    const begin = this._onBeforeFirstWrite;
    if (begin === undefined) return [];
    delete this._onBeforeFirstWrite;
    const chunks: Uint8Array[] = [];
    begin((chunk) => {
      chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    });
    return chunks;
  }

  async #send(chunks: readonly Uint8Array[]): Promise<void> {
    if (chunks.length === 0) return;
    await this.#write(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks));
  }
}

const EMPTY = new Uint8Array(0);
