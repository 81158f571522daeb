import { NameSpace, camelCase } from "../../plan/names.js";
import type { JsonPath } from "../../runtime/jsonpath/syntax.js";
import { assigned, render, type Layout } from "../layout.js";
import { runtimeFolder } from "../runtime-files.js";
import { printJsonPath } from "./json-path.js";
import { printString } from "./literal.js";
import type { ModulePrinter } from "./module.js";
import { printCall } from "./velocity-layout.js";

/** Values of a module of templates that are made once: JSON paths and patterns. */
export class TemplateConstants {
  readonly #names: NameSpace;
  readonly #known = new Map<string, string>();
  readonly #lines: string[] = [];

  /** `names`: those of the module. */
  constructor(names: NameSpace) {
    this.#names = names;
  }

  /** The name of a path's accessor: `customerName` for `$.customer.name`. */
  path(path: JsonPath, module: ModulePrinter): string {
    return this.#name(`path ${JSON.stringify(path)}`, pathWords(path), () =>
      printJsonPath(path, module),
    );
  }

  /** The name of a pattern that can be translated. */
  pattern(text: string, module: ModulePrinter): string {
    return this.#name(`pattern ${text}`, "pattern", () =>
      printCall(module.value("javaPattern", `${runtimeFolder}/velocity/pattern.ts`), [
        printString(text),
      ]),
    );
  }

  #name(key: string, words: string, print: () => Layout): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#names.claim(words);
    this.#known.set(key, name);
    this.#lines.push(render([`const ${name} =`, assigned(print()), ";"]));
    return name;
  }

  /** The names so far. */
  names(): readonly string[] {
    return [...this.#known.values()];
  }

  /** The declarations, in the order of their first use. */
  lines(): readonly string[] {
    return this.#lines;
  }
}

/** Long enough to tell paths apart. */
const maxWords = 4;

function pathWords({ steps }: JsonPath): string {
  const words = steps.flatMap((step) => (step.kind === "members" ? step.names : []));
  const name = camelCase(words.slice(-maxWords).join(" "), "value");
  return name.length > 40 ? `${name.slice(0, 40)}Path` : `${name}Path`;
}
