import { parseCommandLine } from "./command-line.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { printable, type Terminal } from "./terminal.js";
import { packageVersion } from "./version.js";

/** Runs one command line and gives its exit status. Never rejects. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    reportOwnFault(error, terminal);
    return exitCode.cannotRun;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const command = parseCommandLine(args);
  switch (command?.kind) {
    case "generate": {
      const { runGenerate } = await import("./generate-command.js");
      return runGenerate(command.options, terminal);
    }
    case "dev": {
      const { runDev } = await import("./dev-command.js");
      return runDev(command.options, terminal);
    }
    case "version":
      terminal.out.write(`${packageVersion()}\n`);
      return exitCode.done;
    case undefined:
      return explain(args, terminal);
  }
}

async function explain(args: readonly string[], { out, err }: Terminal): Promise<ExitCode> {
  const { explainUsage } = await import("./usage.js");
  const { kind, text } = await explainUsage(args, packageVersion(), 100);
  if (kind === "help") {
    out.write(`${text}\n`);
    return args.length === 0 ? exitCode.cannotRun : exitCode.done;
  }
  err.write(`gen-gateway: ${printable(text)}\nTry gen-gateway --help.\n`);
  return exitCode.cannotRun;
}

/** A fault of this program, not of its input. */
function reportOwnFault(error: unknown, { err, debug }: Terminal): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  err.write(
    `gen-gateway ${packageVersion()}: a fault of the program, not of your input: ${printable(message)}. ` +
      "Please report it with the output of the same command under GEN_GATEWAY_DEBUG=1.\n",
  );
  if (debug && error instanceof Error) err.write(`${error.stack ?? ""}\n`);
}
