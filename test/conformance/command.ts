import { parseArgs } from "node:util";
import { caseFolders, readCaseFiles, readDisputedCases } from "./case-files.js";
import { CaseFormatError, type CaseFile } from "./case-format.js";
import { countOutcomes, printJsonReport, printReport } from "./report.js";
import { runCases, selectCases, type CaseFilter, type CaseResult } from "./runner.js";
import type { GatewayTarget } from "./target.js";
import { createTarget, TARGET_NAMES, type TargetName } from "./targets.js";

export const USAGE = `npm run conformance -- [options]

Runs the conformance cases against a gateway in memory and against a generated project.
Cases come from the folders of CONFORMANCE_CASES (separated by colons), else from
../shared/conformance, else from test/conformance/cases.

  --topic a,b       only these topics
  --group a,b       only these case groups
  --case a,b        only these cases, by id
  --target a,b      memory, project; default: both
  --concurrency n   gateways at a time; default: 2
  --verbose         list every case
  --json            print results as JSON
  --strict          a case that is not supported yet counts as failed
  --help            print this

Exit code 0: no case failed. 1: a case failed. 2: wrong usage, or case files that are not understood.`;

/** What surrounds the command; tests give their own. */
export interface CommandSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly createTarget: (name: TargetName) => GatewayTarget;
}

/** Settings of one run, from the command line. */
export interface CommandOptions {
  readonly filter: CaseFilter;
  readonly targets: readonly TargetName[];
  readonly concurrency: number;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly strict: boolean;
  readonly help: boolean;
}

/** A command line, or a selection, that makes no sense. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const DEFAULT_SURROUNDINGS: CommandSurroundings = {
  environment: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
  createTarget,
};

/** Runs the command and gives its exit code. */
export async function runConformanceCommand(
  args: readonly string[],
  surroundings: CommandSurroundings = DEFAULT_SURROUNDINGS,
): Promise<number> {
  try {
    const options = parseCommandLine(args);
    if (options.help) {
      surroundings.print(USAGE);
      return 0;
    }
    return await run(options, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof CaseFormatError)) throw error;
    surroundings.complain(`conformance: ${error.message}`);
    return 2;
  }
}

/** Reads the command line. Throws `UsageError`. */
export function parseCommandLine(args: readonly string[]): CommandOptions {
  const { values } = parseOptions(args);
  const concurrency = Number(values.concurrency ?? "2");
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new UsageError("--concurrency must be a whole number from 1 up");
  }
  return {
    filter: { topics: names(values.topic), groups: names(values.group), cases: names(values.case) },
    targets: names(values.target)?.map(targetName) ?? TARGET_NAMES,
    concurrency,
    verbose: values.verbose ?? false,
    json: values.json ?? false,
    strict: values.strict ?? false,
    help: values.help ?? false,
  };
}

function parseOptions(args: readonly string[]): ReturnType<typeof parseKnownOptions> {
  try {
    return parseKnownOptions(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function parseKnownOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      topic: { type: "string", multiple: true },
      group: { type: "string", multiple: true },
      case: { type: "string", multiple: true },
      target: { type: "string", multiple: true },
      concurrency: { type: "string" },
      verbose: { type: "boolean" },
      json: { type: "boolean" },
      strict: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
}

async function run(options: CommandOptions, surroundings: CommandSurroundings): Promise<number> {
  const all = readCaseFiles(caseFolders(surroundings.environment));
  checkFilter(options.filter, all);
  const files = selectCases(all, options.filter);
  if (files.length === 0) throw new UsageError("no case passes the filters");
  const disputed = readDisputedCases();

  const results: CaseResult[] = [];
  for (const name of options.targets) {
    const target = surroundings.createTarget(name);
    results.push(...(await runCases(files, target, { concurrency: options.concurrency })));
    await target.close?.();
  }
  surroundings.print(
    options.json
      ? printJsonReport(results, disputed)
      : printReport(results, { disputed, verbose: options.verbose }),
  );
  const { failed, unsupported } = countOutcomes(results);
  return failed + (options.strict ? unsupported : 0) === 0 ? 0 : 1;
}

/** A misspelt name selects nothing, and nothing fails then. */
function checkFilter(filter: CaseFilter, files: readonly CaseFile[]): void {
  const known: readonly [
    option: string,
    wanted: readonly string[] | undefined,
    there: readonly string[],
  ][] = [
    ["--topic", filter.topics, files.map((file) => file.topic)],
    ["--group", filter.groups, files.map((file) => file.group)],
    ["--case", filter.cases, files.flatMap((file) => file.cases.map((one) => one.id))],
  ];
  for (const [option, wanted, there] of known) {
    const missing = wanted?.find((name) => !there.includes(name));
    if (missing !== undefined) throw new UsageError(`${option}: there is no ${missing}`);
  }
}

function names(values: readonly string[] | undefined): string[] | undefined {
  return values?.flatMap((value) => value.split(",")).filter((name) => name !== "");
}

function targetName(name: string): TargetName {
  const found = TARGET_NAMES.find((target) => target === name);
  if (found === undefined)
    throw new UsageError(`--target: must be among ${TARGET_NAMES.join(", ")}; got ${name}`);
  return found;
}
