// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { UsagePlanTable } from "../contracts.js";
import type { ManagedKey } from "../limits/managed-keys.js";
import { dayOf, dayText } from "../limits/quota-period.js";
import { planQuota } from "../limits/throttle.js";
import { usageCounter } from "../limits/usage.js";
import { unavailable } from "./admin-error.js";
import { ok, type AdminAnswer, type AdminCall, type JsonObject } from "./admin-operation.js";
import type { Administered } from "./administered.js";
import { page } from "./paging.js";

/** All plans, and a page of their keys, with what was used today and what is left. */
export async function showLimits(call: AdminCall): Promise<AdminAnswer> {
  const { administered } = call;
  const shown = page(await administered.keys(), ({ id }) => id, call);
  const plans = Object.entries(administered.tables.usagePlans).map(([id, plan]) => ({
    id,
    stages: plan.stages,
    throttle: plan.throttle === null ? null : { ...plan.throttle },
    quota: plan.quota === null ? null : { ...plan.quota },
  }));
  const keys = await Promise.all(shown.items.map((key) => shownKey(administered, key)));
  const day = dayText(dayOf(administered.nowMs()));
  return ok({ day, plans, keys, position: shown.position });
}

async function shownKey(administered: Administered, key: ManagedKey): Promise<JsonObject> {
  const { id, name, enabled, origin, plans } = key;
  const inPlans = [...plans.keys()].map((planId) =>
    shownUse(administered, planId, administered.plan(planId), id),
  );
  return { id, name, enabled, origin, plans: await Promise.all(inPlans) };
}

async function shownUse(
  administered: Administered,
  planId: string,
  plan: UsagePlanTable,
  keyId: string,
): Promise<JsonObject> {
  const { store } = administered;
  const today = dayOf(administered.nowMs());
  const [quota] = planQuota(plan.quota, planId, keyId);
  const [counts, left] = await Promise.all([
    store.usage(usageCounter(planId, keyId), today, today),
    quota === undefined ? null : store.remaining(quota),
  ]);
  if (counts === null || (quota !== undefined && left === null)) throw unavailable();
  return { id: planId, usedToday: counts[0] ?? 0, left };
}
