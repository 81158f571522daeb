import type { Authorization, Authorizer } from "../ir/authorizer.js";
import { describe, isList, isObject, quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { lowerAuthorizer } from "./authorizer.js";
import { followReference } from "./follow-reference.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";

/** What naming a security scheme asks of a caller. */
type Scheme =
  | { readonly kind: "authorizer"; readonly authorizer: Authorizer }
  | { readonly kind: "iam" }
  | { readonly kind: "apiKey" }
  /** The service has no such check: the method stays open. */
  | { readonly kind: "unchecked"; readonly type: string }
  /** Should protect, but cannot be read; reported. */
  | { readonly kind: "broken" };

export type Schemes = ReadonlyMap<string, Scheme>;

export interface Security {
  readonly authorization: Authorization;
  readonly apiKeyRequired: boolean;
}

/** Lowers the security schemes of the document. Problems: GG300, GG301, and those of the authorizers. */
export function lowerSchemes(context: Lowering, root: Members): Schemes {
  // Writers mix the versions up, and the service reads either place in either version.
  const holders = [
    root.object("securityDefinitions"),
    root.object("components")?.object("securitySchemes"),
  ];
  const schemes = new Map<string, Scheme>();
  for (const holder of holders) {
    for (const [name, value] of holder?.entries() ?? []) {
      const scheme = followReference(context, value, holder?.place(name) ?? root.at);
      schemes.set(name, scheme ? lowerScheme(context, name, scheme) : { kind: "broken" });
    }
  }
  return schemes;
}

export function authorizersOf(schemes: Schemes): readonly Authorizer[] {
  return [...schemes.values()].flatMap((scheme) =>
    scheme.kind === "authorizer" ? [scheme.authorizer] : [],
  );
}

function lowerScheme(context: Lowering, name: string, scheme: Members): Scheme {
  const type = scheme.text("type") ?? "";
  const authType = scheme.text("x-amazon-apigateway-authtype");
  if (authType?.toLowerCase() === "awssigv4") return { kind: "iam" };
  if (authType?.toLowerCase().startsWith("aws")) {
    const message = `${quote(authType)} is not known; words that begin with "aws" are reserved`;
    context.sink.error("GG300", scheme.place("x-amazon-apigateway-authtype"), message, {
      hint: 'did you mean "awsSigv4"?',
    });
    return { kind: "broken" };
  }
  if (scheme.has("x-amazon-apigateway-authorizer")) {
    if (context.kind === "rest" && type !== "apiKey") {
      const message = `REST APIs read authorizers of schemes with type: apiKey only; ${quote(name)} has ${quote(type)}`;
      context.sink.warning("GG302", scheme.at, message, {
        hint: "API Gateway leaves its methods open; here the authorizer is applied",
      });
    }
    const authorizer = lowerAuthorizer(context, name, scheme);
    return authorizer ? { kind: "authorizer", authorizer } : { kind: "broken" };
  }
  if (authType !== undefined) {
    const message = `the scheme ${quote(name)} has the authtype ${quote(authType)} but no authorizer`;
    context.sink.error("GG301", scheme.at, message, { hint: "add x-amazon-apigateway-authorizer" });
    return { kind: "broken" };
  }
  const isKey = type === "apiKey" && scheme.text("in")?.toLowerCase() === "header";
  if (isKey && scheme.text("name")?.toLowerCase() === "x-api-key") return { kind: "apiKey" };
  return { kind: "unchecked", type };
}

/**
 * What an operation asks of its callers: its own `security`, else the root's, over it
 * `x-amazon-apigateway-auth`. A requirement that cannot be kept is an error, never an open route.
 * Problems: GG303 to GG309, GG318.
 */
export function lowerSecurity(
  context: Lowering,
  root: Members,
  operation: Members,
  schemes: Schemes,
): Security {
  const auth = lowerAuth(context, operation);
  if (auth === "NONE") return { authorization: { kind: "none" }, apiKeyRequired: false };
  const holder = operation.has("security") ? operation : root;
  const at = holder.place("security");
  const required = readRequirements(context, holder, schemes, holder === operation);
  const key = required.find(({ scheme }) => scheme.kind === "apiKey");
  const apiKeyRequired = key !== undefined && context.kind !== "http";
  if (key !== undefined && context.kind === "http") {
    const message = `HTTP APIs know no API keys: API Gateway does not ask for ${quote(key.name)}, and neither does this gateway`;
    context.sink.warning("GG308", key.at, message);
  }
  if (auth !== undefined) return { authorization: { kind: "iam", at: auth }, apiKeyRequired };
  return { authorization: chooseAuthorization(context, required, at), apiKeyRequired };
}

interface Required {
  readonly name: string;
  readonly scheme: Scheme;
  readonly scopes: readonly string[];
  readonly at: Pointer;
  /** Index of the alternative it belongs to. */
  readonly alternative: number;
}

/** All schemes of all alternatives. The service keeps no alternatives: what is named is asked for. */
function readRequirements(
  context: Lowering,
  holder: Members,
  schemes: Schemes,
  isOwn: boolean,
): readonly Required[] {
  const list = holder.value["security"];
  const at = holder.place("security");
  if (list === undefined) return [];
  if (!isList(list)) {
    context.sink.error("GG304", at, `security is a list, not ${describe(list)}`);
    return [];
  }
  const required = list.flatMap((item, alternative) => {
    if (isOwn && isSamNone(item, schemes)) {
      const words = `"NONE" is no security scheme; SAM writes it for nobody being asked, and so it is read`;
      const hint = "write security: [] to open an operation";
      context.sink.warning("GG318", child(at, alternative), words, { hint });
      return [];
    }
    if (isObject(item))
      return readRequirement(context, item, child(at, alternative), alternative, schemes);
    context.sink.error(
      "GG304",
      child(at, alternative),
      `a requirement is an object, not ${describe(item)}`,
    );
    return [];
  });
  if (list.length > 1) {
    const words = "API Gateway keeps no alternatives; every scheme of the list is asked for";
    context.sink.warning("GG305", at, words, { hint: "name what is needed in one requirement" });
  }
  return required;
}

/** `{ NONE: [] }`, which SAM puts on operations whose `Auth` says `Authorizer: NONE`. */
function isSamNone(item: unknown, schemes: Schemes): boolean {
  if (!isObject(item) || schemes.has("NONE")) return false;
  const [name, ...others] = Object.keys(item);
  const scopes = item["NONE"];
  return name === "NONE" && others.length === 0 && isList(scopes) && scopes.length === 0;
}

function readRequirement(
  context: Lowering,
  item: Readonly<Record<string, unknown>>,
  at: Pointer,
  alternative: number,
  schemes: Schemes,
): readonly Required[] {
  return Object.entries(item).flatMap(([name, scopes]) => {
    const place = child(at, name);
    const scheme = schemes.get(name);
    if (!scheme) {
      context.sink.error("GG303", place, `there is no security scheme ${quote(name)}`, {
        hint:
          name === "NONE"
            ? "write security: [] to open an operation"
            : "define it among the security schemes",
        ...(name === "NONE" ? {} : nearestHint(name, schemes.keys())),
      });
      return [];
    }
    const texts = isList(scopes)
      ? scopes.filter((scope): scope is string => typeof scope === "string")
      : [];
    if (!isList(scopes) || texts.length < scopes.length) {
      context.sink.error("GG304", place, `scopes are a list of texts, not ${describe(scopes)}`);
    }
    return [{ name, scheme, scopes: texts, at: place, alternative }];
  });
}

/** Type NONE opens, AWS_IAM asks for a signature; anything else is an error. */
function lowerAuth(context: Lowering, operation: Members): "NONE" | Pointer | undefined {
  const key = "x-amazon-apigateway-auth";
  if (!operation.has(key)) return undefined;
  const auth = operation.value[key];
  const type = isObject(auth) ? String(auth["type"] ?? "").toUpperCase() : "";
  if (type === "NONE") return "NONE";
  if (type === "AWS_IAM") return operation.place(key);
  const message = `expected { type: NONE } or { type: AWS_IAM }, found ${describe(isObject(auth) ? auth["type"] : auth)}`;
  context.sink.error("GG306", operation.place(key), message);
  return undefined;
}

function chooseAuthorization(
  context: Lowering,
  required: readonly Required[],
  at: Pointer,
): Authorization {
  const checks = required.filter(
    ({ scheme }) => scheme.kind === "authorizer" || scheme.kind === "iam",
  );
  const [first, second] = checks;
  if (!first) {
    reportOpen(context, required, at);
    return { kind: "none" };
  }
  if (second) reportSecond(context, first, second);
  if (first.scheme.kind === "iam") return { kind: "iam", at: first.at };
  return { kind: "authorizer", at: first.at, authorizer: first.name, scopes: first.scopes };
}

/** Two that must both hold cannot be kept: one would be dropped. Of two alternatives the first is kept. */
function reportSecond(context: Lowering, first: Required, second: Required): void {
  if (first.alternative === second.alternative) {
    const message = `a method has one authorizer; ${quote(first.name)} and ${quote(second.name)} cannot both be asked for`;
    context.sink.error("GG307", second.at, message);
    return;
  }
  const message = `a method has one authorizer: ${quote(first.name)} is asked for, ${quote(second.name)} is not accepted`;
  context.sink.warning("GG307", second.at, message);
}

function reportOpen(context: Lowering, required: readonly Required[], at: Pointer): void {
  if (required.some(({ scheme }) => scheme.kind === "apiKey" || scheme.kind === "broken")) return;
  const [unchecked] = required;
  if (unchecked?.scheme.kind !== "unchecked") return;
  const message = `the scheme ${quote(unchecked.name)} (${unchecked.scheme.type}) has no authorizer: API Gateway leaves the method open, and so does this gateway`;
  context.sink.warning("GG308", at, message, {
    hint: "add x-amazon-apigateway-authorizer to the scheme",
  });
}
