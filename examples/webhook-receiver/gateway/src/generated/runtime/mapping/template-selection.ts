// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { MappedIntegration, Template } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";

/** The request template for a media type; null: the body passes through. Throws 415. */
export type TemplateSelection = (contentType: string | null) => Template | null;

/**
 * Prepares the choice among `requestTemplates`: the request's media type (`application/json` when
 * absent), then `$default`, then what `passthroughBehavior` says.
 */
export function prepareTemplateSelection(
  templates: MappedIntegration["requestTemplates"],
  behavior: MappedIntegration["passthroughBehavior"],
): TemplateSelection {
  const byType = new Map(
    Object.entries(templates).map(([type, template]) => [type.trim().toLowerCase(), template]),
  );
  const fallback = byType.get("$default");
  const passes =
    behavior === "WHEN_NO_MATCH" || (behavior === "WHEN_NO_TEMPLATES" && byType.size === 0);
  return (contentType) => {
    const template = byType.get(contentType ?? "application/json") ?? fallback;
    if (template !== undefined) return template;
    if (passes) return null;
    throw new GatewayError("UNSUPPORTED_MEDIA_TYPE");
  };
}
