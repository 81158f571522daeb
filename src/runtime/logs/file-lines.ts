import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { errorText, type Logger } from "../logger.js";
import { gatherLines, type LineWriter } from "./line-writer.js";

/** Bytes that wait for a slow disk; more are dropped, and counted. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * Lines at the end of a file. SIGHUP opens the file anew, as logrotate asks for once it has renamed it. A disk
 * that fails loses lines and holds no request up; how many, the gateway's own log says.
 */
export function fileLines(path: string, logger: Logger): LineWriter {
  let dropped = 0;
  let told = 0;
  const open = (): WriteStream => {
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch {
      // the stream tells the same
    }
    const stream = createWriteStream(path, { flags: "a" });
    stream.on("error", (error) => {
      logger.error(errorText(error), { where: "access log", path });
    });
    return stream;
  };
  let stream = open();
  const { write, flush } = gatherLines((text) => {
    if (!stream.writable || stream.writableLength > MAX_WAITING_BYTES) {
      dropped += text.split("\n").length - 1;
      return;
    }
    if (dropped > told) {
      told = dropped;
      logger.warn("lines of the access log were dropped", { path, dropped });
    }
    stream.write(text);
  });
  const reopen = (): void => {
    flush();
    stream.end();
    stream = open();
  };
  process.on("SIGHUP", reopen);
  return {
    write,
    get dropped() {
      return dropped;
    },
    close: async () => {
      process.off("SIGHUP", reopen);
      flush();
      await new Promise<void>((resolve) => {
        if (stream.destroyed) resolve();
        else {
          stream.once("close", resolve);
          stream.end();
        }
      });
    },
  };
}
