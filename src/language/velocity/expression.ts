import type {
  MapEntry,
  ReferencePart,
  TemplateExpression,
  TemplateNode,
  TemplateOperator,
  TemplateReference,
} from "../../ir/template.js";
import { CharacterReader } from "./reader.js";

/** Reads the text of a `"…"` that holds `$` or `#` as a template of its own. */
export type InterpolationReader = (
  text: string,
  offset: number,
  depth: number,
) => readonly TemplateNode[];

/** Operators from low to high precedence, longest first on each level. */
const levels: readonly (readonly (readonly [RegExp, TemplateOperator])[])[] = [
  [
    [/\|\|/y, "||"],
    [/or(?![\w-])/y, "||"],
  ],
  [
    [/&&/y, "&&"],
    [/and(?![\w-])/y, "&&"],
  ],
  [
    [/==|eq(?![\w-])/y, "=="],
    [/!=|ne(?![\w-])/y, "!="],
  ],
  [
    [/<=|le(?![\w-])/y, "<="],
    [/>=|ge(?![\w-])/y, ">="],
    [/<|lt(?![\w-])/y, "<"],
    [/>|gt(?![\w-])/y, ">"],
  ],
  [
    [/\+/y, "+"],
    // A minus in front of a digit belongs to the number: `3 -2` are two numbers side by side.
    [/-(?!\d|\.\d)/y, "-"],
  ],
  [
    [/\*/y, "*"],
    [/\//y, "/"],
    [/%/y, "%"],
  ],
];

/** Operators in one chain; longer ones would nest too deep. */
const maxOperators = 400;

/**
 * Reads what stands in the parentheses of directives and in references. White space between the parts is
 * free; operators stand in directives only, never in arguments or indexes.
 */
export class ExpressionReader extends CharacterReader {
  readonly #interpolate: InterpolationReader;
  #operators = 0;

  constructor(text: string, offset: number, depth: number, interpolate: InterpolationReader) {
    super(text, offset, depth);
    this.#interpolate = interpolate;
  }

  /** A whole expression; white space around it is taken. */
  expression(): TemplateExpression {
    this.#operators = 0;
    return this.nested(() => this.#level(0));
  }

  #level(level: number): TemplateExpression {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#level(level + 1);
    for (;;) {
      this.skipSpace();
      const at = this.at;
      const operator = operators.find(([pattern]) => this.match(pattern) !== undefined)?.[1];
      if (operator === undefined) return left;
      if (++this.#operators > maxOperators) {
        this.fail(`an expression has more than ${maxOperators} operators`);
      }
      const right = this.#level(level + 1);
      left = { kind: "operation", at: this.place(at), operator, left, right };
    }
  }

  #unary(): TemplateExpression {
    this.skipSpace();
    if (this.match(/!|not(?![\w-])/y) !== undefined) {
      return { kind: "not", of: this.nested(() => this.#unary()) };
    }
    if (this.take("(")) {
      const inner = this.nested(() => this.#level(0));
      this.skipSpace();
      this.expect(")", "behind the expression");
      return inner;
    }
    return this.operand() ?? this.fail("expected a value");
  }

  /** A literal or reference; undefined when none begins here. */
  operand(): TemplateExpression | undefined {
    const next = this.peek();
    if (next === "'") return { kind: "string", text: this.#verbatim() };
    if (next === '"') return this.#quoted();
    if (next === "[") return this.nested(() => this.#listOrRange());
    if (next === "{") return this.nested(() => this.#map());
    const word = this.match(/(?:true|false)(?![\w-])/y);
    if (word !== undefined) return { kind: "boolean", value: word === "true" };
    const number = this.#number();
    if (number !== undefined) return number;
    const reference = next === "$" ? this.reference() : undefined;
    return reference && { kind: "reference", reference };
  }

  #number(): TemplateExpression | undefined {
    // `1..3` is a range: no digit takes the dots.
    const double = this.match(
      /-?(?:\d+\.(?!\.)\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y,
    );
    if (double !== undefined) return { kind: "double", value: Number(double) };
    const integer = this.match(/-?\d+/y);
    if (integer === undefined) return undefined;
    if (integer.length > 1000) this.fail("a number has more than 1000 digits");
    return { kind: "integer", value: BigInt(integer) };
  }

  /** `'…'`, where `''` is one quote. */
  #verbatim(): string {
    const start = this.at;
    const literal = this.match(/'(?:[^']|'')*'/y) ?? this.fail("a string is not closed", start);
    return literal.slice(1, -1).replaceAll("''", "'");
  }

  /** `"…"`, where `""` is one quote and `\u0041` a character. */
  #quoted(): TemplateExpression {
    const start = this.at;
    const literal = this.match(/"(?:[^"]|"")*"/y) ?? this.fail("a string is not closed", start);
    const text = literal
      .slice(1, -1)
      .replaceAll('""', '"')
      .replaceAll(/\\u([0-9a-fA-F]{4})/g, (_all, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    if (!/[$#]/.test(text)) return { kind: "string", text };
    const at = this.place(start + 1);
    const nodes = this.nested(() => this.#interpolate(text, at, this.depth));
    return { kind: "interpolation", at: at - 1, nodes };
  }

  #listOrRange(): TemplateExpression {
    const at = this.place();
    this.expect("[", "");
    if (this.take("]")) return { kind: "list", items: [] };
    this.skipSpace();
    const items = [this.#element()];
    if (this.take("..")) {
      this.skipSpace();
      const to = this.#element();
      this.expect("]", "behind the range");
      const from = items[0] ?? to;
      this.#checkBound(from);
      this.#checkBound(to);
      return { kind: "range", at, from, to };
    }
    while (this.take(",")) {
      this.skipSpace();
      items.push(this.#element());
    }
    this.expect("]", "or `,` in the list");
    return { kind: "list", items };
  }

  #checkBound(bound: TemplateExpression): void {
    if (bound.kind !== "integer" && bound.kind !== "reference") {
      this.fail("the ends of a range are integers or references");
    }
  }

  #element(): TemplateExpression {
    const value = this.operand() ?? this.fail("expected a literal or reference");
    this.skipSpace();
    return value;
  }

  #map(): TemplateExpression {
    this.expect("{", "");
    this.skipSpace();
    const entries: MapEntry[] = [];
    if (this.take("}")) return { kind: "map", entries };
    do {
      this.skipSpace();
      const key = this.#element();
      this.expect(":", "behind the key");
      this.skipSpace();
      entries.push({ key, value: this.#element() });
    } while (this.take(","));
    this.expect("}", "or `,` in the map");
    return { kind: "map", entries };
  }

  /** Reads `$name…`; undefined, with nothing taken, when this `$` starts none. */
  reference(): TemplateReference | undefined {
    const start = this.at;
    const [opening = ""] = [this.match(/\$!?\{?/y)];
    const name = this.match(/[A-Za-z_][\w-]*/y);
    if (name === undefined) {
      const isNested = opening.endsWith("{") && /[$[]/.test(this.peek());
      if (isNested) return this.#nestedReference(start);
      this.at = start;
      return undefined;
    }
    const parts = this.nested(() => this.#parts());
    if (opening.endsWith("{")) this.expect("}", "behind the reference");
    return { at: this.place(start), name, decorated: opening !== "$", parts };
  }

  /** `${$name}` is read and has no value, a quirk of the engine's grammar. */
  #nestedReference(start: number): TemplateReference {
    const inner = this.nested(() => (this.peek() === "$" ? this.reference() : undefined));
    if (inner === undefined) this.fail("expected a name");
    this.expect("}", "behind the reference");
    return { at: this.place(start), name: "", decorated: true, parts: [] };
  }

  #parts(): readonly ReferencePart[] {
    const parts: ReferencePart[] = [];
    for (;;) {
      const at = this.place();
      if (this.peek() === "[") {
        parts.push({ kind: "index", at, index: this.#index() });
        continue;
      }
      const name = this.match(/\.[A-Za-z][\w-]*/y)?.slice(1);
      if (name === undefined) return parts;
      if (parts.length > 200) this.fail("a reference has more than 200 parts");
      // At the end of the template, or in front of a directive, a parenthesis is text.
      const isCall = this.match(/\((?=[^#])/y) !== undefined;
      parts.push(
        isCall ? { kind: "method", at, name, args: this.#args() } : { kind: "property", at, name },
      );
    }
  }

  #index(): TemplateExpression {
    this.expect("[", "");
    this.skipSpace();
    const at = this.at;
    const index = this.operand();
    const fits =
      index?.kind === "string" ||
      index?.kind === "interpolation" ||
      index?.kind === "integer" ||
      index?.kind === "boolean" ||
      index?.kind === "reference";
    if (!fits) this.fail("expected a string, integer or reference as index", at);
    this.skipSpace();
    this.expect("]", "behind the index");
    return index;
  }

  #args(): readonly TemplateExpression[] {
    const args: TemplateExpression[] = [];
    this.skipSpace();
    if (this.take(")")) return args;
    do {
      this.skipSpace();
      args.push(this.#argument());
    } while (this.take(","));
    this.expect(")", "or `,` in the arguments");
    return args;
  }

  /** The service takes a bare `null` as argument, recorded so; the language has none. */
  #argument(): TemplateExpression {
    if (this.match(/null(?![\w-])/y) === undefined) return this.#element();
    this.skipSpace();
    return { kind: "null" };
  }
}
