import type { JsonValue, Model } from "../ir/schema.js";
import { quote } from "../json.js";
import { toJsonSchema } from "./json-schema.js";
import type { Lowering } from "./lowering.js";
import type { NamedSchema } from "./model-registry.js";
import { directParts, lowerSchema } from "./schema.js";

/** Lowers every named schema. Runs last: the other parts name schemas on their way. */
export function lowerModels(context: Lowering): readonly Model[] {
  const models: Model[] = [];
  for (const named of context.models.schemas()) models.push(lowerModel(context, named));
  checkCircles(context, models);
  return models;
}

function lowerModel(context: Lowering, { name, value, at }: NamedSchema): Model {
  let json: JsonValue | undefined;
  return {
    at,
    name,
    schema: lowerSchema(context, value, at),
    // Few models are ever validated against; a large document would pay for all of them.
    get json() {
      return (json ??= toJsonSchema(context, value, at));
    },
    dialect: context.family === "3.1" ? "2020-12" : "draft-04",
  };
}

/** Models of a JSON schema, so that what a validator needs is checked while problems can be reported. */
export function checkValidated(models: readonly Model[], names: Iterable<string>): void {
  const byName = new Map(models.map((model) => [model.name, model]));
  const queue = new Set(names);
  for (const name of queue) {
    const json = byName.get(name)?.json;
    for (const next of referencedModels(json)) queue.add(next);
  }
}

function referencedModels(json: JsonValue | undefined): readonly string[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    if (key !== "$ref" || typeof value !== "string") return referencedModels(value);
    return [value.slice("#/definitions/".length).replaceAll("~1", "/").replaceAll("~0", "~")];
  });
}

/** A schema that leads back to itself by references and combinations alone describes nothing. */
function checkCircles(context: Lowering, models: readonly Model[]): void {
  const parts = new Map(models.map(({ name, schema }) => [name, directParts(schema.shape)]));
  const done = new Set<string>();
  for (const { name, at } of models) {
    const circle = findCircle(name, parts, done);
    if (!circle) continue;
    const shown = circle.length > 8 ? [...circle.slice(0, 7), "..."] : circle;
    const way = [...shown, circle[0] ?? name].map(quote).join(" -> ");
    context.sink.error("GG021", at, `the schema refers to itself in a circle: ${way}`, {
      hint: "a recursive schema needs a property or an item between",
    });
  }
}

/** Depth first with a stack of its own: a chain of references may be as long as the document. */
function findCircle(
  start: string,
  parts: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): readonly string[] | undefined {
  const path = new Set<string>();
  const stack = [{ name: start, isLeft: false }];
  for (let step = stack.pop(); step; step = stack.pop()) {
    const { name, isLeft } = step;
    if (isLeft) {
      path.delete(name);
      continue;
    }
    if (path.has(name)) return [...path].slice([...path].indexOf(name));
    if (done.has(name)) continue;
    done.add(name);
    path.add(name);
    stack.push({ name, isLeft: true });
    for (const next of parts.get(name) ?? []) stack.push({ name: next, isLeft: false });
  }
  return undefined;
}
