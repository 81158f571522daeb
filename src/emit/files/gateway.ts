import type { Feature } from "../../plan/features.js";
import type { Plan } from "../../plan/plan.js";
import type { Value } from "../../plan/value.js";
import { render } from "../layout.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printLiteral } from "../printer/literal.js";
import { createModule, type ModulePrinter } from "../printer/module.js";
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
  aws_service: { name: "awsServiceIntegration", module: "integrations/aws-service.ts" },
  validation: { name: "requestValidation", module: "validation/request-validation.ts" },
  "linear-patterns": { name: "linearPattern", module: "validation/linear-pattern.ts" },
  compression: { name: "responseCompression", module: "http/compression.ts" },
  workers: { name: "createWorkerPool", module: "functions/worker-pool.ts" },
  "in-thread": { name: "createInThreadInvoker", module: "functions/in-thread.ts" },
  "function-endpoint": { name: "createEndpointInvoker", module: "functions/endpoint.ts" },
  "aws-lambda": { name: "createLambdaInvoker", module: "functions/aws.ts" },
};

const integrationKinds = [
  "mock",
  "http",
  "http_proxy",
  "aws_function",
  "aws_proxy",
  "aws_service",
] as const;

/** Modules of the run-time that the project needs; what they import comes with them. */
export function runtimeEntries(plan: Plan): readonly string[] {
  const used = plan.features.map((feature) => features[feature].module);
  const fixed = ["contracts.ts", "gateway.ts", "server/node.ts", "testing/contract-tests.ts"];
  const typed =
    plan.functions.length > 0 ? ["functions/proxy-event.ts", "functions/registry.ts"] : [];
  const checked = plan.validated.length > 0 ? ["validation/schema-helpers.ts"] : [];
  return [...fixed, ...used, ...typed, ...checked];
}

/** The wiring: gateway.ts, start.ts, main.ts and the tests. */
export function emitGateway(emission: Emission): readonly OutputFile[] {
  return [
    emitWiring(emission),
    emitStart(emission),
    {
      path: "src/main.ts",
      content: emission.templates.render("src/main.ts", {}),
      ownership: "once",
    },
    emitContractTest(emission),
    ...emitMappingTest(emission),
  ];
}

function runtime(path: string): string {
  return `${runtimeFolder}/${path}`;
}

function emitWiring(emission: Emission): OutputFile {
  const { plan } = emission;
  const module = createModule("src/generated/gateway.ts");
  for (const name of ["Gateway", "GatewayOptions", "GatewayParts"]) {
    module.type(name, runtime("gateway.ts"));
  }
  module.value("createGateway", runtime("gateway.ts"));
  module.type("ApiTable", runtime("contracts.ts"));
  module.type("FunctionBackends", runtime("functions/invoker.ts"));
  return ownedModule(emission, module, module.path, {
    members: apiMembers(plan, module),
    parts: wiredParts(plan, module),
    comment: factoryComment(plan),
    factory: new Code(factoryName(plan)),
  });
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
  module.value("routes", "src/generated/routes.ts");
  module.value("integrations", "src/generated/integrations.ts");
  module.value("gatewayResponses", "src/generated/gateway-responses.ts");
  module.value("stages", "src/generated/stages.ts");
  module.value("defaultStage", "src/generated/stages.ts");
  const validators =
    plan.validated.length === 0
      ? "validators: {},"
      : `${module.value("validators", "src/generated/validators.ts")},`;
  const tables = ["routes,", "integrations,", "gatewayResponses,", "stages,", "defaultStage,"];
  return [...identity, ...[...tables, validators].map((text) => new Code(text))];
}

function wiredParts(plan: Plan, module: ModulePrinter): readonly Code[] {
  const wired = integrationKinds.filter((kind) => plan.features.includes(kind));
  const integrations = wired.map((kind) => `${kind}: ${wire(kind, module)}`);
  const flat = `integrations: { ${integrations.join(", ")} },`;
  const printed =
    integrations.length === 0
      ? "integrations: {},"
      : flat.length <= 98
        ? flat
        : `integrations: {\n${integrations.map((text) => `    ${text},\n`).join("")}  },`;
  const others = (["validation", "compression"] as const)
    .filter((feature) => plan.features.includes(feature))
    .map((feature) => `${feature}: ${wire(feature, module)},`);
  return [printed, ...others].map((text) => new Code(text));
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
  const lines = [
    ...(inWorkers ? workerLines(module) : []),
    ...gatewayLines(factoryName(plan), backends),
    `const port = options.port ?? Number(process.env["PORT"] ?? ${plan.gateway.deployment.port});`,
    "return startServer(gateway, { port, host: options.host });",
  ];
  return ownedModule(emission, module, module.path, {
    body: lines.map((text) => new Code(text)),
  });
}

function gatewayLines(factory: string, backends: readonly string[]): readonly string[] {
  const flat = `const gateway = ${factory}({}, options.gateway);`;
  if (backends.length === 0 && flat.length <= 98) return [flat];
  const functions =
    backends.length === 0 ? ["  {},"] : ["  {", ...backends.map((item) => `    ${item},`), "  },"];
  return [`const gateway = ${factory}(`, ...functions, "  options.gateway,", ");"];
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
  return ownedModule(emission, module, module.path, {
    cases: new Code(
      render(printLiteral(cases), 0, "const cases: readonly ContractCase[] = ".length),
    ),
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
  return [ownedModule(emission, module, module.path, { cases: code })];
}
