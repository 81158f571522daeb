import type { JsonValue, Model, PatternEngine } from "../ir/schema.js";
import { quote } from "../json.js";
import { checkDialect, toJsonSchema } from "./json-schema.js";
import type { Lowering } from "./lowering.js";
import type { NamedSchema } from "./model-registry.js";
import { directParts, lowerSchema } from "./schema.js";

/**
 * Lowers every named schema; `validated` are the models that bodies are checked against. Runs last: the other
 * parts name schemas on their way, and so does a validator that reaches what no type shows (`not`, `then`).
 */
export function lowerModels(context: Lowering, validated: Iterable<string>): readonly Model[] {
  const named = context.models.schemas();
  const models = new Map<string, Model>();
  const lowerNew = (): void => {
    for (let schema = named[models.size]; schema; schema = named[models.size]) {
      models.set(schema.name, lowerModel(context, schema));
    }
  };
  lowerNew();
  // What a validator needs is read while problems can be reported.
  const queue = new Set(validated);
  if (queue.size > 0) checkDialect(context);
  for (const name of queue) {
    for (const next of models.get(name)?.references ?? []) queue.add(next);
    lowerNew();
  }
  const lowered = [...models.values()];
  checkCircles(context, lowered);
  return lowered;
}

function lowerModel(context: Lowering, { name, value, at }: NamedSchema): Model {
  let json: JsonValue | undefined;
  const patterns = new Map<string, PatternEngine>();
  return {
    at,
    name,
    schema: lowerSchema(context, value, at),
    // Few models are ever validated against; a large document would pay for all of them.
    get json() {
      return (json ??= toJsonSchema({ ...context, patterns }, value, at));
    },
    get references() {
      return [...new Set(referencedModels(this.json))];
    },
    get patterns() {
      return this.json === undefined ? new Map() : patterns;
    },
    dialect: context.family === "3.1" ? "2020-12" : "draft-04",
  };
}

/** Members whose own members are named by the user: a property may be called `$ref` or `enum`. */
const namedKeys = new Set(["dependencies", "dependentSchemas", "patternProperties", "properties"]);

function referencedModels(json: JsonValue, isNamed = false): readonly string[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([key, value]: [string, JsonValue]) => {
    if (isNamed) return referencedModels(value);
    if (key === "enum" || key === "const") return [];
    if (key === "$ref" && typeof value === "string") return [modelOf(value)];
    return referencedModels(value, namedKeys.has(key));
  });
}

function modelOf(reference: string): string {
  return reference.slice("#/definitions/".length).replaceAll("~1", "/").replaceAll("~0", "~");
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
