import { dirname, posix, relative, resolve, sep } from "node:path";
import type { Diagnostic } from "../diagnostics.js";
import type { GenerateResult } from "../generate.js";
import type { HandlerFault } from "../handlers/handler-module.js";
import type { HandlersReview, ModuleFault } from "../handlers/review-handlers.js";
import { reviewHandlers } from "../handlers/review-handlers.js";
import { root } from "../pointer.js";
import type { UserEdit } from "../write/changes.js";
import type { FileSystem } from "../write/file-system.js";
import { projectReader, type WriteOptions } from "../write/write-project.js";
import type { GenerateCommandOptions } from "./options.js";

const codes: Readonly<Record<HandlerFault["kind"], string>> = {
  syntax: "GG924",
  "missing-export": "GG920",
  "missing-operation": "GG921",
  "other-event": "GG921",
  "gone-operation": "GG922",
};

/** A result with what is to be said of the user's handlers, and the texts that they get. */
export async function withHandlers(
  generated: GenerateResult,
  names: NonNullable<WriteOptions["names"]>,
  options: GenerateCommandOptions,
  fileSystem: FileSystem | undefined,
): Promise<{ readonly generated: GenerateResult; readonly edits: readonly UserEdit[] }> {
  const { plan, files } = generated;
  if (plan === undefined) return { generated, edits: [] };
  const read = projectReader(options.out, fileSystem);
  const review = await reviewHandlers({ plan, files, names, read });
  const edits = options.fixHandlers ? review.edits : [];
  const left = review.faults.filter((fault) => !edits.some((edit) => isMended(fault, edit)));
  const found = [
    ...left.map((fault) => diagnosticOf(fault, options)),
    ...unusedModules(review, options),
  ];
  if (found.length === 0) return { generated, edits };
  const texts = new Map(left.map((fault, index) => [found[index], fault] as const));
  return {
    generated: {
      ...generated,
      diagnostics: [...generated.diagnostics, ...found],
      frame: (diagnostic) => {
        const fault = texts.get(diagnostic);
        return fault?.frame ?? generated.frame(diagnostic);
      },
    },
    edits,
  };
}

function isMended({ path, isMendable }: ModuleFault, edit: UserEdit): boolean {
  return isMendable && edit.path === path;
}

function diagnosticOf(fault: ModuleFault, options: GenerateCommandOptions): Diagnostic {
  const { kind, message, hint, path, line, column } = fault;
  const file = fileOf(path, options);
  return {
    code: codes[kind],
    severity: "warning",
    message,
    hint,
    at: root(file),
    position: { file, line, column },
  };
}

function unusedModules(
  { unused }: HandlersReview,
  options: GenerateCommandOptions,
): readonly Diagnostic[] {
  return unused.map((path) => {
    const file = fileOf(path, options);
    return {
      code: "GG923",
      severity: "info",
      message: "no function is in this module any more; it is yours, so it stays",
      hint: "delete it when nothing of yours uses it",
      at: root(file),
      position: { file, line: 1, column: 1 },
    };
  });
}

/** Files of diagnostics are named from the document's folder. */
function fileOf(path: string, { out, spec }: GenerateCommandOptions): string {
  if (spec === "-") return posix.join(out.split(sep).join("/"), path);
  return relative(dirname(resolve(spec)), resolve(out, path))
    .split(sep)
    .join("/");
}
