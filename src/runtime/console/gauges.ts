import { Administered } from "../admin/administered.js";
import type { AdminCall } from "../admin/admin-operation.js";
import { showLimits } from "../admin/limits-view.js";
import type { ManagedGateway } from "../gateway.js";
import { isRecord } from "../json-record.js";
import type { RequestCounts } from "./request-counts.js";
import type { CacheGauge, Gauges, QuotaGauge, ThrottleGauge } from "./wire.js";

/** Where limits and caches stand at this moment. Throws an `AdminError` when the state cannot be reached. */
export async function readGauges(gateway: ManagedGateway, counts: RequestCounts): Promise<Gauges> {
  return {
    throttles: throttles(gateway, counts),
    quotas: await quotas(gateway),
    caches: caches(gateway, counts),
  };
}

function throttles({ api }: ManagedGateway, counts: RequestCounts): readonly ThrottleGauge[] {
  return Object.entries(api.stages).flatMap(([stage, { methods }]) =>
    Object.entries(methods).flatMap(([operation, { throttle }]) => {
      if (throttle === null) return [];
      const { rateLimit, burstLimit } = throttle;
      return [
        { stage, operation, rateLimit, burstLimit, ...counts.window(counts.of(stage, operation)) },
      ];
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
