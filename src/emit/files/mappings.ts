import type {
  BodyAccessorPlan,
  MappingFilePlan,
  MappingFunctionPlan,
} from "../../plan/mappings.js";
import { parseJsonPath } from "../../runtime/jsonpath/syntax.js";
import { assigned, render } from "../layout.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printAccessor } from "../printer/json-path.js";
import type { ModulePrinter } from "../printer/module.js";
import { TemplateConstants } from "../printer/velocity-constants.js";
import { velocityNames } from "../printer/velocity-expression.js";
import { printBrokenTemplate, printTemplate, type TemplateModule } from "../printer/velocity.js";
import { runtimeFolder } from "../runtime-files.js";

const contracts = `${runtimeFolder}/contracts.ts`;

/**
 * One function for each template of an operation, its original text in the comment; in front of them
 * the paths and patterns that they share, behind them the accessors of parameter mappings.
 */
export function printMappingFunctions(
  file: MappingFilePlan,
  module: ModulePrinter,
): readonly Code[] {
  const names = [...file.functions, ...file.accessors].map(({ name }) => name);
  const types = ["Template", "JsonAccessor", "Value"];
  const constants = new TemplateConstants([...names, ...velocityNames, ...types, "input", "out"]);
  const around: TemplateModule = { module, constants, names };
  const functions = file.functions.map((plan) => printFunction(plan, around));
  const accessors = file.accessors.map((plan) => printBodyAccessor(plan, module));
  const shared = constants.lines(module);
  const first = shared.length === 0 ? [] : [shared.join("\n")];
  return [...first, ...functions, ...accessors].map((text) => new Code(text));
}

function printFunction(
  { name, template, purpose }: MappingFunctionPlan,
  around: TemplateModule,
): string {
  const comment = docComment({
    title: `Compiled from the ${purpose}:`,
    lines: ["```vtl", ...commentLines(template.text), "```"],
  });
  const type = around.module.type("Template", contracts);
  const body =
    template.nodes === undefined
      ? printBrokenTemplate(template.problem ?? "the template is not valid", around.module)
      : printTemplate(template.nodes, {
          ...around,
          names: [...around.names, ...around.constants.names()],
        });
  return [...comment, render([`export const ${name}: ${type} = `, body, ";"])].join("\n");
}

/** The template as it stands, but for white space that ends a line. */
function commentLines(text: string): readonly string[] {
  return text.split(/\r\n?|\n/).map((line) => line.trimEnd());
}

/** The accessor of one JSON path of a body. */
export function printBodyAccessor(
  { name, jsonPath }: BodyAccessorPlan,
  module: ModulePrinter,
): string {
  const comment = docComment({ title: `\`$.${jsonPath}\` of a body.` });
  const type = module.type("JsonAccessor", contracts);
  const { path } = parseJsonPath(`$.${jsonPath}`);
  const accessor = printAccessor(path, module);
  return [...comment, render([`export const ${name}: ${type} =`, assigned(accessor), ";"])].join(
    "\n",
  );
}
