import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { generate, type GenerateResult } from "../generate.js";
import { settingsNames } from "../load/settings-names.js";
import type { OperationPlan, Plan } from "../plan/plan.js";
import type { FileSystem } from "../write/file-system.js";
import { readNames } from "../write/write-project.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { runGenerate } from "./generate-command.js";
import { failureExitCode } from "./generate-outcome.js";
import { SelectionProblem, selectRoute } from "./map-selection.js";
import type { EjectCommandOptions } from "./options.js";
import { printDiagnostics } from "./print-diagnostics.js";
import { colorsOf, printable, type Channel, type Terminal } from "./terminal.js";

/**
 * Makes the mapping functions of a route the user's: the settings name the route, and the next generation
 * writes `src/mappings/ROUTE.ts` and its test.
 */
export async function runEject(
  options: EjectCommandOptions,
  terminal: Terminal,
  fileSystem: FileSystem | undefined,
): Promise<ExitCode> {
  const { spec, quiet, out } = options;
  const result = await generateFor(options, fileSystem);
  if (result.plan === undefined) {
    printDiagnostics({ ...result, spec, quiet }, terminal.err);
    return failureExitCode(result.diagnostics);
  }
  try {
    const { operation, path } = selectMappings(result.plan, options.route);
    if (operation.hasOwnMappings) {
      terminal.out.write(`${printable(join(out, path))} is yours already\n`);
      return exitCode.done;
    }
    const settings = settingsFile(options);
    const before = existsSync(settings) ? readFileSync(settings, "utf8") : undefined;
    writeSettings(settings, await withMapping(settings, before, nameOf(operation)));
    const { plan } = await generateFor(options, fileSystem);
    const isOwn = plan?.operations.some((one) => one.hasOwnMappings && one.name === operation.name);
    if (isOwn !== true) {
      restore(settings, before);
      throw new SelectionProblem(
        `the settings of the document do not come from ${settings}`,
        `add the route there: generator: { mappings: [${JSON.stringify(nameOf(operation))}] }`,
      );
    }
    if (!quiet) {
      const { green } = colorsOf(terminal.out);
      terminal.out.write(
        `${green("✓")} ${printable(join(out, path))} is yours; ${printable(relative(".", settings))} says so\n`,
      );
    }
    return await runGenerate(
      {
        ...options,
        templates: undefined,
        mode: "write",
        edits: "refuse",
        frozen: false,
        keepGoing: false,
        fixHandlers: false,
        format: "text",
      },
      terminal,
      fileSystem,
    );
  } catch (error) {
    if (!(error instanceof SelectionProblem)) throw error;
    printProblem(error, terminal.err);
    return exitCode.cannotRun;
  }
}

function generateFor(
  { spec, config, out, allowRemoteRefs, refRoots }: EjectCommandOptions,
  fileSystem: FileSystem | undefined,
): Promise<GenerateResult> {
  return generate({
    input: spec,
    out,
    allowRemoteRefs,
    refRoots,
    names: readNames(out, fileSystem),
    ...(config === undefined ? {} : { config }),
  });
}

function selectMappings(
  plan: Plan,
  route: string,
): { readonly operation: OperationPlan; readonly path: string } {
  const operation = selectRoute(plan.operations, route);
  const file = plan.mappings.find((one) => one.operation === operation);
  if (file === undefined || file.functions.length === 0) {
    throw new SelectionProblem(`${route} has no mapping template that could be yours`);
  }
  return { operation, path: file.own ?? `src/mappings/${operation.fileName}.ts` };
}

function nameOf({ operation: { operationId, routeKey, method, path } }: OperationPlan): string {
  return operationId ?? routeKey ?? `${method} ${path}`;
}

/** The file that the settings are read from; a new one lies beside the document. */
function settingsFile({ config, spec, out }: EjectCommandOptions): string {
  if (config !== undefined) return config;
  if (spec === "-") {
    throw new SelectionProblem("eject edits the settings beside the document: it must be a file");
  }
  const beside = dirname(spec);
  const places = [beside, out].flatMap((folder) => settingsNames.map((name) => join(folder, name)));
  return places.find((place) => existsSync(place)) ?? join(beside, "gateway.config.yaml");
}

/** The settings with one more route among those whose mappings are the user's; comments stay. */
async function withMapping(
  file: string,
  before: string | undefined,
  route: string,
): Promise<string> {
  if (file.endsWith(".json")) {
    const settings = JSON.parse(before ?? "{}") as {
      readonly generator?: { readonly mappings?: readonly string[] };
    };
    const generator = settings.generator ?? {};
    const mappings = [...(generator.mappings ?? []), route];
    return `${JSON.stringify({ ...settings, generator: { ...generator, mappings } }, null, 2)}\n`;
  }
  const { parseDocument, stringify } = await import("yaml");
  const text = before ?? "";
  const document = parseDocument(text);
  if (!document.has("generator")) {
    // nothing of the rest is printed anew
    const entry = stringify({ generator: { mappings: [route] } });
    return text === "" || text.endsWith("\n") ? text + entry : `${text}\n${entry}`;
  }
  if (document.hasIn(["generator", "mappings"])) {
    document.addIn(["generator", "mappings"], route);
  } else document.setIn(["generator", "mappings"], [route]);
  return document.toString({ lineWidth: 0 });
}

/** In one step: the old text or the new one. */
function writeSettings(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

function restore(file: string, before: string | undefined): void {
  if (before === undefined) rmSync(file);
  else writeSettings(file, before);
}

function printProblem({ message, hint }: SelectionProblem, channel: Channel): void {
  const { red, cyan } = colorsOf(channel);
  channel.write(`${red("✗")} ${printable(message)}\n`);
  if (hint !== undefined) channel.write(`  ${cyan("hint:")} ${printable(hint)}\n`);
}
