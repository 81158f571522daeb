// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import {
  keyParameterName,
  keyParameterValue,
  responseCacheKey,
  responseCachePrefix,
  type CacheKeyParameter,
} from "../cache/response-cache.js";
import type { CacheTable, HttpMethod, MappingSource } from "../contracts.js";
import { badRequest, notFound, unavailable } from "./admin-error.js";
import { ACCEPTED, type AdminAnswer, type AdminCall } from "./admin-operation.js";

const methods: readonly HttpMethod[] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/** Forgets the kept answers of one method, or the one for given values of its key parameters. */
export async function flushOperation(call: AdminCall): Promise<AdminAnswer> {
  const { administered, segment, parameters } = call;
  const stage = segment("stageName");
  const operation = segment("operation");
  const { methods: settings } = administered.stage(stage);
  const cache = Object.hasOwn(settings, operation) ? settings[operation]?.cache : undefined;
  const route = administered.api.routes.find((one) => one.operation === operation);
  if (cache === undefined || cache === null || route === undefined) {
    throw notFound("the stage has no such operation whose answers are kept");
  }
  const { store } = administered;
  const key = parameters.size === 0 ? null : readKey(cache, parameters);
  if (!(await store.ready())) throw unavailable();
  for (const canary of [false, true]) {
    const scope = { stage, canary, namespace: cache.namespace };
    if (key === null) {
      await store.flush("response", responseCachePrefix(scope));
      continue;
    }
    for (const method of route.method === "ANY" ? methods : [route.method]) {
      await store.remove("response", responseCacheKey({ ...scope, method }, key));
    }
  }
  return ACCEPTED;
}

/** The key of requests with these values; a parameter that is not given is one that they lack. */
function readKey(
  { keyParameters }: CacheTable,
  given: URLSearchParams,
): readonly CacheKeyParameter[] {
  const named = keyParameters.map((source) => ({ source, name: parameterName(source) }));
  const unknown = [...given.keys()].find((key) => !named.some(({ name }) => name === key));
  if (unknown !== undefined) {
    throw badRequest(`${JSON.stringify(unknown)} is no cache key parameter of the operation`);
  }
  return named.map(({ source, name }) => [
    keyParameterName(source),
    keyParameterValue(given.get(name) ?? undefined),
  ]);
}

/** As documents name it: `method.request.path.id`. */
function parameterName(source: MappingSource): string {
  if ("path" in source) return `method.request.path.${source.path}`;
  if ("header" in source) return `method.request.header.${source.header}`;
  if ("queryString" in source) return `method.request.querystring.${source.queryString}`;
  throw badRequest("the key of the operation has parameters that cannot be given here");
}
