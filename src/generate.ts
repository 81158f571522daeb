import { createHash } from "node:crypto";
import type { Diagnostic, DiagnosticSink, Position } from "./diagnostics.js";
import { createDiagnosticSink } from "./diagnostics.js";
import type { OutputFile } from "./emit/output-file.js";
import { emitProject } from "./emit/project.js";
import type { Gateway } from "./ir/gateway.js";
import type { Manifests } from "./ir/manifest.js";
import type { LoadedDocument } from "./load/document.js";
import { createTemplates, noOverlay, type Templates } from "./emit/templates.js";
import { loadDocument, type LoadOptions } from "./load/load-document.js";
import { lowerDocument } from "./lower/document.js";
import { planProject, type Plan } from "./plan/plan.js";
import { recordedNames } from "./plan/recorded-names.js";
import type { Customisation, CustomiseOptions } from "./templates/customise.js";
import type { Pointer } from "./pointer.js";
import { findTemplates } from "./templates/templates-place.js";

export interface GenerateResult {
  /** Empty when the input has errors. */
  readonly files: readonly OutputFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** Source lines around a diagnostic, marked; empty when there are none. */
  readonly frame: (diagnostic: Diagnostic) => string;
  /** Place of a node of the input. */
  readonly locate: (at: Pointer) => Position | undefined;
  /** Undefined when the input has errors. */
  readonly plan: Plan | undefined;
  /** SHA-256 over the input in hexadecimal; undefined when it has errors. */
  readonly inputDigest: string | undefined;
}

/** Phases of a run, in order, for those who show progress. */
export type Phase = "load" | "lower" | "plan" | "emit";

export interface GenerateOptions extends LoadOptions {
  readonly onPhase?: (phase: Phase) => void;
  /** Names that an earlier run on the output folder chose, as its manifest has them; they stay. */
  readonly names?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Folder of templates over the built-in ones, instead of the one that the settings name. Its
   * `templates.config.ts` is a program and is run.
   */
  readonly templates?: string;
  /** Templates by name in the place of those in that folder. */
  readonly templateTexts?: ReadonlyMap<string, string>;
  /** Told the view of each template before it is rendered. */
  readonly onView?: NonNullable<CustomiseOptions["onView"]>;
}

/**
 * Turns one document into the files of a gateway project, in memory. Problems of the input are
 * diagnostics, never exceptions.
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const sink = createDiagnosticSink();
  const frame = (diagnostic: Diagnostic): string => sink.frame(diagnostic);
  options.onPhase?.("load");
  const document = await loadDocument(options, sink);
  options.onPhase?.("lower");
  const gateway = document && lowerDocument(document, sink);
  const custom = document && (await readTemplates(options, document, sink));
  const locate = (at: Pointer): Position | undefined => document?.locate(at);
  const manifests = document && gateway && (await readManifests(document, gateway, sink));
  const failed = (): GenerateResult => ({
    files: [],
    diagnostics: sink.list(),
    frame,
    locate,
    plan: undefined,
    inputDigest: undefined,
  });
  if (document === undefined || gateway === undefined || sink.hasErrors()) return failed();
  options.onPhase?.("plan");
  const plan = planProject(gateway, recordedNames(options.names ?? {}));
  options.onPhase?.("emit");
  const project = await (custom?.emit(plan) ?? emitProject(plan, await watchedTemplates(options)));
  if (sink.hasErrors()) return failed();
  const files = manifests === undefined ? project : await withManifests(project, plan, manifests);
  const inputDigest = digestOf(document, custom);
  return { files, diagnostics: sink.list(), frame, locate, plan, inputDigest };
}

/** What the settings say about deployments; undefined: nothing is deployed. */
async function readManifests(
  document: LoadedDocument,
  gateway: Gateway,
  sink: DiagnosticSink,
): Promise<Manifests | undefined> {
  // what it would say follows from what is wrong already
  if (sink.hasErrors()) return undefined;
  const { lowerManifests } = await import("./lower/manifests/manifests.js");
  return lowerManifests(document, gateway, sink);
}

/** Sorted by path; a file that the user's templates make stands in the place of a manifest. */
async function withManifests(
  project: readonly OutputFile[],
  plan: Plan,
  manifests: Manifests,
): Promise<readonly OutputFile[]> {
  const { emitManifests } = await import("./emit/manifests/manifests.js");
  const taken = new Set(project.map(({ path }) => path));
  const made = (await emitManifests(plan, manifests)).filter(({ path }) => !taken.has(path));
  return [...project, ...made].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The user's templates; undefined when there are none, or after an error was reported. */
async function readTemplates(
  options: GenerateOptions,
  document: LoadedDocument,
  sink: DiagnosticSink,
): Promise<Customisation | undefined> {
  const place = findTemplates(options, document, sink);
  if (place === undefined) return undefined;
  const { customise } = await import("./templates/customise.js");
  const { onRead, onView, templateTexts: texts } = options;
  return customise(place, { sink, locator: document, onRead, onView, texts });
}

/** The built-in templates, where somebody wants to know their views. */
async function watchedTemplates({ onView }: GenerateOptions): Promise<Templates | undefined> {
  return onView && createTemplates({ ...noOverlay, onView });
}

/** The digest of the input, and of the templates where there are any. */
function digestOf({ digest }: LoadedDocument, custom: Customisation | undefined): string {
  if (custom === undefined) return digest;
  return createHash("sha256").update(digest).update(custom.digest).digest("hex");
}
