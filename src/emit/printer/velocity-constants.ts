import { NameSpace, camelCase } from "../../plan/names.js";
import type { JsonPath } from "../../runtime/jsonpath/syntax.js";
import { assigned, render, type Layout } from "../layout.js";
import { runtimeFolder } from "../runtime-files.js";
import { printJsonPath } from "./json-path.js";
import { printString } from "./literal.js";
import type { ModulePrinter } from "./module.js";
import { printCall } from "./velocity-layout.js";

/** A constant of a module. */
interface Constant {
  readonly name: string;
  readonly print: (module: ModulePrinter) => Layout;
}

/** Values of a module of templates that are made once: JSON paths and patterns. */
export class TemplateConstants {
  readonly #reserved: readonly string[];
  readonly #names = new NameSpace();
  readonly #known = new Map<string, Constant>();

  /** `reserved`: other names of the module. */
  constructor(reserved: readonly string[]) {
    this.#reserved = reserved;
    this.#names.reserve(reserved);
  }

  /** The name of a path's accessor: `customerName` for `$.customer.name`. */
  path(path: JsonPath): string {
    return this.#name(
      `path ${JSON.stringify(path)}`,
      () => pathWords(path),
      (module) => printJsonPath(path, module),
    );
  }

  /** The name of a pattern that can be translated. */
  pattern(text: string): string {
    return this.#name(
      `pattern ${text}`,
      () => "pattern",
      (module) =>
        printCall(module.value("javaPattern", `${runtimeFolder}/velocity/pattern.ts`), [
          printString(text),
        ]),
    );
  }

  #name(key: string, words: () => string, print: Constant["print"]): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known.name;
    const name = this.#names.claim(words());
    this.#known.set(key, { name, print });
    return name;
  }

  /** The names so far. */
  names(): readonly string[] {
    return [...this.#known.values()].map(({ name }) => name);
  }

  /** The declarations, in the order of their first use. */
  lines(module: ModulePrinter): readonly string[] {
    return [...this.#known.values()].map(({ name, print }) =>
      render([`const ${name} =`, assigned(print(module)), ";"]),
    );
  }

  /** A copy, to be given to {@link adopt} when what it was made for is kept. */
  fork(): TemplateConstants {
    const fork = new TemplateConstants(this.#reserved);
    fork.adopt(this);
    return fork;
  }

  /** Takes over what a copy has gained. */
  adopt(fork: TemplateConstants): void {
    for (const [key, constant] of fork.#known) this.#known.set(key, constant);
    this.#names.reserve(fork.names());
  }
}

/** Long enough to tell paths apart. */
const maxWords = 4;

function pathWords({ steps }: JsonPath): string {
  const words = steps.flatMap((step) => (step.kind === "members" ? step.names : []));
  const name = camelCase(words.slice(-maxWords).join(" "), "value");
  return name.length > 40 ? `${name.slice(0, 40)}Path` : `${name}Path`;
}
