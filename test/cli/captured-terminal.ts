import type { Channel, Terminal } from "../../src/cli/terminal.js";

/** A terminal that keeps what is printed. */
export interface CapturedTerminal extends Terminal {
  readonly outText: () => string;
  readonly errText: () => string;
  /** Asks the command to stop. */
  readonly interrupt: () => void;
}

export function captureTerminal(
  options: {
    readonly isTerminal?: boolean;
    readonly hasColors?: boolean;
    readonly debug?: boolean;
    readonly onText?: (text: string) => void;
  } = {},
): CapturedTerminal {
  const { isTerminal = false, hasColors = false, debug = false } = options;
  const texts = { out: "", err: "" };
  const channel = (name: keyof typeof texts): Channel => ({
    isTerminal,
    hasColors,
    write: (text) => {
      texts[name] += text;
      options.onText?.(text);
    },
  });
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  return {
    out: channel("out"),
    err: channel("err"),
    debug,
    interrupted,
    outText: () => texts.out,
    errText: () => texts.err,
    interrupt: () => interrupt(),
  };
}
