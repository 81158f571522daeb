// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** What a meter has seen last. */
export type FrameVerdict = "fine" | "too-long";

const FINAL_HEADER_BYTES = 14;

/**
 * Watches the bytes of a WebSocket connection for frames that are longer than a limit, which the
 * package `ws` does not know: it limits messages. Nothing is checked but lengths, nothing is kept but
 * an unfinished header. RFC 6455, section 5.2.
 */
export class FrameMeter {
  readonly #maxBytes: number;
  /** Made when a header comes in two pieces, which few do. */
  #header: Buffer | null = null;
  #have = 0;
  /** Bytes of the current frame that are still to come. */
  #payload = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Reads on; a connection that had a frame that was too long is not to be read further. */
  read(chunk: Buffer): FrameVerdict {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload > 0) {
        const passed = Math.min(this.#payload, chunk.length - at);
        this.#payload -= passed;
        at += passed;
        continue;
      }
      at = this.#readHeader(chunk, at);
      if (this.#payload > this.#maxBytes) return "too-long";
    }
    return "fine";
  }

  /** Takes bytes of a header in, and the length of the frame when it is complete. */
  #readHeader(chunk: Buffer, from: number): number {
    const size = from + 1 < chunk.length ? headerBytes(chunk[from + 1] ?? 0) : Infinity;
    if (this.#have === 0 && chunk.length - from >= size) {
      this.#payload = payloadBytes(chunk, from);
      return from + size;
    }
    const header = (this.#header ??= Buffer.alloc(FINAL_HEADER_BYTES));
    let at = from;
    while (at < chunk.length) {
      header[this.#have] = chunk[at] ?? 0;
      this.#have += 1;
      at += 1;
      if (this.#have >= 2 && this.#have === headerBytes(header[1] ?? 0)) {
        this.#payload = payloadBytes(header, 0);
        this.#have = 0;
        this.#header = null;
        return at;
      }
    }
    return at;
  }
}

/** Two bytes, the extended length, the mask. */
function headerBytes(second: number): number {
  const length = second & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
}

function payloadBytes(bytes: Buffer, at: number): number {
  const length = (bytes[at + 1] ?? 0) & 0x7f;
  if (length < 126) return length;
  if (length === 126) return bytes.readUInt16BE(at + 2);
  return bytes.readUInt32BE(at + 2) * 0x1_0000_0000 + bytes.readUInt32BE(at + 6);
}
