import type { TemplateExpression, TemplateNode, TemplateReference } from "../../ir/template.js";
import { parseJsonPath } from "../../runtime/jsonpath/syntax.js";
import { rawInJsonStrings } from "./json-strings.js";
import { walkTemplate } from "./walk.js";

/** A construct that is valid and rarely meant; `at` is an offset into the template. */
export interface TemplateTrap {
  readonly at: number;
  readonly message: string;
  readonly hint: string;
  /** False for what only may surprise. */
  readonly isLikely: boolean;
}

/**
 * Finds what a template says and hardly means: conditions that never vary, ranges that run downwards,
 * variables that are not set, calls that print, names that took in a hyphen, JSON strings that hold what
 * a client sent as it is.
 *
 * The white space in front of an indented directive, which prints, is no trap: nearly every template has
 * it, and neither JSON nor XML minds.
 */
export function findTraps(nodes: readonly TemplateNode[], text: string): readonly TemplateTrap[] {
  const finder = new TrapFinder(text);
  finder.whole(nodes);
  return finder.traps;
}

class TrapFinder {
  readonly traps: TemplateTrap[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    const macro = /(?<!\\)#macro\s*\(/.exec(text);
    if (macro) {
      this.#report(macro.index, "macros cannot be defined in API Gateway: #macro does nothing", {
        hint: "use #define, or write the text out",
      });
    }
  }

  #report(
    at: number,
    message: string,
    { hint, isLikely = true }: { readonly hint: string; readonly isLikely?: boolean },
  ): void {
    this.traps.push({ at, message, hint, isLikely });
  }

  whole(nodes: readonly TemplateNode[]): void {
    const names = namesIn(nodes);
    walkTemplate(nodes, {
      node: (node) => this.#node(node),
      reference: (reference) => {
        this.#reference(reference);
        if (!names.has(reference.name)) this.#hyphen(reference);
      },
    });
    this.#jsonStrings(nodes);
  }

  #node(node: TemplateNode): void {
    switch (node.kind) {
      case "reference":
        this.#printed(node.reference);
        return;
      case "set":
        if (!node.target.decorated) return;
        this.#report(node.at, `#set of \`${this.#source(node.target)}\` sets nothing`, {
          hint: `write #set($${node.target.name} = …)`,
        });
        return;
      case "if":
        for (const { condition, at } of node.branches) this.#condition(condition, at);
        return;
      case "foreach":
        if (node.list?.kind === "range") this.#range(node.list);
        return;
      case "define":
      case "text":
      case "break":
      case "stop":
      case "fail":
        return;
    }
  }

  /** `$total-1`: the hyphen and what follows belong to the name, which nothing sets. */
  #hyphen({ at, name }: TemplateReference): void {
    const end = name.indexOf("-");
    if (end < 0) return;
    const [before, rest] = [name.slice(0, end), name.slice(end)];
    this.#report(at, `\`$${name}\` is one name, hyphen included, and has no value`, {
      hint: `write \${${before}}${rest} for \`$${before}\` and text behind it, or spaces around a minus`,
    });
  }

  /** One report for a template, since who does it once does it everywhere. */
  #jsonStrings(nodes: readonly TemplateNode[]): void {
    const [first, ...others] = rawInJsonStrings(nodes);
    if (first === undefined) return;
    const more = others.length === 0 ? "" : `, and ${others.length} more`;
    this.#report(
      first.at,
      `\`${sourceOf(first)}\` stands in a JSON string as it came${more}: a quote or line break in it breaks the JSON, or adds to it`,
      { hint: "write $util.escapeJavaScript(…) around it" },
    );
  }

  #source({ at, name }: TemplateReference): string {
    const end = this.#text.indexOf(name, at) + name.length;
    return this.#text.slice(at, end) + (this.#text[at + 1] === "{" ? "}" : "");
  }

  /** `$map.put(…)` and `$list.add(…)` in the text print what they give. */
  #printed({ at, parts }: TemplateReference): void {
    const last = parts.at(-1);
    if (last?.kind !== "method") return;
    const isPut = /^(?:put|add|addAll|remove)$/.test(last.name) && last.args.length > 0;
    if (!isPut) return;
    this.#report(at, `.${last.name}(…) prints its result here`, {
      hint: `write #set($ignored = …) around it`,
      isLikely: false,
    });
  }

  #condition(condition: TemplateExpression, at: number): void {
    if (condition.kind === "reference") {
      const { name, parts } = condition.reference;
      const first = parts[0];
      const reads = first?.kind === "method" && parts.length === 1 ? first.name : "";
      if (name === "input" && /^(?:path|params|json)$/.test(reads)) {
        this.#report(condition.reference.at, "this condition holds also when there is no value", {
          hint: `compare instead: != ""`,
        });
      }
    } else if (isBareLiteral(condition)) {
      this.#report(at, "a bare literal or sum as condition is always false", {
        hint: "compare it with something",
      });
    }
  }

  #range(range: Extract<TemplateExpression, { kind: "range" }>): void {
    const isOpen = range.to.kind === "reference" && range.from.kind === "integer";
    if (!isOpen) return;
    this.#report(range.at, "a range runs downwards when its end is below its start", {
      hint: "test the end first: an empty list gives two rounds, not none",
      isLikely: false,
    });
  }

  #reference(reference: TemplateReference): void {
    const { name, parts, at } = reference;
    if (name === "input" || name === "util") this.#paths(reference);
    if (parts.some((part) => part.kind === "property" && /^(?:size|length)$/.test(part.name))) {
      this.#report(at, "without parentheses this is no call and gives nothing for a list or text", {
        hint: "write .size() or .length()",
        isLikely: false,
      });
    }
  }

  #paths({ parts }: TemplateReference): void {
    const [first] = parts;
    if (first?.kind !== "method" || !/^(?:path|json)$/.test(first.name)) return;
    const [arg] = first.args;
    if (arg?.kind !== "string") return;
    const { problem } = parseJsonPath(arg.text);
    if (problem === undefined) return;
    this.#report(first.at, `the JSON path \`${arg.text}\` ${problem}: it finds nothing`, {
      hint: "write a path such as $.items[0].id",
    });
  }
}

/** A reference as it is written, arguments left out. */
function sourceOf({ name, parts }: TemplateReference): string {
  const written = parts.map((part) => {
    if (part.kind === "property") return `.${part.name}`;
    return part.kind === "method" ? `.${part.name}(…)` : "[…]";
  });
  return `$${name}${written.join("")}`;
}

/** Everything that a template gives a value, and what the service gives one. */
function namesIn(nodes: readonly TemplateNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  walkTemplate(nodes, {
    node(node) {
      if (node.kind === "set") names.add(node.target.name);
      if (node.kind === "foreach") names.add(node.item);
      if (node.kind === "define") names.add(node.name);
    },
  });
  return names;
}

function isBareLiteral(expression: TemplateExpression): boolean {
  switch (expression.kind) {
    case "boolean":
    case "reference":
    case "not":
      return false;
    case "operation":
      return /^[-+*/%]$/.test(expression.operator);
    default:
      return true;
  }
}
