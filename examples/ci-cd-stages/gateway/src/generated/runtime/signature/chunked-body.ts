// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { invalid } from "./refusal.js";
import { sha256 } from "./signing-key.js";

/** Signs what a chunk stands for; each signature takes the one before it in. */
export interface ChunkSigner {
  /** Throws a `GatewayError` unless `signature` is that of a chunk of `data`. */
  checkChunk(signature: string, data: Buffer): void;
  /** The same for the trailers: `name:value` lines, each with its line feed. */
  checkTrailers(signature: string, lines: string): void;
}

/** Bytes of the smallest chunk but the last two: many small ones would only cost time. */
const SMALLEST_CHUNK = 8192;
const CRLF = "\r\n";
/** Bytes of the longest line; longer ones are not looked for. */
const LONGEST_LINE = 4096;
const TRAILER_SIGNATURE = "x-amz-trailer-signature";

/**
 * Checks a body of signed chunks, and that it ends with the empty one: gives the bytes of data.
 *
 *     10000;chunk-signature=ad80…CRLF data CRLF … 0;chunk-signature=b6c6…CRLF trailers CRLF
 *
 * Source: S3 API reference, "Signature calculations: transferring payload in multiple chunks", and
 * "including trailing headers".
 */
export function checkChunks(
  body: Buffer,
  signer: ChunkSigner,
  { trailers }: { readonly trailers: boolean },
): number {
  const reader = new ChunkReader(body);
  let total = 0;
  let isShort = false;
  for (;;) {
    const [, size = "", signature = ""] =
      /^([0-9A-Fa-f]{1,8});chunk-signature=([0-9a-f]{64})$/.exec(reader.line()) ?? broken();
    const data = reader.data(Number.parseInt(size, 16));
    signer.checkChunk(signature, data);
    if (data.byteLength === 0) break;
    if (isShort) throw invalid(`Only the last chunk may be shorter than ${SMALLEST_CHUNK} bytes.`);
    isShort = data.byteLength < SMALLEST_CHUNK;
    total += data.byteLength;
    reader.endOfData();
  }
  if (trailers) {
    const lines = reader.trailers();
    const last = lines.pop();
    const signature = last?.name === TRAILER_SIGNATURE ? last.value : broken();
    signer.checkTrailers(signature, lines.map(({ name, value }) => `${name}:${value}\n`).join(""));
  } else reader.endOfData();
  reader.end();
  return total;
}

/** Checks the form of a body whose chunks bear no signatures; gives the bytes of data. */
export function checkUnsignedChunks(body: Buffer): number {
  const reader = new ChunkReader(body);
  let total = 0;
  for (;;) {
    const [size] = /^[0-9A-Fa-f]{1,8}$/.exec(reader.line()) ?? broken();
    const data = reader.data(Number.parseInt(size ?? "", 16));
    if (data.byteLength === 0) break;
    total += data.byteLength;
    reader.endOfData();
  }
  reader.trailers();
  reader.end();
  return total;
}

interface Trailer {
  readonly name: string;
  readonly value: string;
}

class ChunkReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  line(): string {
    const end = this.#body.subarray(this.#at, this.#at + LONGEST_LINE).indexOf(CRLF);
    if (end === -1) return broken();
    const text = this.#body.toString("latin1", this.#at, this.#at + end);
    this.#at += end + CRLF.length;
    return text;
  }

  data(bytes: number): Buffer {
    const data = this.#body.subarray(this.#at, this.#at + bytes);
    if (data.byteLength < bytes) broken();
    this.#at += bytes;
    return data;
  }

  endOfData(): void {
    if (this.line() !== "") broken();
  }

  /** Up to the empty line that ends them; some signers leave out that line. */
  trailers(): Trailer[] {
    const found: Trailer[] = [];
    while (this.#at < this.#body.byteLength) {
      const line = this.line();
      if (line === "") break;
      const colon = line.indexOf(":");
      if (colon < 1) broken();
      found.push({
        name: line.slice(0, colon).toLowerCase(),
        value: line.slice(colon + 1).trim(),
      });
    }
    return found;
  }

  end(): void {
    if (this.#at !== this.#body.byteLength) broken();
  }
}

function broken(): never {
  throw invalid("The chunks of the body cannot be read.");
}

/** What is signed of a chunk: the signature before it, no headers, and its data. */
export function chunkParts(before: string, data: Buffer): readonly string[] {
  return [before, sha256(""), sha256(data)];
}

export function trailerParts(before: string, lines: string): readonly string[] {
  return [before, sha256(lines)];
}
