import type { Plan } from "../plan/plan.js";
import { startDevServer, type DevBuild } from "../dev/dev-server.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { loadOptions } from "./load-options.js";
import type { DevCommandOptions } from "./options.js";
import { countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { reportOwnFault } from "./own-fault.js";
import { colorsOf, printable, printableLines, type Terminal } from "./terminal.js";

/** Serves a document until the user stops it. */
export async function runDev(options: DevCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, port, host, templates } = options;
  const interrupted = terminal.interrupted;
  try {
    const server = await startDevServer({
      document: {
        ...loadOptions(options),
        keepGoing: options.keepGoing,
        ...(out === undefined ? {} : { out }),
        ...(templates === undefined ? {} : { templates }),
      },
      ...(port === undefined ? {} : { port }),
      // what is being developed is not for everybody on the network
      host: host ?? "127.0.0.1",
      console: options.console,
      onBuild: (build) => printBuild(build, options, terminal),
    });
    await interrupted;
    await server.stop();
    return exitCode.done;
  } catch (error) {
    const reason = listenReason(error);
    if (reason === undefined) throw error;
    terminal.err.write(`${colorsOf(terminal.err).red("✗")} ${reason}\n`);
    return exitCode.cannotRun;
  }
}

function printBuild(build: DevBuild, { spec, quiet }: DevCommandOptions, terminal: Terminal): void {
  const { out, err } = terminal;
  const { red, yellow } = colorsOf(err);
  switch (build.kind) {
    case "serving": {
      const { generated, url, consoleUrl, secrets } = build;
      printDiagnostics({ ...generated, spec, quiet }, err);
      const routes = generated.plan?.tables.routes.length ?? 0;
      const plural = routes === 1 ? "" : "s";
      if (!quiet) {
        out.write(
          `${colorsOf(out).green("✓")} ${shownUrl(url, generated.plan)} · ${routes} route${plural} · ${printable(spec)}\n`,
        );
        if (consoleUrl !== undefined) out.write(`  console: ${consoleUrl}\n`);
        for (const { name, value } of secrets) {
          out.write(`  the secret ${printable(name)} is not set; for this run it is ${value}\n`);
        }
      }
      return;
    }
    case "invalid": {
      printDiagnostics({ ...build.generated, spec, quiet }, err);
      const count = countDiagnostics(build.generated.diagnostics);
      err.write(`${red("✗")} ${printable(spec)} · ${count} · ${afterFailure(build.isServing)}\n`);
      return;
    }
    case "unbuilt":
      err.write(`${printableLines(build.message)}\n`);
      err.write(`${yellow("✗")} a handler cannot be built · ${afterFailure(build.isServing)}\n`);
      return;
    case "fault":
      reportOwnFault(build.error, terminal);
  }
}

/** Where clients go: to a stage of a WebSocket API by its own scheme. */
function shownUrl(url: string, plan: Plan | undefined): string {
  if (plan?.gateway.api.kind !== "websocket") return url;
  return `${url.replace(/^http/, "ws")}/${plan.gateway.deployment.stages[0]?.name ?? ""}`;
}

function afterFailure(isServing: boolean): string {
  return isServing ? "the last good version is served" : "waiting for a change";
}

/** Why an address cannot be listened on; undefined for every other error. */
function listenReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  if (error.syscall !== "listen" && error.syscall !== "getaddrinfo") return undefined;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  switch (error.code) {
    case "EADDRINUSE":
      return `port${port} is in use; choose another with --port`;
    case "EACCES":
      return `port${port} may not be used by this user; choose another with --port`;
    default:
      return `the address cannot be listened on: ${String(error.code)}`;
  }
}
