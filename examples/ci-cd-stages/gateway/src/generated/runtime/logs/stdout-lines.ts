// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { gatherLines, type LineWriter } from "./line-writer.js";

/** Lines on standard output. What its reader does not take in time is kept by the stream. */
export function stdoutLines(output: NodeJS.WritableStream = process.stdout): LineWriter {
  const { write, flush } = gatherLines((text) => void output.write(text));
  return {
    write,
    dropped: 0,
    close: async () => {
      flush();
      // an empty text is written when all before it are
      await new Promise<void>((resolve) => output.write("", () => resolve()));
    },
  };
}
