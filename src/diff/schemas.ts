import type { Model, ObjectShape, Property, Schema, Shape } from "../ir/schema.js";
import { quote } from "../json.js";
import type { Change, ChangeSeverity } from "./change.js";
import { contentOf, isSame, pairUp } from "./pairs.js";

/** Who writes the value: a client must fit what is asked, and be able to read what is given. */
export type Direction = "request" | "response";

interface Side {
  readonly before: Schema;
  readonly after: Schema;
}

/** Where in a value a difference is. */
interface Spot {
  /** `POST /pets`, or the model. */
  readonly subject: string;
  /** `body.owner.name`. */
  readonly path: string;
  readonly direction: Direction;
}

/** Kinds of what a schema says, in terms of those who meet it. */
type Effect = "narrower" | "wider" | "other" | "none";

const severities: Readonly<Record<Direction, Readonly<Record<Effect, ChangeSeverity>>>> = {
  request: { narrower: "breaking", wider: "safe", other: "breaking", none: "safe" },
  response: { narrower: "safe", wider: "behaviour", other: "breaking", none: "safe" },
};

/**
 * Compares schemas in both directions. A model that many routes use is compared once for each direction,
 * and its changes are told as its own.
 */
export class SchemaComparison {
  readonly changes: Change[] = [];
  readonly #before: ReadonlyMap<string, Model>;
  readonly #after: ReadonlyMap<string, Model>;
  readonly #seen = new Set<string>();

  constructor(before: readonly Model[], after: readonly Model[]) {
    this.#before = new Map(before.map((model) => [model.name, model]));
    this.#after = new Map(after.map((model) => [model.name, model]));
  }

  /** Where the models of one name were met. */
  usesOf(model: string): { readonly inRequests: boolean; readonly inAnswers: boolean } {
    const isSeen = (direction: Direction): boolean =>
      this.#seen.has(contentOf([direction, model, model]));
    return { inRequests: isSeen("request"), inAnswers: isSeen("response") };
  }

  compare(before: Schema, after: Schema, spot: Spot): void {
    const [left, right] = [before.shape, after.shape];
    if (left.kind === "ref" || right.kind === "ref") {
      this.#references({ before, after }, spot);
      return;
    }
    this.#nullable({ before, after }, spot);
    this.#shapes({ before, after }, spot);
  }

  /** Models of one name are told as such; a name alone is nothing that a client sees. */
  #references(side: Side, spot: Spot): void {
    const names = [side.before, side.after].map(({ shape }) =>
      shape.kind === "ref" ? shape.model : undefined,
    );
    const [from, to] = names;
    const before = from === undefined ? side.before : this.#before.get(from)?.schema;
    const after = to === undefined ? side.after : this.#after.get(to)?.schema;
    if (before === undefined || after === undefined) return;
    const key = contentOf([spot.direction, from ?? side.before.at, to ?? side.after.at]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const isNamed = from !== undefined && from === to;
    this.compare(before, after, isNamed ? { ...spot, subject: `model ${from}`, path: "" } : spot);
  }

  #nullable({ before, after }: Side, spot: Spot): void {
    if (before.nullable === after.nullable) return;
    const isWider = after.nullable;
    // a client that does not expect null fails over it
    const severity =
      spot.direction === "request"
        ? isWider
          ? "safe"
          : "breaking"
        : isWider
          ? "breaking"
          : "safe";
    this.#tell(spot, severity, isWider ? "may be null now" : "may not be null any more", {
      before,
      after,
    });
  }

  #shapes(side: Side, spot: Spot): void {
    const [left, right] = [this.#merged(side.before, "before"), this.#merged(side.after, "after")];
    if (left.kind === "object" && right.kind === "object") {
      this.#objects(left, right, side, spot);
    } else if (left.kind === "array" && right.kind === "array") {
      this.compare(left.items, right.items, { ...spot, path: `${spot.path}[]` });
    } else if (left.kind === "enum" && right.kind === "enum") {
      this.#enums(left.values.map(contentOf), right.values.map(contentOf), side, spot);
    } else if (left.kind === "union" && right.kind === "union") {
      this.#unions(left.of, right.of, side, spot);
    } else if (!isSame(left, right)) {
      this.#effect(
        effectOf(left, right),
        `was ${nameOf(left)} and is ${nameOf(right)}`,
        side,
        spot,
      );
    }
  }

  /** `allOf` of objects is one object. */
  #merged({ shape }: Schema, side: "before" | "after", depth = 0): Shape {
    if (shape.kind !== "all" || depth > 20) return shape;
    const models = side === "before" ? this.#before : this.#after;
    const parts = shape.of.map((part) => {
      const target = part.shape.kind === "ref" ? models.get(part.shape.model)?.schema : part;
      return target && this.#merged(target, side, depth + 1);
    });
    const objects = parts.filter((part) => part?.kind === "object");
    if (objects.length !== parts.length) return shape;
    const properties = new Map<string, Property>();
    for (const property of objects.flatMap((part) => part.properties)) {
      const known = properties.get(property.name);
      const required = property.required || known?.required === true;
      properties.set(property.name, { ...property, required });
    }
    const additional = objects.every((part) => part.additional !== false);
    return { kind: "object", properties: [...properties.values()], additional };
  }

  #objects(left: ObjectShape, right: ObjectShape, side: Side, spot: Spot): void {
    const { both, removed, added } = pairUp(left.properties, right.properties, ({ name }) => name);
    for (const [before, after] of both) {
      const inner = { ...spot, path: join(spot.path, before.name) };
      const schemas = { before: before.schema, after: after.schema };
      if (before.required !== after.required) {
        this.#required(after.required, schemas, inner);
      }
      this.compare(before.schema, after.schema, inner);
    }
    for (const { name, schema } of removed) {
      const inner = { ...spot, path: join(spot.path, name) };
      const isRefused = right.additional === false;
      const severity =
        spot.direction === "response" || isRefused ? ("breaking" as const) : "behaviour";
      this.#tell(inner, severity, "is gone", { before: schema, after: undefined });
    }
    for (const { name, schema, required } of added) {
      const inner = { ...spot, path: join(spot.path, name) };
      const isAsked = spot.direction === "request" && required;
      const text = isAsked ? "is new and required" : "is new";
      this.#tell(inner, isAsked ? "breaking" : "safe", text, { before: undefined, after: schema });
    }
    this.#additional(left.additional, right.additional, side, spot);
  }

  #additional(
    left: ObjectShape["additional"],
    right: ObjectShape["additional"],
    side: Side,
    spot: Spot,
  ): void {
    if (typeof left === "object" && typeof right === "object") {
      this.compare(left, right, { ...spot, path: `${spot.path}{}` });
    } else if ((left === false) !== (right === false)) {
      const isClosed = right === false;
      const text = isClosed ? "takes no other members any more" : "takes other members now";
      this.#effect(isClosed ? "narrower" : "wider", text, side, spot);
    }
  }

  #required(isNow: boolean, side: Side, spot: Spot): void {
    const isWorse = (spot.direction === "request") === isNow;
    const text = isNow ? "is required now" : "is not required any more";
    this.#tell(spot, isWorse ? "breaking" : "safe", text, side);
  }

  #enums(left: readonly string[], right: readonly string[], side: Side, spot: Spot): void {
    const removed = left.filter((value) => !right.includes(value));
    const added = right.filter((value) => !left.includes(value));
    const [take, takes] = spot.direction === "request" ? ["take", "takes"] : ["give", "gives"];
    if (removed.length > 0) {
      this.#effect("narrower", `does not ${take} ${listed(removed)} any more`, side, spot);
    }
    if (added.length > 0) this.#effect("wider", `also ${takes} ${listed(added)}`, side, spot);
  }

  #unions(left: readonly Schema[], right: readonly Schema[], side: Side, spot: Spot): void {
    const key = ({ shape }: Schema): string =>
      shape.kind === "ref" ? `model ${shape.model}` : contentOf(shape);
    const { both, removed, added } = pairUp(left, right, key);
    for (const [before, after] of both) this.compare(before, after, spot);
    const names = (schemas: readonly Schema[]): string =>
      listed(schemas.map(({ shape }) => nameOf(shape)));
    if (removed.length > 0 && removed.length === added.length && removed.length === 1) {
      const [before] = removed;
      const [after] = added;
      if (before && after) this.compare(before, after, spot);
      return;
    }
    if (removed.length > 0) {
      this.#effect("narrower", `is not ${names(removed)} any more`, side, spot);
    }
    if (added.length > 0) this.#effect("wider", `may also be ${names(added)}`, side, spot);
  }

  #effect(effect: Effect, text: string, side: Side, spot: Spot): void {
    this.#tell(spot, severities[spot.direction][effect], text, side);
  }

  #tell(
    { subject, path, direction }: Spot,
    severity: ChangeSeverity,
    text: string,
    side: { readonly before: Schema | undefined; readonly after: Schema | undefined },
  ): void {
    const where = direction === "request" ? "in requests" : "in answers";
    const name = path === "" ? "it" : quote(path);
    this.changes.push({
      kind: "schema",
      severity,
      subject,
      message: `${where}, ${name} ${text}`,
      before: side.before?.at,
      after: side.after?.at,
    });
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).join(", ");
  return texts.length > 5 ? `${shown} and ${texts.length - 5} more` : shown;
}

function effectOf(left: Shape, right: Shape): Effect {
  if (left.kind === "number" && right.kind === "number" && left.integer !== right.integer) {
    return right.integer ? "narrower" : "wider";
  }
  if (left.kind === right.kind) {
    // formats of one type are hints
    return left.kind === "number" || left.kind === "string" ? "wider" : "other";
  }
  if (left.kind === "unknown") return "narrower";
  if (right.kind === "unknown") return "wider";
  if (right.kind === "enum" && fits(right.values[0], left)) return "narrower";
  if (left.kind === "enum" && fits(left.values[0], right)) return "wider";
  if (right.kind === "union" && hasMember(right.of, left)) return "wider";
  if (left.kind === "union" && hasMember(left.of, right)) return "narrower";
  return "other";
}

function fits(value: unknown, { kind }: Shape): boolean {
  return typeof value === kind;
}

function hasMember(schemas: readonly Schema[], shape: Shape): boolean {
  return schemas.some((schema) => isSame(schema.shape, shape));
}

const plainNames: Readonly<Record<Shape["kind"], string>> = {
  unknown: "anything",
  never: "nothing",
  null: "null",
  boolean: "a boolean",
  number: "a number",
  string: "text",
  enum: "one of fixed values",
  ref: "a model",
  array: "a list",
  tuple: "a list of fixed items",
  object: "an object",
  all: "a combination of schemas",
  union: "one of several schemas",
};

function nameOf(shape: Shape): string {
  switch (shape.kind) {
    case "number":
      return `${shape.integer ? "an integer" : "a number"}${formatOf(shape.format)}`;
    case "string":
      return `text${formatOf(shape.format)}`;
    case "ref":
      return `the model ${quote(shape.model)}`;
    default:
      return plainNames[shape.kind];
  }
}

function formatOf(format: string | undefined): string {
  return format === undefined ? "" : ` (${format.slice(0, 40)})`;
}
