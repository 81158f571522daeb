/** gen-gateway as a library: documents in, files out, and into a folder; documents judged and compared. */
export { generate } from "./generate.js";
export { lintDocument } from "./lint/lint-document.js";
export { diffDocuments } from "./diff/diff-documents.js";
export { readNames, writeProject } from "./write/write-project.js";
export type { GenerateOptions, GenerateResult, Phase } from "./generate.js";
export type { Diagnostic, Position, Severity } from "./diagnostics.js";
export type { OutputFile, Ownership } from "./emit/output-file.js";
export type { LintOptions, LintReport } from "./lint/lint-document.js";
export type { LintTarget } from "./lint/rules.js";
export type { DiffOptions, DiffReport, LocatedChange } from "./diff/diff-documents.js";
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
