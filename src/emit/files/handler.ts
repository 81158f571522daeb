import type { FunctionPlan } from "../../plan/functions.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { createModule, type ModulePrinter } from "../printer/module.js";
import type { Emission } from "../project.js";
import { runtimeFolder } from "../runtime-files.js";
import type { HandlerView } from "../views.js";
import { operationsPath, routeTitle } from "./operations.js";

/** Types of what a proxy function is handed and gives back, and how it names its route. */
interface EventForm {
  readonly module: string;
  readonly event: string;
  readonly result: string;
  readonly route: string;
}
const webSocketEvents = `${runtimeFolder}/functions/websocket-event.ts`;

const eventForms: Readonly<Record<"proxy" | "http" | "websocket", EventForm>> = {
  proxy: {
    module: `${runtimeFolder}/functions/proxy-event.ts`,
    event: "ProxyEvent",
    result: "ProxyResult",
    route: "${event.httpMethod} ${event.resource}",
  },
  http: {
    module: `${runtimeFolder}/functions/http-event.ts`,
    event: "HttpEvent",
    result: "HttpResult",
    route: "${event.routeKey}",
  },
  websocket: {
    module: webSocketEvents,
    event: "WebSocketEvent",
    result: "WebSocketResult",
    route: "${event.requestContext.routeKey}",
  },
};

/** The scaffold of a function: typed, and answering that it is not written yet. Written once. */
export function emitHandler({ templates }: Emission, plan: FunctionPlan): OutputFile {
  const module = createModule(plan.path);
  const view = handlerView(plan, module);
  const name = new Code(plan.exportName);
  const content = templates.render(
    "src/handlers/handler.ts",
    { imports: module.imports(), name, ...view },
    plan.path,
  );
  return { path: plan.path, content, ownership: "once" };
}

function handlerView(plan: FunctionPlan, module: ModulePrinter): HandlerForm {
  switch (plan.kind) {
    case "proxy":
    case "http":
    case "websocket":
      return proxyHandler(plan, module, eventForms[plan.kind]);
    case "token":
    case "request":
    case "websocket-request":
      return authorizerHandler(plan, plan.kind, module);
    case "custom":
      return customHandler(plan);
  }
}

/** Refuses everybody: a scaffold must not open what it is to protect. */
function authorizerHandler(
  plan: FunctionPlan,
  kind: "token" | "request" | "websocket-request",
  module: ModulePrinter,
): HandlerForm {
  const types = `${runtimeFolder}/functions/authorizer.ts`;
  const deny = module.value("deny", types);
  const result = module.type("AuthorizerResult", types);
  const request =
    kind === "websocket-request"
      ? module.type("WebSocketAuthorizerEvent", webSocketEvents)
      : kind === "request"
        ? module.type("RequestAuthorizerEvent", types)
        : undefined;
  const event =
    request === undefined
      ? module.type("TokenAuthorizerEvent", types)
      : `${request}<${module.type("StageVariables", "src/generated/stages.ts")}>`;
  return {
    comment: commentOf(plan),
    parameter: parameterOf(plan, event, `Promise<${result}>`),
    result: new Code(`Promise<${result}>`),
    body: [
      "// Nobody gets in until it is written here who may.",
      `return ${deny}("unknown", event.methodArn);`,
    ].map((text) => new Code(text)),
  };
}

/** On a line of its own where the head of the function is too long. */
function parameterOf({ exportName }: FunctionPlan, event: string, result: string): Code {
  const head = `export async function ${exportName}(event: ${event}): ${result} {`;
  return new Code(head.length <= 100 ? `event: ${event}` : `\n  event: ${event},\n`);
}

/** What the kinds of functions differ in. */
type HandlerForm = Omit<HandlerView, "imports" | "name">;

function proxyHandler(plan: FunctionPlan, module: ModulePrinter, form: EventForm): HandlerForm {
  const types = plan.operations.map(({ typeName }) => module.type(typeName, operationsPath));
  const event = module.type(form.event, form.module);
  const result = module.type(form.result, form.module);
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

function customHandler(plan: FunctionPlan): HandlerForm {
  return {
    comment: commentOf(plan),
    parameter: new Code("event: unknown"),
    result: new Code("Promise<unknown>"),
    body: [
      `const message = "${plan.name} is not implemented yet";`,
      "return { message, event };",
    ].map((text) => new Code(text)),
  };
}

function commentOf({ name, operations, authorizers }: FunctionPlan): readonly Code[] {
  const answered = operations.map(
    ({ name: operation, operation: route }) => `- ${routeTitle(route)} (${operation})`,
  );
  const checked = authorizers.map((authorizer) => `- ${authorizer.name}`);
  const title = operations.length > 0 ? "It answers for:" : "It is the authorizer of:";
  return docComment({
    title: `Lambda function \`${name}\`. ${title}`,
    lines: [...answered, ...checked],
  })
    .slice(1, -1)
    .map((text) => new Code(text.replace(/^ \* ?/, "")));
}
