import type { JsonValue } from "../../ir/schema.js";

/** What a text of a deployment on AWS refers to, by the id that the plan gave it. */
export type Reference =
  | { readonly kind: "pseudo"; readonly name: "Region" | "AccountId" | "Partition" }
  /** The name that a deployment gives to the API. */
  | { readonly kind: "apiName" }
  /** The value of a parameter. */
  | { readonly kind: "parameter"; readonly id: string }
  /** The ARN of a function that the manifest makes. */
  | { readonly kind: "function"; readonly id: string }
  /** The ARN of an alias of such a function. */
  | { readonly kind: "alias"; readonly id: string }
  /** The ARN of a role. */
  | { readonly kind: "role"; readonly id: string }
  /** The id of a VPC link. */
  | { readonly kind: "vpcLink"; readonly id: string };

/** A text with references in it. A class, so that it is told from the values around it. */
export class ReferenceText {
  readonly parts: readonly (string | Reference)[];

  constructor(parts: readonly (string | Reference)[]) {
    this.parts = joined(parts);
  }

  /** The text itself where there is no reference. */
  get literal(): string | undefined {
    const [only = "", ...others] = this.parts;
    return others.length === 0 && typeof only === "string" ? only : undefined;
  }
}

function joined(parts: readonly (string | Reference)[]): readonly (string | Reference)[] {
  const result: (string | Reference)[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === "string" && typeof last === "string") {
      result[result.length - 1] = last + part;
    } else if (part !== "") result.push(part);
  }
  return result;
}

/** JSON with references in it: the body of an API. */
export type ReferenceValue =
  | JsonValue
  | ReferenceText
  | readonly ReferenceValue[]
  | { readonly [key: string]: ReferenceValue };
