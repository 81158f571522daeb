import type { ForeachNode, SetNode, TemplateExpression, TemplateNode } from "../../ir/template.js";
import { NameSpace, camelCase } from "../../plan/names.js";
import { assigned, group, indent, line, type Layout } from "../layout.js";
import { runtimeFolder } from "../runtime-files.js";
import { printString } from "./literal.js";
import type { ModulePrinter } from "./module.js";
import { analyseTemplate, exits, type Analysis, type Variable } from "./velocity-analysis.js";
import { TemplateConstants } from "./velocity-constants.js";
import {
  ExpressionPrinter,
  type ConditionCode,
  velocityName,
  velocityNames,
  type Surroundings,
} from "./velocity-expression.js";
import {
  printBlock,
  printBrokenAssignment,
  printCall,
  printChain,
  printDiscarded,
  printOperands,
  printTest,
} from "./velocity-layout.js";

/** What the functions of one module share. */
export interface TemplateModule {
  readonly module: ModulePrinter;
  readonly constants: TemplateConstants;
  /** Names that the module declares. */
  readonly names: readonly string[];
}

/** `(input) => …` of a template, laid out to stand behind `const name: Template =`. */
export function printTemplate(nodes: readonly TemplateNode[], around: TemplateModule): Layout {
  const unread = new Set<string>();
  let loops: ReadonlySet<ForeachNode> | undefined;
  for (;;) {
    const trial = new Trial(around);
    const analysis = analyseTemplate(nodes, unread);
    const printer = new TemplatePrinter(trial.around, { analysis, loops });
    const printed = printer.print();
    const found = printer.unreadVariables();
    if (found.length === 0 && printer.keepsToReadLoops()) {
      trial.adopt();
      return printed;
    }
    for (const name of found) unread.add(name);
    loops = found.length === 0 ? printer.readLoops : undefined;
  }
}

/** What the code of a template reads, as far as an earlier printing has shown. */
interface ReadNames {
  /** Knows by now which variables are set and never read. */
  readonly analysis: Analysis;
  /** Loops whose element is read; undefined: not known yet. */
  readonly loops: ReadonlySet<ForeachNode> | undefined;
}

/** A printing whose imports and constants count only when it is adopted. */
class Trial {
  readonly around: TemplateModule;
  readonly #target: TemplateModule;
  readonly #imports: ((module: ModulePrinter) => void)[] = [];

  constructor(target: TemplateModule) {
    const note = (importName: (module: ModulePrinter) => string, name: string): string => {
      this.#imports.push(importName);
      return name;
    };
    const module: ModulePrinter = {
      ...target.module,
      type: (name, from) => note((real) => real.type(name, from), name),
      value: (name, from) => note((real) => real.value(name, from), name),
    };
    this.#target = target;
    this.around = { ...target, module, constants: target.constants.fork() };
  }

  adopt(): void {
    for (const importName of this.#imports) importName(this.#target.module);
    this.#target.constants.adopt(this.around.constants);
  }
}

/** A function that throws what is wrong with a template. */
export function printBrokenTemplate(problem: string, module: ModulePrinter): Layout {
  return printBlock("() =>", [printThrow(problem, module)]);
}

function printThrow(problem: string, module: ModulePrinter): Layout {
  const error = velocityName("TemplateError", module);
  return [printCall(`throw new ${error}`, [printString(problem)]), ";"];
}

/** Where statements stand. */
interface Place {
  readonly loops: readonly ForeachNode[];
  /** Name of the text that grows. */
  readonly out: string;
  /** In a function of its own, which cannot return from the whole. */
  readonly closure: "string" | "block" | undefined;
  /** Loops around that function, which no `break` in it can leave. */
  readonly outerLoops: number;
}

class TemplatePrinter {
  readonly #module: ModulePrinter;
  readonly #constants: TemplateConstants;
  readonly #analysis: Analysis;
  readonly #names = new NameSpace();
  readonly #variables = new Map<string, string>();
  readonly #loopNames = new Map<ForeachNode, Map<"item" | "round", string>>();
  readonly #namesByDepth = new Map<string, string>();
  readonly #labels = new Map<ForeachNode, string>();
  /** Functions to be put in front of the statement that is being printed. */
  #closures: Layout[] = [];
  readonly #read: ReadNames;
  readonly #readVariables = new Set<string>();
  /** Loops whose element was read so far. */
  readonly readLoops = new Set<ForeachNode>();
  /** Loops whose element was set. */
  readonly #setLoops = new Set<ForeachNode>();
  #usesInput = false;
  #throwsStop = false;
  /** Some statement ends the template before its end. */
  #returns = false;

  constructor({ module, constants, names }: TemplateModule, read: ReadNames) {
    this.#module = module;
    this.#constants = constants;
    this.#read = read;
    this.#analysis = read.analysis;
    this.#names.reserve([...names, ...velocityNames, "input", "out", "text", "error"]);
    for (const name of this.#analysis.variables.keys()) {
      this.#variables.set(name, this.#claim(name, "variable"));
    }
  }

  /** Whether no element was set that a printing which knows the loops would leave alone. */
  keepsToReadLoops(): boolean {
    return [...this.#setLoops].every((loop) => this.readLoops.has(loop));
  }

  /** Variables that the printed code sets and never reads. */
  unreadVariables(): readonly string[] {
    return [...this.#analysis.variables.keys()].filter((name) => !this.#readVariables.has(name));
  }

  #claim(name: string, fallback: string): string {
    const wanted = camelCase(name, fallback);
    return this.#names.claim(wanted.length > 40 ? wanted.slice(0, 40) : wanted);
  }

  print(): Layout {
    const { nodes } = this.#analysis;
    const isText = nodes.every((node) => node.kind === "text" || node.kind === "reference");
    const place: Place = { loops: [], out: "out", closure: undefined, outerLoops: 0 };
    if (isText) {
      const parts = this.#appended(nodes, place);
      if (this.#closures.length === 0) return this.#expressionBody(parts);
      this.#closures = [];
    }
    const statements = this.#statements(nodes, place);
    const failure = nodes.find((node) => node.kind === "fail");
    if (failure?.kind === "fail" && !this.#returns) {
      return printBrokenTemplate(failure.message, this.#module);
    }
    const declared = this.#declarations();
    const inner = [...declared, ...statements];
    const whole = nodes.some((node) => exits(node)) ? inner : [...inner, "return out;"];
    const body = this.#throwsStop ? this.#stoppable(whole) : whole;
    return printBlock(this.#head(), ['let out = "";', ...body]);
  }

  #head(): string {
    return this.#usesInput ? "(input) =>" : "() =>";
  }

  #expressionBody(parts: readonly Layout[]): Layout {
    return group([this.#head(), group(indent([line, group(printOperands("+", parts))]))]);
  }

  /** A `#stop` inside of a block or string ends the whole template. */
  #stoppable(statements: readonly Layout[]): readonly Layout[] {
    const stopped = this.#module.value("stoppedText", `${runtimeFolder}/velocity/value.ts`);
    return [
      [
        printBlock("try", statements),
        printBlock(" catch (error)", [`return out + ${stopped}(error);`]),
      ],
    ];
  }

  /** Variables that no statement of their own declares. */
  #declarations(): readonly Layout[] {
    return [...this.#analysis.variables.values()]
      .filter(({ declaredAt }) => declaredAt === undefined)
      .map((variable) => `let ${this.#name(variable)}${this.#annotation(variable)};`);
  }

  #name({ name }: Variable): string {
    return this.#variables.get(name) ?? name;
  }

  #annotation({ type }: Variable): string {
    return type === "string" ? "" : `: ${this.#valueType(type === "maybe" ? "Maybe" : "Value")}`;
  }

  #valueType(name: "Value" | "Maybe"): string {
    return this.#module.type(name, `${runtimeFolder}/velocity/value.ts`);
  }

  #expressions(place: Place): ExpressionPrinter {
    const around: Surroundings = {
      analysis: this.#analysis,
      module: this.#module,
      constants: this.#constants,
      variable: (name) => {
        this.#readVariables.add(name);
        return this.#variables.get(name) ?? name;
      },
      loopName: (loop, what) => this.#loopName(loop, what, place.loops.indexOf(loop)),
      closure: (nodes) => this.#closure(nodes, place),
      noteInput: () => {
        this.#usesInput = true;
        return "input";
      },
    };
    return new ExpressionPrinter(around, place.loops);
  }

  #loopName(loop: ForeachNode, what: "item" | "round", depth: number): string {
    if (what === "item") this.readLoops.add(loop);
    const names = this.#loopNames.get(loop) ?? new Map<"item" | "round", string>();
    this.#loopNames.set(loop, names);
    const known = names.get(what);
    if (known !== undefined) return known;
    const name = this.#loopNameAt(what, what === "item" ? loop.item : "foreach", depth);
    names.set(what, name);
    return name;
  }

  /** Loops side by side use the same names, loops within loops never. */
  #loopNameAt(what: "item" | "round", name: string, depth: number): string {
    const key = `${depth} ${what} ${name}`;
    const known = this.#namesByDepth.get(key);
    if (known !== undefined) return known;
    const claimed = this.#claim(name, "item");
    this.#namesByDepth.set(key, claimed);
    return claimed;
  }

  /** A string with directives in it, as a function in front of the statement. */
  #closure(nodes: readonly TemplateNode[], place: Place): string {
    const name = this.#claim("string", "string");
    const before = this.#closures;
    this.#closures = [];
    const outerLoops = place.loops.length;
    const inner: Place = { ...place, out: "text", closure: "string", outerLoops };
    const statements = this.#closureBody(nodes, inner);
    const closure = [printBlock(`const ${name} = (): string =>`, statements), ";"];
    this.#closures = [...before, closure];
    return name;
  }

  #closureBody(nodes: readonly TemplateNode[], place: Place): readonly Layout[] {
    const failure = nodes.find((node) => node.kind === "fail");
    if (failure?.kind === "fail") return [printThrow(failure.message, this.#module)];
    const statements = ['let text = "";', ...this.#statements(nodes, place)];
    return nodes.some((node) => exits(node)) ? statements : [...statements, "return text;"];
  }

  #statements(nodes: readonly TemplateNode[], place: Place): readonly Layout[] {
    const out: Layout[] = [];
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index];
      if (node === undefined) break;
      if (node.kind === "text" || node.kind === "reference") {
        let end = index;
        while (isAppended(nodes[end + 1])) end++;
        out.push(...this.#append(nodes.slice(index, end + 1), place));
        index = end;
        continue;
      }
      const printed = this.#statement(node, place);
      out.push(...this.#closures, ...printed);
      this.#closures = [];
      if (exits(node)) break;
    }
    return out;
  }

  /** One `out +=` for each line of the template. */
  #append(nodes: readonly TemplateNode[], place: Place): readonly Layout[] {
    const statements: Layout[] = [];
    let parts: Layout[] = [];
    const flush = (): void => {
      statements.push(...this.#closures);
      this.#closures = [];
      if (parts.length > 0) {
        statements.push(printAppend(place.out, parts));
      }
      parts = [];
    };
    for (const part of this.#pieces(nodes, place)) {
      parts.push(part.code);
      if (part.endsLine) flush();
    }
    flush();
    return statements;
  }

  #appended(nodes: readonly TemplateNode[], place: Place): readonly Layout[] {
    return this.#pieces(nodes, place).map(({ code }) => code);
  }

  #pieces(
    nodes: readonly TemplateNode[],
    place: Place,
  ): readonly { readonly code: Layout; readonly endsLine: boolean }[] {
    return nodes.flatMap((node): { readonly code: Layout; readonly endsLine: boolean }[] => {
      if (node.kind === "text") {
        return (node.text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((text) => ({
          code: printString(text),
          endsLine: text.endsWith("\n"),
        }));
      }
      if (node.kind !== "reference") return [];
      const code = this.#expressions(place).printed(node.reference);
      return code === undefined ? [] : [{ code, endsLine: false }];
    });
  }

  #statement(node: TemplateNode, place: Place): readonly Layout[] {
    switch (node.kind) {
      case "set":
        return this.#set(node, place);
      case "if":
        return this.#if(node, place);
      case "foreach":
        return this.#foreach(node, place);
      case "define":
        return this.#define(node);
      case "stop":
        return [this.#stop(place)];
      case "fail":
        return [printThrow(node.message, this.#module)];
      case "break":
        return [this.#break(node.loops, place)];
      case "text":
      case "reference":
        return [];
    }
  }

  #set(node: SetNode, place: Place): readonly Layout[] {
    const { target, value } = node;
    const expressions = this.#expressions(place);
    if (target.decorated) return evaluated(expressions, value);
    if (target.parts.length > 0) {
      const container = expressions.target(target);
      if (container === undefined) return evaluated(expressions, value);
      const put = velocityName("put", this.#module);
      return [[printCall(put, [...container, expressions.expression(value).code]), ";"]];
    }
    const root = this.#analysis.root(target.name, place.loops);
    if (root.kind === "item") return this.#setItem(root.loop, value, place);
    const variable = this.#analysis.variables.get(target.name);
    if (root.kind !== "variable" || variable === undefined) return evaluated(expressions, value);
    const name = this.#name(variable);
    if (!isSameNode(variable.declaredAt, node)) {
      return [assignment(`${name} =`, expressions, value, name)];
    }
    const keyword = variable.isConstant ? "const" : "let";
    // Without it a constant would have its literal's type, which compares with nothing else.
    const isFixed = variable.isConstant && variable.type === "string" && value.kind === "string";
    const annotation = isFixed ? ": string" : this.#annotation(variable);
    return [assignment(`${keyword} ${name}${annotation} =`, expressions, value, '""')];
  }

  #setItem(loop: ForeachNode, value: TemplateExpression, place: Place): readonly Layout[] {
    if (this.#read.loops?.has(loop) === false) return evaluated(this.#expressions(place), value);
    this.#setLoops.add(loop);
    const isKnown = this.readLoops.has(loop);
    const name = this.#loopName(loop, "item", place.loops.indexOf(loop));
    // Setting it is not reading it.
    if (!isKnown) this.readLoops.delete(loop);
    return [assignment(`${name} =`, this.#expressions(place), value, name)];
  }

  #if(node: Extract<TemplateNode, { kind: "if" }>, place: Place): readonly Layout[] {
    const parts: Layout[] = [];
    let otherwise = node.otherwise;
    for (const { condition, body } of node.branches) {
      const test = this.#expressions(place).condition(condition);
      if (test.constant !== undefined) {
        if (!test.constant) continue;
        otherwise = body;
        break;
      }
      const code = conditionCode(test);
      const closures = this.#closures;
      this.#closures = [];
      const statements = this.#statements(body, place);
      this.#closures = closures;
      const keyword = parts.length === 0 ? "if" : " else if";
      parts.push(printBlock(printTest(keyword, code), statements));
    }
    const closures = this.#closures;
    this.#closures = [];
    const rest = otherwise === undefined ? [] : this.#statements(otherwise, place);
    this.#closures = closures;
    if (parts.length === 0) return rest;
    if (rest.length > 0) parts.push(printBlock(" else", rest));
    return [parts];
  }

  #foreach(node: ForeachNode, place: Place): readonly Layout[] {
    if (node.list === undefined) return [];
    this.#usesInput = true;
    const list = this.#expressions(place).expression(node.list).code;
    const closures = this.#closures;
    this.#closures = [];
    const printed = this.#analysis.isFlat
      ? this.#flatLoop(node, list, place)
      : this.#loop(node, list, place);
    this.#closures = closures;
    return printed;
  }

  #loop(node: ForeachNode, list: Layout, place: Place): readonly Layout[] {
    const statements = this.#statements(node.body, { ...place, loops: [...place.loops, node] });
    const names = this.#loopNames.get(node);
    const item = names?.get("item");
    const round = names?.get("round");
    const pattern = round === undefined ? (item ?? "") : `${item ?? ""}, ${round}`;
    const keyword = isSet(node.item, node.body) ? "let" : "const";
    return [this.#labelled(node, this.#loopHead(keyword, pattern, list), statements)];
  }

  #loopHead(keyword: string, pattern: string, list: Layout, parent?: string): Layout {
    const args = parent === undefined ? [list] : [list, parent];
    const names = pattern === "" ? "_" : `[${pattern}]`;
    return [`for (${keyword} ${names} of `, printCall("input.each", args), ")"];
  }

  #labelled(node: ForeachNode, head: Layout, statements: readonly Layout[]): Layout {
    const label = this.#labels.get(node);
    return [label === undefined ? "" : `${label}: `, printBlock(head, statements)];
  }

  /** Loop variables are the function's own, and have their old values back behind the loop. */
  #flatLoop(node: ForeachNode, list: Layout, place: Place): readonly Layout[] {
    const element = this.#claim("element", "element");
    const round = this.#claim("round", "round");
    const held = [
      [node.item, element],
      ["foreach", round],
    ] as const;
    const before: Layout[] = [];
    const first: Layout[] = [];
    const after: Layout[] = [];
    let parent: string | undefined;
    for (const [name, value] of held) {
      const variable = this.#variables.get(name);
      if (variable === undefined) continue;
      const saved = this.#claim(`outer ${name}`, "outer");
      before.push(`const ${saved}: ${this.#valueType("Maybe")} = ${variable};`);
      first.push(`${variable} = ${value};`);
      after.push(`${variable} = ${saved};`);
      if (name === "foreach") parent = variable;
    }
    const usesItem = this.#variables.has(node.item);
    const usesRound = this.#variables.has("foreach");
    const pattern = `${usesItem ? element : ""}${usesRound ? `, ${round}` : ""}`;
    const statements = this.#statements(node.body, { ...place, loops: [...place.loops, node] });
    const head = this.#loopHead("const", pattern, list, parent);
    return [...before, this.#labelled(node, head, [...first, ...statements]), ...after];
  }

  #define(node: Extract<TemplateNode, { kind: "define" }>): readonly Layout[] {
    const variable = this.#analysis.variables.get(node.name);
    if (variable === undefined) return [];
    const inner: Place = { loops: [], out: "text", closure: "block", outerLoops: 0 };
    const statements = this.#closureBody(node.body, inner);
    const name = this.#name(variable);
    const declaration = !isSameNode(variable.declaredAt, node)
      ? name
      : variable.isConstant
        ? `const ${name}`
        : `let ${name}${this.#annotation(variable)}`;
    const block = velocityName("Block", this.#module);
    const source = printString(`$${node.name}`);
    return [[printBlock(`${declaration} = new ${block}(${source}, () =>`, statements), ");"]];
  }

  #return({ out, closure }: Place): Layout {
    if (closure === undefined) this.#returns = true;
    return `return ${out};`;
  }

  #stop(place: Place): Layout {
    if (place.closure === undefined) return this.#return(place);
    this.#throwsStop = true;
    const stop = velocityName("Stop", this.#module);
    return `throw new ${stop}(${place.out}, "${place.closure}");`;
  }

  #break(loops: number, place: Place): Layout {
    const target = place.loops.slice(place.outerLoops).at(-loops);
    if (target === undefined) return this.#return(place);
    if (loops === 1) return "break;";
    const label = this.#labels.get(target) ?? this.#claim("loop", "loop");
    this.#labels.set(target, label);
    return `break ${label};`;
  }
}

function conditionCode({ chain, code }: Extract<ConditionCode, { constant: undefined }>): Layout {
  return chain ? printChain(chain.operator, chain.operands) : code;
}

/** Blocks that lost a part are copies: their place tells which they are. */
function isSameNode(one: TemplateNode | undefined, other: TemplateNode): boolean {
  if (one?.kind !== "define" || other.kind !== "define") return one === other;
  return one.at === other.at && one.name === other.name;
}

function printAppend(out: string, parts: readonly Layout[]): Layout {
  const [only = "", second] = parts;
  const isCall = second === undefined && typeof only !== "string";
  if (isCall) return [`${out} +=`, assigned(only), ";"];
  return printBrokenAssignment(`${out} +=`, printOperands("+", parts));
}

function isAppended(node: TemplateNode | undefined): boolean {
  return node?.kind === "text" || node?.kind === "reference";
}

/** `name = value;` broken as prettier does for the kind of value. */
function assignment(
  target: string,
  expressions: ExpressionPrinter,
  value: TemplateExpression,
  before: string,
): Layout {
  const { code, chain, type } = expressions.assigned(value, before);
  if (chain) {
    return printBrokenAssignment(target, printOperands(chain.operator, chain.operands));
  }
  if (type === "string" && typeof code === "string") return printBrokenAssignment(target, code);
  return [target, assigned(code), ";"];
}

/** An expression that is evaluated for what it does: a call in it may change or throw something. */
function evaluated(expressions: ExpressionPrinter, value: TemplateExpression): readonly Layout[] {
  const { code, chain } = expressions.expression(value);
  if (chain) return [printDiscarded(printChain(chain.operator, chain.operands))];
  if (typeof code !== "string") return [[code, ";"]];
  // a name or a literal does nothing; a member of the input reads the body, which may fail
  return code.startsWith("input.") ? [["void ", code, ";"]] : [];
}

/** Whether a loop's own body sets its variable. */
function isSet(name: string, nodes: readonly TemplateNode[]): boolean {
  return nodes.some((node) => {
    if (node.kind === "set") return node.target.name === name && node.target.parts.length === 0;
    if (node.kind === "if") {
      return (
        node.branches.some(({ body }) => isSet(name, body)) || isSet(name, node.otherwise ?? [])
      );
    }
    return node.kind === "foreach" && isSet(name, node.body);
  });
}
