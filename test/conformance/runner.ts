import { startBackends, type BackendNames, type Backends } from "../support/backends/backends.js";
import {
  isDeployedCase,
  parseCaseStage,
  type CaseFile,
  type CaseStage,
  type ConformanceCase,
  type DeployedCase,
  type DocumentCase,
  type Source,
} from "./case-format.js";
import { compareImport } from "./comparison.js";
import { runDeployedCase } from "./deployed-case.js";
import { matchValue, type Mismatch } from "./matcher.js";
import { orderedFromPlain } from "../support/ordered-json.js";
import { placeholderNames, resolvePlaceholders } from "./placeholders.js";
import {
  NotSupportedError,
  type DeployInput,
  type DocumentInput,
  type GatewayTarget,
  type PreparedGateway,
} from "./target.js";
import { withinTime } from "./within-time.js";

/** How a case came out against one target. */
export interface CaseResult {
  readonly target: string;
  readonly topic: string;
  readonly group: string;
  readonly id: string;
  readonly title: string;
  readonly kind: ConformanceCase["kind"];
  readonly source: Source;
  readonly outcome: CaseOutcome;
  readonly durationMs: number;
}

export type CaseOutcome =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly mismatches: readonly Mismatch[] }
  /** The target has no hook for the case, or the product says that it does not support the API yet. */
  | { readonly kind: "unsupported"; readonly reason: string };

/** Which cases to run; `undefined` is all. */
export interface CaseFilter {
  readonly topics: readonly string[] | undefined;
  readonly groups: readonly string[] | undefined;
  readonly cases: readonly string[] | undefined;
}

export interface RunOptions {
  /** How many APIs are up at once. */
  readonly concurrency: number;
  /** How long a step of a WebSocket case may take; by the format, and by default, 5,000. */
  readonly stepTimeoutMs?: number;
}

/** Bounds for the steps of a run. */
const PREPARE_TIMEOUT_MS = 180_000;
const CASE_TIMEOUT_MS = 60_000;
const STEP_TIMEOUT_MS = 5_000;

/** Cases that one prepared gateway serves: those of one API and stage, or a single document case. */
type Unit =
  | {
      readonly kind: "deployed";
      readonly key: string;
      readonly file: CaseFile;
      readonly api: string;
      readonly stageText: string;
      readonly cases: readonly DeployedCase[];
    }
  | { readonly kind: "document"; readonly file: CaseFile; readonly one: DocumentCase };

/** The files with only the cases that pass the filter; files without any are left out. */
export function selectCases(files: readonly CaseFile[], filter: CaseFilter): CaseFile[] {
  const has = (names: readonly string[] | undefined, name: string): boolean =>
    names === undefined || names.includes(name);
  return files
    .filter((file) => has(filter.topics, file.topic) && has(filter.groups, file.group))
    .map((file) => ({ ...file, cases: file.cases.filter((one) => has(filter.cases, one.id)) }))
    .filter((file) => file.cases.length > 0);
}

/** Runs all cases against a target; one result for each case, in the order of the files. Never rejects for a case. */
export async function runCases(
  files: readonly CaseFile[],
  target: GatewayTarget,
  options: RunOptions,
): Promise<CaseResult[]> {
  const units = files.flatMap(unitsOf);
  const results = new Map<string, CaseResult>();
  // workers share one iterator, so that each unit is taken once
  const queue = units.values();
  const work = async (): Promise<void> => {
    for (const unit of queue) {
      for (const result of await runUnit(unit, target, options)) results.set(result.id, result);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return files.flatMap((file) => file.cases).flatMap((one) => results.get(one.id) ?? []);
}

function unitsOf(file: CaseFile): Unit[] {
  const deployed = new Map<string, DeployedCase[]>();
  const units: Unit[] = [];
  for (const one of file.cases) {
    if (!isDeployedCase(one)) {
      units.push({ kind: "document", file, one });
      continue;
    }
    const unitId = JSON.stringify([one.api, one.stageText]);
    const cases = deployed.get(unitId);
    if (cases !== undefined) {
      cases.push(one);
      continue;
    }
    const first = [one];
    deployed.set(unitId, first);
    const key = [file.group, one.api, deployed.size].join(".").replaceAll(/[^\w.-]/g, "-");
    units.push({
      kind: "deployed",
      key,
      file,
      api: one.api,
      stageText: one.stageText,
      cases: first,
    });
  }
  return units;
}

async function runUnit(
  unit: Unit,
  target: GatewayTarget,
  options: RunOptions,
): Promise<CaseResult[]> {
  if (unit.kind === "document") {
    return [await timed(unit.file, unit.one, target, () => runDocumentCase(unit.one, target))];
  }
  const results: CaseResult[] = [];
  const run = async (one: DeployedCase, outcome: () => Promise<CaseOutcome>): Promise<void> => {
    results.push(await timed(unit.file, one, target, outcome));
  };
  try {
    await withGateway(unit, target, async (gateway, backends, stage) => {
      const stepTimeoutMs = options.stepTimeoutMs ?? STEP_TIMEOUT_MS;
      const surroundings = { gateway, backends, stage, stepTimeoutMs };
      for (const one of unit.cases) {
        await run(one, async () => outcomeOf(await runDeployedCase(one, surroundings)));
      }
    });
  } catch (error) {
    const notRun = unit.cases.slice(results.length);
    // cases that ran have their results; what broke behind them is the target's cleaning up
    if (notRun.length === 0) throw error;
    for (const one of notRun) await run(one, () => Promise.reject(error));
  }
  return results;
}

/** Starts the backends, prepares the gateway, and frees both in the end. */
async function withGateway(
  unit: Unit & { kind: "deployed" },
  target: GatewayTarget,
  use: (gateway: PreparedGateway, backends: Backends, stage: CaseStage) => Promise<void>,
): Promise<void> {
  const backends = await startBackends(backendNames(unit.file, unit.cases));
  try {
    const input = await deployInput(unit, backends);
    const preparing = target.prepare(input);
    const gateway = await withinTime(preparing, PREPARE_TIMEOUT_MS, "preparing the gateway");
    try {
      await use(gateway, backends, input.stage);
    } finally {
      await gateway.dispose();
    }
  } finally {
    await backends.close();
  }
}

async function runDocumentCase(one: DocumentCase, target: GatewayTarget): Promise<CaseOutcome> {
  if (one.kind === "import") {
    if (target.importModel === undefined)
      return unsupported("the target cannot show the imported model");
    return outcomeOf(compareImport(one.expect, await target.importModel(one.text, one.options)));
  }
  if (target.gatewayResponseTable === undefined)
    return unsupported("the target cannot show its gateway responses");
  const table = await target.gatewayResponseTable(documentInput(one.documentText));
  return outcomeOf(matchValue(one.table, orderedFromPlain(table), "table"));
}

async function timed(
  file: CaseFile,
  one: ConformanceCase,
  target: GatewayTarget,
  run: () => Promise<CaseOutcome>,
): Promise<CaseResult> {
  const start = performance.now();
  const outcome = await withinTime(run(), CASE_TIMEOUT_MS, "the case").catch(failedOutcome);
  return {
    target: target.name,
    topic: file.topic,
    group: file.group,
    id: one.id,
    title: one.title,
    kind: one.kind,
    source: one.source,
    outcome,
    durationMs: performance.now() - start,
  };
}

function outcomeOf(mismatches: readonly Mismatch[]): CaseOutcome {
  return mismatches.length === 0 ? { kind: "passed" } : { kind: "failed", mismatches };
}

function failedOutcome(error: unknown): CaseOutcome {
  if (error instanceof NotSupportedError) return unsupported(error.message);
  const problem = error instanceof Error ? describeError(error) : String(error);
  return { kind: "failed", mismatches: [{ at: "run", problem }] };
}

function describeError(error: Error): string {
  return error.cause instanceof Error
    ? `${error.message}: ${describeError(error.cause)}`
    : error.message;
}

function unsupported(reason: string): CaseOutcome {
  return { kind: "unsupported", reason };
}

async function deployInput(
  unit: Unit & { kind: "deployed" },
  backends: Backends,
): Promise<DeployInput> {
  const stage = parseCaseStage(await resolvePlaceholders(unit.stageText, backends), unit.key);
  const document = async (name: string): Promise<DocumentInput> =>
    documentInput(await resolvePlaceholders(apiOf(unit.file, name).documentText, backends));
  return {
    ...(await document(unit.api)),
    key: unit.key,
    api: unit.api,
    protocol: apiOf(unit.file, unit.api).protocol,
    stage,
    canaryDocument: stage.canary === undefined ? undefined : await document(stage.canary.api),
    origins: backends.origins,
  };
}

function documentInput(text: string): DocumentInput {
  const document: unknown = JSON.parse(text);
  return { text, document };
}

function apiOf(file: CaseFile, name: string): NonNullable<ReturnType<CaseFile["apis"]["get"]>> {
  const api = file.apis.get(name);
  if (api === undefined)
    throw new Error(`case files are checked for API names; ${name} is missing`);
  return api;
}

/** Every server that the API or one of its cases speaks of, so that all cases find the same ports. */
function backendNames(file: CaseFile, cases: readonly DeployedCase[]): BackendNames {
  const texts = cases.flatMap((one) => [one.stageText, ...requestTexts(one)]);
  for (const api of file.apis.values()) texts.push(api.documentText);
  const inTexts = texts.map(placeholderNames);
  const oidc = new Map(
    inTexts.flatMap((names) => names.oidc).map((name): [string, string] => [name, "RS256"]),
  );
  for (const one of cases) for (const [name, { alg }] of one.backends.oidc) oidc.set(name, alg);
  return {
    http: new Set([
      ...inTexts.flatMap((names) => names.http),
      ...cases.flatMap((one) => [...one.backends.http.keys()]),
    ]),
    aws: new Set(cases.flatMap((one) => one.backends.aws.map((answer) => answer.service))),
    oidc,
  };
}

function requestTexts(one: DeployedCase): string[] {
  switch (one.kind) {
    case "invoke":
    case "execution-log":
      return [one.requestText];
    case "sequence":
      return one.exchanges.map((exchange) => exchange.requestText);
    case "websocket":
      return [];
  }
}
