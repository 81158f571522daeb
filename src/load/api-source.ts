import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import type { IntrinsicResolver, Scalar } from "./intrinsics.js";
import type { SettingsLayer } from "./settings.js";
import type { SourceFile } from "./source-file.js";

/** A file that holds an API in another form than an OpenAPI document: a template, or a Terraform file. */
export interface ApiSource {
  /** The document inside, as far as it is there before values are known: its settings are read from it. */
  readonly written: { readonly value: JsonObject; readonly at: Pointer } | undefined;
  /** Values of parameters that the settings do not say. */
  values(given: ReadonlyMap<string, Scalar>): ReadonlyMap<string, Scalar>;
  /** Undefined after an error was reported. */
  build(tools: BuildTools): Promise<BuiltApi | undefined>;
}

export interface BuildTools {
  readonly intrinsics: IntrinsicResolver;
  readonly sink: DiagnosticSink;
  /** Reads a file that the source names, under the rules of references; problems are reported at the place. */
  readonly readFile: (name: string, at: Pointer) => Promise<SourceFile | undefined>;
}

/** The document that a source holds or describes. */
export interface BuiltApi {
  readonly document: JsonObject;
  readonly at: Pointer;
  readonly kindHint: "rest" | "http" | undefined;
  /** Nodes that stand elsewhere than their pointer says. */
  readonly moved: ReadonlyMap<Pointer, Pointer>;
  /** What the source says about stages, plans and functions; under all other settings. */
  readonly settings: SettingsLayer | undefined;
}
