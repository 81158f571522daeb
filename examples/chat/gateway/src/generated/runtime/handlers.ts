// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessSetup } from "./access/access.js";
import { prepareAccess } from "./access/route-access.js";
import type { ApiTable, RouteTable, StageTable, ValidationTable } from "./contracts.js";
import type { Surroundings } from "./exchange.js";
import type { GatewayParts } from "./gateway.js";
import { NO_UPSTREAM, sumUpstream, type UpstreamFacts } from "./http/upstream-facts.js";
import type {
  Handler,
  IntegrationFactories,
  IntegrationSetup,
  Resource,
} from "./integrations/integration.js";
import { unsupportedIntegration } from "./integrations/unsupported.js";
import { methodSettings } from "./method-settings.js";
import { prepareRoute } from "./route.js";
import type { SecretSource } from "./secrets.js";
import type { State } from "./state/state-part.js";
import type { RequestCheck } from "./validation/request-validation.js";
import { wired } from "./wired.js";

/** By stage. */
export type Handlers = ReadonlyMap<string, StageHandlers>;

/** The handlers of one stage, by route. */
export interface StageHandlers {
  readonly base: RouteHandlers;
  /** What a share of the requests sees instead; null: all requests see the same. */
  readonly canary: CanaryHandlers | null;
}
export type RouteHandlers = ReadonlyMap<RouteTable, Handler>;
export interface CanaryHandlers {
  /** 0 to 1. */
  readonly share: number;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly handlers: RouteHandlers;
}

/** What the integrations of one gateway hold open. */
export interface Resources {
  readonly resource: IntegrationSetup["resource"];
  /** Connections to backends. */
  upstream(): UpstreamFacts;
  close(): Promise<void>;
}

/** One value a maker, all closed together. */
export function createResources(): Resources {
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
    upstream: () =>
      sumUpstream([...made.values()].map((value) => value.upstream?.() ?? NO_UPSTREAM)),
    close: async () => {
      await Promise.all([...made.values()].map((value) => value.close()));
    },
  };
}

/** What all handlers of one gateway are prepared from. */
export interface HandlerSetup {
  readonly parts: GatewayParts;
  readonly around: Surroundings;
  readonly state: State;
  readonly secrets: SecretSource;
  readonly resource: IntegrationSetup["resource"];
}

/** Prepares every route for every stage. Throws when the table needs a part that is not wired. */
export function prepareHandlers(api: ApiTable, setup: HandlerSetup): Handlers {
  return new Map(
    Object.entries(api.stages).map(([name, stage]) => [name, prepareStage(name, stage, setup)]),
  );
}

function prepareStage(name: string, stage: StageTable, setup: HandlerSetup): StageHandlers {
  const prepare = (variant: StageTable, cacheScope: string, hasOwnCache: boolean): RouteHandlers =>
    new Map(
      setup.around.api.routes.map((route) => [
        route,
        prepareStageRoute(
          { route, stageName: name, stage: variant, cacheScope, hasOwnCache },
          setup,
        ),
      ]),
    );
  const { canary } = stage;
  if (canary === null) return { base: prepare(stage, name, false), canary: null };
  const scope = `${name} canary`;
  const variant = { ...stage, variables: canary.variables };
  return {
    base: prepare(stage, name, false),
    canary: {
      share: canary.percentTraffic / 100,
      stageVariables: canary.variables,
      handlers: prepare(variant, scope, !canary.useStageCache),
    },
  };
}

interface StageRoute {
  readonly route: RouteTable;
  readonly stageName: string;
  readonly stage: StageTable;
  readonly cacheScope: string;
  /** Answers of the canary are kept by themselves. */
  readonly hasOwnCache: boolean;
}

/** A route by itself: without the checks of callers, limits and caches. */
export function prepareTrial(route: RouteTable, stage: StageTable, setup: HandlerSetup): Handler {
  const { parts, around, resource } = setup;
  const { api } = around;
  return prepareRoute(route, {
    guards: [],
    check: prepareCheck(route, api, parts, stage.variables),
    integrate: prepareIntegration(route, parts.integrations, {
      api,
      route,
      stage,
      stageVariables: stage.variables,
      functions: parts.functions ?? {},
      around,
      resource,
    }),
  });
}

function prepareStageRoute(at: StageRoute, setup: HandlerSetup): Handler {
  const { route, stage } = at;
  const { parts, around, resource } = setup;
  const { api } = around;
  const functions = parts.functions ?? {};
  const answer = prepareIntegration(route, parts.integrations, {
    api,
    route,
    stage,
    stageVariables: stage.variables,
    functions,
    around,
    resource,
  });
  const access: AccessSetup = {
    api,
    route,
    stageName: at.stageName,
    stage,
    stageVariables: stage.variables,
    cacheScope: at.cacheScope,
    functions,
    around,
    state: setup.state,
    secrets: setup.secrets,
    resource,
  };
  const integrate = withCompression(route, api, parts, withCache(at, access, parts, answer));
  return prepareRoute(route, {
    guards: prepareAccess(access, parts),
    check: prepareCheck(route, api, parts, stage.variables),
    integrate,
  });
}

function prepareCheck(
  route: RouteTable,
  api: ApiTable,
  { validation }: GatewayParts,
  stageVariables: StageTable["variables"],
): RequestCheck | null {
  if (route.validation === null && !checksMessages(route, api)) return null;
  const table = route.validation ?? NOTHING_REQUIRED;
  return wired(validation, "validation", route)(table, route, api, stageVariables);
}

const NOTHING_REQUIRED: ValidationTable = {
  requiredHeaders: [],
  requiredPath: [],
  requiredQuery: [],
  bodyModels: null,
};

function checksMessages({ operation }: RouteTable, { websocket }: ApiTable): boolean {
  const routes = websocket?.routes ?? {};
  return Object.hasOwn(routes, operation) && routes[operation]?.modelSelection !== null;
}

/**
 * Answers are kept as the integration gave them, before they are compressed for one client. Those that
 * are streamed as they come are never kept. Source: developer guide, "Response streaming".
 */
function withCache(
  { route, stageName, stage, hasOwnCache }: StageRoute,
  access: AccessSetup,
  { cache }: GatewayParts,
  integrate: Handler,
): Handler {
  const table = methodSettings(stage, route)?.cache ?? null;
  if (table === null || isStreamed(route, access.api)) return integrate;
  const scope = { stage: stageName, canary: hasOwnCache };
  return wired(cache, "cache", route)(table, scope, access, integrate);
}

/** Answers that are streamed as they come are never compressed. */
function withCompression(
  route: RouteTable,
  api: ApiTable,
  { compression }: GatewayParts,
  integrate: Handler,
): Handler {
  const { minimumCompressionSize } = api;
  if (minimumCompressionSize === null || isStreamed(route, api)) return integrate;
  return wired(compression, "compression", route)(minimumCompressionSize, integrate);
}

function isStreamed({ operation }: RouteTable, { integrations }: ApiTable): boolean {
  const table = Object.hasOwn(integrations, operation) ? integrations[operation] : undefined;
  if (table?.kind === "aws_proxy_stream") return true;
  return table?.kind === "http_proxy" && table.transfer === "STREAM";
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
  const part = <T>(factory: T | undefined): T =>
    wired(factory, `integrations.${table.kind}`, route);
  switch (table.kind) {
    case "mock":
      return part(factories.mock)(table, setup);
    case "http":
      return part(factories.http)(table, setup);
    case "http_proxy":
      return part(factories.http_proxy)(table, setup);
    case "aws_proxy":
      return part(factories.aws_proxy)(table, setup);
    case "aws_proxy_stream":
      return part(factories.aws_proxy_stream)(table, setup);
    case "aws_function":
      return part(factories.aws_function)(table, setup);
    case "aws_service":
      return part(factories.aws_service)(table, setup);
    case "http_api_function":
      return part(factories.http_api_function)(table, setup);
    case "http_api_proxy":
      return part(factories.http_api_proxy)(table, setup);
    case "http_api_private":
      return part(factories.http_api_private)(table, setup);
    case "http_api_service":
      return part(factories.http_api_service)(table, setup);
    case "unsupported":
      return unsupportedIntegration(table);
  }
}
