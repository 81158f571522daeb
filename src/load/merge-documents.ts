import type { JsonObject } from "../json.js";
import { isList, isObject, member, setMember } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

/** A document with where it stands. */
export interface PlacedDocument {
  readonly value: JsonObject;
  readonly at: Pointer;
}

/** A document put over another one. */
export interface MergedDocument {
  readonly value: JsonObject;
  /** Nodes of the result that come from the document below: their place there. */
  readonly moved: ReadonlyMap<Pointer, Pointer>;
}

/** Sections whose members have names: those of both documents are kept, the later one's win. */
const namedSections: readonly (readonly string[])[] = [
  ["definitions"],
  ["parameters"],
  ["responses"],
  ["securityDefinitions"],
  ["x-amazon-apigateway-gateway-responses"],
  ["x-amazon-apigateway-request-validators"],
  ...["schemas", "responses", "parameters", "examples", "requestBodies", "headers"].map((name) => [
    "components",
    name,
  ]),
  ["components", "securitySchemes"],
  ["components", "links"],
  ["components", "callbacks"],
];

/** What the root says for operations that do not say it themselves. */
const inherited = ["security", "x-amazon-apigateway-request-validator", "consumes", "produces"];

const binaryTypes = "x-amazon-apigateway-binary-media-types";
const methods = /^(?:get|put|post|delete|options|head|patch|x-amazon-apigateway-any-method)$/;

/**
 * Puts a document over another one as the service's import does with the mode `merge`: methods, models,
 * authorizers, validators and gateway responses by name, binary types of both; what the later one says
 * otherwise counts. Recorded for binary types; the rest: developer guide, "Updating an existing API".
 */
export function mergeDocuments(below: PlacedDocument, above: PlacedDocument): MergedDocument {
  const moved = new Map<Pointer, Pointer>();
  const result: Record<string, unknown> = { ...below.value, ...above.value };
  for (const key of Object.keys(below.value)) {
    if (member(above.value, key) === undefined)
      moved.set(child(above.at, key), child(below.at, key));
  }
  for (const path of namedSections) mergeSection(path, below, above, result, moved);
  result["paths"] = mergePaths(below, above, moved);
  const types = mergeTypes(below, above, moved);
  if (types !== undefined) result[binaryTypes] = types;
  return { value: result, moved };
}

/** Members of a section of both, the later ones over the earlier. */
function mergeSection(
  path: readonly string[],
  below: PlacedDocument,
  above: PlacedDocument,
  result: Record<string, unknown>,
  moved: Map<Pointer, Pointer>,
): void {
  const [first, second] = path;
  if (first === undefined) return;
  const [lower, upper] = [sectionOf(below, path), sectionOf(above, path)];
  if (lower === undefined || upper === undefined) {
    if (second === undefined || lower === undefined) return;
    // the later document has other components, and not these
    const holder = result[first];
    if (isObject(holder) && member(holder, second) === undefined) {
      result[first] = { ...holder, [second]: lower.value };
      moved.set(child(child(above.at, first), second), lower.at);
    }
    return;
  }
  const merged = mergeMembers(lower, upper, moved);
  if (second === undefined) result[first] = merged;
  else result[first] = { ...(result[first] as JsonObject), [second]: merged };
}

function sectionOf(
  { value, at }: PlacedDocument,
  path: readonly string[],
): PlacedDocument | undefined {
  let node: unknown = value;
  let place = at;
  for (const key of path) {
    node = isObject(node) ? member(node, key) : undefined;
    place = child(place, key);
  }
  return isObject(node) ? { value: node, at: place } : undefined;
}

function mergeMembers(
  lower: PlacedDocument,
  upper: PlacedDocument,
  moved: Map<Pointer, Pointer>,
): JsonObject {
  const merged: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(lower.value)) {
    if (member(upper.value, key) !== undefined) continue;
    setMember(merged, key, item);
    moved.set(child(upper.at, key), child(lower.at, key));
  }
  for (const [key, item] of Object.entries(upper.value)) setMember(merged, key, item);
  return merged;
}

/** Methods that only the earlier document has stay, with everything that its root and path say for them. */
function mergePaths(
  below: PlacedDocument,
  above: PlacedDocument,
  moved: Map<Pointer, Pointer>,
): JsonObject {
  const lower = sectionOf(below, ["paths"]) ?? { value: {}, at: child(below.at, "paths") };
  const upper = sectionOf(above, ["paths"]) ?? { value: {}, at: child(above.at, "paths") };
  const merged: Record<string, unknown> = {};
  for (const [path, item] of Object.entries(lower.value)) {
    const place = { value: item, at: child(lower.at, path) };
    const own = member(upper.value, path);
    const target = child(upper.at, path);
    setMember(merged, path, mergePath(place, own, target, below, moved));
  }
  for (const [path, item] of Object.entries(upper.value)) {
    if (member(merged, path) === undefined) setMember(merged, path, item);
  }
  return merged;
}

function mergePath(
  lower: { readonly value: unknown; readonly at: Pointer },
  upper: unknown,
  target: Pointer,
  below: PlacedDocument,
  moved: Map<Pointer, Pointer>,
): unknown {
  if (!isObject(lower.value)) return upper ?? lower.value;
  const path = { value: lower.value, at: lower.at };
  const merged: Record<string, unknown> = isObject(upper) ? { ...upper } : {};
  if (upper === undefined) moved.set(target, path.at);
  for (const [key, operation] of Object.entries(path.value)) {
    if (member(merged, key) !== undefined) continue;
    const place = child(target, key);
    if (methods.test(key) && isObject(operation)) {
      moved.set(place, child(path.at, key));
      setMember(merged, key, withInherited(operation, place, path, below, moved));
      // parameters of the path are told to each method: the later document may say others
    } else if (!isObject(upper) && key !== "parameters") {
      moved.set(place, child(path.at, key));
      setMember(merged, key, operation);
    }
  }
  return merged;
}

/** An operation with what its path and its root say for it, written out. */
function withInherited(
  operation: JsonObject,
  place: Pointer,
  path: PlacedDocument,
  below: PlacedDocument,
  moved: Map<Pointer, Pointer>,
): JsonObject {
  const result: Record<string, unknown> = { ...operation };
  for (const key of inherited) {
    if (result[key] !== undefined || below.value[key] === undefined) continue;
    result[key] = below.value[key];
    moved.set(child(place, key), child(below.at, key));
  }
  const shared = path.value["parameters"];
  if (!isList(shared)) return result;
  const own = operation["parameters"];
  const parameters: unknown[] = isList(own) ? [...own] : [];
  shared.forEach((parameter, index) => {
    if (isList(own) && own.some((other) => sameParameter(parameter, other))) return;
    const from = child(child(path.at, "parameters"), index);
    moved.set(child(child(place, "parameters"), parameters.length), from);
    parameters.push(parameter);
  });
  result["parameters"] = parameters;
  return result;
}

function sameParameter(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return false;
  if (one["$ref"] !== undefined) return one["$ref"] === other["$ref"];
  return one["name"] === other["name"] && one["in"] === other["in"];
}

/** Those of the earlier document first; recorded. */
function mergeTypes(
  below: PlacedDocument,
  above: PlacedDocument,
  moved: Map<Pointer, Pointer>,
): readonly unknown[] | undefined {
  const [lower, upper] = [below.value[binaryTypes], above.value[binaryTypes]];
  if (!isList(lower) || !isList(upper)) return undefined;
  const place = child(above.at, binaryTypes);
  const own = upper.filter((type) => !lower.includes(type));
  lower.forEach((_type, index) =>
    moved.set(child(place, index), child(child(below.at, binaryTypes), index)),
  );
  own.forEach((type, index) =>
    moved.set(child(place, lower.length + index), child(place, upper.indexOf(type))),
  );
  return [...lower, ...own];
}
