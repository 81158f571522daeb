import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildFailure, Message } from "esbuild";
import type { Ownership } from "../emit/output-file.js";
import { Code } from "../emit/printer/code.js";
import { printers, type Printers } from "../emit/template/printers.js";
import type { TemplateHelper } from "../emit/template/render.js";
import { isReservedHelper } from "../emit/templates.js";
import { describe, isList, isObject, quote } from "../json.js";
import { nearestHint } from "../nearest.js";

/** What `templates.config.ts` exports by default, or what the function that it exports gives. */
export interface TemplatesConfig {
  /** Functions for templates, by name. */
  readonly helpers?: Readonly<Record<string, TemplateHelper>>;
  /** Files of the project beside those that gen-gateway makes. */
  readonly files?: readonly ExtraFile[];
}

/** The type of the default export of `templates.config.ts`. */
export type DefineTemplates =
  TemplatesConfig | ((printers: ConfigPrinters) => TemplatesConfig | Promise<TemplatesConfig>);

/** A further file of the project. */
export interface ExtraFile {
  /** Name of its template in the folder, without `.hbs`. */
  readonly template: string;
  /** Place in the project; `{name}` is the name of what it is made for. */
  readonly path: string;
  /** `owned` is written anew by every run, `once` is the user's. Default: `owned`. */
  readonly ownership?: Exclude<Ownership, "merged">;
  /** Makes one file for each; default: one file. */
  readonly each?: (typeof eachNames)[number];
}

/** What a config that is a function is given. */
export interface ConfigPrinters extends Printers {
  /** Code as it is written: code`f(${x})`; values in it are printed as literals. */
  code(strings: TemplateStringsArray, ...values: readonly unknown[]): Code;
}

/** A config, read. */
export interface LoadedConfig {
  readonly helpers: ReadonlyMap<string, TemplateHelper>;
  readonly files: readonly ExtraFile[];
  /** Every file that the program is made of, with its content, in order: for the digest. */
  readonly sources: readonly (readonly [path: string, content: string])[];
}

/** The config cannot be used; the message is for the user. */
export class ConfigProblem extends Error {
  override readonly name = "ConfigProblem";
  readonly hint: string | undefined;
  readonly position: { readonly line: number; readonly column: number } | undefined;

  constructor(
    message: string,
    details: { readonly hint?: string | undefined; readonly location?: Message["location"] } = {},
  ) {
    super(message);
    this.hint = details.hint;
    const { location } = details;
    this.position = location ? { line: location.line, column: location.column + 1 } : undefined;
  }
}

const eachNames = ["operation", "model", "function"] as const;

/**
 * Builds the user's program and runs it: it is code of the user's, with all rights of this process.
 * @throws ConfigProblem
 */
export async function loadConfig(
  folder: string,
  name: string,
  templates: readonly string[],
): Promise<LoadedConfig> {
  const place = mkdtempSync(join(tmpdir(), "gen-gateway-"));
  try {
    const outfile = join(place, "config.mjs");
    const inputs = await bundle(folder, name, outfile);
    const sources = inputs
      .toSorted()
      .map((path) => [path, readFileSync(join(folder, path), "utf8")] as const);
    return { ...readConfig(await run(outfile), templates), sources };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

async function bundle(folder: string, name: string, outfile: string): Promise<readonly string[]> {
  const { build } = await import("esbuild");
  try {
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: [name],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      metafile: true,
      logLevel: "silent",
    });
    // what does not lie on disk has a namespace in front
    return Object.keys(metafile.inputs).filter((path) => !path.includes(":"));
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const [first] = error.errors;
    const location = first?.location?.file === name ? first.location : null;
    throw new ConfigProblem(`it cannot be built: ${first?.text ?? "no reason given"}`, {
      location,
    });
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

/** What the program exports by default, or what the function that it exports gives. */
async function run(file: string): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    const exported = isObject(module) ? module["default"] : undefined;
    return typeof exported === "function" ? await exported(configPrinters) : exported;
  } catch (error) {
    throw new ConfigProblem(`it failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const configPrinters: ConfigPrinters = {
  ...printers,
  code: (strings, ...values) => {
    const parts = strings.map((text, index) => {
      const value = values[index];
      if (index >= values.length) return text;
      return text + (value instanceof Code ? value : printers.literal(value)).text;
    });
    return new Code(parts.join(""));
  },
};

function readConfig(
  config: unknown,
  templates: readonly string[],
): Pick<LoadedConfig, "helpers" | "files"> {
  if (!isObject(config)) {
    throw new ConfigProblem(`it exports ${describe(config)}, not a config`, {
      hint: "export default { helpers, files }, or a function that gives it",
    });
  }
  for (const key of Object.keys(config)) {
    if (key === "helpers" || key === "files") continue;
    const hint = nearestHint(key, ["helpers", "files"]).hint ?? "there are helpers and files";
    throw new ConfigProblem(`${quote(key)} is no member of a config`, { hint });
  }
  const { helpers = {}, files = [] } = config;
  if (!isObject(helpers)) throw new ConfigProblem(`helpers is ${describe(helpers)}, not an object`);
  if (!isList(files)) throw new ConfigProblem(`files is ${describe(files)}, not a list`);
  return {
    helpers: new Map(
      Object.entries(helpers).map(([name, value]) => [name, readHelper(name, value)]),
    ),
    files: files.map((file) => readFile(file, templates)),
  };
}

function readHelper(name: string, value: unknown): TemplateHelper {
  if (isReservedHelper(name) || !/^[A-Za-z_][\w-]*$/.test(name)) {
    throw new ConfigProblem(`a helper cannot have the name ${quote(name)}`, {
      hint: "names of printers and blocks are taken",
    });
  }
  if (!isHelper(value)) {
    throw new ConfigProblem(`the helper ${quote(name)} is ${describe(value)}, not a function`);
  }
  return value;
}

function isHelper(value: unknown): value is TemplateHelper {
  return typeof value === "function";
}

function readFile(file: unknown, templates: readonly string[]): ExtraFile {
  if (!isObject(file)) throw new ConfigProblem(`a file is ${describe(file)}, not an object`);
  const { template, path, ownership = "owned", each } = file;
  if (typeof template !== "string" || typeof path !== "string") {
    throw new ConfigProblem("a file needs a template and a path, both text");
  }
  if (!templates.includes(template)) {
    throw new ConfigProblem(`there is no template ${quote(template)} in the folder`, {
      hint: nearestHint(template, templates).hint,
    });
  }
  if (ownership !== "owned" && ownership !== "once") {
    throw new ConfigProblem(`the ownership of ${quote(path)} is ${describe(ownership)}`, {
      hint: 'it is "owned" or "once"',
    });
  }
  if (each === undefined) {
    if (!path.includes("{")) return { template, path, ownership };
    throw new ConfigProblem(`${quote(path)} has a part in braces, and is made once`, {
      hint: `say each: ${eachNames.map((name) => `"${name}"`).join(", ")}`,
    });
  }
  const unit = eachNames.find((name) => name === each);
  if (unit === undefined) {
    throw new ConfigProblem(`files are not made for each ${describe(each)}`, {
      hint: `each is ${eachNames.map((name) => `"${name}"`).join(", ")}`,
    });
  }
  if (path.replaceAll("{name}", "").includes("{") || !path.includes("{name}")) {
    throw new ConfigProblem(`${quote(path)} is made for each ${unit}, so it needs {name}`);
  }
  return { template, path, ownership, each: unit };
}
