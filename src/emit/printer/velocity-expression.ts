import type {
  ForeachNode,
  ReferencePart,
  TemplateExpression,
  TemplateNode,
  TemplateReference,
} from "../../ir/template.js";
import { isAmbiguous } from "../../runtime/regexp/ambiguity.js";
import { parseJavaPattern } from "../../runtime/regexp/java-pattern.js";
import { parseJsonPath } from "../../runtime/jsonpath/syntax.js";
import { group, type Layout } from "../layout.js";
import { runtimeFolder } from "../runtime-files.js";
import { printJsonPath } from "./json-path.js";
import { printString } from "./literal.js";
import type { ModulePrinter } from "./module.js";
import {
  isArithmetic,
  textName,
  utilFunctions,
  type Analysis,
  type StaticType,
} from "./velocity-analysis.js";
import { printCall, printChain, printNested } from "./velocity-layout.js";
import type { TemplateConstants } from "./velocity-constants.js";

/** Code and what is known of its value. */
export interface TypedCode {
  readonly code: Layout;
  readonly type: StaticType;
  /** The text of a string literal. */
  readonly text?: string;
  /** Operands of an operator on the outside, for those who indent themselves. */
  readonly chain?: Chain;
}

/** Operands around one operator. */
export interface Chain {
  readonly operator: string;
  readonly operands: readonly Layout[];
}

/** A condition: known already, or code; `operator` when it is a chain that the surroundings indent. */
export type ConditionCode =
  | { readonly constant: boolean }
  | {
      readonly constant: undefined;
      readonly code: Layout;
      /** A chain that the surroundings indent. */
      readonly chain: Chain | undefined;
      /** `a < b` and its like. */
      readonly isOperator: boolean;
    };

/** What the printer of statements gives to that of expressions. */
export interface Surroundings {
  readonly analysis: Analysis;
  readonly module: ModulePrinter;
  readonly constants: TemplateConstants;
  /** Name of a variable of the template. */
  variable(name: string): string;
  /** Name of a loop's element or round; asking for it declares it. */
  loopName(loop: ForeachNode, what: "item" | "round"): string;
  /** Puts a string with directives into a function in front of the statement and gives its name. */
  closure(nodes: readonly TemplateNode[]): string;
  /** The template reads its input. */
  noteInput(): string;
}

const nothing: TypedCode = { code: '""', type: "nothing", text: "" };

/** Modules of the value library, by what they export. */
const modules: Readonly<Record<string, string>> = {
  get: "reference",
  at: "reference",
  call: "reference",
  put: "reference",
  print: "print",
  toJson: "print",
  equals: "compare",
  isTrue: "compare",
  less: "compare",
  lessOrEqual: "compare",
  greater: "compare",
  greaterOrEqual: "compare",
  add: "operators",
  range: "operators",
  subtract: "number",
  multiply: "number",
  divide: "number",
  remainder: "number",
  listOf: "value",
  mapOf: "value",
  Double: "value",
  Block: "value",
  Stop: "value",
  TemplateError: "value",
  replaceAll: "pattern",
  replaceFirst: "pattern",
  matches: "pattern",
  split: "pattern",
  escapeJavaScript: "util",
  urlEncode: "util",
  urlDecode: "util",
  base64Encode: "util",
  base64Decode: "util",
  parseJson: "util",
};

/** Imports a name of the value library. */
export function velocityName(name: string, module: ModulePrinter): string {
  return module.value(name, `${runtimeFolder}/velocity/${modules[name] ?? name}.ts`);
}

/** Names that emitted templates use, and that no variable may hide. */
export const velocityNames: readonly string[] = [
  ...Object.keys(modules),
  "dynamicPath",
  "jsonPath",
];

const comparisons = {
  "<": "less",
  "<=": "lessOrEqual",
  ">": "greater",
  ">=": "greaterOrEqual",
} as const;
const arithmetic = { "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder" } as const;

/** Prints the expressions of a template at one place of it, which knows the loops around. */
export class ExpressionPrinter {
  readonly #around: Surroundings;
  readonly #loops: readonly ForeachNode[];

  constructor(around: Surroundings, loops: readonly ForeachNode[]) {
    this.#around = around;
    this.#loops = loops;
  }

  #library(name: string, ...args: readonly Layout[]): Layout {
    return printCall(velocityName(name, this.#around.module), args);
  }

  /** A value that may come to nothing. */
  expression(expression: TemplateExpression): TypedCode {
    switch (expression.kind) {
      case "string":
        return { code: printString(expression.text), type: "string", text: expression.text };
      case "interpolation":
        return this.#interpolation(expression.nodes);
      case "integer":
        return printInteger(expression.value);
      case "double":
        return {
          code: ["new ", this.#library("Double", printDouble(expression.value))],
          type: "value",
        };
      case "boolean":
        return { code: String(expression.value), type: "boolean" };
      case "null":
        return { code: "null", type: "value" };
      case "list":
        return {
          code: this.#library(
            "listOf",
            ...expression.items.map((item) => this.expression(item).code),
          ),
          type: "value",
        };
      case "map": {
        const entries = expression.entries.flatMap(({ key, value }) => [
          this.expression(key).code,
          this.expression(value).code,
        ]);
        return { code: this.#library("mapOf", ...entries), type: "value" };
      }
      case "range":
        return {
          code: this.#library(
            "range",
            this.expression(expression.from).code,
            this.expression(expression.to).code,
          ),
          type: "maybe",
        };
      case "reference":
        return this.reference(expression.reference);
      case "not":
        return this.#asValue(expression);
      case "operation":
        return this.#operation(expression);
    }
  }

  /** A value for a variable: nothing is the empty string, and what fails keeps `before`. */
  assigned(expression: TemplateExpression, before: string): TypedCode {
    const value = this.expression(expression);
    if (value.type === "nothing") return { code: '""', type: "string" };
    if (value.type !== "maybe") return value;
    const fallback = isArithmetic(expression) ? before : '""';
    return chained("??", [value.code, fallback], "value");
  }

  /** Text parts of a value as it is printed; none for nothing. */
  printed(reference: TemplateReference): Layout | undefined {
    const value = this.reference(reference);
    return value.type === "nothing" ? undefined : this.#text(value);
  }

  #text(value: TypedCode): Layout {
    switch (value.type) {
      case "nothing":
        return '""';
      case "string":
        return value.code;
      case "boolean":
      case "number":
        return printCall("String", [value.code]);
      case "value":
      case "maybe":
        return this.#library("print", value.code);
    }
  }

  #interpolation(written: readonly TemplateNode[]): TypedCode {
    const nodes = this.#around.analysis.pruned(written, this.#loops);
    const parts: Layout[] = [];
    for (const node of nodes) {
      if (node.kind === "text") parts.push(printString(node.text));
      else if (node.kind === "reference") {
        const code = this.printed(node.reference);
        if (code !== undefined) parts.push(code);
      } else {
        return { code: [this.#around.closure(nodes), "()"], type: "string" };
      }
    }
    const [only, second] = parts;
    if (only === undefined) return { code: '""', type: "string", text: "" };
    return second === undefined ? { code: only, type: "string" } : chained("+", parts, "string");
  }

  #operation(expression: Extract<TemplateExpression, { kind: "operation" }>): TypedCode {
    const { operator, left, right } = expression;
    switch (operator) {
      case "+":
        return this.#sum(expression);
      case "-":
      case "*":
      case "/":
      case "%":
        return {
          code: this.#library(
            arithmetic[operator],
            this.expression(left).code,
            this.expression(right).code,
          ),
          type: "maybe",
        };
      default:
        return this.#asValue(expression);
    }
  }

  /** Text where one side is known to be text; a chain of it in one go. */
  #sum(expression: Extract<TemplateExpression, { kind: "operation" }>): TypedCode {
    if (this.#around.analysis.typeOf(expression, this.#loops) !== "string") {
      const left = this.expression(expression.left);
      const right = this.expression(expression.right);
      return { code: this.#library("add", left.code, right.code), type: "maybe" };
    }
    return chained("+", this.#sumParts(expression), "string");
  }

  #sumParts(expression: TemplateExpression): readonly Layout[] {
    const isTextSum =
      expression.kind === "operation" &&
      expression.operator === "+" &&
      this.#around.analysis.typeOf(expression, this.#loops) === "string";
    if (!isTextSum) return [this.#text(this.expression(expression))];
    const right = this.expression(expression.right);
    const text = this.#text(right);
    return [...this.#sumParts(expression.left), right.chain ? ["(", text, ")"] : text];
  }

  #asValue(expression: TemplateExpression): TypedCode {
    const condition = this.condition(expression);
    if (condition.constant !== undefined) {
      return { code: String(condition.constant), type: "boolean" };
    }
    const { chain, code } = condition;
    return chain ? chained(chain.operator, chain.operands, "boolean") : { code, type: "boolean" };
  }

  condition(expression: TemplateExpression): ConditionCode {
    const constant = this.#around.analysis.constantCondition(expression, this.#loops);
    if (constant !== undefined) return { constant };
    if (expression.kind === "not") return this.#negation(expression.of);
    if (expression.kind === "operation") {
      const { operator, left, right } = expression;
      if (operator === "&&" || operator === "||") return this.#logic(operator, left, right);
      return this.#comparison(expression);
    }
    const value = this.expression(expression);
    return plain(value.type === "boolean" ? value.code : this.#library("isTrue", value.code));
  }

  #negation(of: TemplateExpression): ConditionCode {
    if (of.kind === "operation" && (of.operator === "==" || of.operator === "!=")) {
      return plain(this.#equality(of, of.operator === "!="));
    }
    const inner = this.condition(of);
    if (inner.constant !== undefined) return { constant: !inner.constant };
    if (!inner.chain) return plain(inner.isOperator ? ["!(", inner.code, ")"] : ["!", inner.code]);
    const { operator, operands } = inner.chain;
    return plain(["!", parenthesized(printChain(operator, operands))]);
  }

  #logic(
    operator: "&&" | "||",
    left: TemplateExpression,
    right: TemplateExpression,
  ): ConditionCode {
    const a = this.condition(left);
    const b = this.condition(right);
    const isOr = operator === "||";
    if (a.constant !== undefined) return a.constant === isOr ? a : b;
    // A literal would make what follows unreachable to the compiler.
    const second =
      b.constant === undefined
        ? operandsOf(b, operator)
        : [this.#library("isTrue", String(b.constant))];
    const operands = [...operandsOf(a, operator), ...second];
    return { constant: undefined, code: "", chain: { operator, operands }, isOperator: true };
  }

  #comparison(expression: Extract<TemplateExpression, { kind: "operation" }>): ConditionCode {
    const { operator, left, right } = expression;
    if (operator === "==" || operator === "!=") {
      return plain(this.#equality(expression, operator === "=="));
    }
    const a = this.expression(left);
    const b = this.expression(right);
    if (operator in comparisons && a.type === "number" && b.type === "number" && !isNumber(a, b)) {
      return plain(printNested(operator, [a.code, b.code]), true);
    }
    const name = Object.entries(comparisons).find(([sign]) => sign === operator)?.[1] ?? "less";
    return plain(this.#library(name, a.code, b.code));
  }

  #equality(
    { left, right }: Extract<TemplateExpression, { kind: "operation" }>,
    isEqual: boolean,
  ): Layout {
    const a = this.expression(left);
    const b = this.expression(right);
    const isText = (code: TypedCode): boolean => code.type === "string" || code.type === "nothing";
    const areNumbers = a.type === "number" && b.type === "number" && !isNumber(a, b);
    const isPlain = areNumbers || (isText(a) && isText(b) && !(isFixed(a) && isFixed(b)));
    if (isPlain && isSimple(left) && isSimple(right)) {
      return printNested(isEqual ? "===" : "!==", [a.code, b.code]);
    }
    return [isEqual ? "" : "!", this.#library("equals", a.code, b.code)];
  }

  reference(reference: TemplateReference): TypedCode {
    const { analysis } = this.#around;
    const root = analysis.root(reference.name, this.#loops);
    const { parts } = reference;
    switch (root.kind) {
      case "nothing":
        return nothing;
      case "variable": {
        const variable = analysis.variables.get(root.name);
        const base = { code: this.#around.variable(root.name), type: variable?.type ?? "value" };
        return this.#parts(base, parts);
      }
      case "item":
        return this.#parts(
          { code: this.#around.loopName(root.loop, "item"), type: "maybe" },
          parts,
        );
      case "count":
      case "hasNext": {
        const round = this.#around.loopName(root.loop, "round");
        const type = root.kind === "count" ? "number" : "boolean";
        return this.#parts({ code: `${round}.${root.kind}`, type }, parts);
      }
      case "flat": {
        const round = this.#around.variable("foreach");
        const code = this.#library("get", round, printString(root.property));
        return this.#parts({ code, type: "maybe" }, parts);
      }
      case "round":
        return this.#round(root.loop, parts);
      case "input":
        return this.#input(parts);
      case "util":
        return this.#util(parts);
      case "context":
      case "stageVariables":
        return this.#settings(root.kind, reference);
    }
  }

  /** `$foreach.…`, its loop known. */
  #round(loop: ForeachNode, parts: readonly ReferencePart[]): TypedCode {
    let depth = this.#loops.indexOf(loop);
    let rest = parts;
    for (const part of parts) {
      if (part.kind !== "property" || !/^(?:parent|topmost)$/.test(part.name)) break;
      depth = part.name === "topmost" ? 0 : depth - 1;
      rest = rest.slice(1);
      if (depth < 0) return nothing;
    }
    const target = this.#loops[depth];
    if (target === undefined) return nothing;
    const [first, ...others] = rest;
    if (isProperty(first, "replaced")) return this.#replaced(others);
    if (isProperty(first, "info")) return loopInfo(others[0], depth);
    const type = first?.kind === "property" ? roundTypes.get(first.name) : "value";
    if (type === undefined) return nothing;
    const round = this.#around.loopName(target, "round");
    if (first?.kind !== "property") return this.#parts({ code: round, type: "value" }, rest);
    return this.#parts({ code: `${round}.${first.name}`, type }, others);
  }

  /** `$foreach.replaced`: a variable of this name that the loops hide. */
  #replaced(parts: readonly ReferencePart[]): TypedCode {
    const variable = this.#around.analysis.variables.get("foreach");
    if (variable === undefined) return nothing;
    const code = this.#around.variable("foreach");
    return this.#parts({ code, type: variable.type }, parts);
  }

  #parts(base: TypedCode, parts: readonly ReferencePart[]): TypedCode {
    let { code, type } = base;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (part === undefined) break;
      if (part.kind === "property") {
        const names = [part.name];
        for (let next = parts[index + 1]; next?.kind === "property"; next = parts[index + 1]) {
          names.push(next.name);
          index++;
        }
        code = this.#library("get", code, ...names.map(printString));
      } else if (part.kind === "index") {
        code = this.#library("at", code, this.expression(part.index).code);
      } else {
        code = this.#method(code, part);
      }
      type = "maybe";
    }
    return parts.length === 0 ? base : { code, type };
  }

  #method(target: Layout, part: Extract<ReferencePart, { kind: "method" }>): Layout {
    const [first, ...others] = part.args;
    const arity = patternMethods.get(part.name);
    if (first?.kind === "string" && arity === part.args.length && isUsable(first.text)) {
      if (others.every((arg) => this.#around.analysis.typeOf(arg, this.#loops) === "string")) {
        const pattern = this.#around.constants.pattern(first.text);
        const rest = others.map((arg) => this.expression(arg).code);
        return this.#library(part.name, target, pattern, ...rest);
      }
    }
    const args = part.args.map((arg) => this.expression(arg).code);
    return this.#library("call", target, printString(part.name), ...args);
  }

  #input(parts: readonly ReferencePart[]): TypedCode {
    const [first, ...rest] = parts;
    if (first === undefined) return nothing;
    const input = (): string => this.#around.noteInput();
    if (first.kind === "property" && first.name === "body") {
      return this.#parts({ code: `${input()}.body`, type: "string" }, rest);
    }
    if (first.kind !== "method") return nothing;
    const [arg, second] = first.args;
    if (second !== undefined) return nothing;
    switch (first.name) {
      case "params": {
        if (arg === undefined)
          return this.#parts({ code: `${input()}.params`, type: "value" }, rest);
        const name = this.#text(this.expression(arg));
        return this.#parts({ code: printCall(`${input()}.param`, [name]), type: "string" }, rest);
      }
      case "path":
        return arg === undefined ? nothing : this.#parts(this.#path(arg), rest);
      case "json": {
        if (arg === undefined) return nothing;
        const code = this.#library("toJson", this.#path(arg).code);
        return this.#parts({ code, type: "string" }, rest);
      }
      default:
        return nothing;
    }
  }

  /** What a JSON path finds in the body. */
  #path(arg: TemplateExpression): TypedCode {
    const json = `${this.#around.noteInput()}.json`;
    if (arg.kind !== "string") {
      const { module } = this.#around;
      const name = module.value("dynamicPath", `${runtimeFolder}/jsonpath/dynamic.ts`);
      return { code: printCall(name, [json, this.#text(this.expression(arg))]), type: "maybe" };
    }
    const { path } = parseJsonPath(arg.text);
    if (path === undefined || !isPrintable(path)) {
      // Still reads the body, which fails when it is no JSON.
      return { code: printCall(this.#never(), [json]), type: "maybe" };
    }
    if (path.steps.length === 0) return { code: json, type: "maybe" };
    const accessor = this.#around.constants.path(path);
    return { code: printCall(accessor, [json]), type: "maybe" };
  }

  #never(): string {
    return this.#around.module.value("noPath", `${runtimeFolder}/jsonpath/path.ts`);
  }

  #util(parts: readonly ReferencePart[]): TypedCode {
    const [first, ...rest] = parts;
    if (first?.kind !== "method") return nothing;
    const type = utilFunctions.get(first.name);
    const [arg, second] = first.args;
    if (type === undefined || arg === undefined || second !== undefined) return nothing;
    const code = this.#library(first.name, this.expression(arg).code);
    return this.#parts({ code, type }, rest);
  }

  #settings(kind: "context" | "stageVariables", reference: TemplateReference): TypedCode {
    const input = this.#around.noteInput();
    const name = textName(reference);
    if (name !== undefined) {
      const reader = kind === "context" ? "context" : "stageVariable";
      return { code: printCall(`${input}.${reader}`, [printString(name)]), type: "string" };
    }
    const base = kind === "context" ? "contextVariables" : "stageVariables";
    return this.#parts({ code: `${input}.${base}`, type: "value" }, reference.parts);
  }

  /** The container and key of `#set($a.b.c = …)`; undefined when there is none. */
  target({ name, parts }: TemplateReference): readonly [Layout, Layout] | undefined {
    const last = parts.at(-1);
    if (last === undefined || last.kind === "method") return undefined;
    const holder = { at: 0, name, decorated: false, parts: parts.slice(0, -1) };
    const container = this.reference(holder);
    if (container.type === "nothing") return undefined;
    const key =
      last.kind === "property" ? printString(last.name) : this.expression(last.index).code;
    return [container.code, key];
  }
}

/** `$foreach.info`, as far as it is known when the code is printed. */
function loopInfo(part: ReferencePart | undefined, depth: number): TypedCode {
  if (isProperty(part, "depth")) return { code: String(depth + 1), type: "maybe" };
  return isProperty(part, "name") ? { code: '"foreach"', type: "maybe" } : nothing;
}

function isProperty(part: ReferencePart | undefined, name: string): boolean {
  return part?.kind === "property" && part.name === name;
}

const roundTypes: ReadonlyMap<string, StaticType> = new Map([
  ["index", "number"],
  ["count", "number"],
  ["hasNext", "boolean"],
  ["first", "boolean"],
  ["last", "boolean"],
]);

/** Methods that take a pattern first, and how many arguments they have. */
const patternMethods: ReadonlyMap<string, number> = new Map([
  ["replaceAll", 2],
  ["replaceFirst", 2],
  ["matches", 1],
  ["split", 1],
]);

/** Whether a pattern can be translated once and for all; any other fails when it is used. */
function isUsable(pattern: string): boolean {
  const parsed = parseJavaPattern(pattern);
  return parsed.problem === undefined && isAmbiguous(parsed.tree) === "no";
}

/** Whether every pattern in a path's filters is usable. */
function isPrintable(path: Parameters<typeof printJsonPath>[0]): boolean {
  return path.steps.every((step) => step.kind !== "where" || everyPattern(step));
}

function everyPattern(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return true;
  if ("pattern" in part && typeof part.pattern === "string" && !isUsable(part.pattern))
    return false;
  return Object.values(part).every(everyPattern);
}

function chained(operator: string, operands: readonly Layout[], type: StaticType): TypedCode {
  return { code: printNested(operator, operands), type, chain: { operator, operands } };
}

function plain(code: Layout, isOperator = false): ConditionCode {
  return { constant: undefined, code, chain: undefined, isOperator };
}

/** Operands of a chain; one of the other operator keeps together. */
function operandsOf(
  condition: Extract<ConditionCode, { constant: undefined }>,
  operator: string,
): readonly Layout[] {
  const { chain } = condition;
  if (!chain) return [condition.code];
  if (chain.operator === operator) return chain.operands;
  return [["(", printNested(chain.operator, chain.operands), ")"]];
}

function parenthesized(content: Layout): Layout {
  return ["(", group(content), ")"];
}

/** Two literals, which TypeScript would not let be compared. */
function isNumber(a: TypedCode, b: TypedCode): boolean {
  return isFixed(a) && isFixed(b);
}

function isFixed({ code }: TypedCode): boolean {
  return typeof code === "string" && /^["'\d-]/.test(code);
}

/** No operator of its own that would need parentheses. */
function isSimple(expression: TemplateExpression): boolean {
  return (
    expression.kind === "string" || expression.kind === "integer" || expression.kind === "reference"
  );
}

function printInteger(value: bigint): TypedCode {
  const isSafe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return isSafe
    ? { code: String(value), type: "number" }
    : { code: `${String(value)}n`, type: "value" };
}

function printDouble(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return Object.is(value, -0) ? "-0" : String(value).replace("e+", "e");
}
