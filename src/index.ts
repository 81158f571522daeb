/** gen-gateway as a library: documents in, files out, and into a folder. */
export { generate } from "./generate.js";
export { writeProject } from "./write/write-project.js";
export type { GenerateOptions, GenerateResult, Phase } from "./generate.js";
export type { Diagnostic, Position, Severity } from "./diagnostics.js";
export type { OutputFile, Ownership } from "./emit/output-file.js";
export type { Conflict, FileChange, Notice } from "./write/changes.js";
export type { WriteOptions, WriteResult } from "./write/write-project.js";
export type { Code } from "./emit/printer/code.js";
export type { Printers } from "./emit/template/printers.js";
export type { TemplateHelper } from "./emit/template/render.js";
export type * from "./emit/views.js";
export type {
  ConfigPrinters,
  DefineTemplates,
  ExtraFile,
  TemplatesConfig,
} from "./templates/config.js";
