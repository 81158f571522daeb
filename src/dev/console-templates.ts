import { sampleContext } from "./sample-context.js";
import type { Plan } from "../plan/plan.js";
import { ConsoleRefusal } from "../runtime/console/console.js";
import type { RenderAnswer, RenderRequest } from "../runtime/console/wire.js";
import type { Rendering, TemplateSample } from "../runtime/testing/render-sample.js";
import { compilePlannedTemplate, type RenderTemplate } from "./template-workbench.js";

/** Renders templates of one document for the console; each is compiled once. */
export function consoleTemplates(plan: Plan): (asked: RenderRequest) => Promise<RenderAnswer> {
  const compiled = new Map<string, Promise<RenderTemplate>>();
  const compile = (asked: RenderRequest): Promise<RenderTemplate> => {
    const id = `${asked.operation} ${asked.template}`;
    const known = compiled.get(id);
    if (known !== undefined) return known;
    const file = plan.mappings.find(({ operation }) => operation.name === asked.operation);
    const found = file?.functions.find(({ name }) => name === asked.template);
    if (file === undefined || found === undefined) {
      throw new ConsoleRefusal(
        "the document has no such template",
        "it may have changed: choose again",
      );
    }
    const made = compilePlannedTemplate({ file, function: found });
    compiled.set(id, made);
    return made;
  };
  return async (asked) => {
    const render = await compile(asked);
    const result = render(sampleOf(plan, asked), { trace: true });
    if (result.kind === "failed") return { kind: "failed", message: result.message };
    const { rendering, trace } = result;
    return {
      kind: "rendered",
      text: rendering.text,
      lines: trace?.map(({ line, printed }) => ({ line, printed })) ?? null,
      overrides: overridesOf(rendering),
    };
  };
}

function sampleOf(plan: Plan, asked: RenderRequest): TemplateSample {
  const { tables } = plan;
  const stage = asked.stage ?? tables.defaultStage ?? Object.keys(tables.stages)[0] ?? "";
  return {
    body: asked.body,
    params: asked.params,
    context: sampleContext(plan, asked.operation, stage),
    stageVariables: tables.stages[stage]?.variables ?? {},
  };
}

function overridesOf({
  requestOverride: request,
  responseOverride: response,
}: Rendering): readonly (readonly [string, string])[] {
  const blocks = [
    ["requestOverride.path", request.path],
    ["requestOverride.querystring", request.querystring],
    ["requestOverride.header", request.header],
    ["responseOverride.header", response.header],
  ] as const;
  const status: readonly (readonly [string, string])[] =
    response.status === null ? [] : [["responseOverride.status", String(response.status)]];
  return [
    ...blocks.flatMap(([place, values]) =>
      Object.entries(values).map(([name, value]) => [`${place}.${name}`, String(value)] as const),
    ),
    ...status,
  ];
}
