// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { invalid } from "./refusal.js";
import { checkChunks, checkUnsignedChunks, type ChunkSigner } from "./chunked-body.js";
import { sha256 } from "./signing-key.js";

const EMPTY_HASH = sha256("");

export function payloadHash(bytes: Buffer): string {
  return bytes.byteLength === 0 ? EMPTY_HASH : sha256(bytes);
}

/** What chunks of a body are checked with, once the signature of the request is right. */
export interface ChunkedPayload {
  readonly signer: ChunkSigner;
  /** `x-amz-decoded-content-length`; null: it was not sent once, as a number. */
  readonly decodedBytes: number | null;
}

/**
 * Compares the body that came with what was signed for it: its hash, or how it is chunked. The body
 * itself is handed on as it was received, chunks and all; that is assumed, not recorded. Source: S3
 * API reference, "Authenticating requests: using the Authorization header".
 */
export function checkPayload(signed: string, bytes: Buffer, chunked: ChunkedPayload): void {
  switch (signed) {
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return checkLength(checkChunks(bytes, chunked.signer, { trailers: false }), chunked);
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return checkLength(checkChunks(bytes, chunked.signer, { trailers: true }), chunked);
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return checkLength(checkUnsignedChunks(bytes), chunked);
    default:
      if (signed.toLowerCase() === payloadHash(bytes)) return;
      throw invalid(
        signed.startsWith("STREAMING-")
          ? `The payload form '${signed}' is not supported.`
          : "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
  }
}

function checkLength(seenBytes: number, { decodedBytes }: ChunkedPayload): void {
  if (seenBytes === decodedBytes) return;
  throw invalid("'x-amz-decoded-content-length' is not the length of the chunks' data.");
}
