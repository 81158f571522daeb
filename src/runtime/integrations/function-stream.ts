import { Readable } from "node:stream";
import type { Exchange } from "../exchange.js";
import type { FunctionBinding } from "../functions/binding.js";
import { DELIMITER_BYTES } from "../functions/response-stream.js";
import type { GatewayResponse } from "../http/message.js";
import { failedResult, traceFunctionCall } from "./function-call.js";
import { functionFailure } from "./function-errors.js";
import { bindProxy, proxyPayload } from "./function-proxy.js";
import { malformedResult, readStreamMetadata } from "./function-result.js";
import type { IntegrationFactory } from "./integration.js";

/** The metadata must have ended by then. Source: developer guide, as below. */
const MAX_METADATA = 16 * 1024;
/** Five minutes may pass between two pieces. Source: developer guide, "Response streaming". */
const IDLE_MS = 5 * 60_000;

/**
 * AWS_PROXY with `responseTransferMode: STREAM`: the function sees the whole request and writes its answer:
 * metadata as JSON, eight null bytes, then the body, which goes on to the client as it comes. An answer
 * that breaks off ends the client's connection. Source: developer guide, "Set up a Lambda proxy integration
 * with payload response streaming". That the service slows answers past 10 MB is left out.
 */
export const functionStreamIntegration: IntegrationFactory<"aws_proxy_stream"> = (table, setup) => {
  const binding = bindProxy(table, setup);
  if (typeof binding === "function") return binding;
  return async (exchange) => {
    const event = await proxyPayload(exchange, table.method);
    const output = callStream(exchange, binding, event);
    return answer(exchange, output, await output.metadata);
  };
};

function callStream(
  exchange: Exchange,
  binding: Extract<FunctionBinding, { kind: "runs" }>,
  payload: string,
): FunctionOutput {
  const { clock } = exchange.around;
  traceFunctionCall(exchange, binding.name, payload);
  const startedMs = clock();
  const output = new FunctionOutput((metadata) => {
    exchange.trace?.({
      kind: "endpoint-response",
      status: 200,
      latencyMs: clock() - startedMs,
      headers: [],
      body: metadata,
    });
  });
  binding
    .invoke(payload, "RequestResponse", exchange.traceHeader, (chunk) => output.accept(chunk))
    .then(
      (result) => {
        output.finish(result.functionError === null ? null : failedResult(result, 502));
      },
      (error: unknown) => output.finish(functionFailure(error)),
    );
  return output;
}

function answer(exchange: Exchange, output: FunctionOutput, metadata: string): GatewayResponse {
  const { status, headers, hasContentType } = readMetadata(output, metadata);
  if (!hasContentType) headers.push("Content-Type", "application/json");
  headers.push("X-Amzn-Trace-Id", exchange.traceHeader);
  if (exchange.method === "HEAD" || status === 204 || status === 304) {
    output.destroy();
    return { status, headers, body: null };
  }
  return { status, headers, body: output };
}

function readMetadata(
  output: FunctionOutput,
  metadata: string,
): ReturnType<typeof readStreamMetadata> {
  try {
    return readStreamMetadata(metadata);
  } catch (error) {
    output.destroy();
    throw error;
  }
}

/** What a function writes: its metadata, then a stream of its body. */
class FunctionOutput extends Readable {
  /** Rejects with what the client is told when there is none. */
  readonly metadata: Promise<string>;
  readonly #onMetadata: (metadata: string) => void;
  #resolve: (metadata: string) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  /** What came before the delimiter; null: that has come. */
  #head: Buffer | null = Buffer.alloc(0);
  /** Lets the function write on. */
  #goOn: (() => void) | null = null;
  #isOver = false;
  #idle: NodeJS.Timeout | undefined;

  constructor(onMetadata: (metadata: string) => void) {
    super();
    this.#onMetadata = onMetadata;
    this.metadata = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // whoever writes the answer hears of an error, too; before that, there is only the promise
    this.on("error", () => undefined);
  }

  /** Takes a piece; settles when there is room for the next. After the client has gone pieces are dropped. */
  accept(chunk: Uint8Array): Promise<void> | void {
    if (this.destroyed || this.#isOver) return;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const body = this.#head === null ? bytes : this.#readHead(Buffer.concat([this.#head, bytes]));
    if (body === null || body.byteLength === 0) return;
    this.#waitForNext();
    if (this.push(body)) return;
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }

  /** The function has ended, by itself or otherwise. */
  finish(error: unknown): void {
    clearTimeout(this.#idle);
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#head === null) {
      if (error === null) this.push(null);
      else this.destroy(error instanceof Error ? error : new Error(String(error)));
    } else if (error === null) this.#fail("the function has written no metadata");
    else this.#reject(error);
  }

  override _read(): void {
    const goOn = this.#goOn;
    this.#goOn = null;
    goOn?.();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idle);
    this._read();
    done(error);
  }

  /** What of the first pieces is of the body; null while that has not begun. */
  #readHead(head: Buffer): Buffer | null {
    const end = head.indexOf(DELIMITER);
    if (end === -1 ? head.byteLength >= MAX_METADATA : end + DELIMITER_BYTES > MAX_METADATA) {
      this.#isOver = true;
      this.#fail("the function has not ended its metadata by eight null bytes within 16 KB");
      return null;
    }
    if (end === -1) {
      this.#head = head;
      return null;
    }
    this.#head = null;
    const metadata = head.toString("utf8", 0, end);
    this.#onMetadata(metadata);
    this.#resolve(metadata);
    return head.subarray(end + DELIMITER_BYTES);
  }

  #fail(what: string): void {
    this.#reject(malformedResult(what));
  }

  #waitForNext(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.destroy(new Error("the function has written nothing for five minutes"));
    }, IDLE_MS);
    this.#idle.unref();
  }
}

const DELIMITER = Buffer.alloc(DELIMITER_BYTES);
