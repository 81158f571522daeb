import { readFileSync } from "node:fs";
import { packageFile } from "./package-files.js";
import type { TemplateNode } from "./template/parse.js";
import type { TemplatePlace, TemplateSource } from "./template/source.js";

/*
 * What the build has read already, so that no run of the command reads it again: the trees of the
 * built-in templates, and where each module of the run-time stands in one file of them all. Where the
 * sources run by themselves, as tests do, there is nothing prepared.
 */

/** Set by the build. */
declare const GEN_GATEWAY_BUILT: boolean | undefined;

const indexPath = "dist/prepared.json";
const textsPath = "dist/prepared-runtime.txt";

/** A module of the run-time as generated projects get it. */
export interface RuntimeModule {
  readonly text: string;
  /** The modules that it imports, relative to the run-time's folder. */
  readonly imports: readonly string[];
  /** Packages that it imports, `node:` left out. */
  readonly packages: readonly string[];
}

/** What is written by the build. */
export interface Prepared {
  /** By name; the places in them hold line and column only. */
  readonly templates: Readonly<Record<string, readonly TemplateNode[]>>;
  readonly runtime: Readonly<Record<string, PreparedModule>>;
}

/** Where the text stands, in bytes. */
type PreparedModule = Omit<RuntimeModule, "text"> & {
  readonly start: number;
  readonly end: number;
};

let prepared: Prepared | undefined;
let texts: Buffer | undefined;

function read(): Prepared | undefined {
  if (typeof GEN_GATEWAY_BUILT === "undefined") return undefined;
  prepared ??= JSON.parse(readFileSync(packageFile(indexPath), "utf8")) as Prepared;
  return prepared;
}

/** Whether built-in templates need no parser. */
export function hasPreparedTemplates(): boolean {
  return read() !== undefined;
}

/** The tree of a built-in template; undefined when none is prepared. */
export function preparedTemplate(name: string): readonly TemplateNode[] | undefined {
  const known = read()?.templates;
  const nodes = known !== undefined && Object.hasOwn(known, name) ? known[name] : undefined;
  if (nodes === undefined) return undefined;
  placeIn(sourceOf(name), nodes);
  return nodes;
}

/** The template that a place is in; its text is only asked for when something is wrong there. */
function sourceOf(name: string): TemplateSource {
  return {
    name,
    get text() {
      return readFileSync(packageFile(`templates/${name}.hbs`), "utf8");
    },
    file: undefined,
  };
}

/** A module of the run-time; undefined when none is prepared. */
export function preparedModule(path: string): RuntimeModule | undefined {
  const known = read()?.runtime;
  const found = known !== undefined && Object.hasOwn(known, path) ? known[path] : undefined;
  if (found === undefined) return undefined;
  texts ??= readFileSync(packageFile(textsPath));
  const { start, end, imports, packages } = found;
  return { text: texts.toString("utf8", start, end), imports, packages };
}

/** Tells every place of a tree which template it is in. */
function placeIn(source: TemplateSource, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === "at") (member as { source: TemplatePlace["source"] }).source = source;
    else placeIn(source, member);
  }
}

/** What the build writes: the index and the texts of the run-time, by their paths. */
export function prepare(
  templates: ReadonlyMap<string, readonly TemplateNode[]>,
  modules: ReadonlyMap<string, RuntimeModule>,
): Readonly<Record<string, string>> {
  let end = 0;
  const runtime = [...modules].map(([path, { text, imports, packages }]) => {
    const start = end;
    end += Buffer.byteLength(text);
    return [path, { start, end, imports, packages }] as const;
  });
  const index: Prepared = {
    templates: Object.fromEntries(templates),
    runtime: Object.fromEntries(runtime),
  };
  return {
    [indexPath]: JSON.stringify(index, (key, value: unknown) =>
      key === "source" ? undefined : value,
    ),
    [textsPath]: [...modules.values()].map(({ text }) => text).join(""),
  };
}
