import type { Authorization, Authorizer } from "../ir/authorizer.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import type { Change, ChangeKind, ChangeSeverity } from "./change.js";
import { contentOf, isSame, pairUp } from "./pairs.js";
import { routeName } from "./routes.js";

/** Compares who may call a route, and what is checked of a call. */
export function compareAccess(before: Operation, after: Operation): readonly Change[] {
  return [
    ...compareAuthorization(before, after),
    ...compareKey(before, after),
    ...compareValidators(before, after),
  ];
}

function change(
  before: Operation,
  after: Operation,
  kind: ChangeKind,
  severity: ChangeSeverity,
  message: string,
): Change {
  return { kind, severity, subject: routeName(after), message, before: before.at, after: after.at };
}

function compareAuthorization(before: Operation, after: Operation): readonly Change[] {
  const [old, now] = [before.authorization, after.authorization];
  const tell = (severity: ChangeSeverity, message: string): readonly Change[] => [
    change(before, after, "authorization", severity, message),
  ];
  if (old.kind === "none" && now.kind === "none") return [];
  if (now.kind === "none") {
    return tell("security", `${nameOf(old)} is gone: it is open to everybody`);
  }
  if (old.kind === "none") return tell("breaking", `asks for ${nameOf(now)} now`);
  if (old.kind !== "authorizer" || now.kind !== "authorizer") {
    const message = `asks for ${nameOf(now)} instead of ${nameOf(old)}`;
    return old.kind === now.kind ? [] : tell("security", message);
  }
  if (old.authorizer !== now.authorizer) {
    return tell("security", `asks for ${nameOf(now)} instead of ${nameOf(old)}`);
  }
  return compareScopes(before, after, old.scopes, now.scopes);
}

function nameOf(authorization: Authorization): string {
  switch (authorization.kind) {
    case "none":
      return "nothing";
    case "iam":
      return "an AWS signature";
    case "authorizer":
      return `the authorizer ${quote(authorization.authorizer)}`;
  }
}

/** One of the scopes is enough: a further one lets more callers in. */
function compareScopes(
  before: Operation,
  after: Operation,
  old: readonly string[],
  now: readonly string[],
): readonly Change[] {
  const removed = old.filter((scope) => !now.includes(scope));
  const added = now.filter((scope) => !old.includes(scope));
  if (removed.length === 0 && added.length === 0) return [];
  const [from, to] = [list(old), list(now)];
  const isLooser = now.length === 0 || (old.length > 0 && added.length > 0);
  const message =
    now.length === 0
      ? `asks for no scope any more; it asked for ${from}`
      : old.length === 0
        ? `asks for one of the scopes ${to} now`
        : `asks for one of the scopes ${to} instead of ${from}`;
  return [change(before, after, "scopes", isLooser ? "security" : "breaking", message)];
}

function list(scopes: readonly string[]): string {
  return scopes.map(quote).join(", ");
}

function compareKey(before: Operation, after: Operation): readonly Change[] {
  if (before.apiKeyRequired === after.apiKeyRequired) return [];
  const isAsked = after.apiKeyRequired;
  const message = isAsked ? "asks for an API key now" : "asks for no API key any more";
  return [change(before, after, "api-key", isAsked ? "breaking" : "security", message)];
}

function compareValidators(before: Operation, after: Operation): readonly Change[] {
  const parts = [
    ["bodies", before.validator?.validateBody === true, after.validator?.validateBody === true],
    [
      "parameters",
      before.validator?.validateParameters === true,
      after.validator?.validateParameters === true,
    ],
  ] as const;
  return parts.flatMap(([what, old, now]) => {
    if (old === now) return [];
    const message = now ? `${what} are validated now` : `${what} are not validated any more`;
    return [change(before, after, "validator", now ? "breaking" : "security", message)];
  });
}

/** Compares what the authorizers of one name ask for. Those that are new or gone are told at their routes. */
export function compareAuthorizers(
  before: readonly Authorizer[],
  after: readonly Authorizer[],
): readonly Change[] {
  return pairUp(before, after, ({ name }) => name).both.flatMap(([old, now]) => {
    const differs = differences(old, now);
    return differs.map((part): Change => ({
      kind: "authorizer",
      severity: part === "ttlSeconds" ? "behaviour" : "security",
      subject: `authorizer ${now.name}`,
      message: `its ${words.get(part) ?? part} changed from ${value(old, part)} to ${value(now, part)}`,
      before: old.at,
      after: now.at,
    }));
  });
}

/** Members that users write, and how they are called. What is read from them is left out. */
const words = new Map([
  ["kind", "type"],
  ["authorizerUri", "function"],
  ["authorizerCredentials", "role"],
  ["identitySources", "identity sources"],
  ["identityValidationExpression", "validation expression"],
  ["ttlSeconds", "cache time in seconds"],
  ["payloadFormat", "payload version"],
  ["simpleResponses", "kind of answers"],
  ["providerArns", "user pools"],
  ["header", "header"],
  ["issuer", "issuer"],
  ["jwksUri", "address of keys"],
  ["audience", "audience"],
]);

function differences(before: Authorizer, after: Authorizer): readonly string[] {
  return [...words.keys()].filter((part) => !isSame(memberOf(before, part), memberOf(after, part)));
}

function memberOf(authorizer: Authorizer, name: string): unknown {
  return new Map<string, unknown>(Object.entries(authorizer)).get(name);
}

function value(authorizer: Authorizer, part: string): string {
  const given = memberOf(authorizer, part);
  if (given === undefined) return "none";
  if (typeof given === "string") return quote(given);
  return contentOf(given).slice(0, 120);
}
