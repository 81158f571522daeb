// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { pipeline, type Readable, type Transform } from "node:stream";
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzip,
  inflate,
} from "node:zlib";

/** A compression that can be undone. */
export type Coding = "gzip" | "deflate" | "br";

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "br"],
]);

/** The coding a `Content-Encoding` names; null: none that is known, or several. */
export function readCoding(header: string | null): Coding | null {
  return header === null ? null : (CODINGS.get(header.trim().toLowerCase()) ?? null);
}

const STREAM = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

/** Undoes a coding of a whole body; rejects when it is broken or grows over `maxBytes`. */
export function decodeWhole(bytes: Buffer, coding: Coding, maxBytes: number): Promise<Buffer> {
  if (bytes.byteLength === 0) return Promise.resolve(bytes);
  const options = { maxOutputLength: maxBytes };
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, decoded: Buffer): void => {
      if (error === null) resolve(decoded);
      else reject(error);
    };
    switch (coding) {
      case "gzip":
        gunzip(bytes, options, done);
        break;
      case "deflate":
        inflate(bytes, options, done);
        break;
      case "br":
        brotliDecompress(bytes, options, done);
        break;
    }
  });
}

/** Undoes a coding of a stream; a broken one ends with an error. */
export function decodeStream(source: Readable, coding: Coding): Readable {
  const decoder: Transform = STREAM[coding]();
  pipeline(source, decoder, () => {
    // The reader of the decoder hears of every error.
  });
  return decoder;
}
