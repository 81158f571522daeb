// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { responseCachePrefix } from "../cache/response-cache.js";
import { authorizerCachePrefix } from "../access/authorizer-cache-key.js";
import type {
  ApiTable,
  AuthorizationTable,
  AuthorizerTable,
  IdentitySource,
  MethodTable,
  RouteTable,
  StageTable,
} from "../contracts.js";
import { notFound, unavailable } from "./admin-error.js";
import {
  ACCEPTED,
  ok,
  type AdminAnswer,
  type AdminCall,
  type AdminOperation,
  type JsonObject,
} from "./admin-operation.js";
import { listOf, page } from "./paging.js";

/** The API, its stages and resources as far as the gateway knows them, and its caches. */
export const restApiOperations: readonly AdminOperation[] = [
  {
    method: "GET",
    path: "/restapis",
    answer: (call) =>
      ok(
        listOf(
          page([call.administered.api], ({ apiId }) => apiId, call),
          shownApi,
        ),
      ),
  },
  { method: "GET", path: "/restapis/{restApiId}", answer: (call) => ok(shownApi(apiOf(call))) },
  {
    method: "GET",
    path: "/restapis/{restApiId}/stages",
    answer: (call) => {
      const api = apiOf(call);
      const stages = Object.entries(api.stages);
      return ok({ item: stages.map(([name, stage]) => shownStage(api, name, stage)) });
    },
  },
  {
    method: "GET",
    path: "/restapis/{restApiId}/stages/{stageName}",
    answer: (call) => {
      const name = call.segment("stageName");
      return ok(shownStage(apiOf(call), name, call.administered.stage(name)));
    },
  },
  { method: "GET", path: "/restapis/{restApiId}/resources", answer: getResources },
  { method: "GET", path: "/restapis/{restApiId}/resources/{resourceId}", answer: getResource },
  {
    method: "GET",
    path: "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}",
    answer: getMethod,
  },
  { method: "GET", path: "/restapis/{restApiId}/authorizers", answer: getAuthorizers },
  {
    method: "GET",
    path: "/restapis/{restApiId}/authorizers/{authorizerId}",
    answer: getAuthorizer,
  },
  {
    method: "DELETE",
    path: "/restapis/{restApiId}/stages/{stageName}/cache/data",
    answer: (call) => flush(call, "response", (stage) => [responseCachePrefix({ stage })]),
  },
  {
    method: "DELETE",
    path: "/restapis/{restApiId}/stages/{stageName}/cache/authorizers",
    answer: (call) => flush(call, "authorizer", authorizerPrefixes),
  },
];

function apiOf({ administered, segment }: AdminCall): ApiTable {
  administered.checkApi(segment("restApiId"));
  return administered.api;
}

function shownApi(api: ApiTable): JsonObject {
  const { apiId, name, version, apiKeySource, binaryMediaTypes } = api;
  return {
    id: apiId,
    name,
    version,
    apiKeySource,
    binaryMediaTypes: binaryMediaTypes.length === 0 ? undefined : binaryMediaTypes,
    minimumCompressionSize: api.minimumCompressionSize ?? undefined,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
  };
}

function shownStage(api: ApiTable, stageName: string, stage: StageTable): JsonObject {
  const { variables, canary, methods } = stage;
  const settings = Object.entries(methods).flatMap(([operation, method]) => {
    const route = api.routes.find((one) => one.operation === operation);
    return route === undefined ? [] : [[methodKey(route), shownMethodSettings(method)]];
  });
  return {
    stageName,
    cacheClusterEnabled: Object.values(methods).some(({ cache }) => cache !== null),
    methodSettings: Object.fromEntries(settings),
    variables,
    canarySettings:
      canary === null
        ? undefined
        : {
            percentTraffic: canary.percentTraffic,
            stageVariableOverrides: overrides(variables, canary.variables),
            useStageCache: canary.useStageCache,
          },
  };
}

/** `~1pets/GET`: slashes of the path are written as in JSON pointers. */
function methodKey({ path, method }: RouteTable): string {
  return `${path.replaceAll("/", "~1")}/${method}`;
}

function shownMethodSettings({ throttle, cache, executionLog }: MethodTable): JsonObject {
  return {
    throttlingRateLimit: throttle?.rateLimit,
    throttlingBurstLimit: throttle?.burstLimit,
    cachingEnabled: cache !== null,
    cacheTtlInSeconds: cache?.ttlSeconds,
    cacheDataEncrypted: cache?.encrypted,
    requireAuthorizationForCacheControl: cache?.requireAuthorization,
    unauthorizedCacheControlHeaderStrategy: cache?.unauthorizedStrategy,
    loggingLevel: executionLog?.level ?? "OFF",
    dataTraceEnabled: executionLog?.dataTrace ?? false,
  };
}

function overrides(
  variables: Readonly<Record<string, string>>,
  ofCanary: Readonly<Record<string, string>>,
): JsonObject {
  return Object.fromEntries(
    Object.entries(ofCanary).filter(([name, value]) => variables[name] !== value),
  );
}

/** Routes by the id of their resource. */
function resources({ routes }: ApiTable): ReadonlyMap<string, readonly RouteTable[]> {
  const byId = new Map<string, RouteTable[]>();
  for (const route of routes) {
    const others = byId.get(route.resourceId);
    if (others === undefined) byId.set(route.resourceId, [route]);
    else others.push(route);
  }
  return byId;
}

function getResources(call: AdminCall): AdminAnswer {
  const api = apiOf(call);
  const known = [...resources(api)];
  const shown = page(known, ([id]) => id, call);
  return ok(listOf(shown, ([, routes]) => shownResource(api, routes, isEmbedded(call))));
}

function getResource(call: AdminCall): AdminAnswer {
  const api = apiOf(call);
  const routes = resources(api).get(call.segment("resourceId"));
  if (routes === undefined) throw notFound("Invalid Resource identifier specified");
  return ok(shownResource(api, routes, isEmbedded(call)));
}

/** The method that the resource declares, `ANY` by that name. */
function getMethod(call: AdminCall): AdminAnswer {
  const api = apiOf(call);
  const routes = resources(api).get(call.segment("resourceId"));
  if (routes === undefined) throw notFound("Invalid Resource identifier specified");
  const method = call.segment("httpMethod");
  const route = routes.find((one) => one.method === method);
  if (route === undefined) throw notFound("Invalid Method identifier specified");
  return ok(shownMethod(api, route));
}

function getAuthorizers(call: AdminCall): AdminAnswer {
  const known = Object.entries(apiOf(call).access?.authorizers ?? {});
  return ok(
    listOf(
      page(known, ([name]) => name, call),
      shownAuthorizer,
    ),
  );
}

function getAuthorizer(call: AdminCall): AdminAnswer {
  const authorizers = apiOf(call).access?.authorizers ?? {};
  const name = call.segment("authorizerId");
  const table = Object.hasOwn(authorizers, name) ? authorizers[name] : undefined;
  if (table === undefined) throw notFound("Invalid Authorizer identifier specified");
  return ok(shownAuthorizer([name, table]));
}

/** An authorizer's id is its name: the document gives it no other. */
function shownAuthorizer([name, table]: readonly [string, AuthorizerTable]): JsonObject {
  switch (table.kind) {
    case "token":
    case "request":
      return {
        id: name,
        name,
        type: table.kind === "token" ? "TOKEN" : "REQUEST",
        authType: "custom",
        identitySource: table.identitySources.map(identitySourceText).join(","),
        identityValidationExpression: table.validation?.source,
        authorizerResultTtlInSeconds: table.ttlSeconds,
      };
    case "cognito":
      return {
        id: name,
        name,
        type: "COGNITO_USER_POOLS",
        authType: "cognito_user_pools",
        identitySource: `method.request.header.${table.header}`,
      };
    case "jwt":
      return {
        id: name,
        name,
        type: "JWT",
        identitySource: identitySourceText(table.identitySource),
      };
  }
}

function identitySourceText(source: IdentitySource): string {
  if ("header" in source) return `method.request.header.${source.header}`;
  if ("queryString" in source) return `method.request.querystring.${source.queryString}`;
  if ("stageVariable" in source) return `stageVariables.${source.stageVariable}`;
  return `context.${source.context}`;
}

function isEmbedded({ parameters }: AdminCall): boolean {
  return parameters.getAll("embed").includes("methods");
}

/** A resource that only leads to others is not known to the gateway. */
function shownResource(
  api: ApiTable,
  routes: readonly RouteTable[],
  embedded: boolean,
): JsonObject {
  const [{ resourceId, path } = { resourceId: "", path: "/" }] = routes;
  const cut = path.lastIndexOf("/");
  const parent = cut === 0 ? "/" : path.slice(0, cut);
  const methods = routes.map((route) => [route.method, embedded ? shownMethod(api, route) : {}]);
  return {
    id: resourceId,
    parentId: path === "/" ? undefined : api.routes.find((one) => one.path === parent)?.resourceId,
    pathPart: path === "/" ? undefined : path.slice(cut + 1),
    path,
    resourceMethods: Object.fromEntries(methods),
  };
}

function shownMethod(api: ApiTable, route: RouteTable): JsonObject {
  const { method, authorization, apiKeyRequired, operationName } = route;
  const scopes = authorization.kind === "authorizer" ? authorization.scopes : [];
  return {
    httpMethod: method,
    authorizationType: authorizationType(api, authorization),
    authorizerId: authorization.kind === "authorizer" ? authorization.name : undefined,
    apiKeyRequired,
    operationName: operationName ?? undefined,
    authorizationScopes: scopes.length === 0 ? undefined : scopes,
  };
}

function authorizationType({ access }: ApiTable, authorization: AuthorizationTable): string {
  if (authorization.kind === "none") return "NONE";
  if (authorization.kind === "iam") return "AWS_IAM";
  const isPool = access?.authorizers[authorization.name]?.kind === "cognito";
  return isPool ? "COGNITO_USER_POOLS" : "CUSTOM";
}

async function flush(
  { administered, segment }: AdminCall,
  space: "response" | "authorizer",
  prefixes: (stage: string) => readonly string[],
): Promise<AdminAnswer> {
  administered.checkApi(segment("restApiId"));
  const stage = segment("stageName");
  administered.stage(stage);
  const { store } = administered;
  if (!(await store.ready())) throw unavailable();
  for (const prefix of prefixes(stage)) await store.flush(space, prefix);
  return ACCEPTED;
}

/** Results that the stage and its canary keep. */
function authorizerPrefixes(stage: string): readonly string[] {
  return [authorizerCachePrefix(stage), authorizerCachePrefix(`${stage} canary`)];
}
