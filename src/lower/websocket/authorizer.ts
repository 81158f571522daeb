import type { Authorizer, IdentitySource } from "../../ir/authorizer.js";
import { quote } from "../../json.js";
import { parseIdentitySource } from "../../language/identity-source.js";
import { parseFunctionUri, stageVariablesOf } from "../../language/uri-template.js";
import { child } from "../../pointer.js";
import type { Lowering } from "../lowering.js";
import type { Members } from "../members.js";

/**
 * Lowers one Lambda authorizer of a WebSocket API. Every problem is an error: an authorizer that cannot be read
 * must not leave the API open. Problems: GG310, GG312, GG313.
 */
export function lowerRouteAuthorizer(
  context: Lowering,
  name: string,
  object: Members,
): Authorizer | undefined {
  const { sink, needs } = context;
  const type = object.text("authorizerType");
  if (type?.toUpperCase() !== "REQUEST") {
    const message = `${quote(type ?? "")} is not a type of authorizer that WebSocket APIs have: REQUEST`;
    sink.error(
      "GG310",
      object.has("authorizerType") ? object.place("authorizerType") : object.at,
      message,
    );
    return undefined;
  }
  const authorizerUri = object.text("authorizerUri");
  const uri = authorizerUri === undefined ? undefined : parseFunctionUri(authorizerUri);
  if (authorizerUri === undefined || uri === undefined) {
    const message =
      authorizerUri === undefined
        ? `the authorizer ${quote(name)} has no authorizerUri`
        : `${quote(authorizerUri)} is not the invocation ARN of a function`;
    sink.error(
      "GG312",
      object.has("authorizerUri") ? object.place("authorizerUri") : object.at,
      message,
    );
    return undefined;
  }
  for (const variable of stageVariablesOf(uri.function)) {
    needs.stageVariable(variable, object.place("authorizerUri"));
  }
  const sources = object.texts("identitySource") ?? [];
  return {
    at: object.at,
    kind: "request",
    name,
    authType: undefined,
    authorizerUri,
    function: uri.function,
    authorizerCredentials: object.text("authorizerCredentialsArn"),
    identitySources: sources,
    identity: readSources(context, object, sources),
    identityValidationExpression: undefined,
    // results are kept for HTTP and REST APIs alone; a connection is authorized once
    ttlSeconds: 0,
    payloadFormat: "1.0",
    simpleResponses: false,
  };
}

function readSources(
  { sink, needs }: Lowering,
  object: Members,
  sources: readonly string[],
): readonly IdentitySource[] {
  return sources.flatMap((text, index) => {
    const at = child(object.place("identitySource"), index);
    const source = parseIdentitySource(text, "websocket");
    if (source === undefined) {
      sink.error("GG313", at, `${quote(text)} is not an identity source`, {
        hint: "write route.request.header.NAME, route.request.querystring.NAME, stageVariables.NAME or context.NAME",
      });
      return [];
    }
    if (source.kind === "stageVariable") needs.stageVariable(source.name, at);
    return [source];
  });
}
