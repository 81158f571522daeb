import type { Plan } from "../../plan/plan.js";
import { Code } from "../printer/code.js";

/** Text of the document as Markdown text: nothing in it is markup, a link or HTML. */
export function markdownText(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[\\`*_{}[\]()#+!<>|~$&]/g, (character) => `\\${character}`)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim();
}

/** A Markdown code span that the text cannot leave. */
export function codeSpan(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").trim();
  const fence = "`".repeat(1 + longestRun(clean));
  const pad = clean.startsWith("`") || clean.endsWith("`") ? " " : "";
  return `${fence}${pad}${clean.replaceAll("|", "\\|")}${pad}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** A table with its columns aligned, as prettier prints it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const print = (cells: readonly string[]): string =>
    `| ${widths.map((size, column) => (cells[column] ?? "").padEnd(size)).join(" | ")} |`;
  const rule = `| ${widths.map((size) => "-".repeat(size)).join(" | ")} |`;
  return [print(head), rule, ...rows.map(print)].join("\n");
}

const answeredBy = {
  mock: "fixed answer",
  http_proxy: "HTTP backend",
  http: "HTTP backend, mapped",
  aws_proxy: "function",
  aws_function: "function, mapped",
  aws_service: "AWS service",
  unsupported: "not served yet (501)",
} as const;

const maxRows = 200;

/** The routes as a Markdown table; the longest lists are cut, `routes.ts` has them all. */
export function printRouteTable(plan: Plan): Code {
  const rows = plan.operations.slice(0, maxRows).map(({ operation, name }) => {
    const table = plan.tables.integrations[name];
    return [
      codeSpan(`${operation.method} ${operation.path}`),
      codeSpan(name),
      table === undefined ? "" : answeredBy[table.kind],
    ];
  });
  const more = plan.operations.length - rows.length;
  const tail = more > 0 ? `\n\nand ${more} more, see \`src/generated/routes.ts\`.` : "";
  return new Code(markdownTable(["Route", "Operation", "Answered by"], rows) + tail);
}
