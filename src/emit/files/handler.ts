import type { FunctionPlan } from "../../plan/functions.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { createModule } from "../printer/module.js";
import type { Emission } from "../project.js";
import { runtimeFolder } from "../runtime-files.js";
import { operationsPath } from "./operations.js";

const eventTypes = `${runtimeFolder}/functions/proxy-event.ts`;

/** The scaffold of a function: typed, and answering that it is not written yet. Written once. */
export function emitHandler({ templates }: Emission, plan: FunctionPlan): OutputFile {
  const module = createModule(plan.path);
  const view = plan.proxy ? proxyHandler(plan, module) : customHandler(plan);
  const content = templates.render("src/handlers/handler.ts", {
    imports: module.imports(),
    name: new Code(plan.exportName),
    ...view,
  });
  return { path: plan.path, content, ownership: "once" };
}

interface HandlerView {
  readonly comment: readonly Code[];
  readonly parameter: Code;
  readonly result: Code;
  readonly body: readonly Code[];
}

function proxyHandler(plan: FunctionPlan, module: ReturnType<typeof createModule>): HandlerView {
  const types = plan.operations.map(({ typeName }) => module.type(typeName, operationsPath));
  const event = module.type("ProxyEvent", eventTypes);
  const result = module.type("ProxyResult", eventTypes);
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
      "const message = `${event.httpMethod} ${event.resource} is not implemented yet`;",
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

function customHandler(plan: FunctionPlan): HandlerView {
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

function commentOf({ name, operations }: FunctionPlan): readonly Code[] {
  const lines = operations.map(
    ({ name: operation, operation: { method, path } }) => `- ${method} ${path} (${operation})`,
  );
  return docComment({ title: `Lambda function \`${name}\`. It answers for:`, lines })
    .slice(1, -1)
    .map((text) => new Code(text.replace(/^ \* ?/, "")));
}
