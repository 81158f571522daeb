import { TextLines } from "../load/text-lines.js";
import type { OutputFile } from "../emit/output-file.js";
import type { HandlerModulePlan } from "../plan/functions.js";
import type { Plan } from "../plan/plan.js";
import { recorded, recordedNames } from "../plan/recorded-names.js";
import type { HandlerFault, HandlerModule } from "./handler-module.js";
import { isSuspect } from "./suspect.js";

export interface ReviewOptions {
  readonly plan: Plan;
  /** The files of the project as they are generated; new handlers are taken from them. */
  readonly files: readonly OutputFile[];
  /** Names of the last run, as its manifest has them. */
  readonly names: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** A file of the output folder; undefined when there is none. */
  readonly read: (path: string) => string | undefined;
}

/** A fault, by the module that has it. */
export interface ModuleFault extends HandlerFault {
  readonly path: string;
  /** The lines around it. */
  readonly frame: string;
}

/** A module of the user's with another text. */
export interface ModuleEdit {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export interface HandlersReview {
  /** By path, inside a module by place. */
  readonly faults: readonly ModuleFault[];
  readonly edits: readonly ModuleEdit[];
  /** Modules that the last run knew and that no function is in any more; they are the user's. */
  readonly unused: readonly string[];
}

/**
 * Looks whether the user's handlers still fit the document: exports that are called, operations that their
 * events are typed for. The compiler is loaded only when a module looks as if they did not.
 */
export async function reviewHandlers(options: ReviewOptions): Promise<HandlersReview> {
  const { plan, read } = options;
  const earlier = recordedNames(options.names);
  const faults: ModuleFault[] = [];
  const edits: ModuleEdit[] = [];
  for (const module of modulesOf(options)) {
    if (!isSuspect(module)) continue;
    const { reviewModule } = await import("./review-module.js");
    const { path } = module.plan;
    const review = reviewModule(module);
    const lines = new TextLines(module.text);
    for (const fault of review.faults) {
      faults.push({ ...fault, path, frame: lines.frame(fault.line, fault.column) });
    }
    if (review.mended !== undefined) {
      edits.push({ path, before: module.text, after: review.mended });
    }
  }
  const planned = new Set(plan.handlerModules.map(({ path }) => path));
  const unused = [...new Set(Object.values(earlier.handlers))].filter(
    (path) => isHandlerPath(path) && !planned.has(path) && read(path) !== undefined,
  );
  return { faults, edits, unused: unused.toSorted() };
}

/** The record is as little trusted as any file of a checkout. */
function isHandlerPath(path: string): boolean {
  return /^src\/(?:[\w-]+\/)*[\w.-]+\.ts$/.test(path) && !path.startsWith("src/generated/");
}

function modulesOf({ plan, files, read }: ReviewOptions): readonly HandlerModule[] {
  const { operationTypes, renamed } = typesOf(plan);
  const moduleOf = (module: HandlerModulePlan): readonly HandlerModule[] => {
    const text = read(module.path);
    const scaffold = files.find(({ path }) => path === module.path)?.content;
    return text === undefined || scaffold === undefined
      ? []
      : [{ plan: module, text, scaffold, operationTypes, renamed }];
  };
  return plan.handlerModules.flatMap(moduleOf);
}

function typesOf({ names }: Plan): {
  readonly operationTypes: ReadonlySet<string>;
  readonly renamed: ReadonlyMap<string, string>;
} {
  const { operationTypes, renamedTypes } = names;
  const renamed = Object.entries(renamedTypes).flatMap(([before, route]) => {
    const now = recorded(operationTypes, route);
    return now === undefined ? [] : [[before, now] as const];
  });
  return {
    operationTypes: new Set(Object.values(operationTypes)),
    renamed: new Map(renamed),
  };
}
