import type { Severity } from "../diagnostics.js";
import type { Finding } from "./findings.js";
import { printable, type Channel } from "./terminal.js";

const commands: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "notice",
};

/**
 * Prints findings as commands of a GitHub workflow, which shows them beside the lines of a pull request.
 * Source: GitHub documentation, "Workflow commands".
 */
export function printAnnotations(findings: readonly Finding[], channel: Channel): void {
  for (const { rule, severity, message, hint, file, line, column } of findings) {
    const properties = [
      ["file", file],
      ...(line === undefined ? [] : [["line", String(line)]]),
      ...(column === undefined ? [] : [["col", String(column)]]),
      ["title", `gen-gateway ${rule}`],
    ]
      .map(([name = "", value = ""]) => `${name}=${property(value)}`)
      .join(",");
    const text = hint === undefined ? message : `${message}\nhint: ${hint}`;
    channel.write(`::${commands[severity]} ${properties}::${data(text)}\n`);
  }
}

function data(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line).replaceAll("%", "%25").replaceAll("\r", "%0D"))
    .join("%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
