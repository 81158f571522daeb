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
import type { LeftOut } from "./lower/leave-out.js";
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
  /**
   * Serves what has no errors: operations that have, or that need a part that has, answer 501, a policy that
   * cannot be read denies all. The errors are reported as ever. Default: false, a document with errors gives
   * nothing.
   */
  readonly keepGoing?: boolean;
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
  const whole = document && lowerDocument(document, sink);
  const rest =
    document && options.keepGoing === true && sink.hasErrors()
      ? await lowerRest(document, sink.list())
      : undefined;
  const gateway = rest?.gateway ?? whole;
  // of what follows the errors count: those before are of what was left out
  const later = rest?.sink ?? sink;
  const custom = document && (await readTemplates(options, document, later));
  const locate = (at: Pointer): Position | undefined => document?.locate(at);
  const manifests = document && gateway && (await readManifests(document, gateway, later));
  const diagnostics = (): readonly Diagnostic[] =>
    rest === undefined ? sink.list() : [...sink.list(), ...rest.added()];
  const failed = (): GenerateResult => ({
    files: [],
    diagnostics: diagnostics(),
    frame,
    locate,
    plan: undefined,
    inputDigest: undefined,
  });
  if (document === undefined || gateway === undefined || later.hasErrors()) return failed();
  options.onPhase?.("plan");
  const plan = planProject(gateway, recordedNames(options.names ?? {}));
  options.onPhase?.("emit");
  const project = await (custom?.emit(plan) ?? emitProject(plan, await watchedTemplates(options)));
  if (later.hasErrors()) return failed();
  const files = manifests === undefined ? project : await withManifests(project, plan, manifests);
  const inputDigest = digestOf(document, custom);
  return { files, diagnostics: diagnostics(), frame, locate, plan, inputDigest };
}

/** Taking one thing out may show that another had an error, too. */
const maxRounds = 4;

/**
 * Lowers what is left of a document without what has errors. Undefined: that is not possible. What is said of
 * the rest has been said of the whole before, but for what the stages after this one add.
 */
async function lowerRest(
  document: LoadedDocument,
  reported: readonly Diagnostic[],
): Promise<
  | {
      readonly gateway: Gateway;
      /** For the stages after this one. */
      readonly sink: DiagnosticSink;
      /** What is reported beside what was said of the whole. */
      readonly added: () => readonly Diagnostic[];
    }
  | undefined
> {
  const { leaveOut, reportLeftOut } = await import("./lower/leave-out.js");
  const left: LeftOut = new Map();
  let errors = reported.filter(({ severity }) => severity === "error");
  for (let round = 0; round < maxRounds; round++) {
    if (!leaveOut(document, errors, left)) return undefined;
    const sink = createDiagnosticSink();
    sink.locateWith(document);
    const gateway = lowerDocument(document, sink);
    if (!sink.hasErrors()) {
      if (gateway === undefined) return undefined;
      const later = createDiagnosticSink();
      later.locateWith(document);
      reportLeftOut(left, later);
      // of what was left out, that is all there is to say
      const added = (): readonly Diagnostic[] =>
        later.list().filter(({ at, code }) => code === "GG111" || !left.has(at));
      return { gateway, sink: later, added };
    }
    errors = sink.list().filter(({ severity }) => severity === "error");
  }
  return undefined;
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
