// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { SecretReference } from "../contracts.js";
import { resolveSecret, type SecretSource } from "../secrets.js";

/** Headers of the settings with their secrets filled in. Throws a `SecretProblem` when one is missing. */
export function sentHeaders(
  headers: Readonly<Record<string, string | SecretReference>>,
  secrets: SecretSource,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" ? value : resolveSecret(value, secrets),
    ]),
  );
}
