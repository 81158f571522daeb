import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { isList, isObject, member, quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { descend } from "../../pointer.js";
import type { IntrinsicResolver } from "../intrinsics.js";

/** A resource with its intrinsics resolved and the template's globals under it. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** Place of a property: in the resource, or among the globals. */
  place(...keys: readonly (string | number)[]): Pointer;
}

/** Sections of `Globals` by the type of the resources that they are for. */
const globalSections: Readonly<Record<string, string>> = {
  "AWS::Serverless::Api": "Api",
  "AWS::Serverless::HttpApi": "HttpApi",
  "AWS::Serverless::Function": "Function",
};

/** A CloudFormation or SAM template whose parts are resolved when they are asked for. */
export class Template {
  readonly at: Pointer;
  readonly #value: JsonObject;
  readonly #intrinsics: IntrinsicResolver;
  readonly #sink: DiagnosticSink;
  readonly #known = new Map<string, Resource>();

  constructor(value: JsonObject, at: Pointer, intrinsics: IntrinsicResolver, sink: DiagnosticSink) {
    this.at = at;
    this.#value = value;
    this.#intrinsics = intrinsics;
    this.#sink = sink;
  }

  /** Resources of some types in their order; those whose condition does not hold are left out. */
  ofType(...types: readonly string[]): readonly Resource[] {
    return Object.keys(resourcesOf(this.#value)).flatMap((id) => {
      const type = typeOf(resourcesOf(this.#value)[id]);
      const resource = type !== undefined && types.includes(type) ? this.resource(id) : undefined;
      return resource ?? [];
    });
  }

  /** Undefined: there is none, or its condition does not hold. */
  resource(id: string): Resource | undefined {
    const known = this.#known.get(id);
    if (known) return known;
    const value = member(resourcesOf(this.#value), id);
    const type = typeOf(value);
    if (!isObject(value) || type === undefined || !this.#isMade(value, id)) return undefined;
    const resource = this.#resolve(id, type, value);
    this.#known.set(id, resource);
    return resource;
  }

  /** The globals of a type, for resources that stand in no template. */
  globals(type: string): { readonly value: JsonObject; readonly at: Pointer } {
    const section = globalSections[type] ?? "";
    const at = descend(this.at, ["Globals", section]);
    const globals = isObject(this.#value["Globals"]) ? this.#value["Globals"] : {};
    const value = this.#intrinsics.resolve(member(globals, section), at);
    return { value: isObject(value) ? value : {}, at };
  }

  #resolve(id: string, type: string, value: JsonObject): Resource {
    const at = descend(this.at, ["Resources", id, "Properties"]);
    const resolved = this.#intrinsics.resolve(value["Properties"], at);
    const own = isObject(resolved) ? resolved : {};
    const globals = this.globals(type);
    return {
      id,
      type,
      properties: overGlobals(globals.value, own),
      place: (...keys) => {
        const isGlobal = !holds(own, keys) && holds(globals.value, keys);
        return descend(isGlobal ? globals.at : at, keys.map(String));
      },
    };
  }

  #isMade({ Condition: condition }: JsonObject, id: string): boolean {
    if (typeof condition !== "string") return true;
    const at = descend(this.at, ["Resources", id, "Condition"]);
    const holdsCondition = this.#intrinsics.condition(condition);
    if (holdsCondition !== undefined) return holdsCondition;
    const message = `the condition ${quote(condition)} is not set; the resource ${quote(id)} is taken`;
    this.#sink.warning("GG031", at, message, {
      hint: `set parameters: { ${condition}: true } or false in the settings`,
    });
    return true;
  }
}

export function resourcesOf(template: JsonObject): JsonObject {
  return isObject(template["Resources"]) ? template["Resources"] : {};
}

export function typeOf(resource: unknown): string | undefined {
  if (!isObject(resource)) return undefined;
  const type = resource["Type"] ?? resource["type"];
  return typeof type === "string" ? type : undefined;
}

/** Id of the resource that a resolved reference names: `${Api}`, `${Api.RootResourceId}`, `Api`. */
export function referredId(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  return /^\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}$/.exec(value)?.[1] ?? value;
}

/** Globals under a resource as SAM merges them: objects deeply, lists one after the other. */
function overGlobals(globals: JsonObject, own: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...globals, ...own };
  for (const key of Object.keys(globals)) {
    const [below, above] = [globals[key], member(own, key)];
    if (isObject(below) && isObject(above)) result[key] = overGlobals(below, above);
    else if (isList(below) && isList(above)) result[key] = [...below, ...above];
  }
  return result;
}

function holds(value: unknown, keys: readonly (string | number)[]): boolean {
  return keys.every((key) => {
    const parent = value;
    value = isList(parent)
      ? parent[Number(key)]
      : isObject(parent)
        ? member(parent, String(key))
        : undefined;
    return value !== undefined;
  });
}
