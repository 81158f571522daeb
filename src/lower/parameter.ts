import type { Body, Parameter } from "../ir/operation.js";
import type { JsonObject } from "../json.js";
import { isObject, quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { InlineName } from "./body.js";
import { lowerPlainContent } from "./body.js";
import { followReference } from "./follow-reference.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";
import type { PathVariable } from "./path.js";
import { lowerSchema } from "./schema.js";

export interface LoweredParameters {
  readonly parameters: readonly Parameter[];
  /** `in: body` and `in: formData` of 2.0. */
  readonly body: Body | undefined;
}

export interface ParameterPlaces {
  readonly pathItem: Members;
  readonly operation: Members;
  readonly variables: readonly PathVariable[];
  readonly consumes: readonly string[];
  readonly inlineName: InlineName;
}

/**
 * Path level parameters under those of the operation. Path variables come first, in path order, declared or
 * not. Problems: GG211 to GG215.
 */
export function lowerParameters(context: Lowering, places: ParameterPlaces): LoweredParameters {
  const declared = new Map<string, Members>();
  for (const holder of [places.pathItem, places.operation]) {
    const own = new Set<string>();
    for (const parameter of readParameters(context, holder)) {
      const key = `${parameter.text("in")} ${parameter.text("name")}`;
      if (own.has(key)) {
        const message = `the parameter ${quote(parameter.text("name") ?? "")} is declared twice`;
        context.sink.warning("GG211", parameter.at, message);
      }
      own.add(key);
      declared.set(key, parameter);
    }
  }
  const others = [...declared.values()];
  const parameters = [
    ...places.variables.map((variable) => lowerPathVariable(context, variable, declared, places)),
    ...others.flatMap((parameter) => lowerDeclared(context, parameter, places.variables)),
  ];
  checkNames(context, parameters);
  return { parameters, body: oldBody(context, others, places) };
}

function readParameters(context: Lowering, holder: Members): readonly Members[] {
  return (holder.list("parameters") ?? []).flatMap((item, index) => {
    const at = child(holder.place("parameters"), index);
    const parameter = followReference(context, item, at);
    if (!parameter) return [];
    if (parameter.text("name") !== undefined && parameter.text("in") !== undefined)
      return [parameter];
    context.sink.warning("GG212", at, 'a parameter needs "name" and "in"; it is ignored');
    return [];
  });
}

function lowerPathVariable(
  context: Lowering,
  variable: PathVariable,
  declared: ReadonlyMap<string, Members>,
  places: ParameterPlaces,
): Parameter {
  const { name, greedy } = variable;
  const given = declared.get(`path ${name}`) ?? declared.get(`path ${name}+`);
  return {
    at: given?.at ?? places.operation.at,
    name,
    in: "path",
    required: true,
    greedy,
    description: given?.text("description"),
    deprecated: given?.flag("deprecated") ?? false,
    schema: given
      ? parameterSchema(context, given)
      : lowerSchema(context, { type: "string" }, places.operation.at),
  };
}

function lowerDeclared(
  context: Lowering,
  parameter: Members,
  variables: readonly PathVariable[],
): readonly Parameter[] {
  const name = parameter.text("name") ?? "";
  const place = parameter.text("in")?.toLowerCase() ?? "";
  if (place === "body" || place === "formdata") return [];
  if (place === "path") {
    if (variables.some((variable) => variable.name === name.replace(/\+$/, ""))) return [];
    // The service keeps it all the same: with a parameter validator every request lacks it.
    context.sink.warning("GG213", parameter.at, `the path has no variable {${name}}`);
    return [lowerOther(context, parameter, name, place)];
  }
  if (place !== "query" && place !== "header") {
    const message = `API Gateway does not read parameters in ${quote(place)}; ${quote(name)} is ignored`;
    context.sink.info("GG214", parameter.at, message);
    return [];
  }
  return [lowerOther(context, parameter, name, place)];
}

function lowerOther(
  context: Lowering,
  parameter: Members,
  name: string,
  place: Parameter["in"],
): Parameter {
  return {
    at: parameter.at,
    name,
    in: place,
    required: parameter.flag("required") ?? false,
    greedy: false,
    description: parameter.text("description"),
    deprecated: parameter.flag("deprecated") ?? false,
    schema: parameterSchema(context, parameter),
  };
}

/** 2.0: the parameter is its own schema. 3.x: `schema`, or the one media type of `content`. */
function parameterSchema(context: Lowering, parameter: Members): Parameter["schema"] {
  if (parameter.has("schema")) {
    return lowerSchema(context, parameter.value["schema"], parameter.place("schema"));
  }
  const content = parameter.object("content");
  const [mediaType] = content ? Object.keys(content.value) : [];
  const media = mediaType === undefined ? undefined : content?.object(mediaType);
  if (media) return lowerSchema(context, media.value["schema"], media.place("schema"));
  const { description: _description, required: _required, ...schema } = parameter.value;
  return lowerSchema(context, schema, parameter.at);
}

/** A name must be unique over query, header and path of one method. */
function checkNames(context: Lowering, parameters: readonly Parameter[]): void {
  const places = new Map<string, Parameter["in"]>();
  for (const { name, in: place, at } of parameters) {
    const other = places.get(name);
    if (other !== undefined && other !== place) {
      const message = `${quote(name)} is both a ${other} and a ${place} parameter; API Gateway wants names unique over both`;
      context.sink.warning("GG215", at, message);
    }
    places.set(name, place);
  }
}

const formTypes = ["application/x-www-form-urlencoded", "multipart/form-data"];

/** The body of 2.0: one parameter, or the fields of a form. */
function oldBody(
  context: Lowering,
  declared: readonly Members[],
  places: ParameterPlaces,
): Body | undefined {
  if (context.family !== "2.0") return undefined;
  const body = declared.find((parameter) => parameter.text("in") === "body");
  if (body) return plainBody(context, body, places);
  const fields = declared.filter((parameter) => parameter.text("in")?.toLowerCase() === "formdata");
  const first = fields[0];
  if (!first) return undefined;
  const types = places.consumes.filter((type) => formTypes.includes(type));
  const hasFile = fields.some((field) => field.value["type"] === "file");
  const schema = { value: formSchema(fields), at: first.at };
  return {
    at: first.at,
    required: fields.some((field) => field.value["required"] === true),
    description: undefined,
    content: lowerPlainContent(
      context,
      types.length > 0
        ? types
        : [hasFile ? "multipart/form-data" : "application/x-www-form-urlencoded"],
      schema,
      { example: () => undefined, inlineName: undefined },
    ),
  };
}

function plainBody(context: Lowering, body: Members, places: ParameterPlaces): Body {
  const types = places.consumes.length > 0 ? places.consumes : ["application/json"];
  const schema: { value: unknown; at: Pointer } = {
    value: body.value["schema"],
    at: body.place("schema"),
  };
  return {
    at: body.at,
    required: body.flag("required") ?? false,
    description: body.text("description"),
    content: lowerPlainContent(context, types, schema, {
      example: () => (isObject(schema.value) ? schema.value["example"] : undefined),
      inlineName: places.inlineName,
    }),
  };
}

function formSchema(fields: readonly Members[]): JsonObject {
  const properties = new Map<string, JsonObject>();
  const required: string[] = [];
  for (const field of fields) {
    const name = field.text("name") ?? "";
    const { required: isRequired, ...schema } = field.value;
    properties.set(name, schema);
    if (isRequired === true) required.push(name);
  }
  return { type: "object", properties: Object.fromEntries(properties), required };
}
