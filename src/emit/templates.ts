import { readFileSync } from "node:fs";
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

type Handlebars = typeof HandlebarsModule;
type Template = (view: object) => string;

/** Names of templates are output paths without `.hbs`: `src/generated/routes.ts`. */
export async function createTemplates(): Promise<Templates> {
  const handlebars = await createEnvironment();
  const compiled = new Map<string, Template>();
  return {
    render(name, view) {
      let template = compiled.get(name);
      if (template === undefined) {
        const source = readFileSync(packageFile(`templates/${name}.hbs`), "utf8");
        template = compileTemplate(name, source, handlebars);
        compiled.set(name, template);
      }
      return template(view);
    },
  };
}

/** @throws Error when the template inserts values in any other way than as `{{x}}`. */
export function compileTemplate(name: string, source: string, handlebars: Handlebars): Template {
  const program = handlebars.parse(source);
  guard(program, name);
  return handlebars.compile(program, {
    noEscape: true,
    strict: true,
    knownHelpers: { print: true },
  });
}

/** Handlebars with `print` as its only way to insert text. */
export async function createEnvironment(): Promise<Handlebars> {
  const { default: handlebars } = await import("handlebars");
  const environment = handlebars.create();
  environment.registerHelper("print", printed);
  return environment;
}

function printed(value: unknown): string {
  if (value instanceof Code) return value.text;
  throw new Error("a template may only insert text made by a printer");
}

/** Sends every plain `{{x}}` through `print` and refuses every other way to insert. */
function guard(program: hbs.AST.Program, name: string): void {
  for (const statement of program.body) {
    if (isMustache(statement)) {
      if (statement.params.length > 0 || !statement.escaped || !isPath(statement.path)) {
        throw new Error(`${name}: templates insert values as {{x}} only`);
      }
      const value = statement.path;
      statement.params = [value];
      statement.path = { ...value, original: "print", parts: ["print"], depth: 0, data: false };
    } else if (isBlock(statement)) {
      guard(statement.program, name);
      if (statement.inverse) guard(statement.inverse, name);
    } else if (statement.type !== "ContentStatement" && statement.type !== "CommentStatement") {
      throw new Error(`${name}: templates hold text, values and blocks, no ${statement.type}`);
    }
  }
}

function isMustache(statement: hbs.AST.Statement): statement is hbs.AST.MustacheStatement {
  return statement.type === "MustacheStatement";
}

function isBlock(statement: hbs.AST.Statement): statement is hbs.AST.BlockStatement {
  return statement.type === "BlockStatement";
}

function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === "PathExpression";
}
