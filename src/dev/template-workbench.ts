import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitTemplateModule } from "../emit/template-module.js";
import type { MappingFilePlan, MappingFunctionPlan } from "../plan/mappings.js";
import type { Rendering, renderSample, TemplateSample } from "../runtime/testing/render-sample.js";
import type { Template } from "../runtime/contracts.js";
import { importBundle } from "./memory-bundle.js";
import { markLines, readMarks, type TracedLine } from "./traced-template.js";

/** How a template rendered. */
export type WorkbenchResult =
  | {
      readonly kind: "rendered";
      readonly rendering: Rendering;
      /** Undefined: not asked for, or the lines cannot be told. */
      readonly trace: readonly TracedLine[] | undefined;
    }
  /** The service would fail the request; `isBody`: because of the payload. */
  | { readonly kind: "failed"; readonly message: string; readonly isBody: boolean };

export interface WorkbenchOptions {
  /** Find out what each line printed. */
  readonly trace: boolean;
}

const runtimeModule = "testing/render-sample.ts";
const entry = "gen-gateway-entry.ts";

interface Compiled {
  readonly plain: Template;
  readonly marked: Template;
  readonly renderSample: typeof renderSample;
}

/** What is rendered: a function of the file of its operation. */
export interface PlannedTemplate {
  readonly file: MappingFilePlan;
  readonly function: MappingFunctionPlan;
}

/** Renders over a sample. */
export type RenderTemplate = (sample: TemplateSample, options: WorkbenchOptions) => WorkbenchResult;

/** Compiles one template as generated projects hold it, and renders it over a sample. */
export async function renderPlannedTemplate(
  planned: PlannedTemplate,
  sample: TemplateSample,
  options: WorkbenchOptions,
): Promise<WorkbenchResult> {
  return (await compilePlannedTemplate(planned))(sample, options);
}

/** Compiles one template as generated projects hold it, for many samples. */
export async function compilePlannedTemplate(planned: PlannedTemplate): Promise<RenderTemplate> {
  const { template } = planned.function;
  const compiled = await compile(planned);
  return (sample, { trace }) => {
    try {
      const rendering = compiled.renderSample(compiled.plain, sample);
      if (!trace) return { kind: "rendered", rendering, trace: undefined };
      const { text } = compiled.renderSample(compiled.marked, sample);
      return { kind: "rendered", rendering, trace: readMarks(text, rendering.text, template.text) };
    } catch (error) {
      const failure = templateFailure(error);
      if (failure === undefined) throw error;
      return failure;
    }
  };
}

async function compile({ file, function: plan }: PlannedTemplate): Promise<Compiled> {
  const { template } = plan;
  const nodes = template.nodes && markLines(template.nodes, template.text);
  const functions = [
    { ...plan, name: "plain" },
    { ...plan, name: "marked", template: { ...template, nodes } },
  ];
  const files = emitTemplateModule({ ...file, functions, accessors: [] }, [runtimeModule]);
  const entryText = [
    `export { plain, marked } from ${JSON.stringify(`./${file.path}`)};`,
    `export { renderSample } from "./src/generated/runtime/${runtimeModule}";`,
  ].join("\n");
  const project = { files, folder: undefined, replaced: new Map([[entry, entryText]]) };
  const folder = await mkdtemp(join(tmpdir(), "gen-gateway-"));
  try {
    const { module } = await importBundle(project, entry, join(folder, "template.mjs"));
    return module as Compiled;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The bundle has classes of its own: its errors are told by their names. */
function templateFailure(error: unknown): WorkbenchResult | undefined {
  if (!(error instanceof Error)) return undefined;
  const isBody = error.name === "TemplateBodyError";
  const isKnown = isBody || error.name === "TemplateError" || error instanceof RangeError;
  return isKnown ? { kind: "failed", message: error.message, isBody } : undefined;
}
