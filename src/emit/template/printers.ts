import { camelCase, pascalCase } from "../../plan/names.js";
import type { Value } from "../../plan/value.js";
import { codeSpan, markdownText } from "../files/readme.js";
import { render } from "../layout.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printLiteral, printPropertyKey } from "../printer/literal.js";
import type { TemplateLanguage } from "./language.js";

/** What templates and the user's helpers print values with. */
export interface Printers {
  /** A value as an expression of TypeScript: text in quotes, lists, objects. */
  literal(value: unknown): Code;
  /** `listPets` from any text: a name for a variable or function. */
  identifier(text: unknown): Code;
  /** `ListPets` from any text: a name for a type. */
  typeName(text: unknown): Code;
  /** The name of a member, in quotes where it needs them. */
  propertyKey(text: unknown): Code;
  /** A doc comment, which no text can end; nothing for no text. */
  docComment(text: unknown): Code;
  /** A value as JSON, which is YAML, too. */
  json(value: unknown): Code;
  /** Text in which nothing is markup. */
  markdown(text: unknown): Code;
  /** Text as code in Markdown. */
  codeSpan(text: unknown): Code;
}

export type PrinterName = keyof Printers;

/** A value that a printer cannot print; the message is for the author of the template. */
export class PrinterProblem extends Error {
  override readonly name = "PrinterProblem";
}

export const printers: Printers = {
  literal: (value) => new Code(render(printLiteral(plainValue(value)))),
  identifier: (text) => new Code(camelCase(textOf(text, "identifier"), "value")),
  typeName: (text) => new Code(pascalCase(textOf(text, "typeName"), "Value")),
  propertyKey: (text) => new Code(printPropertyKey(textOf(text, "propertyKey"))),
  docComment: (text) => {
    const description = text === null ? "" : textOf(text, "docComment");
    return new Code(docComment({ description }).join("\n"));
  },
  json: (value) => new Code(JSON.stringify(plainValue(value), null, 2)),
  markdown: (text) => new Code(markdownText(textOf(text, "markdown"))),
  codeSpan: (text) => new Code(codeSpan(textOf(text, "codeSpan"))),
};

/** Where what a printer makes may stand. */
export const printerLanguages: Readonly<Record<PrinterName, TemplateLanguage>> = {
  literal: "code",
  identifier: "code",
  typeName: "code",
  propertyKey: "code",
  docComment: "code",
  json: "data",
  markdown: "markdown",
  codeSpan: "markdown",
};

export function isPrinterName(name: string): name is PrinterName {
  return Object.hasOwn(printers, name);
}

/** The printers of a language, for hints: `{{literal x}}, {{identifier x}} or ...`. */
export function printersOf(language: TemplateLanguage): readonly PrinterName[] {
  return Object.keys(printers).filter(
    (name): name is PrinterName => isPrinterName(name) && printerLanguages[name] === language,
  );
}

function textOf(value: unknown, printer: PrinterName): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new PrinterProblem(`${printer} prints text, not ${describeValue(value)}`);
}

/** A value of a template in words. */
export function describeValue(value: unknown): string {
  if (value instanceof Code) return "what a printer made already";
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a raw string";
  return typeof value === "object" ? "an object" : `a raw ${typeof value}`;
}

/** Values inside each other. */
const maxDepth = 100;

function plainValue(value: unknown, depth = 0): Value {
  if (depth > maxDepth) throw new PrinterProblem("the value is nested too deeply");
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  if (typeof value === "object" && !(value instanceof Code)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, plainValue(item, depth + 1)]),
    );
  }
  throw new PrinterProblem(`it cannot print ${describeValue(value)}`);
}
