// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessTable } from "../contracts.js";
import type { Logger } from "../logger.js";
import { resolveSecret, SecretProblem, type SecretSource } from "../secrets.js";
import { hashApiKey, LONGEST_KEY, newSalt, SHORTEST_KEY, type HashedApiKeys } from "./api-keys.js";

/**
 * The API keys of the settings, their values looked up and hashed.
 * @throws SecretProblem when a value cannot be found, or cannot be a key.
 */
export function readSettingsKeys(
  { apiKeys, usagePlans }: Pick<AccessTable, "apiKeys" | "usagePlans">,
  secrets: SecretSource,
  logger: Logger,
): HashedApiKeys {
  const salt = newSalt();
  return {
    salt,
    keys: Object.entries(apiKeys).map(([id, { name, customerId, enabled, value }]) => {
      const text = resolveSecret(value, secrets);
      if (text === "" || text.length > LONGEST_KEY) {
        throw new SecretProblem(
          `the value of the API key "${id}" has not 1 to ${LONGEST_KEY} characters`,
        );
      }
      if (text.length < SHORTEST_KEY) {
        logger.warn("an API key is shorter than the service allows", { apiKeyId: id });
      }
      const hash = hashApiKey(text, salt);
      return { id, name, customerId, enabled, hash, plans: plansOf(id, usagePlans) };
    }),
  };
}

function plansOf(
  keyId: string,
  usagePlans: AccessTable["usagePlans"],
): readonly { readonly stage: string; readonly planId: string }[] {
  return Object.entries(usagePlans).flatMap(([planId, { stages, keys }]) =>
    keys.includes(keyId) ? stages.map((stage) => ({ stage, planId })) : [],
  );
}
