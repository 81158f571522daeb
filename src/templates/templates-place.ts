import { dirname, relative, resolve, sep } from "node:path";
import type { DiagnosticSink } from "../diagnostics.js";
import { member, isObject } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { parsePointer } from "../pointer.js";

/** Where templates may be named. */
export interface TemplateOptions {
  /** Path of the document, or `-`. */
  readonly input: string;
  /** The document itself; `input` is only its name then. */
  readonly text?: string;
  /** Folder of the user's templates; the settings may name one, too. */
  readonly templates?: string;
}

/** The user's folder of templates. */
export interface TemplatesPlace {
  /** On this machine. */
  readonly path: string;
  /** Relative to the document's folder, with `/`: as places of diagnostics are. */
  readonly name: string;
  /** The user named it for this run: its program may run. */
  readonly isGiven: boolean;
}

/**
 * The folder that the options name, else the settings: relative to their file. The document itself names
 * none: it would bring its own code along.
 */
export function findTemplates(
  options: TemplateOptions,
  { settings, file }: LoadedDocument,
  sink: DiagnosticSink,
): TemplatesPlace | undefined {
  const isFile = options.text === undefined && options.input !== "-";
  const folder = dirname(resolve(isFile ? options.input : "x"));
  const place = (path: string, isGiven: boolean): TemplatesPlace => ({
    path,
    name: relative(folder, path).split(sep).join("/") || ".",
    isGiven,
  });
  if (options.templates !== undefined) return place(resolve(options.templates), true);
  const generator = settings.value["generator"];
  const named = isObject(generator) ? member(generator, "templates") : undefined;
  if (typeof named !== "string") return undefined;
  const at = settings.place("generator", "templates");
  const source = parsePointer(at).file;
  if (source === file) {
    sink.error("GG042", at, "a document does not name templates", {
      hint: "name them in the settings file, or by --templates",
    });
    return undefined;
  }
  return place(resolve(folder, dirname(source), named), false);
}
