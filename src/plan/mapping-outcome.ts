import type {
  ReferencePart,
  TemplateExpression,
  TemplateNode,
  TemplateReference,
} from "../ir/template.js";

/**
 * What a template is known to give without being rendered: JSON; some text; or, where a call in it
 * may fail as it does on the service, either a text or a `TemplateError`.
 */
export type MappingOutcome = "json" | "text" | "any";

export interface OutcomeOptions {
  readonly mediaType: string;
  /** The body that is given. */
  readonly body: string;
  /** Every other text that is given. */
  readonly texts: readonly string[];
}

/** Tells what comes out of a template; a generation renders nothing that a document says. */
export function mappingOutcome(
  nodes: readonly TemplateNode[],
  options: OutcomeOptions,
): MappingOutcome {
  const hasJson = isJson(options.body);
  if (!nodes.every((node) => isSafe(node, hasJson))) return "any";
  return hasJson && givesJson(nodes, options) ? "json" : "text";
}

/** Calls that cannot fail, whatever they are given; those of `$input` need a body that is JSON. */
const safeMethods = new Set([
  "params",
  "escapeJavaScript",
  "base64Encode",
  "urlEncode",
  "size",
  "length",
  "isEmpty",
  "toString",
  "trim",
  "equals",
  "contains",
  "replace",
  "toLowerCase",
  "toUpperCase",
]);
const bodyMethods = new Set(["json", "path"]);

/** Neither a failing call nor a loop that may take too long. */
function isSafe(node: TemplateNode, hasJson: boolean): boolean {
  const all = (nodes: readonly TemplateNode[]): boolean =>
    nodes.every((inner) => isSafe(inner, hasJson));
  const value = (expression: TemplateExpression): boolean => isSafeValue(expression, hasJson);
  switch (node.kind) {
    case "text":
    case "stop":
    case "break":
      return true;
    case "reference":
      return isSafeReference(node.reference, hasJson);
    case "set":
      return isSafeReference(node.target, hasJson) && value(node.value);
    case "if":
      return (
        node.branches.every(({ condition, body }) => value(condition) && all(body)) &&
        all(node.otherwise ?? [])
      );
    case "foreach":
      return (node.list === undefined || value(node.list)) && all(node.body);
    case "define":
    case "fail":
      return false;
  }
}

function isSafeReference({ name, parts }: TemplateReference, hasJson: boolean): boolean {
  return parts.every((part) => {
    if (part.kind === "property") return true;
    if (part.kind === "index") return isSafeValue(part.index, hasJson);
    const isBody = name === "input" && bodyMethods.has(part.name) && part.args.every(isPlainPath);
    const isKnown = isBody ? hasJson : safeMethods.has(part.name);
    return isKnown && part.args.every((argument) => isSafeValue(argument, hasJson));
  });
}

/** Filters and wildcards may find more than a template may hold; a path put together may be none. */
function isPlainPath(argument: TemplateExpression): boolean {
  const nodes = argument.kind === "interpolation" ? argument.nodes : [];
  const texts = nodes.map((node) => (node.kind === "text" ? node.text : "$*"));
  const path = argument.kind === "string" ? argument.text : texts.join("");
  return /^\$[\w.[\]'-]*$/.test(path);
}

function isSafeValue(expression: TemplateExpression, hasJson: boolean): boolean {
  const value = (inner: TemplateExpression): boolean => isSafeValue(inner, hasJson);
  switch (expression.kind) {
    case "string":
    case "integer":
    case "double":
    case "boolean":
    case "null":
      return true;
    case "interpolation":
      return expression.nodes.every((node) => isSafe(node, hasJson));
    case "list":
      return expression.items.every(value);
    case "map":
      return expression.entries.every((entry) => value(entry.key) && value(entry.value));
    case "range":
      return false;
    case "reference":
      return isSafeReference(expression.reference, hasJson);
    case "not":
      return value(expression.of);
    case "operation":
      return value(expression.left) && value(expression.right);
  }
}

/** Literal JSON with holes that are filled by JSON, or by plain text in quotes. */
function givesJson(
  nodes: readonly TemplateNode[],
  { mediaType, body, texts }: OutcomeOptions,
): boolean {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(mediaType)) return false;
  // an escaped apostrophe is no JSON
  if (body.includes("'") || !texts.every((text) => /^[^"'\\\p{Cc}]*$/u.test(text))) return false;
  let filled = "";
  for (const node of nodes) {
    if (node.kind === "text") filled += node.text;
    else if (node.kind === "reference") {
      const isQuoted = quotes(filled) % 2 === 1;
      if (!(isQuoted ? isPlainText(node.reference) : isJsonReference(node.reference))) return false;
      filled += isQuoted ? "x" : "0";
    } else if (node.kind !== "set" || node.target.name === "context") return false;
  }
  return isJson(filled);
}

function quotes(text: string): number {
  return text.replace(/\\./g, "").split('"').length - 1;
}

function isPlainText({ name, parts }: TemplateReference): boolean {
  const [part, ...others] = parts;
  if (name === "context" || name === "stageVariables") {
    return part !== undefined && parts.every(({ kind }) => kind === "property");
  }
  if (part === undefined || others.length > 0) return false;
  if (name === "util") return isCall(part, "escapeJavaScript");
  return name === "input" && isCall(part, "params");
}

function isJsonReference({ name, parts }: TemplateReference): boolean {
  const [part, ...others] = parts;
  if (name !== "input" || part === undefined || others.length > 0) return false;
  return part.kind === "property" ? part.name === "body" : isCall(part, "json");
}

function isCall(part: ReferencePart, name: string): boolean {
  return part.kind === "method" && part.name === name && part.args.length === 1;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
