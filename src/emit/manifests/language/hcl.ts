import { printComments } from "./yaml.js";

/** An expression that is printed as it stands; made by {@link expression} only, from the generator's own text. */
export class HclExpression {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A text with expressions in it: `"arn:${data.aws_partition.current.partition}:…"`. */
export class HclTemplate {
  readonly parts: readonly (string | HclExpression)[];
  constructor(parts: readonly (string | HclExpression)[]) {
    this.parts = parts;
  }
}

/** A call of a function: `jsonencode({ … })`. */
export class HclCall {
  readonly name: string;
  readonly values: readonly HclValue[];
  constructor(name: string, values: readonly HclValue[]) {
    this.name = name;
    this.values = values;
  }
}

export type HclValue =
  | string
  | number
  | boolean
  | null
  | HclExpression
  | HclTemplate
  | HclCall
  | readonly HclValue[]
  | { readonly [key: string]: HclValue };

/** A block: `resource "aws_sqs_queue" "jobs" { … }`. A member of undefined is left out. */
export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: Readonly<Record<string, HclValue | undefined>>;
  readonly blocks?: readonly HclBlock[];
}

/** The text of a policy or model, with expressions in it. */
export function jsonencode(value: HclValue): HclCall {
  return new HclCall("jsonencode", [value]);
}

/** An expression of the generator's own; nothing of a document or of settings may be part of it. */
export function expression(text: string): HclExpression {
  return new HclExpression(text);
}

/** Prints blocks as `terraform fmt` does. `header` becomes comments. */
export function printHcl(blocks: readonly HclBlock[], header: readonly string[]): string {
  return `${printComments(header)}\n${blocks.map((block) => printBlock(block, "")).join("\n")}`;
}

function printBlock({ type, labels, attributes, blocks = [] }: HclBlock, indent: string): string {
  const head = [type, ...labels.map(printString)].join(" ");
  const inner = `${indent}  `;
  const given = Object.entries(attributes).filter(
    (entry): entry is [string, HclValue] => entry[1] !== undefined,
  );
  if (given.length === 0 && blocks.length === 0) return `${indent}${head} {}\n`;
  const body = [
    printAttributes(given, inner),
    ...blocks.map((block, index) => {
      const gap = index === 0 && given.length === 0 ? "" : "\n";
      return `${gap}${printBlock(block, inner)}`;
    }),
  ].join("");
  return `${indent}${head} {\n${body}${indent}}\n`;
}

/** Equal signs of neighbours that take one line each stand under one another. */
function printAttributes(
  entries: readonly (readonly [string, HclValue])[],
  indent: string,
): string {
  const printed = entries.map(([key, value]) => ({
    key: printKey(key),
    value: printValue(value, indent),
  }));
  const lines: string[] = [];
  for (let start = 0; start < printed.length;) {
    let end = start;
    while (end < printed.length && !(printed[end]?.value.includes("\n") ?? true)) end++;
    const group = printed.slice(start, Math.max(end, start + 1));
    const width = Math.max(...group.map(({ key }) => key.length));
    for (const { key, value } of group) {
      const isLong = value.includes("\n");
      lines.push(`${indent}${isLong ? key : key.padEnd(width)} = ${value}\n`);
    }
    start += group.length;
  }
  return lines.join("");
}

function printKey(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : printString(key);
}

function printValue(value: HclValue, indent: string): string {
  if (value === null) return "null";
  if (typeof value === "string") return printString(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof HclExpression) return value.text;
  if (value instanceof HclTemplate) return printTemplate(value);
  if (value instanceof HclCall) {
    const printed = value.values.map((one) => printValue(one, indent));
    return `${value.name}(${printed.join(", ")})`;
  }
  if (Array.isArray(value)) return printList(value as readonly HclValue[], indent);
  return printObject(value as Readonly<Record<string, HclValue>>, indent);
}

function printList(items: readonly HclValue[], indent: string): string {
  const inner = `${indent}  `;
  const printed = items.map((item) => printValue(item, inner));
  const flat = `[${printed.join(", ")}]`;
  if (!flat.includes("\n") && flat.length + indent.length < 80) return flat;
  return `[\n${printed.map((item) => `${inner}${item},\n`).join("")}${indent}]`;
}

function printObject(object: Readonly<Record<string, HclValue>>, indent: string): string {
  const entries = Object.entries(object);
  if (entries.length === 0) return "{}";
  return `{\n${printAttributes(entries, `${indent}  `)}${indent}}`;
}

function printTemplate({ parts }: HclTemplate): string {
  const [only, ...others] = parts;
  if (only instanceof HclExpression && others.length === 0) return only.text;
  const inner = parts.map((part) =>
    typeof part === "string" ? escapeString(part) : `\${${part.text}}`,
  );
  return `"${inner.join("")}"`;
}

/** A quoted text in which nothing is an interpolation or a directive. */
export function printString(text: string): string {
  return `"${escapeString(text)}"`;
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** `${` and `%{` are written with the first character doubled. */
function escapeString(text: string): string {
  return text
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[\\"\n\r\t]/g, (character) => escapes[character] ?? character)
    .replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    })
    .replace(/[$%](?=\{)/g, (sign) => sign + sign);
}
