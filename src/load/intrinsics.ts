import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { describe, isList, isObject, quote, setMember } from "../json.js";
import { replacePlaceholders } from "../language/placeholder.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

export type Scalar = string | number | boolean;

/** A placeholder that the settings do not resolve; it stays in the document as `${name}`. */
export interface Placeholder {
  readonly name: string;
  /** Where it was met first. */
  readonly at: Pointer;
}

/** What the pseudo parameters are where the settings do not say. */
export const pseudoParameters: Readonly<Record<string, Scalar>> = {
  "AWS::Region": "us-east-1",
  "AWS::AccountId": "123456789012",
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
};

/**
 * How placeholders are read at a place. `plain`: anywhere a tool would replace them. `prose`: a `${x}`
 * that nobody resolves is most likely meant as it stands. `template`: `${x}` is also a Velocity
 * reference. `policy`: it is also an IAM policy variable.
 */
type Mode = "plain" | "prose" | "template" | "policy";

const modes: Readonly<Record<string, Mode>> = {
  description: "prose",
  summary: "prose",
  example: "prose",
  examples: "prose",
  default: "prose",
  enum: "prose",
  const: "prose",
  pattern: "prose",
  "x-amazon-apigateway-documentation": "prose",
  requestTemplates: "template",
  responseTemplates: "template",
  "x-amazon-apigateway-policy": "policy",
};

/** Places that decide who may call: in documents, and in the resources of templates. */
const securityPart = new RegExp(
  [
    String.raw`\/(?:security|security[A-Z]\w*|x-amazon-apigateway-(?:auth\w*|policy))(?:\/|$)`,
    String.raw`#\/(?:Resources\/[^/]+\/Properties|Globals\/\w+)\/(?:Auth\w*|ApiKeyRequired|Policy)(?:\/|$)`,
    String.raw`\/Events\/[^/]+\/Properties\/Auth(?:\/|$)`,
  ].join("|"),
);

/** Stands for `AWS::NoValue`: the member or item is left out. */
const nothing = Symbol("AWS::NoValue");

/** True when a text may hold intrinsics or placeholders; false saves a walk over the whole document. */
export function mayHoldIntrinsics(text: string): boolean {
  return (
    text.includes("${") ||
    text.includes("Fn::") ||
    /["']?Ref["']?\s*:|!(?:Ref|Sub|[A-Z][A-Za-z0-9]+)\s/.test(text)
  );
}

/**
 * Resolves CloudFormation intrinsics and placeholders in parsed values, in place. What the parameters do
 * not resolve becomes text that still names it: `{ "Fn::GetAtt": ["F", "Arn"] }` is `${F.Arn}`.
 */
export class IntrinsicResolver {
  readonly #parameters: ReadonlyMap<string, Scalar>;
  readonly #sink: DiagnosticSink;
  readonly #seen = new Set<object>();
  /** Whether something is to be resolved below a node: most nodes are passed without a pointer made. */
  readonly #holds = new Map<object, boolean>();
  readonly #placeholders = new Map<string, Placeholder>();
  readonly #branches = new Map<Pointer, readonly string[]>();
  readonly #undecidedNames = new Set<string>();

  constructor(parameters: ReadonlyMap<string, Scalar>, sink: DiagnosticSink) {
    this.#parameters = parameters;
    this.#sink = sink;
  }

  /** Placeholders left open, in the order they were met. */
  placeholders(): readonly Placeholder[] {
    return [...this.#placeholders.values()];
  }

  /** Keys that the source has between a node and its members, where a condition chose a branch. */
  branches(): ReadonlyMap<Pointer, readonly string[]> {
    return this.#branches;
  }

  get parameters(): ReadonlyMap<string, Scalar> {
    return this.#parameters;
  }

  /** Whether a condition of the template holds; undefined where nothing says it. */
  condition(name: string): boolean | undefined {
    const known = this.#lookup(name);
    return known === undefined ? undefined : known === true || known === "true";
  }

  resolve(value: unknown, at: Pointer): unknown {
    this.#holds.clear();
    if (!this.#mayHold(value)) return value;
    const resolved = this.#value(value, at, "plain");
    return resolved === nothing ? undefined : resolved;
  }

  #mayHold(value: unknown): boolean {
    if (typeof value === "string") return value.includes("${");
    if (typeof value !== "object" || value === null) return false;
    const known = this.#holds.get(value);
    if (known !== undefined) return known;
    let holds = false;
    this.#holds.set(value, holds);
    // all of them, since each is asked about later
    if (Array.isArray(value)) {
      for (const item of value) holds = this.#mayHold(item) || holds;
    } else {
      for (const key in value) {
        const isFunction = key === "Ref" || key.startsWith("Fn::");
        holds = this.#mayHold((value as JsonObject)[key]) || isFunction || holds;
      }
    }
    if (holds) this.#holds.set(value, holds);
    return holds;
  }

  #value(value: unknown, at: Pointer, mode: Mode): unknown {
    if (typeof value === "string") return this.#text(value, at, mode);
    if (typeof value !== "object" || value === null) return value;
    if (this.#holds.get(value) === false) return value;
    if (Array.isArray(value)) return this.#list(value, at, mode);
    const intrinsic = intrinsicName(value as JsonObject, mode);
    if (intrinsic !== undefined) {
      return this.#intrinsic(intrinsic, (value as JsonObject)[intrinsic], at, mode);
    }
    return this.#object(value as Record<string, unknown>, at, mode);
  }

  #object(object: Record<string, unknown>, at: Pointer, mode: Mode): unknown {
    if (this.#seen.has(object)) return object;
    this.#seen.add(object);
    for (const [key, item] of Object.entries(object)) {
      if (key === "x-gateway-config") continue;
      const resolved = this.#value(item, child(at, key), modes[key] ?? mode);
      if (resolved === nothing) delete object[key];
      else if (resolved !== item) setMember(object, key, resolved);
    }
    return object;
  }

  #list(list: unknown[], at: Pointer, mode: Mode): unknown[] {
    if (this.#seen.has(list)) return list;
    this.#seen.add(list);
    let kept = 0;
    for (const [index, item] of list.entries()) {
      const resolved = this.#value(item, child(at, index), mode);
      if (resolved !== nothing) list[kept++] = resolved;
    }
    list.length = kept;
    return list;
  }

  /** Text as written: placeholders of Terraform, pseudo parameters that an import replaces itself. */
  #text(text: string, at: Pointer, mode: Mode): string {
    if (!text.includes("${")) return text;
    // Terraform writes `$${` for a literal `${`.
    const unescaped =
      mode === "template" ? text : text.replaceAll("$${stageVariables.", "${stageVariables.");
    return replacePlaceholders(unescaped, (name) => {
      const known = this.#lookup(name);
      if (known !== undefined) return String(known);
      if (mode === "plain") this.#open(name, at);
      return undefined;
    });
  }

  #intrinsic(name: string, argument: unknown, at: Pointer, mode: Mode): unknown {
    // what a function is given is never meant as it stands, not even in prose
    const inner = mode === "prose" ? "plain" : mode;
    switch (name) {
      case "Ref":
        return this.#reference(String(argument), at);
      case "Fn::Sub":
        return this.#sub(argument, at, mode);
      case "Fn::GetAtt":
        return this.#reference(this.#texts(argument, at, "plain").join("."), at);
      case "Fn::ImportValue":
        return this.#reference(this.#plain(this.#value(argument, child(at, name), inner), at), at);
      case "Fn::FindInMap":
        return this.#reference(this.#texts(argument, child(at, name), inner).join("."), at);
      case "Fn::Join":
        return this.#join(argument, at, inner);
      case "Fn::Split":
        return this.#split(argument, at, inner);
      case "Fn::Select":
        return this.#select(argument, at, inner);
      case "Fn::Base64":
        return Buffer.from(this.#plain(this.#value(argument, child(at, name), inner), at)).toString(
          "base64",
        );
      case "Fn::If":
        return this.#if(argument, at, mode);
      default:
        this.#sink.error("GG032", at, `${name} cannot be resolved outside of CloudFormation`, {
          hint: "write its result into the document, or convert the template to its final form first",
        });
        return nothing;
    }
  }

  #reference(name: string, at: Pointer): unknown {
    if (name === "AWS::NoValue") return nothing;
    const known = this.#lookup(name);
    if (known !== undefined) return known;
    this.#open(name, at);
    return `\${${name}}`;
  }

  /** `"text ${Name}"` or `["text ${Name}", { Name: value }]`; `${!Name}` is the text `${Name}`. */
  #sub(argument: unknown, at: Pointer, mode: Mode): string {
    const [text, given] = isList(argument) ? argument : [argument, undefined];
    const locals = new Map<string, string>();
    for (const [name, value] of Object.entries(isObject(given) ? given : {})) {
      locals.set(name, this.#plain(this.#value(value, at, mode), at));
    }
    const replaced = replacePlaceholders(this.#plain(text, at), (name) => {
      const local = locals.get(name) ?? this.#lookup(name);
      if (local === undefined) this.#open(name, at);
      return local === undefined ? undefined : String(local);
    });
    return replaced.replaceAll("${!", "${");
  }

  #join(argument: unknown, at: Pointer, mode: Mode): unknown {
    const [delimiter, list] = isList(argument) ? argument : [];
    const texts = this.#texts(list, child(at, "Fn::Join"), mode);
    return texts.join(typeof delimiter === "string" ? delimiter : "");
  }

  #split(argument: unknown, at: Pointer, mode: Mode): readonly string[] {
    const [delimiter, text] = this.#texts(argument, child(at, "Fn::Split"), mode);
    return (text ?? "").split(delimiter ?? ",");
  }

  #select(argument: unknown, at: Pointer, mode: Mode): unknown {
    const inside = child(at, "Fn::Select");
    const [index, list] = isList(argument) ? argument : [];
    const items = this.#value(list, child(inside, 1), mode);
    if (isList(items) && Number(index) in items) return items[Number(index)];
    const place = typeof index === "number" ? index : this.#plain(index, at);
    return this.#reference(`${typeof items === "string" ? items : "Fn::Select"}.${place}`, at);
  }

  #texts(list: unknown, at: Pointer, mode: Mode): readonly string[] {
    const items = this.#value(list, at, mode);
    if (!isList(items)) return [this.#plain(items, at)];
    return items.map((item) => this.#plain(item, at));
  }

  /** A value inside of a text; what is no text is reported and leaves nothing. */
  #plain(value: unknown, at: Pointer): string {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return String(value);
    }
    // tools that write templates leave such values where they know none
    if (value === null) return "null";
    if (value !== nothing) {
      this.#sink.error("GG032", at, `an intrinsic needs text here, not ${describe(value)}`);
    }
    return "";
  }

  /** `[condition, then, else]`: the settings say whether the condition holds. */
  #if(argument: unknown, at: Pointer, mode: Mode): unknown {
    if (!isList(argument) || argument.length !== 3) {
      this.#sink.error(
        "GG032",
        at,
        `Fn::If needs a condition and two values, not ${describe(argument)}`,
      );
      return nothing;
    }
    const condition = String(argument[0]);
    const known = this.condition(condition);
    if (known === undefined) this.#undecided(condition, at);
    const index = known === false ? 2 : 1;
    this.#branches.set(at, ["Fn::If", String(index)]);
    return this.#value(argument[index], at, mode);
  }

  #undecided(condition: string, at: Pointer): void {
    const hint = `set parameters: { ${condition}: true } or false in the settings`;
    // The branch not taken may be the one that protects the API: never decided by default.
    if (securityPart.test(at)) {
      const message = `the condition ${quote(condition)} decides about security and is not set`;
      this.#sink.error("GG031", at, message, { hint });
      return;
    }
    if (this.#undecidedNames.has(condition)) return;
    this.#undecidedNames.add(condition);
    const message = `the condition ${quote(condition)} is not set; its first branch is taken`;
    this.#sink.warning("GG031", at, message, { hint });
  }

  #lookup(name: string): Scalar | undefined {
    return this.#parameters.get(name);
  }

  #open(name: string, at: Pointer): void {
    if (!this.#placeholders.has(name)) this.#placeholders.set(name, { name, at });
  }
}

/** The one key of an intrinsic; a `Ref` member with other members, or in an example, is data. */
function intrinsicName(object: JsonObject, mode: Mode): string | undefined {
  let only: string | undefined;
  for (const key in object) {
    if (only !== undefined) return undefined;
    only = key;
  }
  if (only === undefined) return undefined;
  if (only === "Ref")
    return mode !== "prose" && typeof object[only] === "string" ? only : undefined;
  return only.startsWith("Fn::") ? only : undefined;
}
