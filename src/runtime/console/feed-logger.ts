import type { Logger } from "../logger.js";
import type { RequestFeed } from "./request-feed.js";

/** Writes to another logger, and shows warnings and errors to those who watch. */
export function feedLogger(to: Logger, feed: RequestFeed): Logger {
  const tell = (level: "warn" | "error", message: string, facts: object): void => {
    const more = Object.entries(facts).map(([name, value]) => `${name}=${String(value)}`);
    feed.addLine({ timeMs: Date.now(), level, text: [message, ...more].join(" ") });
  };
  return {
    warn: (message, facts) => {
      to.warn(message, facts);
      tell("warn", message, facts);
    },
    error: (message, facts) => {
      to.error(message, facts);
      tell("error", message, facts);
    },
    ...(to.lines === undefined ? {} : { lines: (lines) => to.lines?.(lines) }),
  };
}
