// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, ThrottleTable, UsagePlanTable } from "../contracts.js";
import {
  managedKeys,
  membershipRecordId,
  openedStages,
  type ManagedKey,
} from "../limits/managed-keys.js";
import { parseDay } from "../limits/quota-period.js";
import { planQuota } from "../limits/throttle.js";
import { readUsage, type UsageDay } from "../limits/usage.js";
import type { DayNumber } from "../state/store.js";
import { badRequest, conflict, notFound, unavailable } from "./admin-error.js";
import {
  ACCEPTED,
  ok,
  type AdminAnswer,
  type AdminCall,
  type AdminOperation,
  type JsonObject,
} from "./admin-operation.js";
import { keyIn } from "./administered.js";
import { checkMembers } from "./body.js";
import { listOf, page } from "./paging.js";

/** Usage plans, which are those of the settings, their keys, and what was used. */
export const usagePlanOperations: readonly AdminOperation[] = [
  { method: "GET", path: "/usageplans", answer: getUsagePlans },
  {
    method: "GET",
    path: "/usageplans/{usagePlanId}",
    answer: ({ administered, segment }) => {
      const id = segment("usagePlanId");
      return ok(shownPlan(administered.api, id, administered.plan(id)));
    },
  },
  { method: "GET", path: "/usageplans/{usagePlanId}/usage", answer: getUsage },
  { method: "GET", path: "/usageplans/{usagePlanId}/keys", answer: getUsagePlanKeys },
  { method: "POST", path: "/usageplans/{usagePlanId}/keys", answer: createUsagePlanKey },
  {
    method: "GET",
    path: "/usageplans/{usagePlanId}/keys/{keyId}",
    answer: async (call) => ok(shownKey(await planKey(call))),
  },
  { method: "DELETE", path: "/usageplans/{usagePlanId}/keys/{keyId}", answer: deleteUsagePlanKey },
];

async function getUsagePlans(call: AdminCall): Promise<AdminAnswer> {
  const { api, tables } = call.administered;
  const keyId = call.parameter("keyId");
  const holder = keyId === null ? null : await call.administered.key(keyId);
  const plans = Object.entries(tables.usagePlans).filter(([id]) => holder?.plans.has(id) ?? true);
  return ok(
    listOf(
      page(plans, ([id]) => id, call),
      ([id, plan]) => shownPlan(api, id, plan),
    ),
  );
}

function shownPlan(api: ApiTable, id: string, plan: UsagePlanTable): JsonObject {
  const { name, stages, throttle, quota, methods } = plan;
  const byMethod = Object.entries(methods).flatMap(([operation, limit]) => {
    const route = api.routes.find((one) => one.operation === operation);
    return route === undefined ? [] : [[`${route.path}/${route.method}`, shownThrottle(limit)]];
  });
  return {
    id,
    name,
    apiStages: stages.map((stage) => ({
      apiId: api.apiId,
      stage,
      throttle: byMethod.length === 0 ? undefined : Object.fromEntries(byMethod),
    })),
    throttle: throttle === null ? undefined : shownThrottle(throttle),
    quota: quota === null ? undefined : { ...quota },
  };
}

function shownThrottle({ rateLimit, burstLimit }: ThrottleTable): JsonObject {
  return { burstLimit, rateLimit };
}

function shownKey({ id, name }: ManagedKey): JsonObject {
  return { id, type: "API_KEY", name };
}

/** Keys of a plan, of the settings and of run time. */
async function planKeys({ administered, segment }: AdminCall): Promise<readonly ManagedKey[]> {
  const planId = segment("usagePlanId");
  administered.plan(planId);
  return (await administered.keys()).filter(({ plans }) => plans.has(planId));
}

async function planKey(call: AdminCall, id = call.segment("keyId")): Promise<ManagedKey> {
  const key = (await planKeys(call)).find((one) => one.id === id);
  // as recorded from the service
  if (key === undefined) throw notFound("Invalid Key identifier specified");
  return key;
}

async function getUsagePlanKeys(call: AdminCall): Promise<AdminAnswer> {
  const prefix = call.parameter("name") ?? "";
  const keys = (await planKeys(call)).filter(({ name }) => name.startsWith(prefix));
  return ok(
    listOf(
      page(keys, ({ id }) => id, call),
      shownKey,
    ),
  );
}

async function createUsagePlanKey(call: AdminCall): Promise<AdminAnswer> {
  const { administered, body, segment } = call;
  checkMembers(body, ["keyId", "keyType"]);
  const { keyId, keyType } = body;
  if (typeof keyId !== "string") throw badRequest("keyId is not a text");
  if (keyType !== "API_KEY") throw badRequest("keyType is not API_KEY");
  const planId = segment("usagePlanId");
  const { stages } = administered.plan(planId);
  const { tables } = administered;
  await administered.change(membershipRecordId(planId, keyId), (records) => {
    const key = keyIn(managedKeys(tables, records), keyId);
    if (key.plans.has(planId)) throw conflict("Usage Plan Key already exists");
    const opened = openedStages(tables.usagePlans, [...key.plans.keys()]);
    const other = opened.find(({ stage }) => stages.includes(stage));
    if (other !== undefined) {
      throw conflict(`the usage plan ${other.planId} opens the stage ${other.stage} to the key`);
    }
    return "";
  });
  return { status: 201, body: shownKey(await administered.key(keyId)) };
}

async function deleteUsagePlanKey(call: AdminCall): Promise<AdminAnswer> {
  const planId = call.segment("usagePlanId");
  const { id, plans } = await planKey(call);
  if (plans.get(planId) === "settings") {
    throw badRequest("the settings say that the plan has the key: disable it, or remove it there");
  }
  await call.administered.change(membershipRecordId(planId, id), () => null);
  return ACCEPTED;
}

/** Days that one question may span. Source: API reference, "GetUsage", 90 days. */
const LONGEST_USAGE = 90;

async function getUsage(call: AdminCall): Promise<AdminAnswer> {
  const { administered, parameter, segment } = call;
  const planId = segment("usagePlanId");
  const { quota } = administered.plan(planId);
  const [startDate, endDate] = [parameter("startDate") ?? "", parameter("endDate") ?? ""];
  const [firstDay, lastDay] = readDays(startDate, endDate);
  const keyId = parameter("keyId");
  const keys = keyId === null ? await planKeys(call) : [await planKey(call, keyId)];
  const shown = page(keys, ({ id }) => id, call);
  const nowMs = administered.nowMs();
  const used = await Promise.all(
    shown.items.map(async ({ id }): Promise<readonly [string, readonly UsageDay[]]> => {
      const [claim = null] = planQuota(quota, planId, id);
      const question = { planId, keyId: id, quota: claim, firstDay, lastDay };
      const days = await readUsage(administered.store, question, nowMs);
      if (days === null) throw unavailable();
      return [id, days];
    }),
  );
  const { position } = shown;
  const values = Object.fromEntries(used);
  return ok({ usagePlanId: planId, startDate, endDate, position, values });
}

function readDays(startDate: string, endDate: string): readonly [DayNumber, DayNumber] {
  const [first, last] = [parseDay(startDate), parseDay(endDate)];
  if (first === null || last === null) throw badRequest("startDate or endDate is not YYYY-MM-DD");
  if (first > last) throw badRequest("startDate is after endDate");
  if (last - first >= LONGEST_USAGE) throw badRequest(`more than ${LONGEST_USAGE} days`);
  return [first, last];
}
