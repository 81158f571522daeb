import type { Gateway } from "../ir/gateway.js";
import { compareAccess, compareAuthorizers } from "./access.js";
import { compareApis } from "./api.js";
import { compareBehaviour, type TemplateChange } from "./behaviour.js";
import { compareChecks } from "./checks.js";
import { changeSeverities, type Change } from "./change.js";
import { compareContract } from "./contract.js";
import { compareDeployments } from "./deployment.js";
import { compareRoutes, pairRoutes } from "./routes.js";
import { SchemaComparison } from "./schemas.js";

export interface GatewayDifference {
  /** The gravest first; among those of one severity, API, routes, models, settings. */
  readonly changes: readonly Change[];
  /** Those of {@link changes} that are of mapping templates on both sides. */
  readonly templates: readonly TemplateChange[];
}

/** Compares two gateways: what clients can rely on, and what the gateway does. */
export function diffGateways(before: Gateway, after: Gateway): GatewayDifference {
  const [old, now] = [before.api, after.api];
  const pairs = pairRoutes(old.operations, now.operations);
  const schemas = new SchemaComparison(old.models, now.models);
  const routes = pairs.both.map(([left, right]) => {
    const behaviour = compareBehaviour(left, right);
    return {
      templates: behaviour.templates,
      changes: [
        ...compareContract(left, right, schemas),
        ...compareAccess(left, right),
        ...behaviour.changes,
        ...behaviour.templates.map(({ change }) => change),
      ],
    };
  });
  const changes = [
    ...compareApis(old, now),
    ...compareRoutes(pairs),
    ...routes.flatMap((route) => route.changes),
    ...schemas.changes,
    ...compareChecks(old.models, now.models, (model) => schemas.usesOf(model)),
    ...compareAuthorizers(old.authorizers, now.authorizers),
    ...compareDeployments(before.deployment, after.deployment),
  ];
  return {
    changes: changes.toSorted((a, b) => rank(a) - rank(b)),
    templates: routes.flatMap((route) => route.templates),
  };
}

function rank({ severity }: Change): number {
  return changeSeverities.indexOf(severity);
}
