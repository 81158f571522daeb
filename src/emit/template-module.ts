import type { MappingFilePlan } from "../plan/mappings.js";
import { printMappingFunctions } from "./files/mappings.js";
import type { OutputFile } from "./output-file.js";
import { createModule } from "./printer/module.js";
import { copyRuntime, importedRuntime } from "./runtime-files.js";

/** One file of compiled templates by itself, with the run-time that it and the given modules need. */
export function emitTemplateModule(
  file: MappingFilePlan,
  runtimeModules: readonly string[],
): readonly OutputFile[] {
  const module = createModule(file.path);
  const codes = printMappingFunctions(file, module);
  const content = `${module.imports().text}${codes.map(({ text }) => text).join("\n\n")}\n`;
  const compiled: OutputFile = { path: file.path, content, ownership: "owned" };
  return [compiled, ...copyRuntime([...runtimeModules, ...importedRuntime([compiled])]).files];
}
