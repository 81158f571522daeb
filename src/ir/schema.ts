import type { Pointer } from "../pointer.js";

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A named schema of the document (`components.schemas`, `definitions`), or one that was named for an operation. */
export interface Model {
  readonly at: Pointer;
  /** Name in the document; unique. Not an identifier: plan makes one of it. */
  readonly name: string;
  readonly schema: Schema;
  /**
   * The schema as JSON Schema for the validator, references to other models as `#/definitions/NAME`
   * (name escaped as in a pointer).
   */
  readonly json: JsonValue;
  /** The models that {@link json} refers to. */
  readonly references: readonly string[];
  /** Patterns in {@link json} that the engine of the language may need too long for, and what matches them. */
  readonly patterns: ReadonlyMap<string, PatternEngine>;
  /** draft-04 for 2.0 and 3.0 documents, 2020-12 for 3.1. */
  readonly dialect: "draft-04" | "2020-12";
}

/** RE2 in linear time, its own text of the pattern; or the language's engine, for short texts only. */
export type PatternEngine =
  | { readonly kind: "linear"; readonly source: string }
  | { readonly kind: "bounded"; readonly maxLength: number };

/** A schema for the type printer: what a value looks like, and what the document says of it. */
export interface Schema {
  readonly at: Pointer;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  readonly nullable: boolean;
  readonly shape: Shape;
}

export type Shape =
  | { readonly kind: "unknown" }
  | { readonly kind: "never" }
  | { readonly kind: "null" }
  | { readonly kind: "boolean" }
  | { readonly kind: "number"; readonly integer: boolean; readonly format: string | undefined }
  | { readonly kind: "string"; readonly format: string | undefined }
  | { readonly kind: "enum"; readonly values: readonly JsonValue[] }
  /** A named model, by its document name. */
  | { readonly kind: "ref"; readonly model: string }
  | { readonly kind: "array"; readonly items: Schema }
  | { readonly kind: "tuple"; readonly items: readonly Schema[]; readonly rest: Schema | undefined }
  | ObjectShape
  /** `allOf`, and members beside `oneOf`/`anyOf`. */
  | { readonly kind: "all"; readonly of: readonly Schema[] }
  /** `oneOf`, `anyOf`, type lists. */
  | {
      readonly kind: "union";
      readonly of: readonly Schema[];
      readonly discriminator: Discriminator | undefined;
    };

export interface ObjectShape {
  readonly kind: "object";
  readonly properties: readonly Property[];
  /** Schema of other members; true: anything, false: none. */
  readonly additional: Schema | boolean;
}
export interface Property {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
}
export interface Discriminator {
  readonly property: string;
  /** Value to model name. */
  readonly mapping: readonly { readonly value: string; readonly model: string }[];
}
