import { exitCode, type ExitCode } from "./exit-code.js";
import type { DevCommandOptions } from "./options.js";
import type { Terminal } from "./terminal.js";

/** Serves a document until the user stops it. */
export async function runDev(_options: DevCommandOptions, terminal: Terminal): Promise<ExitCode> {
  terminal.err.write("not yet\n");
  return exitCode.cannotRun;
}
