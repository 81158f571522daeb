import type { FileSystem } from "../write/file-system.js";
import { parseCommandLine } from "./command-line.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { reportOwnFault } from "./own-fault.js";
import { printable, type Terminal } from "./terminal.js";
import { packageVersion } from "./version.js";

/**
 * Runs one command line and gives its exit status. Never rejects. Projects are written through
 * `fileSystem`; default: that of this machine. `onGeneration` hears of a project that was made, not just
 * found to be up to date.
 */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal,
  fileSystem?: FileSystem,
  onGeneration?: () => void,
): Promise<ExitCode> {
  try {
    return await dispatch(args, terminal, fileSystem, onGeneration);
  } catch (error) {
    reportOwnFault(error, terminal);
    return exitCode.cannotRun;
  }
}

async function dispatch(
  args: readonly string[],
  terminal: Terminal,
  fileSystem: FileSystem | undefined,
  onGeneration: (() => void) | undefined,
): Promise<ExitCode> {
  const command = parseCommandLine(args);
  switch (command?.kind) {
    case "generate": {
      const { runGenerate } = await import("./generate-command.js");
      return runGenerate(command.options, terminal, fileSystem, onGeneration);
    }
    case "dev": {
      const { runDev } = await import("./dev-command.js");
      return runDev(command.options, terminal);
    }
    case "map": {
      const { runMap } = await import("./map-command.js");
      return runMap(command.options, terminal);
    }
    case "invoke": {
      const { runInvoke } = await import("./invoke-command.js");
      return runInvoke(command.options, terminal);
    }
    case "explain": {
      const { runExplain } = await import("./explain-command.js");
      return runExplain(command.options, terminal);
    }
    case "eject": {
      const { runEject } = await import("./eject-command.js");
      return runEject(command.options, terminal, fileSystem);
    }
    case "templates": {
      const { runTemplates } = await import("./templates-command.js");
      return runTemplates(command.options, terminal);
    }
    case "lint": {
      const { runLint } = await import("./lint-command.js");
      return runLint(command.options, terminal);
    }
    case "lint-rules": {
      const { runLintRules } = await import("./lint-command.js");
      return runLintRules(command.options, terminal);
    }
    case "diff": {
      const { runDiff } = await import("./diff-command.js");
      return runDiff(command.options, terminal);
    }
    case "deploy-files": {
      const { runDeployFiles } = await import("./deploy-files-command.js");
      return runDeployFiles(command.options, terminal, fileSystem);
    }
    case "deploy-targets": {
      const { runDeployTargets } = await import("./deploy-files-command.js");
      return runDeployTargets(command.options, terminal);
    }
    case "version":
      terminal.out.write(`${packageVersion()}\n`);
      return exitCode.done;
    case undefined:
      return explainCommandLine(args, terminal);
  }
}

async function explainCommandLine(
  args: readonly string[],
  { out, err }: Terminal,
): Promise<ExitCode> {
  const { explainUsage } = await import("./usage.js");
  const { kind, text } = await explainUsage(args, packageVersion(), 100);
  if (kind === "help") {
    out.write(`${text}\n`);
    return args.length === 0 ? exitCode.cannotRun : exitCode.done;
  }
  err.write(`gen-gateway: ${printable(text)}\nTry gen-gateway --help.\n`);
  return exitCode.cannotRun;
}
