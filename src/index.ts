/** gen-gateway as a library: documents in, files out. */
export { generate } from "./generate.js";
export type { GenerateOptions, GenerateResult, Phase } from "./generate.js";
export type { Diagnostic, Position, Severity } from "./diagnostics.js";
export type { OutputFile, Ownership } from "./emit/output-file.js";
