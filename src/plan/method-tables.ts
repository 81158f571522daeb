import type { CacheCluster, MethodSettings, Stage } from "../ir/deployment.js";
import type { CacheTable, ExecutionLogTable, MethodTable } from "../runtime/contracts.js";
import { resourceId } from "./identifiers.js";
import type { OperationPlan } from "./plan.js";
import { mappingSource, record, type Planned } from "./tables.js";

/** Seconds for which answers are kept unless the settings say otherwise; recorded. */
const defaultTtlSeconds = 300;

/** Settings of the methods of a stage, by operation; a method without any is left out. */
export function methodTables(
  stage: Stage,
  operations: readonly OperationPlan[],
  apiName: string,
): Readonly<Record<string, Planned<MethodTable>>> {
  return record(
    operations.flatMap((plan) => {
      const table = methodTable(stage, plan, apiName);
      const isEmpty = Object.values(table).every((value) => value === null);
      return isEmpty ? [] : [[plan.name, table] as const];
    }),
  );
}

function methodTable(stage: Stage, plan: OperationPlan, apiName: string): Planned<MethodTable> {
  const own = settingsOf(stage, plan);
  const throttle = own?.throttle ?? stage.methodDefaults.throttle;
  return {
    throttle: throttle ?? null,
    cache:
      stage.cache === undefined
        ? null
        : cacheTable(stage.cache, own, stage.methodDefaults, plan, apiName),
    executionLog: executionLogTable(own, stage),
  };
}

/** What a stage sets for one method; undefined: nothing. */
export function settingsOf(stage: Stage, plan: OperationPlan): MethodSettings | undefined {
  const { method, path } = plan.operation;
  return stage.methods.find(
    (settings) => settings.method?.method === method && settings.method.path === path,
  );
}

function executionLogTable(
  own: MethodSettings | undefined,
  { methodDefaults: defaults }: Stage,
): ExecutionLogTable | null {
  const level = own?.loggingLevel ?? defaults.loggingLevel ?? "OFF";
  if (level === "OFF") return null;
  return { level, dataTrace: own?.dataTrace ?? defaults.dataTrace ?? false };
}

/** The default of a stage turns caching on for GET alone. Source: developer guide, "Cache settings". */
function cacheTable(
  cluster: CacheCluster,
  own: MethodSettings | undefined,
  defaults: MethodSettings,
  { operation }: OperationPlan,
  apiName: string,
): Planned<CacheTable> | null {
  const { method, path, integration } = operation;
  const isOn = own?.cachingEnabled ?? (defaults.cachingEnabled === true && method === "GET");
  const ttlSeconds =
    own?.cacheTtlSeconds ?? defaults.cacheTtlSeconds ?? cluster.ttlSeconds ?? defaultTtlSeconds;
  if (!isOn || ttlSeconds === 0 || integration.kind === "none") return null;
  if (integration.cacheKeys === undefined) return null;
  return {
    ttlSeconds,
    encrypted: own?.cacheDataEncrypted ?? defaults.cacheDataEncrypted ?? cluster.encrypted,
    requireAuthorization:
      own?.requireAuthorizationForCacheControl ??
      defaults.requireAuthorizationForCacheControl ??
      true,
    unauthorizedStrategy:
      own?.unauthorizedCacheControlHeaderStrategy ??
      defaults.unauthorizedCacheControlHeaderStrategy ??
      "SUCCEED_WITH_RESPONSE_HEADER",
    keyParameters: integration.cacheKeys.map(mappingSource),
    namespace: integration.cacheNamespace ?? resourceId(apiName, path),
  };
}
