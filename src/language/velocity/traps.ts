import type { TemplateExpression, TemplateNode, TemplateReference } from "../../ir/template.js";
import { parseJsonPath } from "../../runtime/jsonpath/syntax.js";

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
 * variables that are not set, calls that print.
 */
export function findTraps(nodes: readonly TemplateNode[], text: string): readonly TemplateTrap[] {
  const finder = new TrapFinder(text);
  finder.visit(nodes);
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

  visit(nodes: readonly TemplateNode[]): void {
    for (const node of nodes) this.#node(node);
  }

  #node(node: TemplateNode): void {
    switch (node.kind) {
      case "reference":
        this.#printed(node.reference);
        this.#reference(node.reference);
        return;
      case "set":
        if (node.target.decorated) {
          this.#report(node.at, `#set of \`${this.#source(node.target)}\` sets nothing`, {
            hint: `write #set($${node.target.name} = …)`,
          });
        }
        this.#expression(node.value);
        return;
      case "if":
        for (const { condition, body, at } of node.branches) {
          this.#condition(condition, at);
          this.visit(body);
        }
        this.visit(node.otherwise ?? []);
        return;
      case "foreach":
        if (node.list?.kind === "range") this.#range(node.list);
        if (node.list) this.#expression(node.list);
        this.visit(node.body);
        return;
      case "define":
        this.visit(node.body);
        return;
      case "text":
      case "break":
      case "stop":
      case "fail":
        return;
    }
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
    this.#expression(condition);
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
    for (const part of parts) {
      if (part.kind === "method") part.args.forEach((arg) => this.#expression(arg));
      if (part.kind === "index") this.#expression(part.index);
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

  #expression(expression: TemplateExpression): void {
    switch (expression.kind) {
      case "interpolation":
        this.visit(expression.nodes);
        return;
      case "reference":
        this.#reference(expression.reference);
        return;
      case "list":
        expression.items.forEach((item) => this.#expression(item));
        return;
      case "map":
        for (const { key, value } of expression.entries) {
          this.#expression(key);
          this.#expression(value);
        }
        return;
      case "not":
        this.#expression(expression.of);
        return;
      case "range":
        this.#expression(expression.from);
        this.#expression(expression.to);
        return;
      case "operation":
        this.#expression(expression.left);
        this.#expression(expression.right);
        return;
      case "string":
      case "integer":
      case "double":
      case "boolean":
      case "null":
        return;
    }
  }
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
