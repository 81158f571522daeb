/**
 * What a template makes, by the name of the file: which printers fit there, and whether text that is
 * not printed may stand in it. `strict`: a language that no printer knows.
 */
export type TemplateLanguage = "code" | "data" | "markdown" | "text" | "strict";

const byEnding: Readonly<Record<string, TemplateLanguage>> = {
  ts: "code",
  mts: "code",
  cts: "code",
  tsx: "code",
  js: "code",
  mjs: "code",
  cjs: "code",
  jsx: "code",
  json: "data",
  yaml: "data",
  yml: "data",
  md: "markdown",
  txt: "text",
  csv: "text",
  gitignore: "text",
  prettierignore: "text",
};

/** The language of an output path. */
export function languageOf(path: string): TemplateLanguage {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return (Object.hasOwn(byEnding, ending) ? byEnding[ending] : undefined) ?? "strict";
}

/** What stands in front of its name in a sentence: `a template for code`. */
export const languageNames: Readonly<Record<TemplateLanguage, string>> = {
  code: "code",
  data: "JSON or YAML",
  markdown: "Markdown",
  text: "plain text",
  strict: "a language without printers",
};
