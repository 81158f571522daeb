import { isList, isObject, member, quote, type JsonObject } from "../json.js";
import { child } from "../pointer.js";
import type { LintCheck, LintFinding } from "./finding.js";
import { namedSchemas, walkSchema, type NamedSchema } from "./schema-walk.js";

/** Keywords that a model may hold and AWS does not check, with what to do. */
const unchecked = new Map([
  ["discriminator", "tell the members of oneOf apart by an enum of one value"],
  ["exclusiveMinimum", "give the least value that is allowed as minimum"],
  ["maxItems", "check the number of items in the backend"],
  ["minItems", "check the number of items in the backend"],
  ["nullable", "on AWS null is refused: add it to an enum, or leave the member out"],
  ["readOnly", "make a schema of its own for requests"],
  ["writeOnly", "make a schema of its own for answers"],
]);
const annotations = new Set(["default", "deprecated", "example", "xml"]);

/** What an import into a REST API does to the schemas of a document. */
export const checkModels: LintCheck = ({ gateway, document }) => {
  if (gateway.api.kind !== "rest") return [];
  const { family } = document.version;
  return namedSchemas(document).flatMap((model) => [
    ...modelName(model),
    ...emptyModel(model),
    ...keywords(model, family === "2.0"),
    ...(family === "3.0" ? choices(model) : []),
  ]);
};

function modelName({ name, at }: NamedSchema): readonly LintFinding[] {
  if (/^[A-Za-z0-9]+$/.test(name)) return [];
  const message = `AWS refuses the model name ${quote(name)}: it takes letters and digits only`;
  const plain = name.replace(/[^A-Za-z0-9]/g, "");
  const hint = plain === "" ? {} : { hint: `rename it, for example to ${quote(plain)}` };
  return [{ rule: "aws-model-name", at, message, ...hint }];
}

function emptyModel({ name, schema, at }: NamedSchema): readonly LintFinding[] {
  // every REST API has a model Empty of its own
  if (!isObject(schema) || name === "Empty") return [];
  const isContainer = ["object", "array", undefined].some((type) => type === schema["type"]);
  const says = ["$ref", "properties", "items", "allOf", "anyOf", "oneOf", "not", "enum"];
  const isEmpty = isContainer && !says.some((key) => Object.hasOwn(schema, key));
  if (!isEmpty || isObject(schema["additionalProperties"])) return [];
  const message = `the model ${quote(name)} has neither properties nor items; AWS asks for at least one`;
  return [{ rule: "aws-model-empty", at, message }];
}

/** One finding for each keyword of a model, at its first place. */
function keywords({ name, schema, at }: NamedSchema, isOld: boolean): readonly LintFinding[] {
  const found = new Map<string, LintFinding>();
  const note = (keyword: string, finding: LintFinding): void => {
    if (!found.has(keyword)) found.set(keyword, finding);
  };
  walkSchema(schema, at, (inner, place) => {
    for (const keyword of Object.keys(inner)) {
      const hint = isOld && keyword === "oneOf" ? "use allOf" : unchecked.get(keyword);
      const where = child(place, keyword);
      if (hint !== undefined && isAsked(inner, keyword)) {
        const message = `AWS does not check ${quote(keyword)}, which the model ${quote(name)} asks for`;
        note(keyword, { rule: "aws-model-keyword", at: where, message, hint });
      } else if (annotations.has(keyword)) {
        const message = `an import drops ${quote(keyword)} of the model ${quote(name)}`;
        note(keyword, { rule: "aws-model-annotation", at: where, message });
      }
    }
  });
  return [...found.values()];
}

/** `nullable: false` asks for nothing; a property named as a keyword is none, since names are not visited. */
function isAsked(schema: JsonObject, keyword: string): boolean {
  return member(schema, keyword) !== false;
}

function choices({ name, schema, at }: NamedSchema): readonly LintFinding[] {
  const found: LintFinding[] = [];
  walkSchema(schema, at, (inner, place) => {
    for (const keyword of ["allOf", "anyOf", "oneOf"]) {
      const members = member(inner, keyword);
      const hasReference =
        isList(members) &&
        members.some((item) => isObject(item) && typeof item["$ref"] === "string");
      if (!hasReference) continue;
      const message = `a $ref inside of ${keyword} in the model ${quote(name)} can fail the import of OpenAPI 3.0`;
      const hint = "write the schema that it refers to in its place";
      found.push({ rule: "aws-model-reference", at: child(place, keyword), message, hint });
    }
  });
  return found;
}
