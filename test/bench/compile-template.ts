import { printMappingFunctions } from "../../src/emit/files/mappings.js";
import { createModule } from "../../src/emit/printer/module.js";
import { parseVelocity } from "../../src/language/velocity/parser.js";
import type { OperationPlan } from "../../src/plan/plan.js";
import { root } from "../../src/pointer.js";

/** Parses a template and prints its module. */
export function compileTemplate(text: string): string {
  const { nodes } = parseVelocity(text);
  const path = "src/generated/mappings/bench.ts";
  const template = { at: root("bench"), mediaType: "", text, nodes, problem: undefined };
  const module = createModule(path);
  const functions = printMappingFunctions(
    {
      path,
      operation: {} as OperationPlan,
      accessors: [],
      own: undefined,
      functions: [{ name: "bench", purpose: "bench", template }],
    },
    module,
  );
  return module.imports().text + functions.map((code) => code.text).join("\n");
}
