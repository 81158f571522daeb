import { runCommand } from "./run.js";
import { processTerminal } from "./terminal.js";

/**
 * Runs this process as the command and sets its exit status. True when it generated a project, so that the
 * code it took is worth keeping for other runs.
 */
export async function runMain(args: readonly string[]): Promise<boolean> {
  let hasGenerated = false;
  process.exitCode = await runCommand(args, processTerminal(), undefined, () => {
    hasGenerated = true;
  });
  return hasGenerated;
}
