// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { UsagePlanTable } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { createApiKeys, type ApiKey, type ApiKeys } from "../limits/api-keys.js";
import { readSettingsKeys } from "../limits/settings-keys.js";
import { prepareClaims, type Claims, type KeyHolder, type PlanLimits } from "../limits/throttle.js";
import { methodSettings } from "../method-settings.js";
import type { Admission } from "../state/store.js";
import type { AccessSetup } from "./access.js";
import { prepareIdentity } from "./identity.js";
import type { LimitsPart } from "./route-access.js";

/** Where the API keys of one gateway are looked up, one for all its routes. */
export interface KeyRing {
  of(setup: AccessSetup): KeyFinder;
  close(): Promise<void>;
}

export interface KeyFinder {
  /** The key with a value, disabled ones, too; null: there is none. */
  find(value: string): ApiKey | null | Promise<ApiKey | null>;
}

/** API key, usage plan and throttle of one route, decided in one go; keys are looked up in a ring. */
export function limitsWith(createKeyRing: () => KeyRing): LimitsPart {
  return (setup) => {
    const { store } = setup.state;
    const claims = prepareRouteClaims(setup);
    const decide = (exchange: Exchange, holder: KeyHolder | null, admission: Admission): void => {
      const { outcome } = admission;
      const identifier = "id" in admission ? admission.id : null;
      const apiKeyId = holder?.keyId ?? null;
      exchange.trace?.({ kind: "limited", outcome, identifier, apiKeyId });
      if (outcome !== "admitted") throw refusal(outcome, identifier);
    };
    const admit = (exchange: Exchange, holder: KeyHolder | null): void | Promise<void> => {
      const admission = store.admit(claims(holder));
      if (!(admission instanceof Promise)) return decide(exchange, holder, admission);
      return admission.then((answer) => decide(exchange, holder, answer));
    };
    if (!setup.route.apiKeyRequired) return (exchange) => admit(exchange, null);
    const findHolder = prepareHolder(setup, setup.resource(createKeyRing).of(setup));
    return (exchange) => {
      const holder = findHolder(exchange);
      if (!(holder instanceof Promise)) return admit(exchange, holder);
      return holder.then((found) => admit(exchange, found));
    };
  };
}

/** Limits with the API keys of the settings. */
export const requestLimits: LimitsPart = limitsWith(createSettingsKeys);

function refusal(
  outcome: Exclude<Admission["outcome"], "admitted">,
  identifier: string | null,
): GatewayError {
  switch (outcome) {
    case "throttled":
      return new GatewayError("THROTTLED", { detail: `the bucket ${identifier ?? ""} is empty` });
    case "quota-exceeded":
      return new GatewayError("QUOTA_EXCEEDED", {
        detail: `the quota ${identifier ?? ""} is used`,
      });
    case "unavailable":
      return new GatewayError("DEFAULT_5XX", {
        status: 503,
        message: "Service Unavailable",
        detail: "the quotas cannot be reached",
      });
  }
}

function prepareRouteClaims({ api, route, stage, stageName }: AccessSetup): Claims {
  const method = methodSettings(stage, route)?.throttle ?? null;
  const plans = new Map(
    Object.entries(api.access?.usagePlans ?? {}).map(([id, plan]) => [id, planLimits(plan)]),
  );
  return prepareClaims({
    stage: stageName,
    operation: route.operation,
    method,
    account: null,
    plans,
  });
}

function planLimits({ throttle, quota, methods }: UsagePlanTable): PlanLimits {
  return { throttle, quota, methods: new Map(Object.entries(methods)) };
}

/** Finds the holder of the key that a request shows. Throws when there is none for the stage. */
function prepareHolder(
  { api, stageName }: AccessSetup,
  keys: KeyFinder,
): (exchange: Exchange) => KeyHolder | Promise<KeyHolder> {
  const header = prepareIdentity({ header: "x-api-key" }, {});
  const fromAuthorizer = api.apiKeySource === "AUTHORIZER";
  const holderOf = (exchange: Exchange, value: string, key: ApiKey | null): KeyHolder => {
    if (key === null) throw invalidKey("the API key is not known");
    if (!key.enabled) throw invalidKey(`the API key "${key.id}" is disabled`);
    const planId = key.plans.get(stageName);
    if (planId === undefined) throw invalidKey(`no usage plan opens the stage to "${key.id}"`);
    exchange.apiKey = { id: key.id, value };
    return { keyId: key.id, planId };
  };
  return (exchange) => {
    const values = fromAuthorizer ? authorizerKey(exchange) : header(exchange);
    const [value, another] = values;
    if (value === undefined || another !== undefined) {
      throw invalidKey(value === undefined ? "no API key was sent" : "several API keys were sent");
    }
    const key = keys.find(value);
    if (!(key instanceof Promise)) return holderOf(exchange, value, key);
    return key.then((found) => holderOf(exchange, value, found));
  };
}

function authorizerKey({ authorizer }: Exchange): readonly string[] {
  const key = authorizer?.usageIdentifierKey ?? null;
  return key === null ? [] : [key];
}

function invalidKey(detail: string): GatewayError {
  return new GatewayError("INVALID_API_KEY", { detail });
}

/** The keys of one gateway, hashed once for all its routes. */
function createSettingsKeys(): KeyRing {
  let keys: ApiKeys | null = null;
  return {
    of: ({ api, secrets, around }) =>
      (keys ??= createApiKeys(readSettingsKeys(api.access ?? NO_KEYS, secrets, around.logger))),
    close: () => Promise.resolve(),
  };
}

const NO_KEYS = { apiKeys: {}, usagePlans: {} };
