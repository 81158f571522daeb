import { readFile } from "node:fs/promises";
import { STATUS_CODES } from "node:http";
import { buffer } from "node:stream/consumers";
import { invoke, type Invoked, type InvokedRoute, type InvokeResult } from "../dev/invoke.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { failureExitCode } from "./generate-outcome.js";
import { loadOptions } from "./load-options.js";
import type { InvokeCommandOptions } from "./options.js";
import { besideSpec, countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { asciiControls, diagnosticOf } from "./print-json.js";
import { colorsOf, printable, printableLines, type Terminal } from "./terminal.js";

/** Sends one request through the gateway of a document and shows what came of it. */
export async function runInvoke(
  options: InvokeCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { out, templates } = options;
  const body = await readBody(options);
  if (body instanceof Error) {
    return report({ kind: "problem", message: body.message, hint: null }, options, terminal);
  }
  const result = await invoke({
    document: {
      ...loadOptions(options),
      ...(out === undefined ? {} : { out }),
      ...(templates === undefined ? {} : { templates }),
    },
    call: {
      method: options.method,
      path: options.path,
      headers: options.headers,
      body,
      stage: options.stage,
      as: options.as,
    },
  });
  return report(result, options, terminal);
}

/** The body to send; undefined: none. */
async function readBody(options: InvokeCommandOptions): Promise<Buffer | undefined | Error> {
  const { body, bodyFile } = options;
  if (body !== undefined) return Buffer.from(body);
  if (bodyFile === undefined) return undefined;
  try {
    return bodyFile === "-" ? await buffer(process.stdin) : await readFile(bodyFile);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return new Error(`cannot read ${bodyFile}: ${code}`);
  }
}

function report(result: InvokeResult, options: InvokeCommandOptions, terminal: Terminal): ExitCode {
  if (options.json) return reportJson(result, terminal);
  const { err } = terminal;
  const { red, cyan } = colorsOf(err);
  switch (result.kind) {
    case "invalid": {
      const { spec, quiet } = options;
      const { diagnostics } = result.generated;
      printDiagnostics({ ...result.generated, spec, quiet }, err);
      err.write(
        `${red("✗")} ${printable(spec)} · ${countDiagnostics(diagnostics)} · nothing was called\n`,
      );
      return failureExitCode(diagnostics);
    }
    case "unbuilt":
      err.write(`${printableLines(result.message)}\n${red("✗")} a handler cannot be built\n`);
      return exitCode.findings;
    case "problem":
      err.write(`${red("✗")} ${printable(result.message)}\n`);
      if (result.hint !== null) err.write(`  ${cyan("hint:")} ${printable(result.hint)}\n`);
      return exitCode.cannotRun;
    case "invoked":
      print(result, options, terminal);
      return codeOf(result);
  }
}

function codeOf({ route }: Invoked): ExitCode {
  return route === null ? exitCode.findings : exitCode.done;
}

function print(result: Invoked, options: InvokeCommandOptions, { out, err }: Terminal): void {
  const { spec, quiet } = options;
  const { route, status, latencyMs, headers, body, log } = result;
  if (!quiet) printDiagnostics({ ...result.generated, spec, quiet }, err);
  const { bold, dim, green, red, yellow } = colorsOf(out);
  const where =
    route === null
      ? "no route"
      : [routeName(route), route.operation, placeText(route, spec)].join(" · ");
  out.write(`${dim(printable(`${where} · stage ${result.stage}`))}\n`);
  const paint = status >= 500 ? red : status >= 400 ? yellow : green;
  const told = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  out.write(`${paint(told)} · ${latencyMs} ms\n`);
  for (let i = 0; i + 1 < headers.length; i += 2) {
    out.write(`${dim(printable(`${headers[i] ?? ""}: ${headers[i + 1] ?? ""}`))}\n`);
  }
  if (body.length > 0) out.write(`\n${bodyText(body)}\n`);
  out.write(`\n${bold("Execution log")}\n`);
  for (const line of log) out.write(`  ${printable(line)}\n`);
  const { cyan, red: alarming } = colorsOf(err);
  if (route === null) {
    const asked = printable(`${options.method} ${options.path}`);
    err.write(`${alarming("✗")} no route serves ${asked}\n`);
  }
  if (result.hint !== null) err.write(`  ${cyan("hint:")} ${printable(result.hint)}\n`);
}

function routeName({ method, path }: InvokedRoute): string {
  return path.startsWith("/") ? `${method} ${path}` : path;
}

function placeText({ place }: InvokedRoute, spec: string): string {
  return place === null ? spec : `${besideSpec(place.file, spec)}:${place.line}`;
}

/** What is no text is told by its length. */
function bodyText(body: Buffer): string {
  const text = body.toString("utf8");
  if (!Buffer.from(text).equals(body)) return `(${body.length} bytes that are no text)`;
  return printableLines(text.replace(/\r?\n$/, ""));
}

function reportJson(result: InvokeResult, { out }: Terminal): ExitCode {
  const code = jsonCode(result);
  out.write(`${asciiControls(JSON.stringify({ exitCode: code, ...jsonOf(result) }))}\n`);
  return code;
}

function jsonCode(result: InvokeResult): ExitCode {
  switch (result.kind) {
    case "invalid":
      return failureExitCode(result.generated.diagnostics);
    case "unbuilt":
      return exitCode.findings;
    case "problem":
      return exitCode.cannotRun;
    case "invoked":
      return codeOf(result);
  }
}

/** Members of an answer are named as those of `TestInvokeMethod`. */
function jsonOf(result: InvokeResult): object {
  switch (result.kind) {
    case "invalid":
      return { diagnostics: result.generated.diagnostics.map(diagnosticOf) };
    case "unbuilt":
      return { problem: { message: result.message, hint: null } };
    case "problem":
      return { problem: { message: result.message, hint: result.hint } };
    case "invoked": {
      const { stage, route, hint, status, headers, body, latencyMs, log } = result;
      const text = body.toString("utf8");
      const isText = Buffer.from(text).equals(body);
      return {
        stage,
        route,
        hint,
        status,
        multiValueHeaders: multiValue(headers),
        body: isText ? text : body.toString("base64"),
        isBase64Encoded: !isText,
        latency: latencyMs,
        log,
        diagnostics: result.generated.diagnostics.map(diagnosticOf),
      };
    }
  }
}

function multiValue(headers: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? "";
    const known = values.get(name);
    if (known === undefined) values.set(name, [headers[i + 1] ?? ""]);
    else known.push(headers[i + 1] ?? "");
  }
  return Object.fromEntries(values);
}
