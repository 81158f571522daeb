// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Where the gateway reports what clients must not see. */
export interface Logger {
  warn(message: string, facts: LogFacts): void;
  error(message: string, facts: LogFacts): void;
  /** Lines of a request's own log, as they are. */
  lines?(lines: readonly string[]): void;
}

export type LogFacts = Readonly<Record<string, string | number | boolean | null>>;

/** One JSON object a line on standard error; JSON escaping keeps one entry on one line. */
export function createStderrLogger(): Logger {
  const write = (level: string, message: string, facts: LogFacts): void => {
    process.stderr.write(`${JSON.stringify({ level, message, ...facts })}\n`);
  };
  return {
    warn: (message, facts) => write("warn", message, facts),
    error: (message, facts) => write("error", message, facts),
    lines: (lines) => process.stderr.write(`${lines.join("\n")}\n`),
  };
}

/** An error as one line of text, causes included, without stack. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${errorText(error.cause)}`;
  return `${error.message}${cause}`;
}
