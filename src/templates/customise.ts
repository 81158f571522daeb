import { createHash } from "node:crypto";
import { join } from "node:path";
import type { DiagnosticCode, DiagnosticSink, Locator } from "../diagnostics.js";
import { emitProject } from "../emit/project.js";
import type { OutputFile } from "../emit/output-file.js";
import { projectView } from "../emit/project-view.js";
import { builtInNames, isBuiltIn } from "../emit/template/names.js";
import {
  partialsFolder,
  type TemplateFault,
  type TemplateFaultKind,
  type TemplateSource,
} from "../emit/template/source.js";
import { builtInSource, createTemplates, type TemplateOverlay } from "../emit/templates.js";
import { quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import { TextLines } from "../load/text-lines.js";
import type { Plan } from "../plan/plan.js";
import { root } from "../pointer.js";
import { readBase } from "./base.js";
import { ConfigProblem, loadConfig, type LoadedConfig } from "./config.js";
import { emitExtraFiles } from "./extra-files.js";
import { ending, FolderProblem, readTemplateFolder, type TemplateFolder } from "./folder.js";
import type { TemplatesPlace } from "./templates-place.js";

/** The user's templates, read and ready. */
export interface Customisation {
  /** SHA-256 over everything in the folder that the output depends on. */
  readonly digest: string;
  /** The files of the project by these templates; what is wrong with them is told to the sink. */
  emit(plan: Plan): Promise<readonly OutputFile[]>;
}

/** Surroundings of a customisation. */
export interface CustomiseOptions {
  readonly sink: DiagnosticSink;
  /** Finds places in the document. */
  readonly locator: Locator;
  /** Told the place of each file before it is read, and of those that may appear. */
  readonly onRead?: ((path: string) => void) | undefined;
  /** Told of each view before it is rendered. */
  readonly onView?: TemplateOverlay["onView"] | undefined;
  /** Texts in the place of those in the folder. */
  readonly texts?: ReadonlyMap<string, string> | undefined;
}

const codes: Readonly<Record<TemplateFaultKind, DiagnosticCode>> = {
  syntax: "GG902",
  "unknown-word": "GG903",
  "unknown-value": "GG904",
  raw: "GG905",
  limit: "GG906",
  helper: "GG909",
};

const noConfig: LoadedConfig = { helpers: new Map(), files: [], sources: [] };

/** Reads the user's templates; undefined after an error was reported. */
export async function customise(
  place: TemplatesPlace,
  options: CustomiseOptions,
): Promise<Customisation | undefined> {
  const folder = readFolder(place, options);
  const config = folder && (await readConfig(place, folder, options));
  if (folder === undefined || config === undefined) return undefined;
  options.sink.locateWith(withTemplates(options.locator, place, folder));
  checkNames(place, folder, config, options.sink);
  checkMarks(place, folder, options.sink);
  tellMoved(place, folder, options.sink);
  const sources = new Map(
    [...folder.texts].map(([name, text]): [string, TemplateSource] => [
      name,
      { name, text, file: `${place.name}/${name}${ending}` },
    ]),
  );
  return {
    digest: digestOf(folder, config),
    emit: (plan) => emitCustomised(plan, sources, config, { place, options }),
  };
}

interface Surroundings {
  readonly place: TemplatesPlace;
  readonly options: CustomiseOptions;
}

async function emitCustomised(
  plan: Plan,
  sources: ReadonlyMap<string, TemplateSource>,
  { helpers, files: extra }: LoadedConfig,
  { place, options: { sink, onView } }: Surroundings,
): Promise<readonly OutputFile[]> {
  const project = projectView(plan);
  const templates = await createTemplates({
    sources,
    helpers,
    project: () => project,
    onFault: (fault) => tellFault(fault, sink),
    ...(onView === undefined ? {} : { onView }),
  });
  templates.checkAll();
  const files = await emitProject(plan, templates);
  const around = { plan, project, templates, planned: files.map(({ path }) => path) };
  const added = emitExtraFiles(extra, around, (message) =>
    sink.error("GG908", root(`${place.name}/templates.config`), message),
  );
  return [...files, ...added].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Shows the lines of templates, too. */
function withTemplates(
  locator: Locator,
  place: TemplatesPlace,
  { texts }: TemplateFolder,
): Locator {
  const byFile = new Map(
    [...texts].map(([name, text]) => [`${place.name}/${name}${ending}`, text]),
  );
  return {
    locate: (at) => locator.locate(at),
    frame: (position) => {
      const text = byFile.get(position.file);
      if (text === undefined) return locator.frame(position);
      return new TextLines(text).frame(position.line, position.column);
    },
  };
}

function readFolder(
  place: TemplatesPlace,
  { sink, onRead, texts }: CustomiseOptions,
): TemplateFolder | undefined {
  try {
    const folder = readTemplateFolder(place.path);
    for (const path of watchedPaths([...builtInNames, ...folder.texts.keys()])) {
      onRead?.(join(place.path, path));
    }
    return texts === undefined ? folder : { ...folder, texts };
  } catch (error) {
    if (!(error instanceof FolderProblem)) throw error;
    const file = error.file === undefined ? place.name : `${place.name}/${error.file}`;
    sink.error("GG900", root(file), error.message);
    return undefined;
  }
}

/** The files of templates, and the folders that they may appear with. */
function watchedPaths(names: readonly string[]): Iterable<string> {
  const steps = names.flatMap((name) => {
    const parts = `${name}${ending}`.split("/");
    return parts.map((_, index) => join(...parts.slice(0, index + 1)));
  });
  return new Set(steps);
}

/** The program is the user's own code: it runs when the user names the folder for this run. */
async function readConfig(
  { path, name, isGiven }: TemplatesPlace,
  folder: TemplateFolder,
  { sink, onRead }: CustomiseOptions,
): Promise<LoadedConfig | undefined> {
  if (folder.config === undefined) return noConfig;
  const file = `${name}/${folder.config}`;
  onRead?.(join(path, folder.config));
  if (!isGiven) {
    sink.error("GG907", root(file), `${folder.config} is a program, which settings do not start`, {
      hint: "name the folder by --templates",
    });
    return undefined;
  }
  try {
    const config = await loadConfig(path, folder.config, [...folder.texts.keys()]);
    for (const [source] of config.sources) onRead?.(join(path, source));
    return config;
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    const { message, hint, position } = error;
    sink.error("GG907", root(file), message, {
      ...(hint === undefined ? {} : { hint }),
      ...(position === undefined ? {} : { position: { file, ...position } }),
    });
    return undefined;
  }
}

/** Places that an upgrade left to the user would stand in the output. */
function checkMarks(place: TemplatesPlace, { texts }: TemplateFolder, sink: DiagnosticSink): void {
  for (const [name, text] of texts) {
    const mark = /^<{7} yours$/m.exec(text);
    if (mark === null) continue;
    const file = `${place.name}/${name}${ending}`;
    const { line, column } = new TextLines(text).place(mark.index);
    sink.error("GG902", root(file), "the template has a place that is left to decide", {
      position: { file, line, column },
      hint: "keep one of both sides, and remove the lines <<<<<<<, ======= and >>>>>>>",
    });
  }
}

/** A template must make something. */
function checkNames(
  place: TemplatesPlace,
  { texts }: TemplateFolder,
  { files }: LoadedConfig,
  sink: DiagnosticSink,
): void {
  const extra = new Set(files.map(({ template }) => template));
  for (const name of texts.keys()) {
    if (isBuiltIn(name) || name.startsWith(partialsFolder) || extra.has(name)) continue;
    const { hint } = nearestHint(name, builtInNames);
    sink.error("GG901", root(`${place.name}/${name}${ending}`), `${quote(name)} makes no file`, {
      hint:
        hint ?? "`gen-gateway templates list` has the names; extra files need a templates.config",
    });
  }
}

function tellMoved(place: TemplatesPlace, { texts }: TemplateFolder, sink: DiagnosticSink): void {
  for (const [name, base] of readBase(place.path)) {
    if (!texts.has(name) || !isBuiltIn(name) || builtInSource(name).text === base) continue;
    sink.info(
      "GG910",
      root(`${place.name}/${name}${ending}`),
      `the built-in template ${quote(name)} has changed since it was ejected`,
      { hint: "`gen-gateway templates upgrade` brings in what is new" },
    );
  }
}

function tellFault(fault: TemplateFault, sink: DiagnosticSink): void {
  const { kind, place, sentence, hint } = fault;
  const { source, line, column } = place;
  // a built-in template is right by itself: only a partial of the user's can change what it sees
  const file = source.file ?? `${source.name}${ending}`;
  sink.error(codes[kind], root(file), sentence, {
    position: { file, line, column },
    ...(hint === undefined ? {} : { hint }),
  });
}

function digestOf({ texts }: TemplateFolder, { sources }: LoadedConfig): string {
  const hash = createHash("sha256");
  for (const [name, text] of [...texts, ...sources]) {
    hash.update(`${name}\0${Buffer.byteLength(text)}\0`).update(text);
  }
  return hash.digest("hex");
}
