// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessParts } from "./access/route-access.js";
import type { AuthorizerOutcome } from "./access/caller.js";
import type { Guard } from "./access/guard.js";
import type { CachePart } from "./cache/cache-part.js";
import type { ApiTable, RouteTable, StageTable } from "./contracts.js";
import { createRandomSource, type RandomSource } from "./context/ids.js";
import { GatewayError, errors } from "./errors/gateway-error.js";
import { Exchange, type Addressed, type Surroundings } from "./exchange.js";
import type { ApiKind, ApiKindPart } from "./kinds/api-kind.js";
import { restApi } from "./kinds/rest-api.js";
import type { ExecutionLogPart } from "./logs/log-part.js";
import type { FunctionBackends } from "./functions/invoker.js";
import {
  createResources,
  prepareHandlers,
  prepareTrial,
  type Handlers,
  type HandlerSetup,
  type RouteHandlers,
} from "./handlers.js";
import type { CompressionPart } from "./http/compression.js";
import { readRequestHeaders, type RequestHeaders } from "./http/headers.js";
import { prepareBinaryTypes } from "./http/media-type.js";
import type { GatewayRequest, GatewayResponse } from "./http/message.js";
import type { IntegrationFactories } from "./integrations/integration.js";
import { hideCredentials, prepareHiding, secretsOf } from "./logs/redaction.js";
import { createStderrLogger, errorText, type Logger } from "./logger.js";
import {
  createHostReader,
  parseTarget,
  type AddressOptions,
  type HostReader,
  type Target,
} from "./routing/address.js";
import type { RouteMatch } from "./routing/router.js";
import { environmentSecrets, type SecretSource } from "./secrets.js";
import { noState } from "./state/no-state.js";
import type { StatePart } from "./state/state-part.js";
import type { StateStore } from "./state/store.js";
import { tellAnswer } from "./tell-answer.js";
import type { TracedRequest, TraceSink, TraceSource } from "./trace.js";
import type { GatewayFacts, MetricsText, Views, ViewsPart } from "./views/views-part.js";
import type { SocketPart, Sockets, SocketSetup } from "./websocket/socket-part.js";
import type { ValidationPart } from "./validation/request-validation.js";

/** Answers requests for one API. It knows no socket: a server, a test or another host calls it. */
export interface Gateway {
  /** Never throws or rejects. An answer that waits for nothing comes at once, without a promise. */
  handle(request: GatewayRequest): GatewayResponse | Promise<GatewayResponse>;
  /** Serves connections of a WebSocket API; null or absent: the API is of another kind. */
  readonly sockets?: Sockets | null;
  /** A server says how it counts the connections of its clients. */
  served?(connections: () => number): void;
  /** Closes WebSocket connections, connections to backends and the function backends it was given. */
  close(): Promise<void>;
}

/** A gateway with all that its administration works on. */
export interface ManagedGateway extends Gateway {
  readonly sockets: Sockets | null;
  /** Null: nothing is counted. */
  readonly metrics: MetricsText | null;
  /** Answers by one route, as the service's test invocation does. Never rejects. */
  tryRoute(request: GatewayRequest, trial: Trial): GatewayResponse | Promise<GatewayResponse>;
  /** Asks one authorizer by itself, as the service's test invocation does; its result is not kept. */
  tryAuthorizer(request: GatewayRequest, trial: AuthorizerTrial): Promise<TriedAuthorizer>;
  readonly api: ApiTable;
  readonly store: StateStore;
  readonly clock: () => number;
  readonly logger: Logger;
  readonly secrets: SecretSource;
}

/** A request to one route without the checks of callers, limits and caches. */
export interface Trial {
  readonly match: RouteMatch;
  /** Path after the stage. */
  readonly path: string;
  /** What the stage is called. */
  readonly stage: string;
  readonly stageTable: StageTable;
  readonly trace: TraceSink;
}

/** A request to one authorizer of the API. */
export interface AuthorizerTrial extends Pick<Trial, "path" | "stage" | "stageTable"> {
  readonly prepare: (setup: HandlerSetup) => AuthorizerCheck;
}

/** What asks an authorizer. */
export interface AuthorizerCheck {
  readonly route: RouteTable;
  readonly guards: readonly Guard[];
  /** What its function has answered, JSON text; null: nothing, or it is no function. */
  readonly answer: () => string | null;
  readonly close: () => Promise<void>;
}

export interface TriedAuthorizer {
  /** What it found out; null: it has refused the request or failed. */
  readonly outcome: AuthorizerOutcome | null;
  /** Null: it has answered, be it by a policy that denies. */
  readonly refusal: GatewayError | null;
  /** What its function answered, JSON text; null: nothing, or it is no function. */
  readonly answer: string | null;
  /** The request as logs know it. */
  readonly request: TracedRequest;
}

/** The features that an API uses; what is not wired is not even part of the project. */
export interface GatewayParts extends AccessParts {
  /** Default: a REST API. */
  readonly kind?: ApiKindPart;
  readonly integrations: IntegrationFactories;
  readonly functions?: FunctionBackends;
  readonly validation?: ValidationPart;
  readonly compression?: CompressionPart;
  readonly cache?: CachePart;
  /** Of WebSocket APIs alone. */
  readonly sockets?: SocketPart;
  readonly executionLog?: ExecutionLogPart;
  /** Access logs, metrics, spans. */
  readonly views?: ViewsPart;
  /** Where limits, caches and counters are kept; default: nowhere, for an API that has none. */
  readonly state?: StatePart;
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
  /** Default: the environment and the files of `GATEWAY_SECRETS_DIR`. */
  readonly secrets?: SecretSource;
  /** Called for each request; null: nobody listens to this one. */
  readonly trace?: (request: GatewayRequest) => TraceSink | null;
  /** False: the views that are wired (access logs, metrics, spans) are left out, as in tests. */
  readonly views?: boolean;
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
): ManagedGateway {
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
  const secrets = options.secrets ?? environmentSecrets();
  const state = (parts.state ?? noState)({ around, secrets });
  let connections: (() => number) | null = null;
  const facts: GatewayFacts = {
    connections: () => connections?.() ?? null,
    webSockets: () => sockets?.open ?? null,
    upstream: resources.upstream,
    dropped: () => views?.dropped() ?? 0,
    isStateReachable: () => Promise.resolve(state.store.ready()),
  };
  const views: Views | null =
    options.views === false ? null : (parts.views?.({ around, secrets, gateway: facts }) ?? null);
  const setup: HandlerSetup = { parts, around, state, secrets, resource: resources.resource };
  const core: Core = {
    around,
    addresses: {
      stages: new Map(Object.entries(api.stages).map(([name, stage]) => [name, stage.variables])),
      defaultStage: api.defaultStage,
    },
    hosts: createHostReader(),
    kind: (parts.kind ?? restApi)(api, api.routes),
    handlers: prepareHandlers(api, setup),
    trace: traceSource([
      // tracing decides first what headers the others see
      views?.listen ?? null,
      hostSource(options.trace),
      parts.executionLog?.(around) ?? null,
    ]),
  };
  const sockets: Sockets | null = prepareSockets(core, parts, {
    state,
    secrets,
    resource: resources.resource,
    pushed: views?.pushed ?? null,
  });
  return {
    api,
    store: state.store,
    clock: around.clock,
    logger: around.logger,
    secrets,
    sockets,
    metrics: views?.metrics ?? null,
    served: (count) => {
      connections = count;
    },
    tryRoute: (request, trial) => tryRoute(core, setup, request, trial),
    tryAuthorizer: (request, trial) => tryAuthorizer(core, setup, request, trial),
    handle: (request) => handle(core, request, sockets),
    close: async () => {
      await sockets?.close();
      const { module, url, lambda } = parts.functions ?? {};
      await Promise.all([
        resources.close(),
        state.store.close(),
        views?.close(),
        module?.close(),
        url?.close(),
        lambda?.close(),
      ]);
    },
  };
}

function hostSource(trace: GatewayOptions["trace"]): TraceSource | null {
  return trace === undefined ? null : ({ request }) => trace(request);
}

/** Those who listen to requests, as one; null: nobody does. */
function traceSource(sources: readonly (TraceSource | null)[]): TraceSource | null {
  const [first, ...others] = sources.filter((source) => source !== null);
  if (first === undefined || others.length === 0) return first ?? null;
  const second = traceSource(others) ?? first;
  return (exchange) => {
    const [one, other] = [first(exchange), second(exchange)];
    if (one === null || other === null) return one ?? other;
    return (event) => {
      one(event);
      other(event);
    };
  };
}

interface Core {
  readonly around: Surroundings;
  readonly addresses: AddressOptions;
  readonly hosts: HostReader;
  readonly kind: ApiKind;
  readonly handlers: Handlers;
  readonly trace: TraceSource | null;
}

/** Throws when the API has connections to serve and nothing that serves them. */
function prepareSockets(
  core: Core,
  { sockets }: GatewayParts,
  setup: Pick<SocketSetup, "state" | "secrets" | "resource" | "pushed">,
): Sockets | null {
  if (core.around.api.websocket === null) return null;
  if (sockets === undefined) {
    throw new Error('a WebSocket API needs the part "sockets", which is not wired');
  }
  return sockets({
    ...setup,
    around: core.around,
    handlers: core.handlers,
    trace: core.trace,
    answer: (request, respond) =>
      answer(core, request, (exchange, target) => {
        checkForm(core, exchange, target);
        exchange.addressed = findStage(core, exchange, target);
        return respond(exchange);
      }),
    refuse: (exchange, cause) => refuse(core, exchange, cause),
  });
}

function handle(
  core: Core,
  request: GatewayRequest,
  sockets: Sockets | null,
): GatewayResponse | Promise<GatewayResponse> {
  return answer(core, request, (exchange, target) => respond(core, exchange, target, sockets));
}

function tryRoute(
  core: Core,
  setup: HandlerSetup,
  request: GatewayRequest,
  { match, path, stage, stageTable, trace }: Trial,
): GatewayResponse | Promise<GatewayResponse> {
  return answer({ ...core, trace: () => trace }, request, (exchange) => {
    const { route } = match;
    exchange.addressed = {
      stage,
      stageVariables: stageTable.variables,
      path,
      contextPath: path,
    };
    exchange.matched = match;
    trace({ kind: "matched", stage, operation: route.operation, request: exchange });
    return prepareTrial(route, stageTable, setup)(exchange);
  });
}

async function tryAuthorizer(
  { around }: Core,
  setup: HandlerSetup,
  request: GatewayRequest,
  { prepare, path, stage, stageTable }: AuthorizerTrial,
): Promise<TriedAuthorizer> {
  const check = prepare(setup);
  const query = parseTarget(request.target)?.query ?? "";
  const exchange = new Exchange(
    around,
    request,
    readRequestHeaders(request.rawHeaders),
    query,
    null,
  );
  exchange.addressed = { stage, stageVariables: stageTable.variables, path, contextPath: path };
  exchange.matched = { route: check.route, names: [], values: [] };
  let refusal: GatewayError | null = null;
  try {
    for (const guard of check.guards) await guard(exchange);
  } catch (error) {
    refusal = error instanceof GatewayError ? error : errors.internal("unexpected error", error);
  } finally {
    await check.close();
  }
  const { authorizer: outcome } = exchange;
  // a policy that denies the test's own resource says nothing about others
  return {
    outcome,
    refusal: outcome === null ? refusal : null,
    answer: check.answer(),
    request: exchange,
  };
}

type Answering = (
  exchange: Exchange,
  target: Target | null,
) => GatewayResponse | Promise<GatewayResponse>;

/** Begins an exchange and makes an answer of whatever becomes of it. */
function answer(
  core: Core,
  request: GatewayRequest,
  answering: Answering,
): GatewayResponse | Promise<GatewayResponse> {
  const target = parseTarget(request.target);
  const exchange = new Exchange(
    core.around,
    request,
    readRequestHeaders(request.rawHeaders),
    target?.query ?? "",
    core.trace,
  );
  try {
    const response = answering(exchange, target);
    if (response instanceof Promise) {
      return response.then(
        (answer) => finish(core, exchange, answer),
        (error: unknown) => finish(core, exchange, refuse(core, exchange, error)),
      );
    }
    return finish(core, exchange, response);
  } catch (error) {
    return finish(core, exchange, refuse(core, exchange, error));
  }
}

function respond(
  core: Core,
  exchange: Exchange,
  target: Target | null,
  sockets: Sockets | null,
): GatewayResponse | Promise<GatewayResponse> {
  const { headers } = exchange;
  checkForm(core, exchange, target);
  if (isHealthCheck(exchange.method, target?.path ?? "/")) return HEALTHY();
  const { kind } = core;
  const addressed = findStage(core, exchange, target);
  exchange.addressed = addressed;
  const first = sockets?.answerFirst(exchange) ?? kind.answerFirst(exchange);
  if (first !== null) return first;
  const match = kind.router.find(exchange.method, addressed.path);
  if (match === null) throw kind.noRoute(headers);
  const { route } = match;
  exchange.matched = match;
  exchange.trace?.({
    kind: "matched",
    stage: addressed.stage,
    operation: route.operation,
    request: exchange,
  });
  if ((headers.contentLength ?? 0) > core.around.maxRequestBytes) throw errors.requestTooLarge();
  const handler = chooseHandlers(core, exchange)?.get(route);
  if (handler === undefined) throw new Error(`route ${route.operation} was not prepared`);
  return handler(exchange);
}

function findStage(core: Core, { headers }: Exchange, target: Target | null): Addressed {
  const { kind, addresses } = core;
  const addressed = kind.findStage(target?.path ?? "/", serviceHost(core, headers), addresses);
  if (addressed === null) throw kind.noStage();
  return addressed;
}

/** Those of the stage, or of its canary for a random share of the requests. */
function chooseHandlers({ handlers, around }: Core, exchange: Exchange): RouteHandlers | undefined {
  const stage = handlers.get(exchange.addressed.stage);
  if (stage === undefined) return undefined;
  const { base, canary } = stage;
  if (canary === null) return base;
  exchange.isCanary = Number.parseInt(around.random.hex(4), 16) < canary.share * 0x1_0000_0000;
  if (!exchange.isCanary) return base;
  exchange.addressed = { ...exchange.addressed, stageVariables: canary.stageVariables };
  return canary.handlers;
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

function serviceHost({ around, hosts, kind }: Core, { host }: RequestHeaders): boolean {
  if (!hosts.read(host).isService) return false;
  if (around.api.disableExecuteApiEndpoint) throw kind.disabledEndpoint();
  return true;
}

function refuse(core: Core, exchange: Exchange, cause: unknown): GatewayResponse {
  const error = cause instanceof GatewayError ? cause : errors.internal("unexpected error", cause);
  exchange.trace?.({ kind: "gateway-error", responseType: error.type, detail: error.message });
  if (error.status >= 500) {
    const { redact } = core.around.api.stages[exchange.addressed.stage] ?? {};
    const hidden = secretsOf(exchange, prepareHiding(redact));
    const shown = hideCredentials(errorText(error), hidden);
    core.around.logger.error(shown, {
      requestId: exchange.requestId,
      operation: exchange.matched?.route.operation ?? null,
      responseType: error.type,
    });
  }
  return core.kind.answerError(exchange, error);
}

function finish({ kind }: Core, exchange: Exchange, response: GatewayResponse): GatewayResponse {
  kind.finish(exchange, response);
  return exchange.trace === null ? response : tellAnswer(exchange.trace, response);
}
