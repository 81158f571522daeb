// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, RouteTable, StageTable } from "./contracts.js";
import type { Surroundings } from "./exchange.js";
import type { GatewayParts } from "./gateway.js";
import type {
  Handler,
  IntegrationFactories,
  IntegrationSetup,
  Resource,
} from "./integrations/integration.js";
import { unsupportedIntegration } from "./integrations/unsupported.js";
import { prepareRoute } from "./route.js";

/** Handlers by stage, then by route. */
export type Handlers = ReadonlyMap<string, ReadonlyMap<RouteTable, Handler>>;

/** What the integrations of one gateway hold open. */
export interface Resources {
  readonly resource: IntegrationSetup["resource"];
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
    close: async () => {
      await Promise.all([...made.values()].map((value) => value.close()));
    },
  };
}

/** Prepares every route for every stage. Throws when the table needs a part that is not wired. */
export function prepareHandlers(
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
  const answer = prepareIntegration(route, parts.integrations, {
    api,
    route,
    stage,
    stageVariables: stage.variables,
    functions: parts.functions ?? {},
    around,
    resource,
  });
  const integrate = withCompression(route, api, parts, answer);
  if (route.validation !== null && parts.validation === undefined) {
    throw new Error(`route ${route.operation} needs the part "validation", which is not wired`);
  }
  const check =
    route.validation === null
      ? null
      : (parts.validation?.(route.validation, route, api.validators) ?? null);
  return prepareRoute(route, api, check, integrate);
}

/** Answers that are streamed as they come are never compressed. */
function withCompression(
  route: RouteTable,
  { integrations, minimumCompressionSize }: ApiTable,
  { compression }: GatewayParts,
  integrate: Handler,
): Handler {
  const table = integrations[route.operation];
  const isStreamed = table?.kind === "http_proxy" && table.transfer === "STREAM";
  if (minimumCompressionSize === null || isStreamed) return integrate;
  if (compression !== undefined) return compression(minimumCompressionSize, integrate);
  throw new Error(`route ${route.operation} needs the part "compression", which is not wired`);
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
    case "aws_service":
      return wired(factories.aws_service, table.kind, route)(table, setup);
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
