import type { Integration } from "../ir/integration.js";

/** Whether the run-time can answer for an integration; the reason it cannot is a diagnostic already. */
export function isServed(integration: Integration): boolean {
  return unservedReason(integration) === undefined;
}

/** Why an integration is answered with 501; undefined when it is served. */
export function unservedReason(integration: Integration): string | undefined {
  switch (integration.kind) {
    case "none":
      return integration.reason;
    case "service":
      return integration.unserved;
    case "http":
    case "function":
    case "mock":
    case "private":
    case "subtype":
      return undefined;
  }
}
