import type {
  IfBranch,
  TemplateExpression,
  TemplateNode,
  TemplateReference,
} from "../../ir/template.js";
import { ExpressionReader } from "./expression.js";
import { TemplateSyntaxError } from "./reader.js";

export type ParsedTemplate =
  | { readonly nodes: readonly TemplateNode[]; readonly problem: undefined }
  | { readonly nodes: undefined; readonly problem: TemplateProblem };

/** Why a template is not valid; `at` is an offset. */
export interface TemplateProblem {
  readonly message: string;
  readonly at: number;
}

/**
 * Parses a mapping template as API Gateway's Velocity 1.7 reads it: every reference has a value, macros
 * may not be defined, `#evaluate` is no directive. Deviations from the language's manual (what is text,
 * which white space is swallowed, how backslashes count) follow the original engine.
 */
export function parseVelocity(text: string): ParsedTemplate {
  try {
    return { nodes: parseWhole(text, 0, 0), problem: undefined };
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    return { nodes: undefined, problem: { message: error.message, at: error.at } };
  }
}

function parseWhole(text: string, offset: number, depth: number): readonly TemplateNode[] {
  return new TemplateParser(text, offset, depth, parseInterpolation).whole();
}

/**
 * The engine puts a space behind the text of a string, so that a lone `$` is text, and takes it off
 * again, unless a comment took it.
 */
function parseInterpolation(text: string, offset: number, depth: number): readonly TemplateNode[] {
  const parser = new TemplateParser(`${text} `, offset, depth, parseInterpolation);
  const nodes = parser.whole();
  const last = nodes.at(-1);
  if (parser.endsInComment) return nodes;
  if (last?.kind !== "text" || !last.text.endsWith(" ")) return nodes;
  const rest = last.text.slice(0, -1);
  return rest === "" ? nodes.slice(0, -1) : [...nodes.slice(0, -1), { ...last, text: rest }];
}

/** Words that a backslash in front of the `#` hides. */
const directiveWords = new Set(
  "if elseif else end set foreach stop break define macro parse include literal".split(" "),
);

/** What ends a block. */
type Terminator = "end" | "else" | "elseif" | "eof";

class TemplateParser extends ExpressionReader {
  /** A comment took the end of the text. */
  endsInComment = false;
  /** Loops around, for `#break`. */
  #loops = 0;
  /** Names of macros: they cannot be defined, but count for backslashes in front of them. */
  readonly #macros = new Set<string>();

  whole(): readonly TemplateNode[] {
    const start = this.at;
    const block = this.#block();
    if (block.terminator !== "eof") this.fail(`#${block.terminator} belongs to no block`, block.at);
    this.#checkEnd(start);
    return block.nodes;
  }

  /** A template may not end in a bare mark. */
  #checkEnd(start: number): void {
    const line = this.text.slice(this.text.lastIndexOf("\n") + 1);
    if (this.text.length > start && line === "###") this.fail("a template may not end in `###`");
  }

  #block(): {
    readonly nodes: readonly TemplateNode[];
    readonly terminator: Terminator;
    readonly at: number;
  } {
    const out = new NodeCollector(() => this.place());
    for (;;) {
      const at = this.at;
      if (this.atEnd) return { nodes: out.finish(), terminator: "eof", at };
      const terminator = this.#piece(out);
      if (terminator !== undefined) return { nodes: out.finish(), terminator, at };
    }
  }

  /** Reads one text, reference or directive; gives the word that ends the block. */
  #piece(out: NodeCollector): Terminator | undefined {
    // White space in front of #set goes with it, where it does not continue a stretch of text.
    if (out.atStart && this.#set(out)) return undefined;
    if (out.atStart && this.take("]]#")) {
      if (this.atEnd) this.fail("a template may not end in `#`", this.at - 1);
      out.text("]]#");
      return undefined;
    }
    const text = this.match(/[^$#\\]+/y);
    if (text !== undefined) {
      out.text(text);
      return undefined;
    }
    const backslashes = this.match(/\\+(?=[$#])/y) ?? "";
    if (this.peek() === "\\") {
      out.text(this.match(/\\+/y) ?? "");
      return undefined;
    }
    if (this.peek() === "$") {
      this.#dollar(out, backslashes);
      return undefined;
    }
    return this.#hash(out, backslashes);
  }

  #dollar(out: NodeCollector, backslashes: string): void {
    const start = this.at;
    const reference = this.#escapedQuiet() ? undefined : this.reference();
    if (this.at === start) {
      this.#plainDollar(out, backslashes);
      return;
    }
    out.text("\\".repeat(Math.floor(backslashes.length / 2)));
    if (backslashes.length % 2 === 1) {
      out.text(this.text.slice(start, this.at));
      out.boundary();
    } else if (reference) out.reference(reference);
    else out.boundary();
  }

  /** `$\!name` is a reference that prints nothing, a quirk of the engine's lexer. */
  #escapedQuiet(): boolean {
    return this.match(/\$\\+!\{?[A-Za-z_][\w-]*\}?/y) !== undefined;
  }

  #plainDollar(out: NodeCollector, backslashes: string): void {
    const mark = this.match(/\$!?/y) ?? "";
    if (this.atEnd) this.fail(`a template may not end in \`${mark}\``, this.at - mark.length);
    out.text(backslashes);
    if (this.#swallowsMark(out)) return;
    // Backslashes right behind a lone `$` swallow it.
    const behind = this.match(/\\+(?!!)/y) ?? "";
    out.text(mark === "$" && behind !== "" ? behind : mark + behind);
  }

  /** A lone `$` or `#` in front of a `#set` goes with it, as white space does. */
  #swallowsMark(out: NodeCollector): boolean {
    const start = this.at;
    const isSet = this.match(/[ \t]*#(?:set|\{set\})[ \t]*\(/y) !== undefined;
    this.at = start;
    if (isSet) out.boundary();
    return isSet;
  }

  #hash(out: NodeCollector, backslashes: string): Terminator | undefined {
    const start = this.at;
    if (this.take("##")) {
      out.text(backslashes);
      const comment = this.match(/[^\r\n]*(?:\r\n|\r|\n)?/y) ?? "";
      this.endsInComment = this.atEnd && !/[\r\n]$/.test(comment);
      out.boundary();
      return undefined;
    }
    if (this.take("#*")) {
      out.text(backslashes);
      const end = this.text.indexOf("*#", this.at);
      if (end < 0 && this.text.endsWith("#*")) this.fail("a template may not end in `#*`", start);
      this.at = end < 0 ? this.text.length : end + 2;
      out.boundary();
      return undefined;
    }
    if (this.take("#[[")) {
      out.text(backslashes);
      const end = this.text.indexOf("]]#", this.at);
      if (end < 0) this.fail("`#[[` is not closed by `]]#`", start);
      out.text(this.text.slice(this.at, end), this.place(end));
      this.at = end + 3;
      out.boundary();
      return undefined;
    }
    const word = this.match(/#(?:\{[A-Za-z_@][\w@]*\}|@?[A-Za-z_]\w*)/y);
    if (word !== undefined) return this.#word(out, backslashes, word, start);
    this.take("#");
    if (this.atEnd) this.fail("a template may not end in `#`", start);
    out.text(backslashes);
    if (this.#swallowsMark(out)) return undefined;
    // Backslashes right behind a lone `#` swallow it.
    if (this.peek() === "\\") out.text(this.match(/\\+/y) ?? "");
    else out.text("#");
    return undefined;
  }

  #word(
    out: NodeCollector,
    backslashes: string,
    word: string,
    start: number,
  ): Terminator | undefined {
    const name = word.replace(/^#\{?/, "").replace(/\}$/, "");
    const half = "\\".repeat(Math.floor(backslashes.length / 2));
    if (!directiveWords.has(name)) {
      out.text(this.#macros.has(name) ? half : backslashes);
      this.#unknown(out, name, start);
      return undefined;
    }
    const isSet = name === "set";
    if (backslashes.length % 2 === 1) {
      out.text(half + word);
      out.boundary();
      return undefined;
    }
    out.text(isSet ? backslashes : half);
    if (isSet) {
      this.at = start;
      if (this.#set(out)) return undefined;
      this.at = start + word.length;
      out.text(word);
      return undefined;
    }
    return this.#directive(out, name, start);
  }

  #directive(out: NodeCollector, name: string, start: number): Terminator | undefined {
    switch (name) {
      case "end":
      case "else":
        this.#endOfLine();
        return name;
      case "elseif":
        return "elseif";
      case "if":
        out.node(this.nested(() => this.#if(start)));
        return undefined;
      case "foreach":
        out.node(this.nested(() => this.#foreach(start)));
        return undefined;
      case "define":
        out.node(this.nested(() => this.#define(start)));
        return undefined;
      case "macro":
        this.nested(() => this.#macro(start));
        out.boundary();
        return undefined;
      case "literal":
        this.#openArguments("literal");
        this.nested(() => this.#literal(out, start));
        out.boundary();
        return undefined;
      case "stop":
      case "break":
        out.node(this.#leave(name, start));
        return undefined;
      default:
        // #include and #parse: nothing is found on the service.
        if (this.match(/[ \t]*\(/y) !== undefined) this.fail(`#${name} is not available`, start);
        out.boundary();
        return undefined;
    }
  }

  /** `#set( $x = … )` with the white space in front; false, with nothing taken, when it is none. */
  #set(out: NodeCollector): boolean {
    const start = this.at;
    const opening = this.match(/[ \t]*#(?:set|\{set\})[ \t]*\(/y);
    if (opening === undefined) return false;
    const at = this.place(start + opening.indexOf("#"));
    this.skipSpace();
    const target = (this.peek() === "$" ? this.reference() : undefined) ?? this.#noTarget();
    this.skipSpace();
    if (this.peek() !== "=" || this.peek(1) === "=") this.fail("expected `=` behind the variable");
    this.take("=");
    const value = this.expression();
    this.skipSpace();
    this.expect(")", "behind the value of #set");
    this.#endOfLine();
    out.node({ kind: "set", at, target, value });
    return true;
  }

  #noTarget(): never {
    this.fail("expected a variable to set");
  }

  #if(start: number): TemplateNode {
    const branches: IfBranch[] = [];
    let at = start;
    for (;;) {
      const condition = this.#condition();
      const { nodes: body, terminator } = this.#block();
      branches.push({ at: this.place(at), condition, body });
      at = this.at;
      if (terminator === "elseif") continue;
      const otherwise = terminator === "else" ? this.#body("if", start) : undefined;
      if (terminator === "eof") this.#unclosed("if", start);
      return { kind: "if", at: this.place(start), branches, otherwise };
    }
  }

  #condition(): TemplateExpression {
    if (this.match(/[ \t]*\(/y) === undefined) this.fail("expected `(` and a condition");
    const condition = this.expression();
    this.skipSpace();
    this.expect(")", "behind the condition");
    this.#endOfLine();
    return condition;
  }

  /** A block up to its `#end`. */
  #body(name: string, start: number): readonly TemplateNode[] {
    const { nodes, terminator, at } = this.#block();
    if (terminator === "eof") this.#unclosed(name, start);
    if (terminator !== "end") this.fail(`#${terminator} belongs to no #if`, at);
    return nodes;
  }

  #unclosed(name: string, start: number): never {
    throw new TemplateSyntaxError(`#${name} is not closed by #end`, this.place(start));
  }

  #foreach(start: number): TemplateNode {
    const at = this.place(start);
    this.#openArguments("foreach");
    const args = this.#looseArguments();
    const [item, word, list] = args;
    if (item?.kind !== "reference") this.fail("expected `#foreach($item in $list)`", start);
    const isIn = word?.kind === "word" && word.text === "in";
    this.#loops++;
    const body = this.#body("foreach", start);
    this.#loops--;
    return {
      kind: "foreach",
      at,
      item: item.reference.name,
      list: isIn && args.length === 3 && list?.kind !== "word" ? list : undefined,
      body,
    };
  }

  #define(start: number): TemplateNode {
    const at = this.place(start);
    this.#openArguments("define");
    const [name] = this.#looseArguments();
    if (name?.kind !== "reference") this.fail("expected `#define($name)`", start);
    return { kind: "define", at, name: name.reference.name, body: this.#body("define", start) };
  }

  /** Macros cannot be defined on the service: the definition vanishes. */
  #macro(start: number): void {
    this.#openArguments("macro");
    const [name, ...parameters] = this.#looseArguments();
    if (name?.kind !== "word") this.fail("expected the name of the macro", start);
    this.#macros.add(name.text);
    if (parameters.some((parameter) => parameter.kind !== "reference")) {
      this.fail("the parameters of a macro are variables", start);
    }
    this.#body("macro", start);
  }

  #literal(out: NodeCollector, start: number): void {
    if (this.#looseArguments().length > 0) this.fail("#literal takes no arguments", start);
    const from = this.at;
    const { terminator, at } = this.#block();
    if (terminator !== "end") this.#unclosed("literal", start);
    out.text(this.text.slice(from, at), this.place(at));
  }

  #leave(name: "stop" | "break", start: number): TemplateNode {
    const at = this.place(start);
    let loops: number | undefined = 1;
    if (this.match(/[ \t]*\(/y) !== undefined) {
      this.skipSpace();
      const argument = this.operand();
      if (name === "break" && argument !== undefined) loops = this.#scope(argument);
      this.skipSpace();
      this.expect(")", `behind #${name}(`);
    }
    if (name === "stop") return { kind: "stop", at };
    if (loops === undefined) {
      return { kind: "fail", at, message: "#break takes $foreach, or a parent of it" };
    }
    return { kind: "break", at, loops: Math.min(loops, Math.max(this.#loops, 1)) };
  }

  /** How many loops `#break($foreach.parent)` leaves; undefined for what is no loop. */
  #scope(argument: TemplateExpression): number | undefined {
    if (argument.kind !== "reference" || argument.reference.name !== "foreach") return undefined;
    const names = argument.reference.parts.map((part) => ("name" in part ? part.name : ""));
    if (names.includes("topmost")) return Math.max(this.#loops, 1);
    return 1 + names.filter((part) => part === "parent").length;
  }

  #openArguments(name: string): void {
    if (this.match(/[ \t]*\(/y) === undefined) this.fail(`expected \`(\` behind #${name}`);
  }

  /** What stands between parentheses of a directive that takes a list of anything. */
  #looseArguments(): readonly LooseArgument[] {
    const args: LooseArgument[] = [];
    for (;;) {
      this.match(/[ \t\r\n,]*/y);
      if (this.take(")")) break;
      const word = this.match(/(?!(?:true|false)(?![\w-]))[A-Za-z_][\w-]*/y);
      const arg: LooseArgument | undefined =
        word === undefined ? this.operand() : { kind: "word", text: word };
      args.push(arg ?? this.fail("expected a value, variable or `)`"));
    }
    this.#endOfLine();
    return args;
  }

  /** A word that names no directive is text, with its arguments, which must be readable. */
  #unknown(out: NodeCollector, name: string, start: number): void {
    const behind = this.at;
    if (this.match(/[ \t]*\(/y) === undefined) {
      out.text(this.text.slice(start, this.at));
      return;
    }
    this.#unknownArguments();
    if (name.startsWith("@")) this.nested(() => this.#body(name, start));
    out.text(this.text.slice(start, Math.max(this.at, behind)));
    out.boundary();
  }

  #unknownArguments(): void {
    for (;;) {
      this.match(/[ \t\r\n,]*/y);
      if (this.take(")")) return;
      const word = this.match(/[A-Za-z_][\w-]*/y);
      if (word === undefined && this.operand() === undefined) {
        this.fail("expected a value, variable or `)`");
      }
    }
  }

  /** Spaces and tabs up to a line break go with the directive in front of them. */
  #endOfLine(): void {
    this.match(/[ \t]*(?:\r\n|\r|\n)/y);
  }
}

type LooseArgument = TemplateExpression | { readonly kind: "word"; readonly text: string };

/** Collects nodes, text joined, and knows whether a stretch of text is going on. */
class NodeCollector {
  readonly #nodes: TemplateNode[] = [];
  readonly #place: () => number;
  #pending = "";
  #starts: number[] = [];
  #inText = false;

  /** `place`: where the parser is. */
  constructor(place: () => number) {
    this.#place = place;
  }

  /** No text stands directly in front. */
  get atStart(): boolean {
    return !this.#inText;
  }

  /** `end`: place behind the text. What is not taken as it stands (escapes) holds no line break. */
  text(text: string, end = this.#place()): void {
    if (text === "") return;
    const start = end - text.length;
    if (this.#pending === "" || this.#pending.endsWith("\n")) this.#starts.push(start);
    for (const { index } of text.matchAll(/\n(?!$)/g)) this.#starts.push(start + index + 1);
    this.#pending += text;
    this.#inText = true;
  }

  reference(reference: TemplateReference): void {
    this.node({ kind: "reference", reference });
  }

  node(node: TemplateNode): void {
    this.#flush();
    this.#nodes.push(node);
    this.#inText = false;
  }

  /** Something stood here that leaves no node. */
  boundary(): void {
    this.#inText = false;
  }

  finish(): readonly TemplateNode[] {
    this.#flush();
    return this.#nodes;
  }

  #flush(): void {
    const [text, starts] = [this.#pending, this.#starts];
    if (text !== "") this.#nodes.push({ kind: "text", text, starts });
    this.#pending = "";
    this.#starts = [];
  }
}
