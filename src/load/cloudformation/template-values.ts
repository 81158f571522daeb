import { createDiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { isList, isObject, member } from "../../json.js";
import { root } from "../../pointer.js";
import type { Scalar } from "../intrinsics.js";
import { IntrinsicResolver } from "../intrinsics.js";

/** Conditions inside one another; a template has 200 conditions at most. */
const maxNesting = 50;

/**
 * What a template says by itself: the defaults of its parameters, its mappings (`Map.First.Second`), and
 * those conditions that the known parameters decide. `given`: what the settings say, which counts first.
 */
export function templateValues(
  template: JsonObject,
  given: ReadonlyMap<string, Scalar>,
): ReadonlyMap<string, Scalar> {
  const values = new Map<string, Scalar>([...defaultsOf(template), ...mappingsOf(template)]);
  const known = new Map([...values, ...given]);
  for (const name of Object.keys(sectionOf(template, "Conditions"))) {
    if (given.has(name)) continue;
    const holds = decide({ Condition: name }, template, known, maxNesting);
    if (holds !== undefined) values.set(name, holds);
  }
  return values;
}

function sectionOf(template: JsonObject, key: string): JsonObject {
  const section = template[key];
  return isObject(section) ? section : {};
}

function defaultsOf(template: JsonObject): readonly (readonly [string, Scalar])[] {
  return Object.entries(sectionOf(template, "Parameters")).flatMap(([name, parameter]) => {
    if (!isObject(parameter)) return [];
    // the default of such a parameter is the name under which its value is stored
    if (String(parameter["Type"]).startsWith("AWS::SSM::Parameter::Value")) return [];
    const value = parameter["Default"];
    return isScalar(value) ? [[name, value] as const] : [];
  });
}

function mappingsOf(template: JsonObject): readonly (readonly [string, Scalar])[] {
  return Object.entries(sectionOf(template, "Mappings")).flatMap(([map, firsts]) =>
    Object.entries(isObject(firsts) ? firsts : {}).flatMap(([first, seconds]) =>
      Object.entries(isObject(seconds) ? seconds : {}).flatMap(([second, value]) =>
        isScalar(value) ? [[`${map}.${first}.${second}`, value] as const] : [],
      ),
    ),
  );
}

/** Undefined: the known values do not tell. */
function decide(
  condition: unknown,
  template: JsonObject,
  known: ReadonlyMap<string, Scalar>,
  nesting: number,
): boolean | undefined {
  if (!isObject(condition) || nesting === 0) return undefined;
  const [name, argument] = Object.entries(condition)[0] ?? [];
  const parts = (): readonly (boolean | undefined)[] =>
    (isList(argument) ? argument : []).map((part) => decide(part, template, known, nesting - 1));
  switch (name) {
    case "Condition": {
      const given = known.get(String(argument));
      if (given !== undefined) return given === true || given === "true";
      const written = member(sectionOf(template, "Conditions"), String(argument));
      return decide(written, template, known, nesting - 1);
    }
    case "Fn::Equals": {
      const [left, right] = (isList(argument) ? argument : []).map((side) => plain(side, known));
      return left === undefined || right === undefined ? undefined : left === right;
    }
    case "Fn::Not": {
      const [part] = parts();
      return part === undefined ? undefined : !part;
    }
    case "Fn::And":
      if (parts().includes(false)) return false;
      return parts().includes(undefined) ? undefined : true;
    case "Fn::Or":
      if (parts().includes(true)) return true;
      return parts().includes(undefined) ? undefined : false;
    default:
      return undefined;
  }
}

/** A side of a comparison as text; undefined when it is not known. Conditions are told of where they are used. */
function plain(value: unknown, known: ReadonlyMap<string, Scalar>): string | undefined {
  const sink = createDiagnosticSink();
  const resolver = new IntrinsicResolver(known, sink);
  const resolved = resolver.resolve(structuredClone(value), root("condition"));
  const isKnown = !sink.hasErrors() && resolver.placeholders().length === 0;
  return isKnown && isScalar(resolved) ? String(resolved) : undefined;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
