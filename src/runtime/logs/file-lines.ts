import { close, mkdirSync, open, write } from "node:fs";
import { dirname } from "node:path";
import { errorText, type Logger } from "../logger.js";
import type { LineWriter } from "./line-writer.js";

/** Bytes of lines that are written at once; longest time that a line waits for others. */
const CHUNK_BYTES = 64 * 1024;
const GATHER_MS = 20;
/** Bytes that wait for a slow disk; more are dropped, and counted. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** Chunks that are kept to be filled again. */
const KEPT_CHUNKS = 4;
const LINE_FEED = 10;

/**
 * Lines at the end of a file. SIGHUP opens the file anew, as logrotate asks for once it has renamed it. A disk
 * that fails loses lines and holds no request up; how many, the gateway's own log says.
 */
export function fileLines(path: string, logger: Logger): LineWriter {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch {
    // opening the file tells the same
  }
  const file = new AppendedFile(path, logger);
  const reopen = (): void => file.reopen();
  process.on("SIGHUP", reopen);
  return {
    write: (line) => file.write(line),
    get dropped() {
      return file.dropped;
    },
    close: () => {
      process.off("SIGHUP", reopen);
      return file.close();
    },
  };
}

/** What is done to the file, one after the other. */
type Step =
  | { readonly kind: "open" }
  | { readonly kind: "write"; readonly chunk: Chunk }
  | { readonly kind: "close"; readonly done: () => void };

/** Lines as bytes. A line costs one call that writes it behind the others, and no object of its own. */
interface Chunk {
  readonly bytes: Buffer;
  length: number;
  lines: number;
}

class AppendedFile {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #steps: Step[] = [];
  readonly #free: Chunk[] = [];
  #filled: Chunk = emptyChunk();
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #isBusy = false;
  /** Null: the file could not be opened, or is not yet. */
  #descriptor: number | null = null;
  #isFailing = false;
  #told = 0;
  dropped = 0;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#do({ kind: "open" });
  }

  write(line: string): void {
    // a character of UTF-16 has three bytes of UTF-8 at most
    const needed = line.length * 3 + 1;
    if (this.#filled.length + needed > this.#filled.bytes.byteLength) {
      this.#seal();
      if (needed > CHUNK_BYTES) this.#filled = emptyChunk(needed);
    }
    const chunk = this.#filled;
    chunk.length += chunk.bytes.write(line, chunk.length);
    chunk.bytes[chunk.length] = LINE_FEED;
    chunk.length += 1;
    chunk.lines += 1;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      // lines go on being gathered while others are written
      if (!this.#isBusy) this.#seal();
    }, GATHER_MS);
  }

  reopen(): void {
    this.#seal();
    this.#do({ kind: "close", done: () => undefined });
    this.#do({ kind: "open" });
  }

  close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#seal();
    return new Promise((done) => this.#do({ kind: "close", done }));
  }

  /** Hands over what is gathered. */
  #seal(): void {
    const chunk = this.#filled;
    if (chunk.lines === 0) return;
    if (this.#waitingBytes + chunk.length > MAX_WAITING_BYTES) {
      this.dropped += chunk.lines;
      this.#clear(chunk);
      return;
    }
    this.#waitingBytes += chunk.length;
    this.#filled = this.#free.pop() ?? emptyChunk();
    this.#do({ kind: "write", chunk });
  }

  #do(step: Step): void {
    this.#steps.push(step);
    if (!this.#isBusy) this.#next();
  }

  #next(): void {
    if (this.#steps.length === 0 && this.#timer === null) this.#seal();
    const step = this.#steps.shift();
    this.#isBusy = step !== undefined;
    if (step === undefined) return;
    switch (step.kind) {
      case "open":
        open(this.#path, "a", (error, descriptor) => {
          this.#descriptor = error === null ? descriptor : null;
          this.#outcome(error);
          this.#next();
        });
        return;
      case "write":
        this.#append(step.chunk, 0);
        return;
      case "close": {
        const closed = (): void => {
          this.#descriptor = null;
          step.done();
          this.#next();
        };
        if (this.#descriptor === null) closed();
        else close(this.#descriptor, closed);
      }
    }
  }

  #append(chunk: Chunk, from: number): void {
    if (this.#descriptor === null) {
      this.#written(chunk, chunk.lines);
      return;
    }
    write(this.#descriptor, chunk.bytes, from, chunk.length - from, null, (error, count) => {
      if (error === null && from + count < chunk.length) {
        this.#append(chunk, from + count);
        return;
      }
      this.#outcome(error);
      this.#written(chunk, error === null ? 0 : chunk.lines);
    });
  }

  #written(chunk: Chunk, lost: number): void {
    this.#waitingBytes -= chunk.length;
    this.dropped += lost;
    if (lost === 0 && this.dropped > this.#told) {
      this.#told = this.dropped;
      const facts = { path: this.#path, dropped: this.dropped };
      this.#logger.warn("lines of the access log were dropped", facts);
    }
    this.#clear(chunk);
    if (chunk.bytes.byteLength === CHUNK_BYTES && this.#free.length < KEPT_CHUNKS) {
      this.#free.push(chunk);
    }
    this.#next();
  }

  #clear(chunk: Chunk): void {
    chunk.length = 0;
    chunk.lines = 0;
  }

  /** The first failure of a row is told. */
  #outcome(error: Error | null): void {
    if (error !== null && !this.#isFailing) {
      this.#logger.error(errorText(error), { where: "access log", path: this.#path });
    }
    this.#isFailing = error !== null;
  }
}

function emptyChunk(bytes = CHUNK_BYTES): Chunk {
  return { bytes: Buffer.allocUnsafeSlow(bytes), length: 0, lines: 0 };
}
