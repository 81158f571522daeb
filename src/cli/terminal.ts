/** Where the command prints, and what it may know of its surroundings. Tests give their own. */
export interface Terminal {
  /** Results. */
  readonly out: Channel;
  /** Problems and progress. */
  readonly err: Channel;
  /** Print the stack of an unexpected error. */
  readonly debug: boolean;
  /** Settles when the user asks the command to stop; for commands that run until then. */
  readonly interrupted: Promise<void>;
}

export interface Channel {
  write(text: string): void;
  /** Somebody watches: progress may be drawn and redrawn. */
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
}

/** The streams and environment of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  return {
    out: channel(stdout, env),
    err: channel(stderr, env),
    debug: env["GEN_GATEWAY_DEBUG"] === "1",
    get interrupted() {
      return new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
      });
    },
  };
}

function channel(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Channel {
  // A reader that closes the pipe, as `head` does, is no failure.
  stream.on("error", () => undefined);
  const isTerminal = stream.isTTY === true;
  const refusesColors = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal,
    hasColors: isTerminal && !refusesColors,
  };
}

/** Colours for one channel; plain text where it has none. */
export interface Colors {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

/** Colours of a channel. */
export function colorsOf({ hasColors }: Channel): Colors {
  const paint =
    (on: number, off: number) =>
    (text: string): string =>
      hasColors ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    dim: paint(2, 22),
    bold: paint(1, 22),
  };
}

/**
 * Text from a spec or a file, fit for a terminal: control characters, escape sequences and characters
 * that turn the direction of text are shown by their number. One line stays one line.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\p{Surrogate}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** Like {@link printable} for text of several lines. */
export function printableLines(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line.replaceAll("\t", "  ")))
    .join("\n");
}
