import type { DiagnosticSink } from "../diagnostics.js";
import type { Principal } from "../ir/deployment.js";
import type { JsonValue } from "../ir/schema.js";
import type { JsonObject } from "../json.js";
import { isList, isObject, member, quote } from "../json.js";
import type { LoadedSettings } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { lowerSecret } from "./limits.js";
import { checkPolicy } from "./policy.js";

/**
 * Callers of methods with IAM authorization, from the settings. Problem: GG048 two principals share an
 * access key.
 */
export function lowerPrincipals(
  settings: LoadedSettings,
  sink: DiagnosticSink,
): readonly Principal[] {
  const section = member(settings.value, "principals");
  const keys = new Set<string>();
  return Object.entries(isObject(section) ? section : {}).flatMap(([name, value]) => {
    const principal = isObject(value)
      ? lowerPrincipal(name, value, settings.place("principals", name))
      : undefined;
    if (principal === undefined) return [];
    if (keys.has(principal.accessKeyId)) {
      const message = `the access key of ${quote(name)} belongs to another principal, too`;
      sink.error("GG048", child(principal.at, "accessKeyId"), message);
    }
    keys.add(principal.accessKeyId);
    const place = child(principal.at, "policies");
    principal.policies.forEach((policy, index) =>
      checkPolicy(policy, child(place, index), { kind: "identity", code: "GG048" }, sink),
    );
    return [principal];
  });
}

function lowerPrincipal(name: string, value: JsonObject, at: Pointer): Principal | undefined {
  const { arn, accessKeyId, tags, policies, userId, principalOrgId } = value;
  const secretAccessKey = lowerSecret(value["secretAccessKey"]);
  if (typeof arn !== "string" || typeof accessKeyId !== "string") return undefined;
  if (secretAccessKey === undefined) return undefined;
  return {
    at,
    name,
    arn,
    userId: typeof userId === "string" ? userId : accessKeyId,
    principalOrgId: typeof principalOrgId === "string" ? principalOrgId : undefined,
    tags: Object.entries(isObject(tags) ? tags : {}).map(([key, item]) => ({
      name: key,
      value: String(item),
    })),
    accessKeyId,
    secretAccessKey,
    sessionToken: lowerSecret(value["sessionToken"]),
    policies: isList(policies) ? (policies as readonly JsonValue[]) : [],
  };
}
