import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { printMappingFunctions } from "../../src/emit/files/mappings.js";
import { createModule } from "../../src/emit/printer/module.js";
import type { TemplateNode } from "../../src/ir/template.js";
import { parseVelocity } from "../../src/language/velocity/parser.js";
import type { OperationPlan } from "../../src/plan/plan.js";
import { root } from "../../src/pointer.js";
import type { Template } from "../../src/runtime/contracts.js";
import type { Outcome, TemplateCase } from "./case-files.js";

/** A template to compile; `given` are variables that it finds set, read from the body. */
export interface CompiledSource {
  readonly text: string;
  readonly given: readonly string[];
  /** In the place of the text, where no text would say it. */
  readonly nodes?: readonly TemplateNode[];
}

const runtime = fileURLToPath(new URL("../../src/runtime", import.meta.url));
const modulePath = "src/generated/mappings/cases.ts";

/** The text of one module that holds all templates, each under `t0`, `t1`, ... */
export function printTemplates(sources: readonly CompiledSource[]): string {
  const module = createModule(modulePath);
  const functions = printMappingFunctions(
    {
      path: modulePath,
      operation: {} as OperationPlan,
      accessors: [],
      own: undefined,
      functions: sources.map((source, index) => ({
        name: `t${index}`,
        purpose: "case",
        template: {
          at: root("case"),
          mediaType: "application/json",
          text: source.text,
          ...parsed(source),
        },
      })),
    },
    module,
  );
  return `${module.imports().text}${functions.map(({ text }) => text).join("\n\n")}\n`;
}

function parsed({ text, given, nodes: made }: CompiledSource): {
  readonly nodes: readonly TemplateNode[] | undefined;
  readonly problem: string | undefined;
} {
  if (made) return { nodes: made, problem: undefined };
  const { nodes, problem } = parseVelocity(text);
  if (nodes === undefined) return { nodes, problem: `not valid: ${problem.message}` };
  return { nodes: [...given.flatMap(setFromBody), ...nodes], problem: undefined };
}

/** `#set($name = $input.path("$['name']"))` */
function setFromBody(name: string): readonly TemplateNode[] {
  const path = JSON.stringify(`$['${name}']`).replaceAll('\\"', '""');
  return parseVelocity(`#set($${name} = $input.path(${path.replaceAll("'", "'")}))`).nodes ?? [];
}

/** Renders the template of an index for the case on a line. */
export type CaseRenderer = (index: number, line: string) => Outcome;

/** Compiles templates as generated projects hold them, in one module, and loads it. */
export async function compileTemplates(sources: readonly CompiledSource[]): Promise<CaseRenderer> {
  const { templates, renderLine } = await loadTemplates(sources);
  return (index, line) => renderLine(line, templateAt(templates, index));
}

/** The same for a bench: gives a function that renders a case from its texts. */
export async function prepareTemplates(
  sources: readonly CompiledSource[],
): Promise<(index: number, item: TemplateCase) => () => string> {
  const { templates, prepareCase } = await loadTemplates(sources);
  return (index, item) => prepareCase(item, templateAt(templates, index));
}

interface LoadedTemplates {
  readonly templates: Readonly<Record<string, Template>>;
  readonly renderLine: (line: string, template: Template) => Outcome;
  readonly prepareCase: (item: TemplateCase, template: Template) => () => string;
}

function templateAt(templates: LoadedTemplates["templates"], index: number): Template {
  const template = templates[`t${index}`];
  if (template === undefined) throw new Error(`template ${index} was not compiled`);
  return template;
}

async function loadTemplates(sources: readonly CompiledSource[]): Promise<LoadedTemplates> {
  const entry = fileURLToPath(new URL("render-case.ts", import.meta.url));
  const templates = printTemplates(sources).replaceAll('"../runtime/', `"${runtime}/`);
  const built = await build({
    stdin: {
      contents: `${templates}export { prepareCase, renderLine } from ${JSON.stringify(entry)};\n`,
      loader: "ts",
      resolveDir: runtime,
    },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
  });
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-vtl-"));
  try {
    const bundle = join(folder, "templates.mjs");
    writeFileSync(bundle, built.outputFiles[0]?.text ?? "");
    const { renderLine, prepareCase, ...loaded } = (await import(
      pathToFileURL(bundle).href
    )) as Readonly<Record<string, Template>> & Omit<LoadedTemplates, "templates">;
    return { templates: loaded, renderLine, prepareCase };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
