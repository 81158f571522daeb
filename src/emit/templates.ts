import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type HandlebarsModule from "handlebars";
import { packageFile } from "./package-files.js";
import { Code } from "./printer/code.js";

/**
 * The templates of the emitted files. In a template every `{{x}}` must be text that a printer made
 * ({@link Code}); a raw string, and so anything that came from a spec, is refused.
 */
export interface Templates {
  render(name: string, view: object): string;
}

/** Names of templates are output paths without `.hbs`: `src/generated/routes.ts`. */
export function createTemplates(): Templates {
  const handlebars = createRequire(import.meta.url)("handlebars") as typeof HandlebarsModule;
  const environment = handlebars.create();
  environment.registerHelper("print", printed);
  const compiled = new Map<string, HandlebarsModule.TemplateDelegate>();
  return {
    render(name, view) {
      let template = compiled.get(name);
      if (template === undefined) {
        const source = readFileSync(packageFile(`templates/${name}.hbs`), "utf8");
        template = environment.compile(guard(environment.parse(source), name), options);
        compiled.set(name, template);
      }
      return template(view);
    },
  };
}

const options = { noEscape: true, strict: true, knownHelpers: { print: true } };

/** The only way for a value into the text. */
function printed(value: unknown): string {
  if (value instanceof Code) return value.text;
  throw new Error("a template may only insert text made by a printer");
}

/** Sends every plain `{{x}}` through `print`. */
function guard(program: hbs.AST.Program, name: string): hbs.AST.Program {
  for (const statement of program.body) {
    if (isMustache(statement)) {
      if (statement.params.length > 0 || !statement.escaped) {
        throw new Error(`${name}: templates insert values as {{x}} only`);
      }
      const value = statement.path;
      statement.params = [value];
      statement.path = {
        ...value,
        original: "print",
        parts: ["print"],
        depth: 0,
        data: false,
      } as never;
    } else if (isBlock(statement)) {
      guard(statement.program, name);
      if (statement.inverse) guard(statement.inverse, name);
    }
  }
  return program;
}

function isMustache(statement: hbs.AST.Statement): statement is hbs.AST.MustacheStatement {
  return statement.type === "MustacheStatement";
}

function isBlock(statement: hbs.AST.Statement): statement is hbs.AST.BlockStatement {
  return statement.type === "BlockStatement";
}
