import type { Locator } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import type { Placeholder, Scalar } from "./intrinsics.js";
import type { SpecificationVersion } from "./version.js";

/** A document with everything it refers to, its settings, and the places of its nodes. */
export interface LoadedDocument extends Locator {
  /** File name without its folder; `stdin` for standard input. */
  readonly file: string;
  readonly root: JsonObject;
  /** Place of {@link root}; not the top of the file when the document stands in a template. */
  readonly at: Pointer;
  /** An AsyncAPI document is read with the schemas of OpenAPI 3.1. */
  readonly format: "openapi" | "asyncapi";
  readonly version: SpecificationVersion;
  /** Set when the template around the document says which kind of API it makes. */
  readonly kindHint: "rest" | "http" | undefined;
  readonly settings: LoadedSettings;
  /** Values for placeholders: of the settings, over those of the template, over the pseudo parameters. */
  readonly parameters: ReadonlyMap<string, Scalar>;
  /** Placeholders that no parameter resolves; they stand in the document as `${name}`. */
  readonly placeholders: readonly Placeholder[];
  /**
   * SHA-256 over every file that was read and the settings, in hexadecimal. Settings found in the output
   * folder are part of the project and not of its input: a first run may have written them there.
   */
  readonly digest: string;
  /** The value at a place of the document or of a file that it refers to; undefined: there is none. */
  node(at: Pointer): unknown;
  /** Follows one `$ref` that stands in the object at `from`. */
  resolve(ref: string, from: Pointer): Resolution;
}

export interface LoadedSettings {
  /** The settings file over `x-gateway-config`; empty when there is neither. */
  readonly value: JsonObject;
  /** True when a file was given or found. */
  readonly found: boolean;
  /** Place of a setting: in the file that sets it. */
  place(...keys: readonly string[]): Pointer;
}

/** Where a reference leads. The target may be a reference itself. */
export type Resolution =
  | { readonly kind: "found"; readonly value: unknown; readonly at: Pointer }
  /** The reason was reported while loading. */
  | { readonly kind: "reported" }
  | { readonly kind: "dangling"; readonly message: string };
