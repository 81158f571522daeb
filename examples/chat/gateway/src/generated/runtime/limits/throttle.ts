// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { remembered } from "../remembered.js";
import { limitId } from "./limit-id.js";
import { usageCounter } from "./usage.js";
import type { BucketClaim, Claim, QuotaClaim, QuotaPeriod } from "../state/store.js";

/** A token bucket. */
export interface Throttle {
  /** Requests a second. */
  readonly rateLimit: number;
  /** Requests at once. */
  readonly burstLimit: number;
}

/** What the holders of a usage plan's keys may use, each for himself. */
export interface PlanLimits {
  readonly throttle: Throttle | null;
  readonly quota: {
    readonly limit: number;
    readonly period: QuotaPeriod;
    readonly offset: number;
  } | null;
  /** By operation; of one stage where stages differ. */
  readonly methods: ReadonlyMap<string, Throttle>;
}

/** Limits of one method in one stage, for all callers together. */
export interface MethodLimits {
  readonly stage: string;
  readonly operation: string;
  /**
   * The method's own bucket; null: none. The stage's default is the limit of each method that has no
   * other, not of all together. Source: the service's console, "Each method in this stage will
   * respect these rate and burst settings".
   */
  readonly method: Throttle | null;
  /** For everything that one gateway or one group of gateways with the same store serves. */
  readonly account: Throttle | null;
  /** By id. */
  readonly plans: ReadonlyMap<string, PlanLimits>;
}

/** Whom a request counts for; null: nobody, there is no API key. */
export interface KeyHolder {
  readonly keyId: string;
  readonly planId: string;
}

/** Claims that one method keeps of one plan; there may be 10,000 keys and hundreds of methods. */
const KEPT_CLAIMS = 1000;

/** Gives the claim of a caller; the same one again for the same caller, as far as there is room. */
export type Claims = (holder: KeyHolder | null) => Claim;

/**
 * Prepares the claims of one method of one stage. Limits apply in the order that the service has
 * them, each with its own bucket, and the first that is used up is the one reported:
 *
 * 1. the plan's limit for this method, else the plan's own, for this API key;
 * 2. the method's limit in the stage;
 * 3. the account's.
 *
 * Source: developer guide, "Throttle requests to your REST APIs". That a key has one bucket and one
 * quota for all stages of its plan is documented for quotas and assumed for buckets.
 */
export function prepareClaims(limits: MethodLimits): Claims {
  const shared = sharedBuckets(limits);
  const anonymous: Claim = { buckets: shared, quotas: [], usage: null };
  const byPlan = new Map<string, Map<string, Claim>>();
  return (holder) => {
    if (holder === null) return anonymous;
    let byKey = byPlan.get(holder.planId);
    if (byKey === undefined) byPlan.set(holder.planId, (byKey = new Map<string, Claim>()));
    const make = (): Claim => holderClaim(limits, holder, shared);
    return remembered(byKey, KEPT_CLAIMS, holder.keyId, make);
  };
}

function sharedBuckets(limits: MethodLimits): readonly BucketClaim[] {
  const { stage, operation, method, account } = limits;
  return [
    ...bucket(methodBucket(stage, operation), method),
    ...bucket(limitId(["account"]), account),
  ];
}

/** Id of the bucket of one method of a stage. */
export function methodBucket(stage: string, operation: string): string {
  return limitId(["method", stage, operation]);
}

function holderClaim(
  { stage, operation, plans }: MethodLimits,
  { planId, keyId }: KeyHolder,
  shared: readonly BucketClaim[],
): Claim {
  const plan = plans.get(planId);
  if (plan === undefined) throw new Error(`there is no usage plan "${planId}"`);
  const method = plan.methods.get(operation) ?? null;
  const own =
    method === null
      ? bucket(limitId(["plan", planId, keyId]), plan.throttle)
      : bucket(limitId(["plan-method", planId, keyId, stage, operation]), method);
  return {
    buckets: [...own, ...shared],
    quotas: planQuota(plan.quota, planId, keyId),
    usage: usageCounter(planId, keyId),
  };
}

/** The quota of one key in a plan, as stores know it. */
export function planQuota(
  quota: PlanLimits["quota"],
  planId: string,
  keyId: string,
): readonly QuotaClaim[] {
  return quota === null ? [] : [{ id: limitId(["plan", planId, keyId]), ...quota }];
}

function bucket(id: string, throttle: Throttle | null): readonly BucketClaim[] {
  if (throttle === null) return [];
  const { rateLimit, burstLimit } = throttle;
  return [{ id, rateLimit, burstLimit }];
}
