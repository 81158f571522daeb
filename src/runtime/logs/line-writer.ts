import type { LogDestinationTable } from "../contracts.js";
import type { Logger } from "../logger.js";
import type { ViewSetup } from "../views/views-part.js";

/** Takes lines in, and never holds a request up. */
export interface LineWriter {
  /** A line without its break. */
  write(line: string): void;
  /** Lines that were lost. */
  readonly dropped: number;
  /** Hands out what was written so far. */
  close(): Promise<void>;
}

/** The ways of writing lines that a gateway is given, beside standard output. */
export interface LineWriters {
  readonly file?: (path: string, logger: Logger) => LineWriter;
  readonly http?: (
    destination: Extract<LogDestinationTable, { kind: "http" }>,
    setup: ViewSetup,
  ) => LineWriter;
}

/** Longest time that a line waits for others. */
const GATHER_MS = 20;
/** Characters after which no more are waited for. */
const GATHER_LENGTH = 32 * 1024;

/** Gathers lines to texts of many, which cost one call of the system instead of one each. */
export function gatherLines(flush: (text: string) => void): {
  readonly write: (line: string) => void;
  readonly flush: () => void;
} {
  let text = "";
  let timer: NodeJS.Timeout | null = null;
  const flushNow = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (text === "") return;
    const gathered = text;
    text = "";
    flush(gathered);
  };
  return {
    write: (line) => {
      text += line;
      text += "\n";
      if (text.length >= GATHER_LENGTH) flushNow();
      else timer ??= setTimeout(flushNow, GATHER_MS);
    },
    flush: flushNow,
  };
}
