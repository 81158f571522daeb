import type {
  AuthorizerKind,
  FunctionPlan,
  HandlerModulePlan,
  HandlerPlan,
  ProxyKind,
} from "../../plan/functions.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printString } from "../printer/literal.js";
import { createModule, type ModulePrinter } from "../printer/module.js";
import type { Emission } from "../project.js";
import { runtimeFolder } from "../runtime-files.js";
import type { HandlerView } from "../views.js";
import { operationsPath, routeTitle } from "./operations.js";

/** Types of what a proxy function is handed and gives back, and how it names its route. */
interface EventForm {
  readonly event: TypeSource;
  readonly result: TypeSource;
  readonly route: string;
}
interface TypeSource {
  readonly name: string;
  /** Relative to the run-time's folder. */
  readonly module: string;
}
const webSocketEvents = "functions/websocket-event.ts";
const proxyEvents = "functions/proxy-event.ts";
const httpEvents = "functions/http-event.ts";
const streams = "functions/response-stream.ts";

const eventForms: Readonly<Record<ProxyKind, EventForm>> = {
  proxy: {
    event: { name: "ProxyEvent", module: proxyEvents },
    result: { name: "ProxyResult", module: proxyEvents },
    route: "${event.httpMethod} ${event.resource}",
  },
  "proxy-stream": {
    event: { name: "ProxyEvent", module: proxyEvents },
    result: { name: "ResponseStream", module: streams },
    route: "${event.httpMethod} ${event.resource}",
  },
  "http-1.0": {
    event: { name: "HttpEventV1", module: httpEvents },
    result: { name: "ProxyResult", module: proxyEvents },
    route: "${event.httpMethod} ${event.resource}",
  },
  "http-2.0": {
    event: { name: "HttpEvent", module: httpEvents },
    result: { name: "HttpResult", module: httpEvents },
    route: "${event.routeKey}",
  },
  websocket: {
    event: { name: "WebSocketEvent", module: webSocketEvents },
    result: { name: "WebSocketResult", module: webSocketEvents },
    route: "${event.requestContext.routeKey}",
  },
};

/** Modules of the run-time that the handler of a function is typed by. */
export function handlerModules(kind: FunctionPlan["kind"]): readonly string[] {
  if (kind === "custom") return [];
  if (isProxyKind(kind)) return [eventForms[kind].event.module, eventForms[kind].result.module];
  return [authorizerForms[kind].event.module, authorizerEvents];
}

function isProxyKind(kind: ProxyKind | AuthorizerKind): kind is ProxyKind {
  return Object.hasOwn(eventForms, kind);
}

/** The scaffolds of the functions of a module: typed, and answering that they are not written yet. Written once. */
export function emitHandlerModule(
  { templates }: Emission,
  { path, handlers }: HandlerModulePlan,
): OutputFile {
  const module = createModule(path);
  const views = handlers.map((plan) => ({
    name: new Code(plan.exportName),
    ...handlerView(plan, module),
  }));
  const imports = module.imports();
  const texts = views.map((view, index) =>
    templates.render(
      "src/handlers/handler.ts",
      { imports: index === 0 ? imports : new Code(""), ...view },
      path,
    ),
  );
  return { path, content: texts.join("\n"), ownership: "once" };
}

function handlerView(plan: HandlerPlan, module: ModulePrinter): HandlerForm {
  const { kind } = plan;
  if (kind === "custom") return customHandler(plan);
  if (kind === "proxy-stream") return streamHandler(plan, module, eventForms[kind]);
  if (isProxyKind(kind)) return proxyHandler(plan, module, eventForms[kind]);
  return authorizerHandler(plan, authorizerForms[kind], module);
}

/** What an authorizer is handed, and how it refuses everybody. */
interface AuthorizerForm {
  readonly event: TypeSource;
  /** The event is typed by the stage variables. */
  readonly hasVariables: boolean;
  /** The member of the event that names what is called; null: the result says yes or no. */
  readonly resource: string | null;
}
const authorizerEvents = "functions/authorizer.ts";
const httpAuthorizerEvents = "functions/http-authorizer.ts";

const authorizerForms: Readonly<Record<AuthorizerKind, AuthorizerForm>> = {
  token: {
    event: { name: "TokenAuthorizerEvent", module: authorizerEvents },
    hasVariables: false,
    resource: "methodArn",
  },
  request: {
    event: { name: "RequestAuthorizerEvent", module: authorizerEvents },
    hasVariables: true,
    resource: "methodArn",
  },
  "http-request-1.0": {
    event: { name: "HttpAuthorizerEventV1", module: httpAuthorizerEvents },
    hasVariables: true,
    resource: "methodArn",
  },
  "http-request-2.0": {
    event: { name: "HttpAuthorizerEvent", module: httpAuthorizerEvents },
    hasVariables: true,
    resource: "routeArn",
  },
  "http-simple": {
    event: { name: "HttpAuthorizerEvent", module: httpAuthorizerEvents },
    hasVariables: true,
    resource: null,
  },
  "websocket-request": {
    event: { name: "WebSocketAuthorizerEvent", module: webSocketEvents },
    hasVariables: true,
    resource: "methodArn",
  },
};

/** Refuses everybody: a scaffold must not open what it is to protect. */
function authorizerHandler(
  plan: HandlerPlan,
  form: AuthorizerForm,
  module: ModulePrinter,
): HandlerForm {
  const named = importType(module, form.event);
  const event = form.hasVariables
    ? `${named}<${module.type("StageVariables", "src/generated/stages.ts")}>`
    : named;
  const result =
    form.resource === null
      ? importType(module, { name: "SimpleAuthorizerResult", module: httpAuthorizerEvents })
      : importType(module, { name: "AuthorizerResult", module: authorizerEvents });
  const refusal =
    form.resource === null
      ? ["return { isAuthorized: false, context: { routeKey: event.routeKey } };"]
      : [
          `return ${module.value("deny", `${runtimeFolder}/${authorizerEvents}`)}("unknown", event.${form.resource});`,
        ];
  return {
    comment: commentOf(plan),
    parameter: parameterOf(plan, event, `Promise<${result}>`),
    result: new Code(`Promise<${result}>`),
    body: ["// Nobody gets in until it is written here who may.", ...refusal].map(
      (text) => new Code(text),
    ),
    after: [],
  };
}

function importType(module: ModulePrinter, { name, module: path }: TypeSource): string {
  return module.type(name, `${runtimeFolder}/${path}`);
}

/** On a line of its own where the head of the function is too long. */
function parameterOf({ exportName }: HandlerPlan, event: string, result: string): Code {
  const head = `export async function ${exportName}(event: ${event}): ${result} {`;
  return new Code(head.length <= 100 ? `event: ${event}` : `\n  event: ${event},\n`);
}

/** What the kinds of functions differ in. */
type HandlerForm = Omit<HandlerView, "imports" | "name">;

function proxyHandler(plan: HandlerPlan, module: ModulePrinter, form: EventForm): HandlerForm {
  const types = plan.operations.map(({ typeName }) => module.type(typeName, operationsPath));
  const event = importType(module, form.event);
  const result = importType(module, form.result);
  const variables = module.type("StageVariables", "src/generated/stages.ts");
  const name = `${event}<${types.join(" | ")}, ${variables}>`;
  const fits = `export async function ${plan.exportName}(event: ${name}): Promise<${result}> {`;
  return {
    comment: commentOf(plan),
    parameter: new Code(
      fits.length <= 100
        ? `event: ${name}`
        : `\n  event: ${brokenEvent(event, types, variables)},\n`,
    ),
    result: new Code(`Promise<${result}>`),
    body: [
      `const message = \`${form.route} is not implemented yet\`;`,
      "return { statusCode: 501, body: JSON.stringify({ message }) };",
    ].map((text) => new Code(text)),
    after: [],
  };
}

/** A function that writes its answer: it is marked as one. */
function streamHandler(plan: HandlerPlan, module: ModulePrinter, form: EventForm): HandlerForm {
  const types = plan.operations.map(({ typeName }) => module.type(typeName, operationsPath));
  const event = importType(module, form.event);
  const variables = module.type("StageVariables", "src/generated/stages.ts");
  const stream = importType(module, form.result);
  const from = `${runtimeFolder}/${form.result.module}`;
  const writer = module.value("HttpResponseStream", from);
  return {
    comment: commentOf(plan),
    parameter: new Code(
      `\n  event: ${brokenEvent(event, types, variables)},\n  responseStream: ${stream},\n`,
    ),
    result: new Code("Promise<void>"),
    body: [
      `const message = \`${form.route} is not implemented yet\`;`,
      `const body = ${writer}.from(responseStream, { statusCode: 501 });`,
      "body.end(JSON.stringify({ message }));",
    ].map((text) => new Code(text)),
    after: [new Code(`${module.value("streamifyResponse", from)}(${plan.exportName});`)],
  };
}

function brokenEvent(event: string, types: readonly string[], variables: string): string {
  const flat = `${event}<${types.join(" | ")}, ${variables}>`;
  if (flat.length + "  event: ,".length <= 100) return flat;
  const union = types.join(" | ");
  const operations =
    union.length + 5 <= 100
      ? `    ${union},`
      : `${types.map((type) => `    | ${type}`).join("\n")},`;
  return `${event}<\n${operations}\n    ${variables}\n  >`;
}

function customHandler(plan: HandlerPlan): HandlerForm {
  return {
    comment: commentOf(plan),
    parameter: new Code("event: unknown"),
    result: new Code("Promise<unknown>"),
    body: [
      `const message = ${printString(`${plan.name} is not implemented yet`)};`,
      "return { message, event };",
    ].map((text) => new Code(text)),
    after: [],
  };
}

function commentOf({ names, operations, authorizers }: HandlerPlan): readonly Code[] {
  const answered = operations.map(
    ({ name: operation, operation: route }) => `- ${routeTitle(route)} (${operation})`,
  );
  const checked = authorizers.map((authorizer) => `- ${authorizer.name}`);
  const title = operations.length > 0 ? "It answers for:" : "It is the authorizer of:";
  return docComment({
    title: `Lambda ${names.length === 1 ? "function" : "functions"} ${names.map((name) => `\`${name}\``).join(", ")}. ${title}`,
    lines: [...answered, ...checked],
  })
    .slice(1, -1)
    .map((text) => new Code(text.replace(/^ \* ?/, "")));
}
