import type { TracedLine } from "../dev/traced-template.js";
import {
  renderPlannedTemplate,
  type PlannedTemplate,
  type WorkbenchResult,
} from "../dev/template-workbench.js";
import { generate, type GenerateResult } from "../generate.js";
import type { Plan } from "../plan/plan.js";
import type { Rendering } from "../runtime/testing/render-sample.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { failureExitCode } from "./generate-outcome.js";
import { readSample, readText } from "./map-sample.js";
import { selectTemplate, SelectionProblem } from "./map-selection.js";
import { loadOptions } from "./load-options.js";
import type { MapCommandOptions } from "./options.js";
import { countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { asciiControls, diagnosticOf } from "./print-json.js";
import { printTextDiff, textDiff } from "./print-text-diff.js";
import { colorsOf, printable, printableLines, type Channel, type Terminal } from "./terminal.js";

/** Renders one template of a document over a body of the user's. */
export async function runMap(options: MapCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const generated = await generate(loadOptions(options));
  if (generated.plan === undefined) return reportInvalid(generated, options, terminal);
  try {
    const outcome = await render(generated.plan, options);
    const code = exitCodeOf(outcome);
    if (options.json) printJson(outcome, code, terminal.out);
    else print(outcome, options, terminal);
    return code;
  } catch (error) {
    if (!(error instanceof SelectionProblem)) throw error;
    return reportProblem(error, options, terminal);
  }
}

/** One run over a document without errors. */
interface MapOutcome {
  readonly chosen: PlannedTemplate;
  readonly operation: string;
  readonly result: WorkbenchResult;
  /** Undefined: nothing is expected, or it came out; else how it differs. */
  readonly diff: string | undefined;
}

async function render(plan: Plan, options: MapCommandOptions): Promise<MapOutcome> {
  const chosen = selectTemplate(plan, options);
  const operation = chosen.operation.name;
  const expected = options.expect === undefined ? undefined : await readText(options.expect);
  const sample = await readSample(plan, operation, options);
  const result = await renderPlannedTemplate(chosen, sample, options);
  const text = result.kind === "rendered" ? result.rendering.text : undefined;
  const isOff = expected !== undefined && text !== undefined && text !== expected;
  const names = { before: options.expect ?? "", after: "rendered" };
  const diff = isOff ? await textDiff(names, expected, text) : undefined;
  return { chosen, operation, result, diff };
}

function exitCodeOf({ result, diff }: MapOutcome): ExitCode {
  return result.kind === "failed" || diff !== undefined ? exitCode.findings : exitCode.done;
}

function reportInvalid(
  generated: GenerateResult,
  { spec, quiet, json }: MapCommandOptions,
  { out, err }: Terminal,
): ExitCode {
  const { diagnostics } = generated;
  const code = failureExitCode(diagnostics);
  if (json) {
    writeJson({ exitCode: code, diagnostics: diagnostics.map(diagnosticOf) }, out);
    return code;
  }
  printDiagnostics({ ...generated, spec, quiet }, err);
  err.write(
    `${colorsOf(err).red("✗")} ${printable(spec)} · ${countDiagnostics(diagnostics)} · nothing was rendered\n`,
  );
  return code;
}

function reportProblem(
  { message, hint }: SelectionProblem,
  { json }: MapCommandOptions,
  { out, err }: Terminal,
): ExitCode {
  if (json) {
    writeJson({ exitCode: exitCode.cannotRun, problem: { message, hint: hint ?? null } }, out);
    return exitCode.cannotRun;
  }
  const { red, cyan } = colorsOf(err);
  err.write(`${red("✗")} ${printable(message)}\n`);
  if (hint !== undefined) err.write(`  ${cyan("hint:")} ${printable(hint)}\n`);
  return exitCode.cannotRun;
}

function print(outcome: MapOutcome, options: MapCommandOptions, { out, err }: Terminal): void {
  const { chosen, operation, result, diff } = outcome;
  const { red, green } = colorsOf(err);
  const name = printable(`${operation}, ${chosen.function.purpose}`);
  if (result.kind === "failed") {
    const status = options.part === "request" && result.isBody ? 400 : 500;
    err.write(`${red("✗")} ${name}: ${printable(result.message)}\n`);
    err.write(`  the gateway answers this request with ${status}\n`);
    return;
  }
  const { rendering, trace } = result;
  if (options.trace) printTrace(trace, chosen, { out, err });
  else if (options.expect === undefined) printText(rendering.text, out);
  if (!options.quiet) printOverrides(rendering, err);
  if (diff !== undefined) {
    printTextDiff(diff, out);
    err.write(`${red("✗")} ${name}: differs from ${printable(options.expect ?? "")}\n`);
  } else if (options.expect !== undefined && !options.quiet) {
    err.write(`${green("✓")} ${name}: as in ${printable(options.expect)}\n`);
  }
}

/** Exactly the text, so that it can be kept as what is expected; on a terminal, made harmless. */
function printText(text: string, out: Channel): void {
  if (!out.isTerminal) out.write(text);
  else out.write(`${printableLines(text.replace(/\r?\n$/, ""))}\n`);
}

function printOverrides(rendering: Rendering, err: Channel): void {
  for (const [name, value] of overridesOf(rendering)) {
    err.write(`${colorsOf(err).cyan("override")} ${printable(`${name}: ${value}`)}\n`);
  }
}

function overridesOf({ requestOverride, responseOverride }: Rendering): [string, string][] {
  const blocks = [
    ...Object.entries(requestOverride).map(([place, values]) => ({
      place: `requestOverride.${place}`,
      values,
    })),
    { place: "responseOverride.header", values: responseOverride.header },
  ];
  const { status } = responseOverride;
  const statusLine: [string, string][] =
    status === null ? [] : [["responseOverride.status", String(status)]];
  return [
    ...blocks.flatMap(({ place, values }) =>
      Object.entries(values).map(([name, value]): [string, string] => [
        `${place}.${name}`,
        String(value),
      ]),
    ),
    ...statusLine,
  ];
}

const widest = 60;

function printTrace(
  lines: readonly TracedLine[] | undefined,
  { function: { template } }: PlannedTemplate,
  { out, err }: Pick<Terminal, "out" | "err">,
): void {
  if (lines === undefined) {
    err.write("the text cannot be told apart by lines: it holds the characters that mark them\n");
    return;
  }
  const { dim } = colorsOf(out);
  const left = lines.map(({ template: source }) =>
    shortened(printable(source.replaceAll("\t", "  "))),
  );
  const width = Math.max(...left.map((text) => text.length));
  const digits = String(lines.length).length;
  lines.forEach(({ line, printed }, index) => {
    const [first = "", ...others] = printed.map((text) => JSON.stringify(text));
    const head = `${String(line).padStart(digits)}  ${(left[index] ?? "").padEnd(width)} ${dim("│")}`;
    out.write(`${`${head} ${printable(first)}`.trimEnd()}\n`);
    const gap = `${" ".repeat(digits + 2 + width)} ${dim("│")}`;
    for (const text of others) out.write(`${gap} ${printable(text)}\n`);
  });
  if (/#\{?define\b/.test(template.text)) {
    err.write("what a #define prints is shown at the line that prints it\n");
  }
}

function shortened(text: string): string {
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}

function printJson(
  { chosen, operation, result, diff }: MapOutcome,
  code: ExitCode,
  out: Channel,
): void {
  const { template, purpose } = chosen.function;
  const head = {
    exitCode: code,
    operation,
    template: { purpose, mediaType: template.mediaType, pointer: template.at },
  };
  if (result.kind === "failed") {
    writeJson({ ...head, failure: { message: result.message, isBody: result.isBody } }, out);
    return;
  }
  const { rendering, trace } = result;
  writeJson(
    { ...head, ...rendering, ...(trace === undefined ? {} : { trace }), diff: diff ?? null },
    out,
  );
}

function writeJson(value: object, out: Channel): void {
  out.write(`${asciiControls(JSON.stringify(value))}\n`);
}
