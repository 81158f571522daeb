import type { FunctionAuthorizerTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { functionEventParts } from "../integrations/function-event.js";
import { eventPartsOfVersion2 } from "../integrations/http-api-event.js";
import { isRecord } from "../json-record.js";
import type { AccessSetup, AuthorizerFactory } from "./access.js";
import type { Identity } from "./authorizer-cache-key.js";
import { compileResultPolicy, rememberingReader, type ReadResult } from "./authorizer-policy.js";
import { ResultProblem } from "./authorizer-result.js";
import { prepareFunctionAuthorizer } from "./function-authorizer.js";

/**
 * A Lambda authorizer of an HTTP API, with payload version 1.0 or 2.0 and, where it is switched on, the
 * simple result. Source: developer guide, "Control access to HTTP APIs with Lambda authorizers".
 */
export const httpFunctionAuthorizer: AuthorizerFactory<FunctionAuthorizerTable> = (
  table,
  name,
  _scopes,
  setup,
) =>
  prepareFunctionAuthorizer(table, name, setup, {
    event: table.payloadFormat === "2.0" ? eventOfVersion2 : eventOfVersion1,
    read: setup.resource(table.simpleResponses ? createSimpleReader : createPolicyReader).read,
  });

function eventOfVersion2(exchange: Exchange, identity: Identity, routeArn: string): string {
  const { body: _body, isBase64Encoded: _coded, ...parts } = eventPartsOfVersion2(exchange);
  return JSON.stringify({
    version: "2.0",
    type: "REQUEST",
    routeArn,
    identitySource: identity.flat(),
    ...parts,
  });
}

function eventOfVersion1(exchange: Exchange, identity: Identity, methodArn: string): string {
  const identitySource = identity.flat().join(",");
  return JSON.stringify({
    version: "1.0",
    type: "REQUEST",
    methodArn,
    identitySource,
    authorizationToken: identitySource,
    ...functionEventParts(exchange),
  });
}

const createSimpleReader = () =>
  rememberingReader((payload, setup) => {
    const result = parse(payload);
    const { isAuthorized } = result;
    if (typeof isAuthorized !== "boolean") throw problem("does not say isAuthorized");
    const effect = isAuthorized ? "Allow" : "Deny";
    return readResult(result, statement(effect), setup);
  });

const createPolicyReader = () =>
  rememberingReader((payload, setup) => {
    const result = parse(payload);
    return readResult(result, result["policyDocument"], setup);
  });

function readResult(
  result: Readonly<Record<string, unknown>>,
  policyDocument: unknown,
  setup: AccessSetup,
): ReadResult {
  const { principalId = "", context = {} } = result;
  if (typeof principalId !== "string") throw problem("has a principalId that is no text");
  if (!isRecord(context)) throw problem("has a context that is no object");
  return {
    principalId,
    context: new Map(
      Object.entries(context).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    values: context,
    usageIdentifierKey: null,
    policy: compileResultPolicy(policyDocument, setup),
  };
}

function statement(Effect: "Allow" | "Deny"): object {
  return { Version: "2012-10-17", Statement: [{ Effect, Action: "*", Resource: "*" }] };
}

function parse(payload: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload);
    if (isRecord(value)) return value;
  } catch {
    throw problem("is no JSON");
  }
  throw problem("is no object");
}

function problem(reason: string): ResultProblem {
  return new ResultProblem(`the authorizer's result ${reason}`);
}
