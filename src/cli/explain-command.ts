import type { ApiKindReport, Gain, LostFeature, UsedFeature } from "../explain/api-kind-report.js";
import { explainDocument, type Explanation } from "../explain/explain-document.js";
import { explainRequest } from "../explain/explain-request.js";
import type { RequestWay } from "../explain/request-way.js";
import { firstTier, meteredBytes, pricePerMillion } from "../explain/price.js";
import type { Pointer } from "../pointer.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { failureExitCode } from "./generate-outcome.js";
import { loadOptions } from "./load-options.js";
import type { ExplainCommandOptions } from "./options.js";
import { countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { printWay, printWaySvg } from "./print-way.js";
import { printExplanation } from "./print-explanation.js";
import { asciiControls, diagnosticOf } from "./print-json.js";
import { colorsOf, printable, type Terminal } from "./terminal.js";

/** Shows the way of one request, or says which kind of API a document needs. */
export async function runExplain(
  options: ExplainCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { request } = options;
  return request === undefined
    ? explainKind(options, terminal)
    : explainWay(options, request, terminal);
}

async function explainWay(
  options: ExplainCommandOptions,
  request: NonNullable<ExplainCommandOptions["request"]>,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const { spec, quiet, json, svg } = options;
  const explained = await explainRequest(loadOptions(options), request);
  const { outcome, diagnostics, locate } = explained;
  const { red, cyan } = colorsOf(err);
  switch (outcome.kind) {
    case "unreadable": {
      const code = failureExitCode(diagnostics);
      if (json) writeJson({ exitCode: code, diagnostics: diagnostics.map(diagnosticOf) }, out);
      else {
        printDiagnostics({ ...explained, spec, quiet }, err);
        const count = countDiagnostics(diagnostics);
        err.write(`${red("✗")} ${printable(spec)} · ${count} · nothing is explained\n`);
      }
      return code;
    }
    case "unserved": {
      const message = `no route serves ${request.method} ${request.path}`;
      const problem = { message, hint: outcome.hint };
      if (json) writeJson({ exitCode: exitCode.cannotRun, problem }, out);
      else {
        err.write(`${red("✗")} ${printable(message)}\n`);
        err.write(`  ${cyan("hint:")} ${printable(outcome.hint)}\n`);
      }
      return exitCode.cannotRun;
    }
    case "explained":
      if (json) writeJson({ exitCode: exitCode.done, ...wayOf(outcome.way, locate) }, out);
      else if (svg) printWaySvg(outcome.way, { spec, locate }, out);
      else printWay(outcome.way, { spec, locate }, out);
      return exitCode.done;
  }
}

function wayOf({ operation, boxes }: RequestWay, locate: Explanation["locate"]): object {
  const place = (at: Pointer | undefined): object | null => {
    if (at === undefined) return null;
    return { pointer: at, position: locate(at) ?? null };
  };
  const { method, path, operationId } = operation;
  return {
    operation: { method, path, operationId: operationId ?? null, place: place(operation.at) },
    boxes: boxes.map(({ name, at, lines }) => ({
      name,
      place: place(at),
      lines: lines.map((line) => ({ text: line.text, place: place(line.at) })),
    })),
  };
}

function writeJson(value: object, out: Terminal["out"]): void {
  out.write(`${asciiControls(JSON.stringify(value))}\n`);
}

async function explainKind(options: ExplainCommandOptions, terminal: Terminal): Promise<ExitCode> {
  const explanation = await explainDocument(loadOptions(options));
  const code =
    explanation.outcome.kind === "unreadable"
      ? failureExitCode(explanation.diagnostics)
      : exitCode.done;
  if (options.json) printJson(explanation, code, terminal);
  else print(explanation, options, terminal);
  return code;
}

function print(
  explanation: Explanation,
  { spec, quiet }: ExplainCommandOptions,
  { out, err }: Terminal,
): void {
  const { outcome, diagnostics } = explanation;
  switch (outcome.kind) {
    case "unreadable":
      printDiagnostics({ ...explanation, spec, quiet }, err);
      err.write(
        `${colorsOf(err).red("✗")} ${printable(spec)} · ${countDiagnostics(diagnostics)} · nothing is explained\n`,
      );
      return;
    case "websocket":
      out.write(`${printable(spec)} is a WebSocket API: it has no other kind to choose.\n`);
      return;
    case "explained":
      printExplanation(outcome.report, { spec, locate: explanation.locate }, out);
  }
}

function printJson(explanation: Explanation, code: ExitCode, { out }: Terminal): void {
  const { outcome, diagnostics, locate } = explanation;
  const result = {
    exitCode: code,
    ...(outcome.kind === "explained" ? reportOf(outcome.report, locate) : {}),
    ...(outcome.kind === "websocket" ? { kind: "websocket" } : {}),
    diagnostics: diagnostics.map(diagnosticOf),
  };
  out.write(`${asciiControls(JSON.stringify(result))}\n`);
}

function reportOf(report: ApiKindReport, locate: Explanation["locate"]): object {
  const places = (pointers: readonly Pointer[]): readonly object[] =>
    pointers.map((pointer) => ({ pointer, position: locate(pointer) ?? null }));
  const used = ({ feature, name, places: at }: UsedFeature): object => ({
    feature,
    name,
    places: places(at),
  });
  const lost = (feature: LostFeature): object => ({ ...used(feature), instead: feature.instead });
  const gain = ({ text, places: at }: Gain): object => ({ text, places: places(at) });
  const { kind, by, reasons, conflicts, common, other, limits } = report;
  return {
    kind,
    by,
    reasons: reasons.map(used),
    conflicts: conflicts.map(lost),
    common: common.map(used),
    other: { kind: other.kind, loses: other.loses.map(lost), gains: other.gains.map(gain) },
    limits,
    price: {
      currency: "USD",
      region: "us-east-1",
      perMillionRequests: pricePerMillion,
      firstTier,
      meteredBytes: { http: meteredBytes },
    },
  };
}
