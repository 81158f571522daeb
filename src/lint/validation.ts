import { patternCost } from "../language/pattern-cost.js";
import { parseSchemaPattern } from "../language/schema-pattern.js";
import type { Operation } from "../ir/operation.js";
import { isObject, member, quote, type JsonObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child, parsePointer } from "../pointer.js";
import type { LintCheck, LintFinding, LintSubject } from "./finding.js";
import { namedSchemas, walkSchema } from "./schema-walk.js";

/** What is checked of a request, and what only looks as if it was. HTTP APIs validate nothing. */
export const checkValidation: LintCheck = (subject) => {
  const { kind, operations } = subject.gateway.api;
  const patterns = namedSchemas(subject.document).flatMap(({ schema, at }) => slow(schema, at));
  if (kind !== "rest") return patterns;
  return [
    ...patterns,
    ...unusedValidators(subject),
    ...operations.flatMap((operation) => [
      ...unvalidatedBody(operation),
      ...uncheckedParameters(operation, subject),
    ]),
  ];
};

function unusedValidators({
  gateway,
  document: { root, at },
}: LintSubject): readonly LintFinding[] {
  const key = "x-amazon-apigateway-request-validators";
  const validators = member(root, key);
  if (!isObject(validators)) return [];
  const used = new Set(gateway.api.operations.map(({ validator }) => validator?.at));
  return Object.keys(validators).flatMap((name): readonly LintFinding[] => {
    const place = child(child(at, key), name);
    if (used.has(place)) return [];
    const message = `no operation has the request validator ${quote(name)}`;
    const hint = "name it by x-amazon-apigateway-request-validator, or remove it";
    return [{ rule: "unused-validator", at: place, message, hint }];
  });
}

function unvalidatedBody(operation: Operation): readonly LintFinding[] {
  const { body, validator, integration, method, path } = operation;
  const described = body?.content.find(
    ({ schema, mediaType }) => schema !== undefined && /[/+]json$/.test(mediaType),
  );
  if (described === undefined || validator?.validateBody === true) return [];
  if (integration.kind === "none" || integration.kind === "mock") return [];
  const reason =
    validator === undefined ? "no request validator" : "a validator that leaves bodies out";
  const message = `the body of ${method} ${path} has a schema and ${reason}: any body passes`;
  const hint = "name a validator with validateRequestBody: true";
  return [{ rule: "unvalidated-body", at: described.at, message, hint }];
}

const constraints = [
  "enum",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "format",
  "minItems",
  "maxItems",
];

function uncheckedParameters(
  { parameters, validator, method, path }: Operation,
  { document }: LintSubject,
): readonly LintFinding[] {
  if (validator?.validateParameters !== true) return [];
  return parameters.flatMap(({ name, at }): readonly LintFinding[] => {
    const parameter = nodeAt(document.root, document.at, at);
    const schema = isObject(parameter?.["schema"]) ? parameter["schema"] : parameter;
    const asked = constraints.filter((key) => schema !== undefined && Object.hasOwn(schema, key));
    if (asked.length === 0) return [];
    const message = `the parameter ${quote(name)} of ${method} ${path} asks for ${asked.join(", ")}, which no validator of API Gateway looks at`;
    const hint = "check it in the backend: parameters are validated for presence alone";
    return [{ rule: "unchecked-parameter", at, message, hint }];
  });
}

/** The object at a place of the document; undefined in other files. */
function nodeAt(root: JsonObject, top: Pointer, at: Pointer): JsonObject | undefined {
  if (!at.startsWith(`${top}/`)) return undefined;
  const keys = parsePointer(at).keys.slice(parsePointer(top).keys.length);
  let node: unknown = root;
  for (const key of keys) {
    node = Array.isArray(node) ? node[Number(key)] : isObject(node) ? member(node, key) : undefined;
  }
  return isObject(node) ? node : undefined;
}

function slow(schema: unknown, at: Pointer): readonly LintFinding[] {
  const found: LintFinding[] = [];
  walkSchema(schema, at, (inner, place) => {
    const text = member(inner, "pattern");
    if (typeof text !== "string" || !isExponential(text)) return;
    found.push({
      rule: "slow-pattern",
      at: child(place, "pattern"),
      message: `the pattern ${quote(text)} can match the same text in many ways; a text that almost fits takes exponential time`,
      hint: "write loops so that each text fits in one way only: (a+)+ is a+",
    });
  });
  return found;
}

function isExponential(text: string): boolean {
  const pattern = parseSchemaPattern(text);
  return pattern !== undefined && patternCost(pattern) === "exponential";
}
