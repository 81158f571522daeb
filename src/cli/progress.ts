import type { Channel } from "./terminal.js";
import { colorsOf } from "./terminal.js";

/** Shows which phase runs, on a terminal; and measures each. */
export interface Progress {
  phase(name: string): void;
  /** Ends the last phase and takes the line away. */
  end(): void;
  /** Milliseconds by phase. */
  readonly timings: ReadonlyMap<string, number>;
  /** Milliseconds since the start. */
  elapsedMs(): number;
}

/** Progress on one line of the channel, drawn only where somebody watches. */
export function createProgress(channel: Channel, quiet: boolean): Progress {
  const isDrawn = channel.isTerminal && !quiet;
  const { dim } = colorsOf(channel);
  const timings = new Map<string, number>();
  const start = performance.now();
  let current: { readonly name: string; readonly start: number } | undefined;

  const endPhase = (): void => {
    if (current !== undefined) timings.set(current.name, performance.now() - current.start);
    current = undefined;
  };
  return {
    phase: (name) => {
      endPhase();
      current = { name, start: performance.now() };
      if (isDrawn) channel.write(`${clearLine}${dim(`${name} ...`)}`);
    },
    end: () => {
      endPhase();
      if (isDrawn) channel.write(clearLine);
    },
    timings,
    elapsedMs: () => performance.now() - start,
  };
}

const clearLine = "\r\u001b[2K";
