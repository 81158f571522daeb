// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { FunctionAuthorizerTable } from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { bindFunction, type FunctionBinding } from "../functions/binding.js";
import { authorizerCaller } from "../functions/caller.js";
import { errorText } from "../logger.js";
import type { AccessSetup, AuthorizerFactory } from "./access.js";
import { authorizerCacheKey, type Identity } from "./authorizer-cache-key.js";
import { requestEvent, tokenEvent } from "./authorizer-event.js";
import { admitByResult, createResultReader, type ReadResult } from "./authorizer-policy.js";
import { ResultProblem } from "./authorizer-result.js";
import type { Guard } from "./guard.js";
import { prepareIdentity, readIdentity } from "./identity.js";
import { methodArns, type MethodArns } from "./method-arn.js";
import { refuseDenied, resourcePolicyOf } from "./resource-policy.js";

/** What differs between the kinds of APIs: the function's event, and what its result says. */
export interface AuthorizerForm {
  /** JSON text. */
  event(exchange: Exchange, identity: Identity, arn: string): string;
  /** @throws ResultProblem */
  read(payload: string, setup: AccessSetup): ReadResult;
}

/** A Lambda authorizer of a REST API, TOKEN or REQUEST. */
export const functionAuthorizer: AuthorizerFactory<FunctionAuthorizerTable> = (
  table,
  name,
  _scopes,
  setup,
) =>
  prepareFunctionAuthorizer(table, name, setup, {
    event: (exchange, identity, arn) =>
      table.kind === "token" ? tokenEvent(arn, tokenOf(identity)) : requestEvent(exchange, arn),
    read: setup.resource(createResultReader).read,
  });

/**
 * Asks a function and keeps its result by what identifies the caller, for all methods of a stage: the
 * policy in it is evaluated anew for each request.
 */
export function prepareFunctionAuthorizer(
  table: FunctionAuthorizerTable,
  name: string,
  setup: AccessSetup,
  form: AuthorizerForm,
): Guard {
  const readers = table.identitySources.map((source) =>
    prepareIdentity(source, setup.stageVariables),
  );
  const resourcePolicy = resourcePolicyOf(setup);
  const ask = prepareAsking(table, name, setup, form);
  const admit = (
    exchange: Exchange,
    arns: MethodArns,
    { payload, requestId }: Asked,
    startedMs: number,
  ): void => {
    const result = readResult(form, payload, setup);
    exchange.authorizer = {
      principalId: result.principalId,
      context: result.context,
      values: result.values,
      claims: null,
      scopes: null,
      usageIdentifierKey: result.usageIdentifierKey,
      latencyMs: setup.around.clock() - startedMs,
      requestId,
    };
    admitByResult(exchange, arns, result, resourcePolicy);
  };
  return (exchange) => {
    const arns = methodArns(exchange);
    refuseDenied(resourcePolicy, exchange, arns);
    const identity = readIdentity(exchange, readers);
    if (identity === null) throw unauthorized(`an identity source of "${name}" was not sent`);
    if (table.validation !== null && !table.validation.test(tokenOf(identity))) {
      throw unauthorized(`the token does not match the validation expression of "${name}"`);
    }
    const startedMs = setup.around.clock();
    const asked = ask(exchange, identity, arns.asSent);
    if (!(asked instanceof Promise)) return admit(exchange, arns, asked, startedMs);
    return asked.then((answer) => admit(exchange, arns, answer, startedMs));
  };
}

/** A header that was sent twice is one text, as HTTP joins them. */
function tokenOf(identity: Identity): string {
  return identity[0]?.join(",") ?? "";
}

function unauthorized(detail: string): GatewayError {
  return new GatewayError("UNAUTHORIZED", { detail });
}

function readResult(form: AuthorizerForm, payload: string, setup: AccessSetup): ReadResult {
  try {
    return form.read(payload, setup);
  } catch (error) {
    if (!(error instanceof ResultProblem)) throw error;
    throw new GatewayError("AUTHORIZER_CONFIGURATION_ERROR", { detail: error.message });
  }
}

/** A function's result. */
interface Asked {
  /** JSON text. */
  readonly payload: string;
  /** Of the call that gave it; null: the result was kept, or who ran the function names no calls. */
  readonly requestId: string | null;
}

/** Gives the function's result: at once when it is kept in this process. */
type Ask = (exchange: Exchange, identity: Identity, methodArn: string) => Asked | Promise<Asked>;

function prepareAsking(
  table: FunctionAuthorizerTable,
  name: string,
  setup: AccessSetup,
  form: AuthorizerForm,
): Ask {
  const binding = bindFunction(table.function, table.timeoutMs, setup, authorizerCaller(name));
  const call = async (exchange: Exchange, identity: Identity, arn: string): Promise<Asked> =>
    invoke(binding, form.event(exchange, identity, arn), name);
  if (table.ttlSeconds === 0 || table.identitySources.length === 0) return call;
  const { cacheScope } = setup;
  const { store } = setup.state;
  const asked = new Map<string, Promise<Asked>>();
  const askOnce = (exchange: Exchange, identity: Identity, arn: string, key: string) => {
    const underway = asked.get(key);
    if (underway !== undefined) return underway;
    const result = call(exchange, identity, arn)
      .then(async (answer) => {
        const { payload } = answer;
        // a result that cannot be read is not kept: the function may recover
        if (isReadable(form, payload, setup)) {
          await store.write("authorizer", key, Buffer.from(payload), table.ttlSeconds);
        }
        return answer;
      })
      .finally(() => asked.delete(key));
    asked.set(key, result);
    return result;
  };
  return (exchange, identity, arn) => {
    const key = authorizerCacheKey(cacheScope, name, identity);
    const kept = store.read("authorizer", key);
    if (kept === null) return askOnce(exchange, identity, arn, key);
    if (!(kept instanceof Promise)) return keptResult(kept);
    return kept.then((bytes) =>
      bytes === null ? askOnce(exchange, identity, arn, key) : keptResult(bytes),
    );
  };
}

function keptResult(bytes: Buffer): Asked {
  return { payload: bytes.toString("utf8"), requestId: null };
}

function isReadable(form: AuthorizerForm, payload: string, setup: AccessSetup): boolean {
  try {
    form.read(payload, setup);
    return true;
  } catch (error) {
    if (error instanceof ResultProblem) return false;
    throw error;
  }
}

/**
 * The exact text `Unauthorized` is the function's way to say 401; any other failure is a 500 with a
 * null message. Source: developer guide, "Use API Gateway Lambda authorizers".
 */
async function invoke(binding: FunctionBinding, event: string, name: string): Promise<Asked> {
  if (binding.kind === "stub") {
    if (binding.missing !== null) throw failed(`the authorizer "${name}": ${binding.missing}`);
    return { payload: binding.body, requestId: null };
  }
  const {
    payload,
    functionError,
    requestId = null,
  } = await binding.invoke(event, "RequestResponse").catch((error: unknown) => {
    throw failed(`the authorizer "${name}" gave no result: ${errorText(error)}`, error);
  });
  if (functionError === null) return { payload, requestId };
  if (errorMessage(payload) === "Unauthorized")
    throw unauthorized(`the authorizer "${name}" says so`);
  throw failed(`the authorizer "${name}" failed (${functionError})`);
}

function failed(detail: string, cause?: unknown): GatewayError {
  return new GatewayError("AUTHORIZER_CONFIGURATION_ERROR", { detail, cause });
}

function errorMessage(payload: string): string | undefined {
  try {
    const error = JSON.parse(payload) as { readonly errorMessage?: unknown } | null;
    return typeof error?.errorMessage === "string" ? error.errorMessage : undefined;
  } catch {
    return undefined;
  }
}
