import type { ResourcePolicy } from "../ir/gateway.js";
import type { Operation } from "../ir/operation.js";
import { isList, isObject, quote } from "../json.js";
import { child } from "../pointer.js";
import type { LintCheck, LintFinding, LintSubject } from "./finding.js";

const writing: ReadonlySet<Operation["method"]> = new Set([
  "ANY",
  "DELETE",
  "PATCH",
  "POST",
  "PUT",
]);

/** Who may call: routes that are open, or open by mistake. Routes of WebSocket APIs ask at $connect alone. */
export const checkProtection: LintCheck = (subject) => {
  const { api } = subject.gateway;
  if (api.kind === "websocket") return [];
  return [
    ...(isGuarded(api.policy) ? [] : api.operations.flatMap(openWrite)),
    ...api.operations.flatMap(keyOnly),
    ...mixedPaths(api.operations),
    ...openPolicy(api.policy),
    ...unusedAuthorizers(subject),
  ];
};

/** A mock keeps nothing, and a route without integration does nothing. */
function doesNothing({ integration: { kind } }: Operation): boolean {
  return kind === "mock" || kind === "none";
}

function isOpen({ authorization, apiKeyRequired }: Operation): boolean {
  return authorization.kind === "none" && !apiKeyRequired;
}

function nameOf({ method, path, routeKey }: Operation): string {
  return routeKey ?? `${method} ${path}`;
}

function openWrite(operation: Operation): readonly LintFinding[] {
  if (!writing.has(operation.method) || !isOpen(operation) || doesNothing(operation)) return [];
  const message = `${nameOf(operation)} changes data and is open to everybody`;
  const hint = "give it an authorizer or AWS_IAM by security";
  return [{ rule: "open-write", at: operation.at, message, hint }];
}

function keyOnly(operation: Operation): readonly LintFinding[] {
  if (operation.authorization.kind !== "none" || !operation.apiKeyRequired) return [];
  const message = `${nameOf(operation)} is protected by an API key alone, which every app that holds it gives away`;
  const hint = "add an authorizer; keep the key for usage plans";
  return [{ rule: "api-key-only", at: operation.at, message, hint }];
}

function mixedPaths(operations: readonly Operation[]): readonly LintFinding[] {
  const byPath = new Map<string, Operation[]>();
  for (const operation of operations) {
    byPath.set(operation.path, [...(byPath.get(operation.path) ?? []), operation]);
  }
  return [...byPath.values()].flatMap((methods): readonly LintFinding[] => {
    const guarded = methods.filter((operation) => !isOpen(operation));
    const [first] = guarded;
    if (first === undefined) return [];
    return methods
      .filter((operation) => isOpen(operation) && operation.method !== "OPTIONS")
      .map((operation) => ({
        rule: "mixed-protection",
        at: operation.at,
        message: `${nameOf(operation)} is open, while ${guarded.map(({ method }) => method).join(", ")} of the same path ${guarded.length === 1 ? "is" : "are"} protected`,
      }));
  });
}

interface Statement {
  readonly index: number | undefined;
  readonly effect: unknown;
  readonly isForAll: boolean;
  readonly hasCondition: boolean;
}

function statementsOf({ document }: ResourcePolicy): readonly Statement[] {
  const given = isObject(document) ? document["Statement"] : undefined;
  const items = isList(given) ? given : [given];
  return items.flatMap((item, index) =>
    isObject(item)
      ? [
          {
            index: isList(given) ? index : undefined,
            effect: item["Effect"],
            isForAll: isEverybody(item["Principal"]),
            hasCondition: isObject(item["Condition"]) && Object.keys(item["Condition"]).length > 0,
          },
        ]
      : [],
  );
}

function isEverybody(principal: unknown): boolean {
  if (principal === "*") return true;
  if (isList(principal)) return principal.includes("*");
  return isObject(principal) && isEverybody(principal["AWS"]);
}

/** Statements that let everybody in; where another one denies, they are the usual way to write it. */
function openStatements(policy: ResourcePolicy): readonly Statement[] {
  const statements = statementsOf(policy);
  if (statements.some(({ effect }) => effect === "Deny")) return [];
  return statements.filter(
    ({ effect, isForAll, hasCondition }) => effect === "Allow" && isForAll && !hasCondition,
  );
}

/** Whether a resource policy keeps somebody out. */
function isGuarded(policy: ResourcePolicy | undefined): boolean {
  return policy !== undefined && openStatements(policy).length === 0;
}

function openPolicy(policy: ResourcePolicy | undefined): readonly LintFinding[] {
  if (policy === undefined) return [];
  return openStatements(policy).map(({ index }) => {
    const at = child(policy.at, "Statement");
    return {
      rule: "open-policy",
      at: index === undefined ? at : child(at, index),
      message: 'the resource policy lets the principal "*" in without a condition',
      hint: "name principals, or add a condition such as aws:SourceIp",
    };
  });
}

function unusedAuthorizers({ gateway: { api } }: LintSubject): readonly LintFinding[] {
  const used = new Set(
    api.operations.map(({ authorization }) =>
      authorization.kind === "authorizer" ? authorization.authorizer : undefined,
    ),
  );
  return api.authorizers
    .filter(({ name }) => !used.has(name))
    .map(({ name, at }) => ({
      rule: "unused-authorizer",
      at,
      message: `the authorizer ${quote(name)} protects no route`,
    }));
}
