// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { finished, pipeline, Readable, Transform } from "node:stream";
import type { GatewayResponse } from "./http/message.js";
import type { TraceSink } from "./trace.js";

/** Tells the trace of an answer, and again when its body has ended. Gives the answer to send. */
export function tellAnswer(trace: TraceSink, response: GatewayResponse): GatewayResponse {
  const { status, headers, body, contentLength } = response;
  trace({ kind: "answered", status, headers, body });
  if (!(body instanceof Readable)) {
    trace({ kind: "sent", bytes: byteLength(body) });
    return response;
  }
  if (contentLength === undefined) return { ...response, body: counted(body, trace) };
  finished(body, () => trace({ kind: "sent", bytes: contentLength }));
  return response;
}

/** The same of an answer to a message; `frame`: what goes to the client, null: nothing. */
export function tellFrame(
  trace: TraceSink,
  { status, headers, body }: GatewayResponse,
  frame: string | Uint8Array | null,
): void {
  trace({ kind: "answered", status, headers, body });
  trace({ kind: "sent", bytes: byteLength(frame) });
}

function byteLength(body: string | Uint8Array | null): number {
  if (body === null) return 0;
  return typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
}

/** The stream, its bytes counted on the way; an error or an early end passes in both directions. */
function counted(source: Readable, trace: TraceSink): Readable {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength;
      done(null, chunk);
    },
  });
  pipeline(source, counter, () => undefined);
  finished(counter, () => trace({ kind: "sent", bytes }));
  return counter;
}
