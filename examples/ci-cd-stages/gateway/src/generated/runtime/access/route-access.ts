// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AuthorizerTable } from "../contracts.js";
import { methodSettings } from "../method-settings.js";
import { wired } from "../wired.js";
import type { AccessSetup, AuthorizerFactory } from "./access.js";
import type { Guard } from "./guard.js";
import { watched } from "./watched.js";

/** The checks of callers that a gateway is given: those that its API uses. */
export interface AccessParts {
  readonly authorizers?: {
    readonly token?: AuthorizerFactory<Extract<AuthorizerTable, { kind: "token" | "request" }>>;
    readonly request?: AuthorizerFactory<Extract<AuthorizerTable, { kind: "token" | "request" }>>;
    readonly cognito?: AuthorizerFactory<Extract<AuthorizerTable, { kind: "cognito" }>>;
    readonly jwt?: AuthorizerFactory<Extract<AuthorizerTable, { kind: "jwt" }>>;
  };
  /** Checks signatures, and the policies of their signers together with the resource policy. */
  readonly iam?: AccessPart;
  /** Checks the resource policy by itself. */
  readonly resourcePolicy?: AccessPart;
  /** Checks API keys; takes requests off quotas and throttles. */
  readonly limits?: LimitsPart;
}

export type AccessPart = (setup: AccessSetup) => Guard;

/** Null: nothing limits the route. */
export type LimitsPart = (setup: AccessSetup) => Guard | null;

/**
 * The steps that let a request into one route, in the service's order. A route never opens because a
 * part is missing: that is thrown at start.
 */
export function prepareAccess(setup: AccessSetup, parts: AccessParts): readonly Guard[] {
  return [...prepareCallerChecks(setup, parts), ...prepareLimits(setup, parts)];
}

function prepareCallerChecks(setup: AccessSetup, parts: AccessParts): readonly Guard[] {
  const { authorization } = setup.route;
  const hasPolicy = (setup.api.access?.resourcePolicy ?? null) !== null;
  const policy = hasPolicy
    ? [watched("policy", wired(parts.resourcePolicy, "resourcePolicy", setup.route)(setup))]
    : [];
  switch (authorization.kind) {
    case "none":
      return policy;
    case "iam":
      return [watched("signature", wired(parts.iam, "iam", setup.route)(setup))];
    case "authorizer": {
      const table = authorizerTable(authorization.name, setup);
      const { name, scopes } = authorization;
      switch (table.kind) {
        // a Lambda authorizer weighs its own policy and the resource policy together
        case "token":
        case "request": {
          const factory = parts.authorizers?.[table.kind];
          const prepare = wired(factory, `authorizers.${table.kind}`, setup.route);
          return [watched("function", prepare(table, name, scopes, setup))];
        }
        case "cognito": {
          const factory = wired(parts.authorizers?.cognito, "authorizers.cognito", setup.route);
          return [watched("token", factory(table, name, scopes, setup)), ...policy];
        }
        case "jwt": {
          const factory = wired(parts.authorizers?.jwt, "authorizers.jwt", setup.route);
          return [watched("token", factory(table, name, scopes, setup))];
        }
      }
    }
  }
}

function authorizerTable(name: string, { api, route }: AccessSetup): AuthorizerTable {
  const authorizers = api.access?.authorizers ?? {};
  const table = Object.hasOwn(authorizers, name) ? authorizers[name] : undefined;
  if (table !== undefined) return table;
  throw new Error(`route ${route.operation} needs the authorizer "${name}", which is not there`);
}

function prepareLimits(setup: AccessSetup, parts: AccessParts): readonly Guard[] {
  const { route, stage } = setup;
  if (!route.apiKeyRequired && (methodSettings(stage, route)?.throttle ?? null) === null) return [];
  const guard = wired(parts.limits, "limits", setup.route)(setup);
  return guard === null ? [] : [guard];
}
