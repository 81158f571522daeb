import type { ApiTable, RouteTable, StageTable } from "./contracts.js";
import { createRandomSource, type RandomSource } from "./context/ids.js";
import { GatewayError, errors } from "./errors/gateway-error.js";
import { prepareGatewayResponses, type GatewayResponses } from "./errors/gateway-response.js";
import { Exchange, type Surroundings } from "./exchange.js";
import type { FunctionBackends } from "./functions/invoker.js";
import { readRequestHeaders, type RequestHeaders } from "./http/headers.js";
import { prepareBinaryTypes } from "./http/media-type.js";
import type { GatewayRequest, GatewayResponse } from "./http/message.js";
import type {
  Handler,
  IntegrationFactories,
  IntegrationSetup,
  Resource,
} from "./integrations/integration.js";
import { unsupportedIntegration } from "./integrations/unsupported.js";
import { createStderrLogger, errorText, type Logger } from "./logger.js";
import { prepareRoute } from "./route.js";
import {
  createHostReader,
  findStage,
  parseTarget,
  type AddressOptions,
  type HostReader,
  type Target,
} from "./routing/address.js";
import { createRouter, type Router } from "./routing/router.js";
import { unmatchedError } from "./routing/unmatched.js";
import type { TraceSink } from "./trace.js";
import type { ValidationPart } from "./validation/request-validation.js";

/** Answers requests for one API. It knows no socket: a server, a test or another host calls it. */
export interface Gateway {
  /** Never throws or rejects. An answer that waits for nothing comes at once, without a promise. */
  handle(request: GatewayRequest): GatewayResponse | Promise<GatewayResponse>;
  /** Closes connections to backends and the function backends it was given. */
  close(): Promise<void>;
}

/** The features that an API uses; what is not wired is not even part of the project. */
export interface GatewayParts {
  readonly integrations: IntegrationFactories;
  readonly functions?: FunctionBackends;
  readonly validation?: ValidationPart;
}

export interface GatewayOptions {
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly random?: RandomSource;
  readonly logger?: Logger;
  /** Longest request body; the service's limit is the default. */
  readonly maxRequestBytes?: number;
  /** Longest answer of a backend; the service's limit is the default. */
  readonly maxResponseBytes?: number;
  /** Called for each request; null: nobody listens to this one. */
  readonly trace?: (request: GatewayRequest) => TraceSink | null;
}

/** 10 MB. Source: developer guide, "Quotas". */
const PAYLOAD_LIMIT = 10 * 1024 * 1024;
/** Of all header values together, and of the request target. Source: the same page. */
const HEADER_LIMIT = 10_240;
const TARGET_LIMIT = 10_240;

/**
 * Prepares a gateway: the router, and for each stage one handler a route that holds only the steps
 * the route needs. Throws when the table needs a part that is not wired.
 */
export function createGateway(
  api: ApiTable,
  parts: GatewayParts,
  options: GatewayOptions = {},
): Gateway {
  const around: Surroundings = {
    api,
    binaryTypes: prepareBinaryTypes(api.binaryMediaTypes),
    clock: options.clock ?? Date.now,
    random: options.random ?? createRandomSource(),
    logger: options.logger ?? createStderrLogger(),
    maxRequestBytes: options.maxRequestBytes ?? PAYLOAD_LIMIT,
    maxResponseBytes: options.maxResponseBytes ?? PAYLOAD_LIMIT,
  };
  const resources = createResources();
  const core: Core = {
    around,
    addresses: {
      stages: new Map(Object.entries(api.stages).map(([name, stage]) => [name, stage.variables])),
      defaultStage: api.defaultStage,
    },
    hosts: createHostReader(),
    router: createRouter(api.routes),
    handlers: prepareHandlers(api, parts, around, resources.resource),
    gatewayResponses: prepareGatewayResponses(api.gatewayResponses),
    frontResponses: prepareGatewayResponses({}),
    trace: options.trace ?? (() => null),
  };
  return {
    handle: (request) => handle(core, request),
    close: async () => {
      const { module, url, lambda } = parts.functions ?? {};
      await Promise.all([resources.close(), module?.close(), url?.close(), lambda?.close()]);
    },
  };
}

interface Core {
  readonly around: Surroundings;
  readonly addresses: AddressOptions;
  readonly hosts: HostReader;
  readonly router: Router;
  readonly handlers: Handlers;
  readonly gatewayResponses: GatewayResponses;
  /** For refusals before a stage is known: the API's definitions play no part there. */
  readonly frontResponses: GatewayResponses;
  readonly trace: (request: GatewayRequest) => TraceSink | null;
}

/** Handlers by stage, then by route. */
type Handlers = ReadonlyMap<string, ReadonlyMap<RouteTable, Handler>>;

function handle(core: Core, request: GatewayRequest): GatewayResponse | Promise<GatewayResponse> {
  const target = parseTarget(request.target);
  const exchange = new Exchange(
    core.around,
    request,
    readRequestHeaders(request.rawHeaders),
    target?.query ?? "",
    core.trace(request),
  );
  try {
    const response = respond(core, exchange, target);
    if (response instanceof Promise) {
      return response.then(
        (answer) => finish(exchange, answer),
        (error: unknown) => finish(exchange, refuse(core, exchange, error)),
      );
    }
    return finish(exchange, response);
  } catch (error) {
    return finish(exchange, refuse(core, exchange, error));
  }
}

function respond(
  core: Core,
  exchange: Exchange,
  target: Target | null,
): GatewayResponse | Promise<GatewayResponse> {
  const { headers } = exchange;
  checkForm(core, exchange, target);
  const path = target?.path ?? "/";
  if (isHealthCheck(exchange.method, path)) return HEALTHY();
  const addressed = findStage(path, serviceHost(core, headers), core.addresses);
  if (addressed === null) throw errors.forbidden("no stage has this path");
  exchange.addressed = addressed;
  const match = core.router.find(exchange.method, addressed.path);
  if (match === null) throw unmatchedError(headers);
  const { route } = match;
  exchange.matched = match;
  exchange.trace?.({ kind: "matched", stage: addressed.stage, operation: route.operation });
  if ((headers.contentLength ?? 0) > core.around.maxRequestBytes) throw errors.requestTooLarge();
  const handler = core.handlers.get(addressed.stage)?.get(route);
  if (handler === undefined) throw new Error(`route ${route.operation} was not prepared`);
  return handler(exchange);
}

/** What no stage and no route may see. */
function checkForm(core: Core, { headers, request }: Exchange, target: Target | null): void {
  if (target === null) throw errors.badRequest("Bad Request", "odd request target");
  if (request.target.length > TARGET_LIMIT) throw errors.targetTooLong();
  if (headers.valueBytes > HEADER_LIMIT) throw errors.headersTooLarge();
  if (headers.oddTransfer) throw errors.badRequest("Bad Request", "odd Transfer-Encoding");
  const { host } = headers;
  if (headers.hostRepeated || !core.hosts.read(host).isValid) {
    throw errors.badRequest("Bad Request", "malformed Host header");
  }
  const { authority } = target;
  if (authority !== null && host !== null && authority.toLowerCase() !== host.toLowerCase()) {
    throw errors.badRequest("Bad Request", "the request target names another host");
  }
}

/** `/ping` and `/sping` at the root are reserved by the service; the answer's text is assumed. */
function isHealthCheck(method: string, path: string): boolean {
  return (path === "/ping" || path === "/sping") && (method === "GET" || method === "HEAD");
}

const HEALTHY = (): GatewayResponse => ({
  status: 200,
  headers: ["Content-Type", "text/plain"],
  body: "healthy",
});

function serviceHost({ around, hosts }: Core, { host }: RequestHeaders): boolean {
  if (!hosts.read(host).isService) return false;
  if (around.api.disableExecuteApiEndpoint) throw errors.forbidden("the endpoint is disabled");
  return true;
}

function refuse(core: Core, exchange: Exchange, cause: unknown): GatewayResponse {
  const error = cause instanceof GatewayError ? cause : errors.internal("unexpected error", cause);
  exchange.trace?.({ kind: "gateway-error", responseType: error.type, detail: error.message });
  if (error.status >= 500) {
    core.around.logger.error(errorText(error), {
      requestId: exchange.requestId,
      operation: exchange.matched?.route.operation ?? null,
      responseType: error.type,
    });
  }
  const responses = exchange.isAddressed ? core.gatewayResponses : core.frontResponses;
  return responses(exchange, error);
}

function finish(exchange: Exchange, response: GatewayResponse): GatewayResponse {
  response.headers.push(
    "x-amzn-RequestId",
    exchange.requestId,
    "x-amz-apigw-id",
    exchange.extendedRequestId,
  );
  exchange.trace?.({ kind: "answered", status: response.status });
  return response;
}

interface Resources {
  readonly resource: IntegrationSetup["resource"];
  close(): Promise<void>;
}

/** One value a maker, all closed together. */
function createResources(): Resources {
  const made = new Map<() => Resource, Resource>();
  return {
    resource<T extends Resource>(make: () => T): T {
      // The map's values are what their own keys made; TypeScript cannot tie the two together.
      const known = made.get(make) as T | undefined;
      if (known !== undefined) return known;
      const value = make();
      made.set(make, value);
      return value;
    },
    close: async () => {
      await Promise.all([...made.values()].map((value) => value.close()));
    },
  };
}

function prepareHandlers(
  api: ApiTable,
  parts: GatewayParts,
  around: Surroundings,
  resource: IntegrationSetup["resource"],
): Handlers {
  return new Map(
    Object.entries(api.stages).map(([name, stage]) => [
      name,
      new Map(
        api.routes.map((route) => [
          route,
          prepareStageRoute(route, stage, parts, around, resource),
        ]),
      ),
    ]),
  );
}

function prepareStageRoute(
  route: RouteTable,
  stage: StageTable,
  parts: GatewayParts,
  around: Surroundings,
  resource: IntegrationSetup["resource"],
): Handler {
  const { api } = around;
  const integrate = prepareIntegration(route, parts.integrations, {
    api,
    route,
    stage,
    stageVariables: stage.variables,
    functions: parts.functions ?? {},
    around,
    resource,
  });
  if (route.validation !== null && parts.validation === undefined) {
    throw new Error(`route ${route.operation} needs the part "validation", which is not wired`);
  }
  const check =
    route.validation === null
      ? null
      : (parts.validation?.(route.validation, route, api.validators) ?? null);
  return prepareRoute(route, api, check, integrate);
}

function prepareIntegration(
  route: RouteTable,
  factories: IntegrationFactories,
  setup: IntegrationSetup,
): Handler {
  const table = Object.hasOwn(setup.api.integrations, route.operation)
    ? setup.api.integrations[route.operation]
    : undefined;
  if (table === undefined) throw new Error(`route ${route.operation} has no integration`);
  switch (table.kind) {
    case "mock":
      return wired(factories.mock, table.kind, route)(table, setup);
    case "http":
      return wired(factories.http, table.kind, route)(table, setup);
    case "http_proxy":
      return wired(factories.http_proxy, table.kind, route)(table, setup);
    case "aws_proxy":
      return wired(factories.aws_proxy, table.kind, route)(table, setup);
    case "aws_function":
      return wired(factories.aws_function, table.kind, route)(table, setup);
    case "unsupported":
      return unsupportedIntegration(table);
  }
}

function wired<T>(factory: T | undefined, kind: string, route: RouteTable): T {
  if (factory !== undefined) return factory;
  throw new Error(
    `route ${route.operation} needs the part "integrations.${kind}", which is not wired`,
  );
}
