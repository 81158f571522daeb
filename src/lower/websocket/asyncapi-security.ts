import { isList, quote } from "../../json.js";
import { child, parsePointer } from "../../pointer.js";
import { followReference } from "../follow-reference.js";
import type { Lowering } from "../lowering.js";
import type { Members } from "../members.js";
import type { DeclaredApi, DeclaredAuthorization, DeclaredRoute } from "./declared.js";
import type { NamedParts } from "./named-parts.js";

/** What a document asks of who connects. */
export interface AsyncSecurity extends Pick<DeclaredRoute, "authorization" | "apiKeyAt"> {
  readonly authorizers: DeclaredApi["authorizers"];
}

const authorizerKey = "x-gateway-authorizer";

/**
 * Reads `security` of servers and operations: all that it names is asked for by `$connect`. A scheme becomes a
 * check by its `x-gateway-authorizer`: an authorizer, the name of one, or AWS_IAM; a scheme of the header
 * `x-api-key` is an API key. Problems: GG307 several authorizers, GG308 no check.
 */
export function readSecurity(
  context: Lowering,
  holders: readonly Members[],
  parts: NamedParts,
): AsyncSecurity {
  const authorizers = new Map(parts.authorizers);
  let authorization: DeclaredAuthorization = { kind: "none" };
  let apiKeyAt: DeclaredRoute["apiKeyAt"];
  for (const scheme of schemesOf(context, holders)) {
    const asked = readScheme(context, scheme, parts, authorizers);
    if (asked === "apiKey") apiKeyAt = scheme.at;
    else if (asked !== undefined && authorization.kind === "none") authorization = asked;
    else if (asked !== undefined) {
      context.sink.error("GG307", scheme.at, "$connect asks for more than one authorizer");
    }
  }
  return { authorizers, authorization, apiKeyAt };
}

/** Each scheme once, whoever names it. */
function schemesOf(context: Lowering, holders: readonly Members[]): readonly Members[] {
  const schemes = new Map<string, Members>();
  for (const holder of holders) {
    const list = holder.value["security"];
    if (!isList(list)) continue;
    for (const [index, item] of list.entries()) {
      const scheme = followReference(context, item, child(holder.place("security"), index));
      if (scheme !== undefined) schemes.set(scheme.at, scheme);
    }
  }
  return [...schemes.values()];
}

function readScheme(
  context: Lowering,
  scheme: Members,
  parts: NamedParts,
  authorizers: Map<string, Members>,
): DeclaredAuthorization | "apiKey" | undefined {
  const name = parsePointer(scheme.at).keys.at(-1) ?? "authorizer";
  const at = scheme.place(authorizerKey);
  const written = scheme.value[authorizerKey];
  if (typeof written === "string") {
    if (written === "AWS_IAM") return { kind: "iam", at };
    parts.useAuthorizer(written, at);
    return { kind: "authorizer", at, name: written };
  }
  const object = scheme.object(authorizerKey);
  if (object !== undefined) {
    authorizers.set(name, object);
    return { kind: "authorizer", at, name };
  }
  if (scheme.text("type") === "httpApiKey" && scheme.text("name")?.toLowerCase() === "x-api-key") {
    return "apiKey";
  }
  const message = `nothing checks the security scheme ${quote(name)}: connections are open`;
  context.sink.warning("GG308", scheme.at, message, { hint: `add ${authorizerKey} to the scheme` });
  return undefined;
}
