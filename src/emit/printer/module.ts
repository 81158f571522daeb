import { posix } from "node:path";
import { Code } from "./code.js";

/** Collects the imports of one emitted module while its lines are printed. */
export interface ModulePrinter {
  readonly path: string;
  /** Notes a type-only import and gives the name. */
  type(name: string, from: string): string;
  /** Notes a value import and gives the name. */
  value(name: string, from: string): string;
  /** Notes an import of the whole module under a local name and gives that name. */
  namespace(local: string, from: string): string;
  /** The import statements, with an empty line after them; empty when there are none. */
  imports(): Code;
}

interface Imported {
  readonly types: Set<string>;
  readonly values: Set<string>;
}

/** `path` is the module's place in the project: `src/generated/routes.ts`. */
export function createModule(path: string): ModulePrinter {
  const sources = new Map<string, Imported>();
  const namespaces = new Map<string, string>();
  const note = (name: string, from: string, kind: keyof Imported): string => {
    if (from === path) return name;
    const imported = sources.get(from) ?? { types: new Set(), values: new Set() };
    imported[kind].add(name);
    sources.set(from, imported);
    return name;
  };
  return {
    path,
    type: (name, from) => note(name, from, "types"),
    value: (name, from) => note(name, from, "values"),
    namespace: (local, from) => {
      namespaces.set(from, local);
      return local;
    },
    imports: () => new Code(printImports(path, sources, namespaces)),
  };
}

function printImports(
  path: string,
  sources: ReadonlyMap<string, Imported>,
  namespaces: ReadonlyMap<string, string>,
): string {
  const named = [...sources].map(([from, imported]) => {
    const specifier = specifierOf(path, from);
    return { specifier, text: statement(imported, specifier) };
  });
  const whole = [...namespaces].map(([from, local]) => {
    const specifier = specifierOf(path, from);
    return { specifier, text: `import * as ${local} from "${specifier}";` };
  });
  const statements = [...named, ...whole]
    .sort((a, b) => order(a.specifier, b.specifier))
    .map(({ text }) => text);
  return statements.length === 0 ? "" : `${statements.join("\n")}\n\n`;
}

/** `node:` and package imports first, then those further up. */
function order(a: string, b: string): number {
  const byPlace = Number(a.startsWith(".")) - Number(b.startsWith("."));
  return byPlace !== 0 ? byPlace : a < b ? -1 : 1;
}

/** One statement for each module: `import type` when no value is imported. */
function statement({ types, values }: Imported, specifier: string): string {
  const sort = (names: Iterable<string>): string[] => [...names].sort((a, b) => (a < b ? -1 : 1));
  const typesOnly = [...types].filter((name) => !values.has(name));
  const keyword = values.size === 0 ? "import type" : "import";
  const mark = values.size === 0 ? "" : "type ";
  const names = [...sort(values), ...sort(typesOnly).map((name) => mark + name)];
  const flat = `${keyword} { ${names.join(", ")} } from "${specifier}";`;
  if (flat.length <= 100 || names.length === 1) return flat;
  return `${keyword} {\n${names.map((name) => `  ${name},\n`).join("")}} from "${specifier}";`;
}

/** Relative, with the `.js` that the compiled module has; package names stay. */
function specifierOf(path: string, from: string): string {
  if (!from.includes("/") || from.startsWith("node:") || from.startsWith("@")) return from;
  const relative = posix.relative(posix.dirname(path), from).replace(/\.ts$/, ".js");
  return relative.startsWith(".") ? relative : `./${relative}`;
}
