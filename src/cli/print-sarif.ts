import type { Severity } from "../diagnostics.js";
import { ruleText, type Finding } from "./findings.js";
import { asciiControls } from "./print-json.js";
import type { Channel } from "./terminal.js";

const levels: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  info: "note",
};

/** Prints findings as SARIF 2.1.0, which code scanners read. Source: OASIS, "Static Analysis Results Interchange Format". */
export function printSarif(findings: readonly Finding[], version: string, channel: Channel): void {
  const rules = [...new Set(findings.map(({ rule }) => rule))].toSorted();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "gen-gateway",
            version,
            rules: rules.map((id) => ({ id, shortDescription: { text: ruleText(id) } })),
          },
        },
        results: findings.map((finding) => resultOf(finding, rules)),
      },
    ],
  };
  channel.write(`${asciiControls(JSON.stringify(log))}\n`);
}

function resultOf(finding: Finding, rules: readonly string[]): object {
  const { rule, severity, message, hint, file, line, column, pointer } = finding;
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column } };
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: levels[severity],
    message: { text: hint === undefined ? message : `${message}. Hint: ${hint}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: encodeURI(file) }, ...region },
        ...(pointer === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: pointer }] }),
      },
    ],
  };
}
