import { Administered } from "../admin/administered.js";
import type { AdminCall } from "../admin/admin-operation.js";
import { showLimits } from "../admin/limits-view.js";
import type { ManagedGateway } from "../gateway.js";
import { isRecord } from "../json-record.js";
import { methodBucket } from "../limits/throttle.js";
import type { RequestCounts } from "./request-counts.js";
import type { CacheGauge, Gauges, QuotaGauge, ThrottleGauge } from "./wire.js";

/** Where limits and caches stand at this moment. Throws an `AdminError` when the state cannot be reached. */
export async function readGauges(gateway: ManagedGateway, counts: RequestCounts): Promise<Gauges> {
  return {
    throttles: await Promise.all(throttles(gateway, counts)),
    quotas: await quotas(gateway),
    caches: caches(gateway, counts),
  };
}

function throttles(
  { api, store }: ManagedGateway,
  counts: RequestCounts,
): readonly Promise<ThrottleGauge>[] {
  return Object.entries(api.stages).flatMap(([stage, { methods }]) =>
    Object.entries(methods).flatMap(([operation, { throttle }]) => {
      if (throttle === null) return [];
      const read = async (): Promise<ThrottleGauge> => ({
        stage,
        operation,
        ...throttle,
        ...counts.window(counts.of(stage, operation)),
        tokens: await store.tokens({ id: methodBucket(stage, operation), ...throttle }),
      });
      return [read()];
    }),
  );
}

function caches({ api }: ManagedGateway, counts: RequestCounts): readonly CacheGauge[] {
  return Object.entries(api.stages).flatMap(([stage, { methods }]) =>
    Object.entries(methods).flatMap(([operation, { cache }]) => {
      if (cache === null) return [];
      const { hits, misses, refreshes } = counts.of(stage, operation);
      return [{ stage, operation, ttlSeconds: cache.ttlSeconds, hits, misses, refreshes }];
    }),
  );
}

/** Keys that are shown; the admin listener pages through more. */
const SHOWN_KEYS = "100";

/** What `GET /limits` of the admin listener says. */
async function quotas(gateway: ManagedGateway): Promise<readonly QuotaGauge[]> {
  if (Object.keys(gateway.api.access?.usagePlans ?? {}).length === 0) return [];
  const call: AdminCall = {
    administered: new Administered(gateway),
    segment: () => "",
    parameter: (name) => (name === "limit" ? SHOWN_KEYS : null),
    parameters: new URLSearchParams(),
    header: () => null,
    body: {},
    bytes: Buffer.alloc(0),
  };
  const { body } = await showLimits(call);
  const keys = Array.isArray(body?.["keys"]) ? body["keys"] : [];
  const plans = gateway.api.access?.usagePlans ?? {};
  return keys.filter(isRecord).flatMap(({ name, plans: used }) =>
    (Array.isArray(used) ? used : []).filter(isRecord).flatMap(({ id, usedToday, left }) => {
      const plan = typeof id === "string" && Object.hasOwn(plans, id) ? plans[id] : undefined;
      if (plan === undefined) return [];
      const { quota, throttle } = plan;
      return [
        {
          plan: plan.name,
          key: String(name),
          usedToday: Number(usedToday),
          quota:
            quota === null
              ? null
              : { limit: quota.limit, period: quota.period, left: Number(left) },
          throttle,
        },
      ];
    }),
  );
}
