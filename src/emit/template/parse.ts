import type HandlebarsModule from "handlebars";
import { TemplateFault, type TemplatePlace, type TemplateSource } from "./source.js";

/** A template, understood: only what templates may hold, each part with its place. */
export type TemplateNode =
  | { readonly kind: "text"; readonly text: string; readonly at: TemplatePlace }
  | { readonly kind: "value"; readonly value: Expression; readonly at: TemplatePlace }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
      readonly at: TemplatePlace;
    }
  | {
      /** `each` renders its body for every item, `with` once for the value itself. */
      readonly kind: "each" | "with";
      readonly subject: Expression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
      readonly at: TemplatePlace;
    }
  | {
      readonly kind: "partial";
      readonly name: string;
      /** Undefined: the partial sees what the template sees. */
      readonly subject: Expression | undefined;
      /** Stands in front of every line. */
      readonly indent: string;
      readonly at: TemplatePlace;
    };

/** What a value is made of. */
export type Expression =
  | {
      readonly kind: "path";
      /** `@index` and the like are no members of the view. */
      readonly isData: boolean;
      /** How many blocks further out: one for each `../`. */
      readonly depth: number;
      readonly keys: readonly string[];
      /** As it is written. */
      readonly text: string;
      readonly at: TemplatePlace;
    }
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | {
      readonly kind: "call";
      readonly helper: string;
      readonly args: readonly Expression[];
      readonly at: TemplatePlace;
    };

/** Bytes of one template; more is a mistake. */
export const maxTemplateBytes = 1024 * 1024;
/** Blocks and calls inside each other. */
const maxDepth = 50;
/** Blocks of one template, and characters of one tag: Handlebars' parser takes minutes for many inside each other. */
const maxBlocks = 1000;
const longTag = /\{\{(?!~?!)[^}]{4000}/;
/** Columns in front of a partial. */
const maxIndent = 200;

/**
 * Parses a template by Handlebars' own parser. Handlebars does not render it: that would turn the
 * template into a program, and its errors have no places.
 * @throws TemplateFault
 */
export function parseTemplate(
  source: TemplateSource,
  handlebars: typeof HandlebarsModule,
): readonly TemplateNode[] {
  const excess = excessOf(source.text);
  if (excess !== undefined) throw new TemplateFault("limit", start(source), excess);
  const program = parsed(source, handlebars);
  return new TreeReader(source).nodes(program, 0);
}

function excessOf(text: string): string | undefined {
  if (text.length > maxTemplateBytes) return "the template is larger than 1 MiB";
  if (longTag.test(text)) return "a tag of the template is longer than 4,000 characters";
  const blocks = text.match(/\{\{~?(?:[#^]|\s*else\b)/g)?.length ?? 0;
  return blocks > maxBlocks ? `the template has more than ${maxBlocks} blocks` : undefined;
}

function start(source: TemplateSource): TemplatePlace {
  return { source, line: 1, column: 1 };
}

function parsed(source: TemplateSource, handlebars: typeof HandlebarsModule): hbs.AST.Program {
  try {
    return handlebars.parse(source.text);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new TemplateFault("limit", start(source), "the template is nested too deeply");
    }
    if (!(error instanceof Error)) throw error;
    const place = { source, ...errorPlace(error, source.text) };
    throw new TemplateFault("syntax", place, errorSentence(error.message), { cause: error });
  }
}

/** `if doesn't match each - 1:3`, or the parser's `Parse error on line 1:`, an excerpt and what it expects. */
function errorSentence(message: string): string {
  const lines = message.split("\n");
  if (!message.startsWith("Parse error")) return message.replace(/ - \d+:\d+$/, "");
  const got = /got '([A-Z_]+)'$/.exec(lines.at(-1) ?? "")?.[1];
  if (got === "EOF") return "the template ends inside a block; close it by {{/...}}";
  if (got === "OPEN_ENDBLOCK") return "a block is closed that is not open";
  return "this is not what a template can hold here";
}

function errorPlace(
  error: Error,
  text: string,
): { readonly line: number; readonly column: number } {
  if ("lineNumber" in error && "column" in error) {
    return { line: Number(error.lineNumber), column: Number(error.column) + 1 };
  }
  const line = Number(/on line (\d+)/.exec(error.message)?.[1] ?? 1);
  const [, excerpt = "", ruler = ""] = error.message.split("\n");
  const before = excerpt.slice(0, ruler.indexOf("^")).replace(/^\.\.\./, "");
  return { line, column: columnBehind(before, text.split("\n")[line - 1] ?? "") };
}

/** The parser's excerpt runs lines together: what of its end is found in the line is in front of the fault. */
function columnBehind(excerpt: string, line: string): number {
  for (let from = 0; from < excerpt.length; from += 1) {
    const at = line.indexOf(excerpt.slice(from));
    if (at !== -1) return at + excerpt.length - from + 1;
  }
  return 1;
}

/** Turns Handlebars' tree into ours and refuses what templates do not have. */
class TreeReader {
  readonly #source: TemplateSource;

  constructor(source: TemplateSource) {
    this.#source = source;
  }

  nodes(program: hbs.AST.Program | undefined, depth: number): readonly TemplateNode[] {
    return (program?.body ?? []).flatMap((statement) => this.#node(statement, depth));
  }

  #node(statement: hbs.AST.Statement, depth: number): readonly TemplateNode[] {
    if (statement.type === "CommentStatement") return [];
    const at = this.#place(statement);
    if (isContent(statement)) {
      return statement.value === "" ? [] : [{ kind: "text", text: statement.value, at }];
    }
    if (depth > maxDepth) {
      throw new TemplateFault("limit", at, `blocks are nested deeper than ${maxDepth}`);
    }
    if (isMustache(statement)) return [this.#value(statement, at)];
    if (isBlock(statement)) return [this.#block(statement, at, depth)];
    if (isPartial(statement)) return [this.#partial(statement, at)];
    throw new TemplateFault("unknown-word", at, `templates have no ${constructOf(statement)}`, {
      hint: "they hold text, {{values}}, {{#if}}, {{#unless}}, {{#each}}, {{#with}} and {{> partials}}",
    });
  }

  #value(statement: hbs.AST.MustacheStatement, at: TemplatePlace): TemplateNode {
    if (!statement.escaped) {
      throw new TemplateFault("raw", at, "templates insert values as {{x}}, never unescaped", {
        hint: "what a printer made is inserted as it is",
      });
    }
    return { kind: "value", value: this.#invocation(statement, 0), at };
  }

  /** A value by itself, or a helper with its arguments. */
  #invocation(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, depth: number): Expression {
    const { path, params, hash } = node;
    const at = this.#place(node);
    if (hash !== undefined && hash.pairs.length > 0) {
      throw new TemplateFault("unknown-word", at, "helpers take no named arguments");
    }
    if (params.length === 0 && node.type === "MustacheStatement") {
      return this.#expression(path, depth);
    }
    if (!isPath(path) || path.data || path.depth > 0 || path.parts.length !== 1) {
      throw new TemplateFault("syntax", at, "a helper has a plain name: {{literal name}}");
    }
    return {
      kind: "call",
      helper: path.parts[0] ?? "",
      args: params.map((param) => this.#expression(param, depth + 1)),
      at,
    };
  }

  #expression(node: hbs.AST.Expression, depth: number): Expression {
    const at = this.#place(node);
    if (depth > maxDepth) {
      throw new TemplateFault("limit", at, `calls are nested deeper than ${maxDepth}`);
    }
    if (isPath(node)) {
      const { data, depth: outward, parts, original } = node;
      return { kind: "path", isData: data, depth: outward, keys: parts, text: original, at };
    }
    if (isSubExpression(node)) return this.#invocation(node, depth);
    return { kind: "literal", value: literalValue(node) };
  }

  #block(statement: hbs.AST.BlockStatement, at: TemplatePlace, depth: number): TemplateNode {
    const { path, params, hash, program, inverse } = statement;
    const name = path.original;
    const [subject, ...others] = params;
    if ((program?.blockParams ?? []).length > 0) {
      throw new TemplateFault("unknown-word", at, "blocks name no parameters", {
        hint: "use {{this}} and {{../}} in the place of `as |item|`",
      });
    }
    if (!isBlockName(name)) {
      throw new TemplateFault("unknown-word", at, `there is no block {{#${name}}}`, {
        hint: `the blocks are ${blockNames.map((block) => `{{#${block}}}`).join(", ")}`,
      });
    }
    if (subject === undefined || others.length > 0 || (hash?.pairs ?? []).length > 0) {
      throw new TemplateFault("syntax", at, `{{#${name}}} takes one value`);
    }
    const value = this.#expression(subject, 0);
    const body = this.nodes(program, depth + 1);
    const otherwise = this.nodes(inverse, depth + 1);
    switch (name) {
      case "if":
        return { kind: "if", condition: value, body, otherwise, at };
      case "unless":
        return { kind: "if", condition: value, body: otherwise, otherwise: body, at };
      case "each":
      case "with":
        return { kind: name, subject: value, body, otherwise, at };
    }
  }

  #partial(statement: hbs.AST.PartialStatement, at: TemplatePlace): TemplateNode {
    const { name, params, hash, indent } = statement;
    const [subject, ...others] = params;
    if (indent.length > maxIndent) {
      throw new TemplateFault(
        "limit",
        at,
        `a partial is indented by more than ${maxIndent} columns`,
      );
    }
    if (!isPath(name)) {
      throw new TemplateFault("unknown-word", at, "the name of a partial is not computed");
    }
    if (others.length > 0 || (hash?.pairs ?? []).length > 0) {
      throw new TemplateFault("syntax", at, "a partial takes at most one value");
    }
    return {
      kind: "partial",
      name: name.original,
      subject: subject && this.#expression(subject, 0),
      indent,
      at,
    };
  }

  #place({ loc }: hbs.AST.Node): TemplatePlace {
    return { source: this.#source, line: loc.start.line, column: loc.start.column + 1 };
  }
}

const blockNames = ["if", "unless", "each", "with"] as const;

function isBlockName(name: string): name is (typeof blockNames)[number] {
  return blockNames.some((block) => block === name);
}

function constructOf({ type }: hbs.AST.Statement): string {
  const names: Readonly<Record<string, string>> = {
    PartialBlockStatement: "blocks for partials",
    Decorator: "decorators",
    DecoratorBlock: "inline partials",
  };
  return names[type] ?? type;
}

/** `undefined` is what is absent, and that is null in views. */
function literalValue(node: hbs.AST.Expression): string | number | boolean | null {
  const value = "value" in node ? node.value : null;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : null;
}

function isContent(node: hbs.AST.Node): node is hbs.AST.ContentStatement {
  return node.type === "ContentStatement";
}

function isMustache(node: hbs.AST.Node): node is hbs.AST.MustacheStatement {
  return node.type === "MustacheStatement";
}

function isBlock(node: hbs.AST.Node): node is hbs.AST.BlockStatement {
  return node.type === "BlockStatement";
}

function isPartial(node: hbs.AST.Node): node is hbs.AST.PartialStatement {
  return node.type === "PartialStatement";
}

function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === "PathExpression";
}

function isSubExpression(node: hbs.AST.Node): node is hbs.AST.SubExpression {
  return node.type === "SubExpression";
}
