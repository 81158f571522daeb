import { printable, type Terminal } from "./terminal.js";
import { packageVersion } from "./version.js";

/** A fault of this program, not of its input. */
export function reportOwnFault(error: unknown, { err, debug }: Terminal): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  err.write(
    `gen-gateway ${packageVersion()}: a fault of the program, not of your input: ${printable(message)}. ` +
      "Please report it with the output of the same command under GEN_GATEWAY_DEBUG=1.\n",
  );
  if (debug && error instanceof Error) err.write(`${error.stack ?? ""}\n`);
}
