import type { Feature } from "../../plan/features.js";
import type { Plan } from "../../plan/plan.js";
import { sentSecrets } from "./secrets.js";
import type { RouteTests } from "../../plan/route-cases.js";
import type { Value } from "../../plan/value.js";
import { render } from "../layout.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printLiteral } from "../printer/literal.js";
import { createModule, type ModulePrinter } from "../printer/module.js";
import { handlerModules } from "./handler.js";
import { imported } from "./tables.js";
import { ownedModule, type Emission } from "../project.js";
import { runtimeFolder } from "../runtime-files.js";

interface FeatureSource {
  /** Export of the run-time that is wired. */
  readonly name: string;
  /** Its module, relative to the run-time's folder. */
  readonly module: string;
}

/** Where each feature of the run-time is found. */
const features: Readonly<Record<Feature, FeatureSource>> = {
  mock: { name: "mockIntegration", module: "integrations/mock.ts" },
  http: { name: "httpIntegration", module: "integrations/http.ts" },
  http_proxy: { name: "httpProxyIntegration", module: "integrations/http-proxy.ts" },
  aws_function: { name: "functionIntegration", module: "integrations/function.ts" },
  aws_proxy: { name: "functionProxyIntegration", module: "integrations/function-proxy.ts" },
  aws_proxy_stream: {
    name: "functionStreamIntegration",
    module: "integrations/function-stream.ts",
  },
  aws_service: { name: "awsServiceIntegration", module: "integrations/aws-service.ts" },
  "http-api": { name: "httpApi", module: "kinds/http-api.ts" },
  "http-api-function": {
    name: "httpApiFunctionIntegration",
    module: "integrations/http-api-function.ts",
  },
  "http-api-proxy": { name: "httpApiProxyIntegration", module: "integrations/http-api-proxy.ts" },
  "http-api-private": {
    name: "httpApiPrivateIntegration",
    module: "integrations/http-api-private.ts",
  },
  "http-api-service": {
    name: "httpApiServiceIntegration",
    module: "integrations/http-api-service.ts",
  },
  "websocket-api": { name: "webSocketApi", module: "kinds/web-socket-api.ts" },
  "websocket-function": {
    name: "webSocketFunctionIntegration",
    module: "integrations/web-socket-function.ts",
  },
  "websocket-proxy": {
    name: "webSocketProxyIntegration",
    module: "integrations/web-socket-proxy.ts",
  },
  "websocket-authorizer": {
    name: "webSocketAuthorizer",
    module: "access/web-socket-authorizer.ts",
  },
  "message-validation": { name: "messageValidation", module: "websocket/message-validation.ts" },
  sockets: { name: "webSockets", module: "server/web-socket.ts" },
  "managed-sockets": { name: "webSocketsWith", module: "server/web-socket.ts" },
  validation: { name: "requestValidation", module: "validation/request-validation.ts" },
  "linear-patterns": { name: "linearPattern", module: "validation/linear-pattern.ts" },
  compression: { name: "responseCompression", module: "http/compression.ts" },
  "function-authorizer": { name: "functionAuthorizer", module: "access/function-authorizer.ts" },
  "cognito-authorizer": { name: "cognitoAuthorizer", module: "access/cognito-authorizer.ts" },
  "http-function-authorizer": {
    name: "httpFunctionAuthorizer",
    module: "access/http-function-authorizer.ts",
  },
  "jwt-authorizer": { name: "jwtAuthorizer", module: "access/jwt-authorizer.ts" },
  iam: { name: "iamAccess", module: "access/iam-access.ts" },
  "resource-policy": { name: "resourcePolicyAccess", module: "access/policy-access.ts" },
  limits: { name: "requestLimits", module: "access/request-limits.ts" },
  "managed-limits": { name: "managedRequestLimits", module: "access/managed-limits.ts" },
  admin: { name: "startAdmin", module: "admin/admin-server.ts" },
  "trusted-proxies": { name: "trustedProxies", module: "server/trusted-proxies.ts" },
  console: { name: "createProjectConsole", module: "console/project-console.ts" },
  monitoring: { name: "startMonitoring", module: "admin/monitoring.ts" },
  "response-cache": { name: "responseCache", module: "cache/caching.ts" },
  "execution-log": { name: "executionLog", module: "logs/execution-logging.ts" },
  views: { name: "observed", module: "views/observed.ts" },
  "access-log": { name: "accessLog", module: "logs/access-log.ts" },
  "log-file": { name: "fileLines", module: "logs/file-lines.ts" },
  "log-http": { name: "httpLines", module: "logs/http-lines.ts" },
  "metrics-emf": { name: "emfLines", module: "metrics/emf.ts" },
  "metrics-otlp": { name: "exportMetrics", module: "metrics/otlp-metrics.ts" },
  "spans-otlp": { name: "otlpSpans", module: "tracing/otlp-spans.ts" },
  "spans-xray": { name: "xraySegments", module: "tracing/xray.ts" },
  metrics: { name: "requestMetrics", module: "metrics/request-metrics.ts" },
  tracing: { name: "requestSpans", module: "tracing/request-spans.ts" },
  "memory-state": { name: "memoryState", module: "state/memory-state.ts" },
  "redis-state": { name: "redisState", module: "state/redis-state.ts" },
  workers: { name: "createWorkerPool", module: "functions/worker-pool.ts" },
  "in-thread": { name: "createInThreadInvoker", module: "functions/in-thread.ts" },
  "function-endpoint": { name: "createEndpointInvoker", module: "functions/endpoint.ts" },
  "aws-lambda": { name: "createLambdaInvoker", module: "functions/aws.ts" },
};

/** Integrations by the kind of their tables. */
const integrationKinds = [
  { kind: "mock", feature: "mock" },
  { kind: "http", feature: "http" },
  { kind: "http_proxy", feature: "http_proxy" },
  { kind: "http_proxy", feature: "websocket-proxy" },
  { kind: "aws_function", feature: "aws_function" },
  { kind: "aws_proxy", feature: "aws_proxy" },
  { kind: "aws_proxy", feature: "websocket-function" },
  { kind: "aws_proxy_stream", feature: "aws_proxy_stream" },
  { kind: "aws_service", feature: "aws_service" },
  { kind: "http_api_function", feature: "http-api-function" },
  { kind: "http_api_proxy", feature: "http-api-proxy" },
  { kind: "http_api_private", feature: "http-api-private" },
  { kind: "http_api_service", feature: "http-api-service" },
] as const;

/** Modules of the run-time that the project needs; what they import comes with them. */
export function runtimeEntries(plan: Plan): readonly string[] {
  const used = plan.features.map((feature) => features[feature].module);
  const tests = plan.routeTests === undefined ? "contract-tests" : "route-tests";
  const fixed = ["contracts.ts", "gateway.ts", "server/node.ts", `testing/${tests}.ts`];
  const typed = [
    ...(plan.functions.length > 0 ? ["functions/proxy-event.ts", "functions/registry.ts"] : []),
    ...plan.functions.flatMap(({ kind }) => handlerModules(kind)),
  ];
  const checked = plan.validated.length > 0 ? ["validation/schema-helpers.ts"] : [];
  return [...fixed, ...used, ...typed, ...checked];
}

/** The wiring: gateway.ts, start.ts, main.ts and the tests. */
export function emitGateway(emission: Emission): readonly OutputFile[] {
  const { plan } = emission;
  return [
    emitWiring(emission),
    emitStart(emission),
    {
      path: "src/main.ts",
      content: emission.templates.render("src/main.ts", {}),
      ownership: "once",
    },
    plan.routeTests === undefined
      ? emitContractTest(emission)
      : emitRouteTest(emission, plan.routeTests),
    ...emitMappingTest(emission),
    ...emitEqualMappingTests(emission),
  ];
}

function runtime(path: string): string {
  return `${runtimeFolder}/${path}`;
}

function emitWiring(emission: Emission): OutputFile {
  const { plan } = emission;
  const module = createModule("src/generated/gateway.ts");
  // what is administered must be at hand
  const gateway = listenersBeside(plan).length > 0 ? "ManagedGateway" : "Gateway";
  for (const name of [gateway, "GatewayOptions", "GatewayParts"]) {
    module.type(name, runtime("gateway.ts"));
  }
  module.value("createGateway", runtime("gateway.ts"));
  module.type("ApiTable", runtime("contracts.ts"));
  module.type("FunctionBackends", runtime("functions/invoker.ts"));
  const members = apiMembers(plan, module);
  const parts = wiredParts(plan, module);
  return ownedModule(emission, module, "src/generated/gateway.ts", (head) => ({
    ...head,
    members,
    parts,
    comment: factoryComment(plan),
    factory: new Code(factoryName(plan)),
    options: gatewayOptions(plan),
    gateway: new Code(gateway),
  }));
}

function gatewayOptions({ gateway }: Plan): Code {
  const { maxBytes } = gateway.deployment.requests;
  return new Code(
    maxBytes === undefined ? "options" : `{ maxRequestBytes: ${maxBytes}, ...options }`,
  );
}

function factoryComment({ project }: Plan): Code {
  const text = `Prepares the gateway of ${project.title}. It knows no socket: \`start.ts\` serves it, tests call it.`;
  return new Code(docComment({ description: text }).join("\n"));
}

function factoryName(plan: Plan): string {
  return `create${plan.project.typeName}`;
}

function apiMembers(plan: Plan, module: ModulePrinter): readonly Code[] {
  const identity = Object.entries(plan.tables.identity).map(
    ([key, value]) =>
      new Code(`${key}: ${render(printLiteral(value as Value), 2, key.length + 4)},`),
  );
  const access =
    plan.tables.access === null
      ? "access: null,"
      : `${module.value("access", "src/generated/access.ts")},`;
  module.value("routes", "src/generated/routes.ts");
  module.value("integrations", "src/generated/integrations.ts");
  module.value("gatewayResponses", "src/generated/gateway-responses.ts");
  module.value("stages", "src/generated/stages.ts");
  module.value("defaultStage", "src/generated/stages.ts");
  const validators =
    plan.validated.length === 0
      ? "validators: {},"
      : `${module.value("validators", "src/generated/validators.ts")},`;
  const websocket =
    plan.tables.websocket === null
      ? "websocket: null,"
      : `${module.value("websocket", "src/generated/websocket.ts")},`;
  const tables = [
    websocket,
    access,
    "routes,",
    "integrations,",
    "gatewayResponses,",
    "stages,",
    "defaultStage,",
  ];
  return [...identity, ...[...tables, validators].map((text) => new Code(text))];
}

function wiredParts(plan: Plan, module: ModulePrinter): readonly Code[] {
  const integrations = integrationKinds
    .filter(({ feature }) => plan.features.includes(feature))
    .map(({ kind, feature }) => `${kind}: ${wire(feature, module)}`);
  const authorizers = authorizerKinds(plan).map(({ kind, feature }) => {
    return `${kind}: ${wire(feature, module)}`;
  });
  const others = singleParts
    .filter(({ feature }) => plan.features.includes(feature))
    .map(({ part, feature }) => `${part}: ${wire(feature, module)},`);
  const state = statePart(plan, module);
  const views = viewsPart(plan, module);
  const sockets = managedSocketsPart(plan, module);
  return [
    printParts("integrations", integrations),
    ...(authorizers.length === 0 ? [] : [printParts("authorizers", authorizers)]),
    ...others,
    ...(sockets === undefined ? [] : [sockets]),
    ...(state === undefined ? [] : [state]),
    ...(views === undefined ? [] : [views]),
  ].map((text) => new Code(text));
}

const singleParts = [
  { part: "kind", feature: "http-api" },
  { part: "kind", feature: "websocket-api" },
  { part: "sockets", feature: "sockets" },
  { part: "validation", feature: "validation" },
  { part: "validation", feature: "message-validation" },
  { part: "compression", feature: "compression" },
  { part: "iam", feature: "iam" },
  { part: "resourcePolicy", feature: "resource-policy" },
  { part: "limits", feature: "limits" },
  { part: "limits", feature: "managed-limits" },
  { part: "cache", feature: "response-cache" },
  { part: "executionLog", feature: "execution-log" },
] as const;

const authorizerFeatures: Readonly<Record<string, Feature | undefined>> = {
  token: "function-authorizer",
  request: "function-authorizer",
  cognito: "cognito-authorizer",
  jwt: "jwt-authorizer",
};

/** Kinds of authorizers by the tables that the run-time finds. */
function authorizerKinds(
  plan: Plan,
): readonly { readonly kind: string; readonly feature: Feature }[] {
  const kinds = new Set(
    Object.values(plan.tables.access?.authorizers ?? {}).map(({ kind }) => kind),
  );
  return [...kinds].flatMap((kind) => {
    const feature = authorizerFeatures[kind];
    const isAsked = feature !== undefined && plan.features.includes(feature);
    if (isAsked) return [{ kind, feature }];
    // the functions of other kinds of APIs are asked in another way
    const others = ["http-function-authorizer", "websocket-authorizer"] as const;
    return others
      .filter((other) => plan.features.includes(other))
      .map((other) => ({ kind, feature: other }));
  });
}

function printParts(name: string, parts: readonly string[]): string {
  if (parts.length === 0) return `${name}: {},`;
  const flat = `${name}: { ${parts.join(", ")} },`;
  if (flat.length <= 98) return flat;
  return `${name}: {\n${parts.map((text) => `    ${text},\n`).join("")}  },`;
}

/** Those who may sign for it also use `@connections` at the gateway's own listener. */
function managedSocketsPart(plan: Plan, module: ModulePrinter): string | undefined {
  if (!plan.features.includes("managed-sockets")) return undefined;
  const guard = module.value("manageConnectionsAccess", runtime("access/manage-connections.ts"));
  return `sockets: ${wire("managed-sockets", module)}({ manageAccess: ${guard} }),`;
}

/** What looks on at requests, each with its own part of the table. */
function viewsPart({ features }: Plan, module: ModulePrinter): string | undefined {
  if (!features.includes("views")) return undefined;
  const table = module.value("observability", "src/generated/observability.ts");
  const views = viewTables
    .filter(({ feature }) => features.includes(feature))
    .map(({ feature, member, ways }) => {
      const given = Object.entries(ways)
        .filter(([, way]) => features.includes(way))
        .map(([name, way]) => `${name}: ${wire(way, module)}`);
      const second = given.length === 0 ? "" : `, { ${given.join(", ")} }`;
      return `${wire(feature, module)}(${table}.${member}${second})`;
    });
  const head = `views: ${wire("views", module)}(`;
  const flat = `${head}${views.join(", ")}),`;
  if (flat.length <= 98) return flat;
  return `${head}\n${views.map((text) => `    ${text},\n`).join("")}  ),`;
}

interface ViewTable {
  readonly feature: Feature;
  /** Of the table of observability. */
  readonly member: string;
  /** What it hands things out by, by the name that it knows it by. */
  readonly ways: Readonly<Record<string, Feature>>;
}

const viewTables: readonly ViewTable[] = [
  {
    feature: "access-log",
    member: "accessLogs",
    ways: { file: "log-file", http: "log-http" },
  },
  { feature: "metrics", member: "metrics", ways: { emf: "metrics-emf", otlp: "metrics-otlp" } },
  { feature: "tracing", member: "tracing", ways: { otlp: "spans-otlp", xray: "spans-xray" } },
];

/** Redis is found by the settings, or by the secret that they name. */
function statePart(plan: Plan, module: ModulePrinter): string | undefined {
  if (plan.features.includes("memory-state")) return `state: ${wire("memory-state", module)},`;
  if (!plan.features.includes("redis-state")) return undefined;
  const { state } = plan.gateway.deployment;
  if (state.driver !== "redis") return undefined;
  const head = `state: ${wire("redis-state", module)}(`;
  const settings: Value = {
    url:
      typeof state.url === "string"
        ? state.url
        : { secret: state.url.secret, key: state.url.key ?? null },
    keyPrefix: state.keyPrefix ?? null,
    tls: state.tls,
    cluster: state.cluster,
    onFailure: state.onFailure,
    ...(state.local.length === 0 ? {} : { local: state.local }),
  };
  return `${head}${render(printLiteral(settings), 2, head.length + 2)}),`;
}

function wire(feature: Feature, module: ModulePrinter): string {
  const { name, module: path } = features[feature];
  return module.value(name, runtime(path));
}

function emitStart(emission: Emission): OutputFile {
  const { plan } = emission;
  const module = createModule("src/generated/start.ts");
  module.type("GatewayOptions", runtime("gateway.ts"));
  module.type("GatewayServer", runtime("server/node.ts"));
  module.value("startServer", runtime("server/node.ts"));
  module.value(factoryName(plan), "src/generated/gateway.ts");
  const inWorkers = plan.features.includes("workers");
  const backends = functionBackends(plan, module);
  const options = plan.features.includes("console") ? "watched.options" : "options.gateway";
  const lines = [
    ...(inWorkers ? workerLines(module) : []),
    ...consoleLines(plan, module),
    ...(needsSecrets(plan)
      ? secretLines(factoryName(plan), { backends, options }, module)
      : gatewayLines(factoryName(plan), { backends, options })),
    ...adminLines(plan, module),
    ...monitoringLines(plan, module),
    `const port = options.port ?? Number(process.env["PORT"] ?? ${plan.gateway.deployment.port});`,
    ...trustLines(plan, module),
    ...serverLines(plan),
  ];
  return ownedModule(emission, module, "src/generated/start.ts", (head) => ({
    ...head,
    body: lines.map((text) => new Code(text)),
  }));
}

/** API keys, callers' keys, the address of Redis, the key of an encrypted cache, headers of what is sent. */
function needsSecrets({ tables, gateway, features }: Plan): boolean {
  if (tables.observability !== null && sentSecrets(tables.observability).length > 0) return true;
  const { apiKeys = {}, principals = [] } = tables.access ?? {};
  const isRedis = features.includes("redis-state") && gateway.deployment.state.driver === "redis";
  return isRedis || Object.keys(apiKeys).length > 0 || principals.length > 0;
}

/** Names of what listens beside the gateway. */
function listenersBeside({ features }: Plan): readonly string[] {
  return [
    ...(features.includes("admin") ? ["admin"] : []),
    ...(features.includes("monitoring") ? ["monitoring"] : []),
  ];
}

function trustLines({ gateway }: Plan, module: ModulePrinter): readonly string[] {
  const { trustProxy } = gateway.deployment;
  if (trustProxy === undefined) return [];
  const head = `const trustProxy = ${wire("trusted-proxies", module)}(`;
  return [`${head}${render([printLiteral(trustProxy), ");"], 2, head.length + 2)}`];
}

function serverLines(plan: Plan): readonly string[] {
  const { shutdown, requests, trustProxy } = plan.gateway.deployment;
  const { drainDelayMs, graceMs } = shutdown;
  const { timeoutMs: requestTimeoutMs } = requests;
  const times = Object.entries({ requestTimeoutMs, drainDelayMs, graceMs }).flatMap(
    ([name, value]) =>
      value === undefined ? [] : [`${name}: ${render(printLiteral(value), 0, 0)}`],
  );
  const settings = [...times, ...(trustProxy === undefined ? [] : ["trustProxy"])];
  const listening = ["port", "host: options.host", ...settings].join(", ");
  const isPlain = settings.length === 0;
  const server = `startServer(gateway, ${isPlain ? `{ ${listening} }` : "listening"})`;
  return [
    ...(isPlain ? [] : [`const listening = { ${listening} };`]),
    ...besideLines(server, listenersBeside(plan)),
  ];
}

function besideLines(
  server: string,
  [first, second]: readonly (string | undefined)[],
): readonly string[] {
  if (first === undefined) return [`return ${server};`];
  if (second === undefined) return [`return ${first}.beside(() => ${server});`];
  const flat = `return ${first}.beside(() => ${second}.beside(() => ${server}));`;
  if (flat.length <= 98) return [flat];
  return [`return ${first}.beside(() =>`, `  ${second}.beside(() => ${server}),`, ");"];
}

/** Paths of the health checks stand for both listeners. */
function monitoringLines({ features, gateway }: Plan, module: ModulePrinter): readonly string[] {
  const { metrics, health } = gateway.deployment;
  if (metrics?.listener === undefined || !features.includes("monitoring")) return [];
  const { port, host } = metrics.listener;
  const literals = { host, live: health.live, ready: health.ready, metrics: metrics.path };
  return [
    `const monitoring = await ${wire("monitoring", module)}(gateway, {`,
    `  port: Number(process.env["METRICS_PORT"] ?? ${port}),`,
    ...memberLines(literals),
    "});",
  ];
}

function memberLines(members: Readonly<Record<string, Value>>): readonly string[] {
  return Object.entries(members).map(
    ([key, value]) => `  ${key}: ${render(printLiteral(value), 4, key.length + 4)},`,
  );
}

/** Requests are watched from the first on. */
function consoleLines({ features }: Plan, module: ModulePrinter): readonly string[] {
  if (!features.includes("console")) return [];
  const page = module.value("page", "src/generated/console.ts");
  const view = module.value("view", "src/generated/console.ts");
  return [`const watched = ${wire("console", module)}({ ${page}, ${view} }, options.gateway);`];
}

/** The admin listener is there before the gateway's own: it says when that is ready. */
function adminLines({ features, gateway }: Plan, module: ModulePrinter): readonly string[] {
  const { admin } = gateway.deployment;
  if (admin === undefined || !features.includes("admin")) return [];
  const { port, host } = admin;
  const { metrics, health } = gateway.deployment;
  const asked = metrics === undefined ? {} : { metrics: metrics.path };
  const literals = memberLines({ host, live: health.live, ready: health.ready, ...asked });
  return [
    `const admin = await ${wire("admin", module)}(gateway, {`,
    `  port: Number(process.env["ADMIN_PORT"] ?? ${port}),`,
    ...literals,
    ...(features.includes("console") ? ["  page: watched.page,"] : []),
    "});",
    "if (admin === undefined) return undefined;",
  ];
}

interface GatewayArguments {
  readonly backends: readonly string[];
  /** The gateway's options, as an expression. */
  readonly options: string;
}

function secretLines(
  factory: string,
  { backends, options }: GatewayArguments,
  module: ModulePrinter,
): readonly string[] {
  const withSecrets = module.value("withSecrets", runtime("secrets.ts"));
  const guard = "if (gateway === undefined) return undefined;";
  const flat = `const gateway = ${withSecrets}(() => ${factory}({}, ${options}));`;
  if (backends.length === 0 && flat.length <= 98) return [flat, guard];
  const functions =
    backends.length === 0
      ? ["    {},"]
      : ["    {", ...backends.map((item) => `      ${item},`), "    },"];
  return [
    `const gateway = ${withSecrets}(() =>`,
    `  ${factory}(`,
    ...functions,
    `    ${options},`,
    "  ),",
    ");",
    guard,
  ];
}

function gatewayLines(factory: string, { backends, options }: GatewayArguments): readonly string[] {
  const flat = `const gateway = ${factory}({}, ${options});`;
  if (backends.length === 0 && flat.length <= 98) return [flat];
  const functions =
    backends.length === 0 ? ["  {},"] : ["  {", ...backends.map((item) => `    ${item},`), "  },"];
  return [`const gateway = ${factory}(`, ...functions, `  ${options},`, ");"];
}

function workerLines(module: ModulePrinter): readonly string[] {
  const isWorker = module.value("isFunctionWorker", runtime("functions/worker.ts"));
  const serve = module.value("serveFunctions", runtime("functions/worker.ts"));
  const functions = module.value("functions", "src/generated/functions.ts");
  return [`if (${isWorker}()) {`, `  ${serve}(${functions});`, "  return undefined;", "}"];
}

function functionBackends(plan: Plan, module: ModulePrinter): readonly string[] {
  const backends: string[] = [];
  const functions = (): string => module.value("functions", "src/generated/functions.ts");
  if (plan.features.includes("workers")) {
    backends.push(`module: ${wire("workers", module)}({ entry: options.entry, ${functions()} })`);
  }
  if (plan.features.includes("in-thread")) {
    backends.push(`module: ${wire("in-thread", module)}(${functions()})`);
  }
  if (plan.features.includes("function-endpoint")) {
    backends.push(`url: ${wire("function-endpoint", module)}()`);
  }
  if (plan.features.includes("aws-lambda")) {
    backends.push(`lambda: ${wire("aws-lambda", module)}()`);
  }
  return backends;
}

function emitContractTest(emission: Emission): OutputFile {
  const module = createModule("test/contract.test.ts");
  module.value("api", "src/generated/gateway.ts");
  module.value("parts", "src/generated/gateway.ts");
  module.value("contractTests", runtime("testing/contract-tests.ts"));
  module.type("ContractCase", runtime("testing/contract-tests.ts"));
  const cases: readonly Value[] = emission.plan.contractCases;
  const parts = testedParts(emission.plan, module);
  return ownedModule(emission, module, "test/contract.test.ts", (head) => ({
    ...head,
    cases: new Code(
      render(printLiteral(cases), 0, "const cases: readonly ContractCase[] = ".length),
    ),
    parts: new Code(parts),
  }));
}

/** A test needs no server beside the gateway. */
function testedParts(plan: Plan, module: ModulePrinter): string {
  return plan.features.includes("redis-state")
    ? `parts: { ...parts, state: ${wire("memory-state", module)} }`
    : "parts";
}

/** The contract test of a WebSocket API. */
function emitRouteTest(emission: Emission, { connect, routes }: RouteTests): OutputFile {
  const module = createModule("test/routes.test.ts");
  module.value("api", "src/generated/gateway.ts");
  module.value("parts", "src/generated/gateway.ts");
  const from = runtime("testing/route-tests.ts");
  module.value("routeTests", from);
  module.type("ConnectCase", from);
  module.type("RouteCase", from);
  const parts = new Code(testedParts(emission.plan, module));
  return ownedModule(emission, module, "test/routes.test.ts", (head) => ({
    ...head,
    connect: new Code(render(printLiteral(connect), 0, "const connect: ConnectCase = ".length)),
    routes: new Code(
      render(printLiteral(routes), 0, "const routes: readonly RouteCase[] = ".length),
    ),
    parts,
  }));
}

/** For mapping functions of the user's, whose test is his, too. */
function emitEqualMappingTests({ plan, templates }: Emission): readonly OutputFile[] {
  return plan.equalMappings.map(({ fileName, cases }) => {
    const path = `test/${fileName}-mappings.test.ts`;
    const module = createModule(path);
    const call = module.value("equalMappings", runtime("testing/equal-mappings.ts"));
    const values: readonly Value[] = cases;
    const printed = printLiteral(values, imported(module));
    const code = new Code(render(printed, 0, `${call}();`.length));
    const view = { imports: module.imports(), cases: code };
    const content = templates.render("test/own-mappings.test.ts", view, path);
    return { path, content, ownership: "once" };
  });
}

/** Only where a template reads something. */
function emitMappingTest(emission: Emission): readonly OutputFile[] {
  const cases: readonly Value[] = emission.plan.mappingCases;
  if (cases.length === 0) return [];
  const module = createModule("test/mappings.test.ts");
  const call = module.value("mappingTests", runtime("testing/mapping-tests.ts"));
  const printed = printLiteral(cases, imported(module));
  // `);` stands behind what is printed
  const code = new Code(render(printed, 0, `${call}();`.length));
  return [
    ownedModule(emission, module, "test/mappings.test.ts", (head) => ({ ...head, cases: code })),
  ];
}
