import { Code } from "../printer/code.js";
import { markdownText } from "../files/readme.js";
import { languageNames, type TemplateLanguage } from "./language.js";
import type { Expression, TemplateNode } from "./parse.js";
import {
  describeValue,
  isPrinterName,
  PrinterProblem,
  printerLanguages,
  printers,
  printersOf,
} from "./printers.js";
import { checkPaths, isReadable, missingMember, type PathExpression } from "./paths.js";
import { TemplateFault, type TemplatePlace } from "./source.js";

/** A function of the user's; gives {@link Code}, or text where a template is for text. */
export type TemplateHelper = (...args: readonly unknown[]) => unknown;

/** What a template is rendered with. */
export interface RenderOptions {
  /** Of the file that is made. */
  readonly language: TemplateLanguage;
  /** The parts of a partial. It exists: that is checked when the template is read. */
  readonly partial: (name: string) => readonly TemplateNode[];
  readonly helpers: ReadonlyMap<string, TemplateHelper>;
  /** The value of `@project`. */
  readonly project: () => unknown;
}

/** Parts that are rendered for one file; the largest built-in one takes a few thousand. */
const maxSteps = 2_000_000;
/** Characters of one file. */
const maxCharacters = 64 * 1024 * 1024;
/** Partials inside each other. */
const maxPartials = 20;

/**
 * Renders a template over its view. A value is found among own members of plain objects and lists
 * only, so that a template reaches nothing but its view; the work is bounded, whatever the template is.
 * @throws TemplateFault
 */
export function renderTemplate(
  nodes: readonly TemplateNode[],
  view: object,
  options: RenderOptions,
): string {
  const renderer = new Renderer(view, options);
  const scope: Scope = { value: view, outer: undefined, data: new Map() };
  try {
    const text = renderer.render(nodes, scope);
    checkPaths(nodes, view, options.helpers);
    return text;
  } catch (error) {
    // a text longer than a text can be
    if (!(error instanceof RangeError) || renderer.place === undefined) throw error;
    throw new TemplateFault("limit", renderer.place, "the template makes too large a file");
  }
}

/** What a block sees. */
interface Scope {
  readonly value: unknown;
  readonly outer: Scope | undefined;
  /** `@index`, `@key`, `@first`, `@last` of the innermost `each`. */
  readonly data: ReadonlyMap<string, unknown>;
}

class Renderer {
  readonly #view: object;
  readonly #options: RenderOptions;
  #steps = 0;
  #characters = 0;
  #partials = 0;
  /** Where rendering is. */
  place: TemplatePlace | undefined;

  constructor(view: object, options: RenderOptions) {
    this.#view = view;
    this.#options = options;
  }

  render(nodes: readonly TemplateNode[], scope: Scope): string {
    let text = "";
    for (const node of nodes) text += this.#renderNode(node, scope);
    return text;
  }

  #renderNode(node: TemplateNode, scope: Scope): string {
    if (node.kind === "text") return this.#measure(node.text, node.at);
    this.#count(node.at);
    switch (node.kind) {
      case "value":
        return this.#insert(node.value, node.at, scope);
      case "if": {
        const isTrue = isFilled(this.#evaluate(node.condition, scope));
        return this.render(isTrue ? node.body : node.otherwise, scope);
      }
      case "with": {
        const value = this.#evaluate(node.subject, scope);
        if (!isFilled(value)) return this.render(node.otherwise, scope);
        return this.render(node.body, { value, outer: scope, data: scope.data });
      }
      case "each":
        return this.#renderEach(node, scope);
      case "partial":
        return this.#renderPartial(node, scope);
    }
  }

  #renderEach(node: Extract<TemplateNode, { kind: "each" | "with" }>, scope: Scope): string {
    const items = itemsOf(this.#evaluate(node.subject, scope));
    if (items === undefined) {
      throw new TemplateFault("unknown-value", node.at, "{{#each}} takes a list or an object");
    }
    if (items.length === 0) return this.render(node.otherwise, scope);
    let text = "";
    for (const [index, [key, value]] of items.entries()) {
      this.#count(node.at);
      const data = new Map<string, unknown>([
        ["index", index],
        ["key", key],
        ["first", index === 0],
        ["last", index === items.length - 1],
      ]);
      text += this.render(node.body, { value, outer: scope, data });
    }
    return text;
  }

  #renderPartial(node: Extract<TemplateNode, { kind: "partial" }>, scope: Scope): string {
    if (this.#partials >= maxPartials) {
      throw new TemplateFault(
        "limit",
        node.at,
        `partials stand in each other over ${maxPartials} deep`,
      );
    }
    this.#partials += 1;
    const inner =
      node.subject === undefined
        ? scope
        : { value: this.#evaluate(node.subject, scope), outer: scope, data: scope.data };
    const text = this.render(this.#options.partial(node.name), inner);
    this.#partials -= 1;
    return node.indent === "" ? text : text.replace(/^(?=.)/gm, node.indent);
  }

  #count(at: TemplatePlace): void {
    this.#steps += 1;
    this.place = at;
    if (this.#steps > maxSteps) {
      throw new TemplateFault("limit", at, "the template takes more steps than any file needs", {
        hint: "lists inside lists multiply",
      });
    }
  }

  #measure(text: string, at: TemplatePlace): string {
    this.#characters += text.length;
    if (this.#characters > maxCharacters) {
      throw new TemplateFault("limit", at, "the template makes a file of more than 64 MiB");
    }
    return text;
  }

  #insert(expression: Expression, at: TemplatePlace, scope: Scope): string {
    return this.#measure(this.#print(expression, at, scope), at);
  }

  #print(expression: Expression, at: TemplatePlace, scope: Scope): string {
    const { language, helpers } = this.#options;
    const value = this.#evaluate(expression, scope);
    if (value instanceof Code) return value.text;
    const helper = calledHelper(expression, helpers);
    const isText = language === "markdown" || language === "text";
    if (isText && typeof value === "string") {
      // what a helper of the user's gives is as the user wants it
      return helper === undefined ? plainText(value, language) : value;
    }
    if (isText && (typeof value === "number" || typeof value === "boolean")) return String(value);
    if (helper !== undefined) throw wrongResult(helper, value, language, at);
    throw rawValue(expression, value, language, at);
  }

  #evaluate(expression: Expression, scope: Scope): unknown {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "call":
        return this.#call(expression, scope);
      case "path":
        return this.find(expression, scope);
    }
  }

  /** The value of a path. */
  find(expression: PathExpression, scope: Scope): unknown {
    if (expression.isData) return this.#findData(expression, scope);
    return this.#find(expression, outward(expression, scope).value, expression.keys);
  }

  #findData(expression: PathExpression, scope: Scope): unknown {
    const [name = "", ...keys] = expression.keys;
    if (name === "project") return this.#find(expression, this.#options.project(), keys);
    if (name === "root") return this.#find(expression, this.#view, keys);
    if (scope.data.has(name)) return this.#find(expression, scope.data.get(name), keys);
    const known = ["project", "root", ...scope.data.keys()];
    throw new TemplateFault("unknown-value", expression.at, `there is no @${name} here`, {
      hint: `there are ${known.map((word) => `@${word}`).join(", ")}`,
    });
  }

  #find(expression: PathExpression, from: unknown, keys: readonly string[]): unknown {
    let value = from;
    for (const key of keys) {
      if (!isReadable(value) || !Object.hasOwn(value, key)) {
        return this.#missing(expression, value, key);
      }
      value = value[key];
    }
    return value;
  }

  /** The view has no such member; a helper without arguments looks the same. */
  #missing(expression: PathExpression, value: unknown, key: string): unknown {
    const helper = this.#options.helpers.get(expression.text);
    if (helper === undefined) throw missingMember(expression, value, key);
    return callUser(expression.text, helper, [], expression.at);
  }

  #call({ helper, args, at }: CallExpression, scope: Scope): unknown {
    const values = args.map((argument) => this.#evaluate(argument, scope));
    const own = this.#options.helpers.get(helper);
    if (own !== undefined) return callUser(helper, own, values, at);
    // names of helpers are checked when the template is read
    if (!isPrinterName(helper)) throw new Error(`no helper ${helper}`);
    const { language } = this.#options;
    if (printerLanguages[helper] !== language) {
      throw new TemplateFault(
        "raw",
        at,
        `${helper} prints for ${languageNames[printerLanguages[helper]]}, and this is a template for ${languageNames[language]}`,
        { hint: printerHint("x", language) },
      );
    }
    const [value, ...others] = values;
    if (others.length > 0) {
      throw new TemplateFault("helper", at, `${helper} takes one value`);
    }
    try {
      return printers[helper](value);
    } catch (error) {
      if (!(error instanceof PrinterProblem)) throw error;
      throw new TemplateFault("helper", at, error.message);
    }
  }
}

type CallExpression = Extract<Expression, { kind: "call" }>;

/** The user's helper that gave a value, if one did. */
function calledHelper(
  expression: Expression,
  helpers: RenderOptions["helpers"],
): string | undefined {
  const name = expression.kind === "call" ? expression.helper : pathText(expression);
  return helpers.has(name) ? name : undefined;
}

function pathText(expression: Expression): string {
  return expression.kind === "path" ? expression.text : "";
}

function callUser(
  name: string,
  helper: TemplateHelper,
  args: readonly unknown[],
  at: TemplatePlace,
): unknown {
  try {
    return helper(...args);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TemplateFault("helper", at, `the helper ${name} failed: ${reason}`, { cause });
  }
}

function wrongResult(
  helper: string,
  value: unknown,
  language: TemplateLanguage,
  at: TemplatePlace,
): TemplateFault {
  return new TemplateFault(
    "raw",
    at,
    `the helper ${helper} gave ${describeValue(value)}; a template for ${languageNames[language]} takes what a printer made`,
    { hint: "let it return literal(...), identifier(...), docComment(...) or code`...`" },
  );
}

function rawValue(
  expression: Expression,
  value: unknown,
  language: TemplateLanguage,
  at: TemplatePlace,
): TemplateFault {
  const name = expression.kind === "path" ? expression.text : "this";
  const printable = typeof value === "object" && value !== null && language !== "data";
  return new TemplateFault(
    "raw",
    at,
    `${name} is ${describeValue(value)}; a template for ${languageNames[language]} may only insert text made by a printer`,
    {
      hint:
        printable && language !== "code"
          ? `use {{#each ${name}}} or one of its members`
          : printerHint(name, language),
    },
  );
}

function printerHint(name: string, language: TemplateLanguage): string {
  const known = printersOf(language).map((printer) => `{{${printer} ${name}}}`);
  if (known.length === 0) return "write a helper of your own that returns code`...`";
  if (known.length === 1) return `use ${known[0] ?? ""}`;
  return `use ${known.slice(0, -1).join(", ")} or ${known.at(-1) ?? ""}`;
}

/** Text of a document in a template for text: nothing in it is markup or a control character. */
function plainText(text: string, language: "markdown" | "text"): string {
  if (language === "markdown") return markdownText(text);
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

function outward({ depth, text, at }: PathExpression, scope: Scope): Scope {
  let found = scope;
  for (let step = 0; step < depth; step += 1) {
    if (found.outer === undefined) {
      throw new TemplateFault("unknown-value", at, `${text} leads out of the view`);
    }
    found = found.outer;
  }
  return found;
}

/** Nothing, no text, no items and false count as not filled. */
function isFilled(value: unknown): boolean {
  if (value instanceof Code) return value.text !== "";
  if (Array.isArray(value)) return value.length > 0;
  return Boolean(value);
}

/** The items of a list or the members of an object; undefined for what has none. */
function itemsOf(value: unknown): readonly (readonly [key: string, value: unknown])[] | undefined {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item, index) => [String(index), item] as const);
  return isReadable(value) ? Object.entries(value) : undefined;
}
