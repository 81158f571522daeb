import type { TemplateExpression, TemplateNode, TemplateReference } from "../../ir/template.js";
import { walkTemplate } from "./walk.js";

/**
 * The references of a template of JSON that print a text of the request, or of the backend's answer,
 * between two quotes without escaping it: a quote in that text ends the string.
 */
export function rawInJsonStrings(nodes: readonly TemplateNode[]): readonly TemplateReference[] {
  if (!/^\s*[[{]/.test(firstText(nodes))) return [];
  const reader = new StringReader(rawVariables(nodes));
  reader.read(nodes);
  return reader.found;
}

/** The first text that is more than white space. */
function firstText(nodes: readonly TemplateNode[]): string {
  for (const node of nodes) {
    const text = node.kind === "text" ? node.text : blocksOf(node).map(firstText).join("");
    if (text.trim() !== "") return text;
  }
  return "";
}

function blocksOf(node: TemplateNode): readonly (readonly TemplateNode[])[] {
  if (node.kind === "foreach") return [node.body];
  if (node.kind !== "if") return [];
  return [...node.branches.map(({ body }) => body), node.otherwise ?? []];
}

/** Goes through the text of a template and knows whether it is in a JSON string. */
class StringReader {
  readonly found: TemplateReference[] = [];
  readonly #raw: ReadonlySet<string>;
  #inString = false;

  constructor(raw: ReadonlySet<string>) {
    this.#raw = raw;
  }

  read(nodes: readonly TemplateNode[]): void {
    for (const node of nodes) {
      if (node.kind === "text") this.#text(node.text);
      else if (node.kind === "reference") this.#reference(node.reference);
      else this.#blocks(blocksOf(node));
    }
  }

  /** Each branch begins where the condition stands; what follows goes on from the first. */
  #blocks(blocks: readonly (readonly TemplateNode[])[]): void {
    const before = this.#inString;
    const after: boolean[] = [];
    for (const body of blocks) {
      this.#inString = before;
      this.read(body);
      after.push(this.#inString);
    }
    this.#inString = after[0] ?? before;
  }

  #text(text: string): void {
    for (const [token] of text.matchAll(/\\.|["\n]/g)) {
      if (token === '"') this.#inString = !this.#inString;
      // No string of JSON holds a line break: whatever was open was none.
      else if (token === "\n") this.#inString = false;
    }
  }

  #reference(reference: TemplateReference): void {
    if (this.#inString && isRaw(reference, this.#raw)) this.found.push(reference);
  }
}

/** How often variables are followed that a loop sets from one further down. */
const maxTurns = 4;

/** Variables that hold what came in, or a part of it. */
function rawVariables(nodes: readonly TemplateNode[]): ReadonlySet<string> {
  const raw = new Set<string>();
  const note = (name: string, value: TemplateExpression): void => {
    if (isRawValue(value, raw)) raw.add(name);
  };
  for (let turn = 0, known = -1; turn < maxTurns && known < raw.size; turn++) {
    known = raw.size;
    walkTemplate(nodes, {
      node(node) {
        if (node.kind === "set" && node.target.parts.length === 0) {
          note(node.target.name, node.value);
        }
        if (node.kind === "foreach" && node.list) note(node.item, node.list);
      },
    });
  }
  return raw;
}

function isRawValue(value: TemplateExpression, raw: ReadonlySet<string>): boolean {
  switch (value.kind) {
    case "reference":
      return isRaw(value.reference, raw);
    case "interpolation":
      return value.nodes.some((node) => node.kind === "reference" && isRaw(node.reference, raw));
    case "operation":
      return (
        value.operator === "+" && (isRawValue(value.left, raw) || isRawValue(value.right, raw))
      );
    default:
      return false;
  }
}

/** Methods whose result is the text, or a part of it, as it came; others may be there to escape it. */
const passing = new Set(
  `get getOrDefault concat substring trim strip toString toLowerCase toUpperCase split values`.split(
    " ",
  ),
);

/** Functions of `$util` that undo an escape. */
const decoding = new Set(["urlDecode", "base64Decode", "parseJson"]);

function isRaw({ name, parts }: TemplateReference, raw: ReadonlySet<string>): boolean {
  const [first, ...others] = parts;
  if (raw.has(name)) return parts.every(passes);
  if (first === undefined || !others.every(passes)) return false;
  if (name === "util" && first.kind === "method") {
    return decoding.has(first.name) && first.args.some((arg) => isRawValue(arg, raw));
  }
  if (name !== "input" || first.kind === "index") return false;
  return first.kind === "method" ? /^(?:path|params)$/.test(first.name) : first.name === "body";
}

function passes(part: TemplateReference["parts"][number]): boolean {
  return part.kind !== "method" || passing.has(part.name);
}
