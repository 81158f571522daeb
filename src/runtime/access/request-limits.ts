import type { AccessTable, UsagePlanTable } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { createApiKeys, hashApiKey, newSalt, type ApiKeys } from "../limits/api-keys.js";
import { prepareClaims, type Claims, type KeyHolder, type PlanLimits } from "../limits/throttle.js";
import { resolveSecret, SecretProblem } from "../secrets.js";
import type { Admission } from "../state/store.js";
import type { AccessSetup } from "./access.js";
import { prepareIdentity } from "./identity.js";
import type { LimitsPart } from "./route-access.js";

/** API key, usage plan and throttle of one route, decided in one go. */
export const requestLimits: LimitsPart = (setup) => {
  const { store } = setup.state;
  const claims = prepareRouteClaims(setup);
  const findHolder = setup.route.apiKeyRequired ? prepareHolder(setup) : () => null;
  const decide = (exchange: Exchange, holder: KeyHolder | null, admission: Admission): void => {
    const { outcome } = admission;
    const identifier = "id" in admission ? admission.id : null;
    const apiKeyId = holder?.keyId ?? null;
    exchange.trace?.({ kind: "limited", outcome, identifier, apiKeyId });
    if (outcome !== "admitted") throw refusal(outcome, identifier);
  };
  return (exchange) => {
    const holder = findHolder(exchange);
    const admission = store.admit(claims(holder));
    if (!(admission instanceof Promise)) return decide(exchange, holder, admission);
    return admission.then((answer) => decide(exchange, holder, answer));
  };
};

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
  const method = Object.hasOwn(stage.methods, route.operation)
    ? (stage.methods[route.operation]?.throttle ?? null)
    : null;
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
function prepareHolder(setup: AccessSetup): (exchange: Exchange) => KeyHolder {
  const { api, stageName } = setup;
  const keys = setup.resource(createKeyRings).of(setup);
  const header = prepareIdentity({ header: "x-api-key" }, {});
  const fromAuthorizer = api.apiKeySource === "AUTHORIZER";
  return (exchange) => {
    const values = fromAuthorizer ? authorizerKey(exchange) : header(exchange);
    const [value, another] = values;
    if (value === undefined || another !== undefined) {
      throw invalidKey(value === undefined ? "no API key was sent" : "several API keys were sent");
    }
    const key = keys.find(value);
    if (key === null) throw invalidKey("the API key is not known");
    if (!key.enabled) throw invalidKey(`the API key "${key.id}" is disabled`);
    const planId = key.plans.get(stageName);
    if (planId === undefined) throw invalidKey(`no usage plan opens the stage to "${key.id}"`);
    exchange.apiKey = { id: key.id, value };
    return { keyId: key.id, planId };
  };
}

function authorizerKey({ authorizer }: Exchange): readonly string[] {
  const key = authorizer?.usageIdentifierKey ?? null;
  return key === null ? [] : [key];
}

function invalidKey(detail: string): GatewayError {
  return new GatewayError("INVALID_API_KEY", { detail });
}

/** Characters of a key's value on the service; recorded. A shorter one works here, with a warning. */
const SHORTEST_KEY = 20;
const LONGEST_KEY = 128;

/** The keys of one gateway, hashed once for all its routes. */
function createKeyRings(): {
  of(setup: AccessSetup): ApiKeys;
  close(): Promise<void>;
} {
  let keys: ApiKeys | null = null;
  return {
    of: (setup) => (keys ??= readKeys(setup)),
    close: () => Promise.resolve(),
  };
}

function readKeys({ api, secrets, around }: AccessSetup): ApiKeys {
  const { apiKeys = {}, usagePlans = {} } = api.access ?? {};
  const salt = newSalt();
  return createApiKeys({
    salt,
    keys: Object.entries(apiKeys).map(([id, { name, customerId, enabled, value }]) => {
      const text = resolveSecret(value, secrets);
      if (text === "" || text.length > LONGEST_KEY) {
        throw new SecretProblem(
          `the value of the API key "${id}" has not 1 to ${LONGEST_KEY} characters`,
        );
      }
      if (text.length < SHORTEST_KEY) {
        around.logger.warn("an API key is shorter than the service allows", { apiKeyId: id });
      }
      const hash = hashApiKey(text, salt);
      return { id, name, customerId, enabled, hash, plans: plansOf(id, usagePlans) };
    }),
  });
}

function plansOf(
  keyId: string,
  usagePlans: AccessTable["usagePlans"],
): readonly { readonly stage: string; readonly planId: string }[] {
  return Object.entries(usagePlans).flatMap(([planId, { stages, keys }]) =>
    keys.includes(keyId) ? stages.map((stage) => ({ stage, planId })) : [],
  );
}
