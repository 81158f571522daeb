import type { Gateway } from "../ir/gateway.js";
import type { Operation } from "../ir/operation.js";
import type { Model, Schema } from "../ir/schema.js";
import { planFeatures, type Feature } from "./features.js";
import {
  planFunctions,
  planHandlerModules,
  type FunctionPlan,
  type HandlerModulePlan,
} from "./functions.js";
import {
  planEqualMappings,
  planMappingCases,
  type EqualMappingCase,
  type MappingCase,
} from "./mapping-cases.js";
import { planMappings, type BodyAccessorPlan, type MappingFilePlan } from "./mappings.js";
import { camelCase, kebabCase, NameSpace, pascalCase } from "./names.js";
import { noNames, recorded, type RecordedNames } from "./recorded-names.js";
import { planConsoleView, type ConsoleViewPlan } from "./console-view.js";
import { planContractCases, type ContractCase } from "./contract-cases.js";
import { planRouteTests, type RouteTests } from "./route-cases.js";
import { planSelections, selectionsModule } from "./selections.js";
import { planTables, type Tables } from "./tables.js";
import { planClient, planPushes, type ClientPlan, type PushPlan } from "./websocket.js";

/** Everything emit prints, decided: names, files, order, tables. */
export interface Plan {
  readonly gateway: Gateway;
  readonly project: ProjectPlan;
  readonly models: readonly ModelPlan[];
  readonly operations: readonly OperationPlan[];
  readonly functions: readonly FunctionPlan[];
  /** The modules that these are in. */
  readonly handlerModules: readonly HandlerModulePlan[];
  /** What the next run takes as names. */
  readonly names: RecordedNames;
  readonly mappings: readonly MappingFilePlan[];
  /** Models that a request validator checks, in document order. */
  readonly validated: readonly Model[];
  /** Accessors of selection expressions; of WebSocket APIs alone. */
  readonly selections: readonly BodyAccessorPlan[];
  readonly pushes: readonly PushPlan[];
  /** Of WebSocket APIs alone. */
  readonly client: ClientPlan | undefined;
  readonly tables: Tables;
  readonly features: readonly Feature[];
  /** What its web page shows of the API; undefined: the project has none. */
  readonly console: ConsoleViewPlan | undefined;
  readonly contractCases: readonly ContractCase[];
  /** Of WebSocket APIs, in the place of contract cases. */
  readonly routeTests: RouteTests | undefined;
  readonly mappingCases: readonly MappingCase[];
  /** Of mapping functions that are the user's, by the stem of their file. */
  readonly equalMappings: readonly {
    readonly fileName: string;
    readonly cases: readonly EqualMappingCase[];
  }[];
}

export interface ProjectPlan {
  /** npm package name: `pet-store`. */
  readonly packageName: string;
  /** Stem of the factory in gateway.ts: `PetStore` gives `createPetStore`. */
  readonly typeName: string;
  /** One line: `"Pet Store" 1.4.0`, quoted for a comment. */
  readonly title: string;
}

export interface ModelPlan {
  readonly model: Model;
  readonly typeName: string;
  /** A type that would refer to itself without an object or array between prints as `unknown`. */
  readonly circular: boolean;
}

export interface OperationPlan {
  readonly operation: Operation;
  /** Key of tables, unique: `getPet`. */
  readonly name: string;
  readonly typeName: string;
  /** Stem of its mapping file: `get-pet`. */
  readonly fileName: string;
  /** Its mapping functions are the user's. */
  readonly hasOwnMappings: boolean;
}

/** Types that stand in the modules of a WebSocket API beside its own. */
const webSocketTypes = [
  "WebSocketEvent",
  "WebSocketResult",
  "WebSocketAuthorizerEvent",
  "Send",
  "ConnectionsContext",
  "ConnectionsOptions",
  "Pushes",
  "Messages",
  "Incoming",
  "Tagged",
  "ConnectParameters",
  "ClientOptions",
  "RouteClient",
  "Client",
];

/**
 * Decides everything that emit prints. The IR is right, so nothing can fail here. `earlier`: the names that
 * the last run chose.
 */
export function planProject(gateway: Gateway, earlier: RecordedNames = noNames): Plan {
  const project = planIdentity(gateway);
  const types = new NameSpace();
  types.reserve(["Operations", "StageVariables", "StageName", "FunctionName"]);
  types.reserve(["HttpClient", "HttpClientOptions", "HttpOperation"]);
  if (gateway.api.kind === "websocket") types.reserve(webSocketTypes);
  const { models, operations } = planNames(gateway, types, earlier);
  const functions = planFunctions(gateway, operations, earlier);
  const mappings = planMappings(operations);
  const validated = planValidated(gateway);
  const selections = planSelections(gateway.api);
  const tables = planTables(gateway, operations, functions, selections);
  return {
    gateway,
    project,
    models,
    operations,
    functions,
    handlerModules: planHandlerModules(functions, gateway.api.kind),
    names: namesOf(models, operations, functions, earlier),
    mappings,
    validated,
    selections: selections.accessors,
    pushes: planPushes(gateway.api.websocket),
    client: planClient(gateway.api),
    tables,
    features: planFeatures(gateway, functions, validated, tables),
    console:
      gateway.deployment.admin?.console === true
        ? planConsoleView({ gateway, operations, mappings, tables }, (at) => at)
        : undefined,
    routeTests: planRouteTests(gateway, operations),
    contractCases: gateway.api.kind === "websocket" ? [] : planContractCases(gateway, operations),
    mappingCases: planMappingCases(mappings, gateway.deployment.stages[0]),
    equalMappings: mappings
      .filter(({ own }) => own !== undefined)
      .map((file) => ({
        fileName: file.operation.fileName,
        cases: planEqualMappings(file, gateway.deployment.stages[0]),
      })),
  };
}

function planIdentity({ api }: Gateway): ProjectPlan {
  const version = api.version === "" ? "" : ` ${api.version}`;
  return {
    packageName: kebabCase(api.name, "gateway"),
    typeName: pascalCase(api.name, "Gateway"),
    title: `"${api.name}"${version}`,
  };
}

/** Earlier types of the routes that there still are, unless another operation has the type now. */
function renamedTypes(
  types: ReadonlyMap<string, string>,
  earlier: RecordedNames,
): Readonly<Record<string, string>> {
  const now = new Set(types.values());
  const before = [
    ...Object.entries(earlier.renamedTypes),
    ...Object.entries(earlier.operationTypes).map(([route, type]) => [type, route] as const),
  ];
  return Object.fromEntries(
    before.filter(
      ([type, route]) =>
        types.has(route) && !now.has(type) && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(type),
    ),
  );
}

/** Names of models and operations, and of their types, which stand beside each other. */
function planNames(
  { api, deployment }: Gateway,
  types: NameSpace,
  earlier: RecordedNames,
): { readonly models: readonly ModelPlan[]; readonly operations: readonly OperationPlan[] } {
  const circular = circularModels(api.models);
  const names = planOperationNames(api.operations, earlier);
  const typeNames = types.claimAll([
    ...api.models.map(({ name }) => ({
      wanted: pascalCase(name, "Model"),
      earlier: recorded(earlier.models, name),
    })),
    ...api.operations.map((operation, index) => ({
      wanted: typeNameOf(names[index] ?? "", operation),
      earlier: recorded(earlier.operationTypes, routeOf(operation)),
    })),
  ]);
  return {
    models: api.models.map((model, index) => ({
      model,
      typeName: typeNames[index] ?? "",
      circular: circular.has(model.name),
    })),
    operations: api.operations.map((operation, index) => {
      const name = names[index] ?? "";
      return {
        operation,
        name,
        typeName: typeNames[api.models.length + index] ?? "",
        fileName: kebabCase(name, "operation"),
        hasOwnMappings: deployment.ownMappings.includes(operation.at),
      };
    }),
  };
}

function planOperationNames(
  operations: readonly Operation[],
  earlier: RecordedNames,
): readonly string[] {
  const names = new NameSpace();
  // names are those of imported modules, too, beside these
  names.reserve(["integrations", "mappingTests", "createClient", "createHttpClient"]);
  names.reserve([selectionsModule]);
  return names.claimAll(
    operations.map((operation) => ({
      wanted: camelCase(operationName(operation), "operation"),
      earlier: recorded(earlier.operations, routeOf(operation)),
    })),
  );
}

/** What tells an operation from all others of its document: `GET /pets`, or a route key. */
export function routeOf({ method, path, routeKey }: Operation): string {
  return routeKey ?? `${method} ${path}`;
}

function namesOf(
  models: readonly ModelPlan[],
  operations: readonly OperationPlan[],
  functions: readonly FunctionPlan[],
  earlier: RecordedNames,
): RecordedNames {
  const routes = operations.map((plan) => [routeOf(plan.operation), plan] as const);
  const types = new Map(routes.map(([route, { typeName }]) => [route, typeName]));
  return {
    renamedTypes: renamedTypes(types, earlier),
    models: Object.fromEntries(models.map(({ model, typeName }) => [model.name, typeName])),
    operations: Object.fromEntries(routes.map(([route, { name }]) => [route, name])),
    operationTypes: Object.fromEntries(routes.map(([route, { typeName }]) => [route, typeName])),
    handlers: Object.fromEntries(functions.map(({ name, path }) => [name, path])),
  };
}

/** Models that reach themselves through references and unions alone; TypeScript refuses such aliases. */
function circularModels(models: readonly Model[]): ReadonlySet<string> {
  const direct = new Map(models.map((model) => [model.name, directReferences(model.schema)]));
  const circular = new Set<string>();
  const state = new Map<string, "open" | "done">();
  const visit = (name: string, path: readonly string[]): void => {
    if (state.get(name) === "done") return;
    if (state.get(name) === "open") {
      for (const member of path.slice(path.indexOf(name))) circular.add(member);
      return;
    }
    state.set(name, "open");
    for (const next of direct.get(name) ?? []) visit(next, [...path, name]);
    state.set(name, "done");
  };
  for (const model of models) visit(model.name, []);
  return circular;
}

function directReferences(schema: Schema): readonly string[] {
  const { shape } = schema;
  if (shape.kind === "ref") return [shape.model];
  if (shape.kind === "union" || shape.kind === "all") return shape.of.flatMap(directReferences);
  return [];
}

/** Routes of WebSocket APIs often have the name of the message that they take. */
function typeNameOf(name: string, operation: Operation): string {
  const wanted = isSocketRoute(operation) ? `${name.replace(/Route$/, "")} route` : name;
  return pascalCase(wanted, "Operation");
}

function isSocketRoute({ path, routeKey }: Operation): boolean {
  return path === routeKey;
}

/** The operationId, else method and path: `getPetsByPetId` for `GET /pets/{petId}`. */
function operationName(operation: Operation): string {
  const { operationId, method, path, routeKey } = operation;
  if (operationId !== undefined && operationId.trim() !== "") return operationId;
  if (routeKey === "$default" && isSocketRoute(operation)) return "default route";
  if (routeKey !== undefined) return routeKey;
  const segments = path
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => (segment.startsWith("{") ? `by ${segment}` : segment));
  return [method.toLowerCase(), ...(segments.length === 0 ? ["root"] : segments)].join(" ");
}

function planValidated({ api }: Gateway): readonly Model[] {
  const used = new Set([
    ...api.operations
      .filter((operation) => operation.validator?.validateBody === true)
      .flatMap((operation) => operation.body?.content ?? [])
      .map((content) => content.model),
    ...(api.websocket?.routes ?? [])
      .filter(({ modelSelection }) => modelSelection !== undefined)
      .flatMap(({ requestModels }) => requestModels.map(({ model }) => model)),
  ]);
  return api.models.filter((model) => used.has(model.name));
}
