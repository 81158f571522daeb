import { renderPlannedTemplate } from "../dev/template-workbench.js";
import type { Gateway } from "../ir/gateway.js";
import type { MappingTemplate } from "../ir/mapping.js";
import { isObject } from "../json.js";
import { planMappingCases, type MappingCase } from "../plan/mapping-cases.js";
import type { MappingFilePlan } from "../plan/mappings.js";
import { planProject } from "../plan/plan.js";
import type { Texts, TemplateSample } from "../runtime/testing/render-sample.js";
import type { TemplateChange } from "./behaviour.js";

/** What both templates give for the same sample. */
export interface TemplateOutput {
  readonly before: string;
  readonly after: string;
}

/**
 * Renders both templates of each change over a sample of the old document's: its examples, parameters and
 * stage variables. Undefined: one of them reads nothing or cannot be rendered.
 */
export async function renderChanges(
  changes: readonly TemplateChange[],
  before: Gateway,
  after: Gateway,
): Promise<readonly (TemplateOutput | undefined)[]> {
  const [old, now] = [mappingsOf(before), mappingsOf(after)];
  const outputs: (TemplateOutput | undefined)[] = [];
  for (const change of changes) {
    const sample = old.sampleOf(change.before.template) ?? now.sampleOf(change.after.template);
    const texts = sample && [
      await old.render(change.before.template, sample),
      await now.render(change.after.template, sample),
    ];
    const [left, right] = texts ?? [];
    outputs.push(
      left === undefined || right === undefined ? undefined : { before: left, after: right },
    );
  }
  return outputs;
}

interface Mappings {
  sampleOf(template: MappingTemplate): TemplateSample | undefined;
  render(template: MappingTemplate, sample: TemplateSample): Promise<string | undefined>;
}

function mappingsOf(gateway: Gateway): Mappings {
  const { mappings } = planProject(gateway);
  const cases = casesOf(mappings, gateway);
  return {
    sampleOf(template) {
      const found = cases.get(template);
      return found && sampleOf(found);
    },
    async render(template, sample) {
      const planned = find(mappings, template);
      if (planned === undefined || template.nodes === undefined) return undefined;
      const result = await renderPlannedTemplate(planned, sample, { trace: false });
      return result.kind === "rendered" ? result.rendering.text : `failed: ${result.message}`;
    },
  };
}

function find(
  files: readonly MappingFilePlan[],
  template: MappingTemplate,
): Parameters<typeof renderPlannedTemplate>[0] | undefined {
  for (const file of files) {
    const plan = file.functions.find((candidate) => candidate.template === template);
    if (plan !== undefined) return { file, function: plan };
  }
  return undefined;
}

/** The sample of each template that reads something. */
function casesOf(
  files: readonly MappingFilePlan[],
  { deployment }: Gateway,
): ReadonlyMap<MappingTemplate, MappingCase> {
  const [stage] = deployment.stages;
  const cases = new Map<MappingTemplate, MappingCase>();
  for (const file of files) {
    for (const plan of file.functions) {
      const [found] = planMappingCases([{ ...file, functions: [plan] }], stage);
      if (found !== undefined) cases.set(plan.template, found);
    }
  }
  return cases;
}

function sampleOf({ sample }: MappingCase): TemplateSample {
  const parts = new Map<string, unknown>(Object.entries(sample));
  const given = parts.get("params");
  const params = new Map<string, unknown>(Object.entries(isObject(given) ? given : {}));
  const body = parts.get("body");
  return {
    body: typeof body === "string" ? body : "{}",
    params: {
      path: textsOf(params.get("path")),
      querystring: textsOf(params.get("querystring")),
      header: textsOf(params.get("header")),
    },
    context: textsOf(parts.get("context")),
    stageVariables: textsOf(parts.get("stageVariables")),
  };
}

function textsOf(value: unknown): Texts {
  return Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text] as const] : [],
    ),
  );
}
