import type { JsonPath, PathOperand, PathStep, PathTest } from "../../runtime/jsonpath/syntax.js";
import type { Layout } from "../layout.js";
import { runtimeFolder } from "../runtime-files.js";
import { printString } from "./literal.js";
import type { ModulePrinter } from "./module.js";
import { printCall } from "./velocity-layout.js";

const steps = `${runtimeFolder}/jsonpath/path.ts`;
const filters = `${runtimeFolder}/jsonpath/filter.ts`;

/** The call that makes a path's accessor: `jsonPath("items", all, "id")`. */
export function printJsonPath(path: JsonPath, module: ModulePrinter): Layout {
  return printCall(
    module.value("jsonPath", steps),
    path.steps.map((step) => printStep(step, module)),
  );
}

/** The accessor of a parameter mapping; one that finds nothing for a path that cannot be read. */
export function printAccessor(path: JsonPath | undefined, module: ModulePrinter): Layout {
  if (path === undefined) return "() => undefined";
  return printCall(
    module.value("bodyText", `${runtimeFolder}/jsonpath/body-text.ts`),
    path.steps.map((step) => printStep(step, module)),
  );
}

function printStep(step: PathStep, module: ModulePrinter): Layout {
  const call = (name: string, args: readonly Layout[]): Layout =>
    printCall(module.value(name, steps), args);
  switch (step.kind) {
    case "members": {
      const names = step.names.map(printString);
      const [only = '""', second] = names;
      return second === undefined ? only : call("members", names);
    }
    case "index":
      return String(step.index);
    case "indexes":
      return call("elements", step.indexes.map(String));
    case "slice":
      return call("slice", [String(step.from), String(step.to)]);
    case "all":
      return module.value("all", steps);
    case "deep":
      return module.value("deep", steps);
    case "where":
      return printFilter(step.test, module);
    case "function":
      return call("apply", [printString(step.name)]);
  }
}

/** `where(compares(element("price"), ">", 10))`. */
function printFilter(test: PathTest, module: ModulePrinter): Layout {
  return printCall(module.value("where", steps), [printPredicate(test, module)]);
}

function printPredicate(test: PathTest, module: ModulePrinter): Layout {
  const call = (name: string, args: readonly Layout[]): Layout =>
    printCall(module.value(name, filters), args);
  switch (test.kind) {
    case "and":
      return call(
        "every",
        test.of.map((part) => printPredicate(part, module)),
      );
    case "or":
      return call(
        "some",
        test.of.map((part) => printPredicate(part, module)),
      );
    case "not":
      return call("not", [printPredicate(test.of, module)]);
    case "exists":
      return call("exists", [printOperand(test.path, module)]);
    case "compare":
      return call("compares", [
        printOperand(test.left, module),
        printString(test.operator),
        printOperand(test.right, module),
      ]);
    case "matches":
      return call("matchesAll", [
        printOperand(test.left, module),
        printString(test.ignoreCase ? `(?i)${test.pattern}` : test.pattern),
      ]);
  }
}

function printOperand(operand: PathOperand, module: ModulePrinter): Layout {
  switch (operand.kind) {
    case "path": {
      const name = operand.from === "element" ? "element" : "root";
      return printCall(
        module.value(name, filters),
        operand.path.steps.map((step) => printStep(step, module)),
      );
    }
    case "string":
      return printString(operand.text);
    case "boolean":
      return String(operand.value);
    case "null":
      return "null";
    case "number":
      if (/^(?:0|-?[1-9]\d{0,14})$/.test(operand.text)) return operand.text;
      return printCall(module.value("json", filters), [printString(operand.text)]);
    case "json":
      return printCall(module.value("json", filters), [printString(operand.text)]);
  }
}
