import type { DiagnosticSink } from "../../diagnostics.js";
import type { Gateway } from "../../ir/gateway.js";
import type { Operation, Parameter, Response } from "../../ir/operation.js";
import type { JsonValue, Schema } from "../../ir/schema.js";
import { isObject, member, quote, setMember } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";
import { child } from "../../pointer.js";
import { ImportModels } from "./import-models.js";
import { importModel, importSchema, type SchemaImport } from "./import-schema.js";
import { importSchemes, importSecurity } from "./import-security.js";
import { LeftOut } from "./left-out.js";

export type ImportBody = Readonly<Record<string, JsonValue>>;

interface BodyImport extends SchemaImport {
  /** Places of the document's models, by name. */
  readonly places: ReadonlyMap<string, Operation["at"]>;
  readonly document: LoadedDocument;
  readonly gateway: Gateway;
  readonly sink: DiagnosticSink;
}

const extension = (name: string): string => `x-amazon-apigateway-${name}`;

/** Extensions of the root that an import reads, by kind. */
const rootExtensions = {
  rest: [
    "api-key-source",
    "binary-media-types",
    "documentation",
    "endpoint-access-mode",
    "gateway-responses",
    "minimum-compression-size",
    "policy",
    "request-validators",
    "security-policy",
  ],
  http: ["cors"],
} as const;

/**
 * The document as the import of AWS takes it: one file of OpenAPI 3.0.1 from any version, references between
 * files put in their places, names of models as AWS wants them, effective security and all parameters at each
 * operation, nothing of `x-gateway-*`. What the import refuses or drops is left out and told: GG120 to GG122.
 * Its paths hold the base path, so that it is imported with `basepath: ignore`.
 */
export function lowerImportBody(
  document: LoadedDocument,
  gateway: Gateway,
  sink: DiagnosticSink,
): ImportBody {
  const leftOut = new LeftOut();
  const models = new ImportModels(document, gateway.api.models, sink);
  const places = new Map(gateway.api.models.map(({ name, at }) => [name, at]));
  const context: BodyImport = { document, gateway, sink, models, leftOut, places };
  const { api } = gateway;
  const paths = importPaths(context);
  const schemes = importSchemes(document, api.kind, api.authorizers, api.operations);
  const schemas = api.kind === "rest" ? importModels(context) : {};
  const components = {
    ...(Object.keys(schemas).length === 0 ? {} : { schemas }),
    ...(Object.keys(schemes).length === 0 ? {} : { securitySchemes: schemes }),
  };
  leftOut.report(sink);
  return {
    openapi: "3.0.1",
    info: {
      title: api.name,
      version: api.version === "" ? "1.0" : api.version,
      ...(api.description === undefined || api.description.trim() === ""
        ? {}
        : { description: api.description }),
    },
    paths,
    ...(Object.keys(components).length === 0 ? {} : { components }),
    ...importRoot(context),
  };
}

function importRoot({ document, gateway: { api } }: BodyImport): ImportBody {
  const result: Record<string, JsonValue> = {};
  const known = rootExtensions[api.kind === "http" ? "http" : "rest"];
  for (const name of known) {
    const value = member(document.root, extension(name));
    if (value !== undefined && value !== null) result[extension(name)] = value as JsonValue;
  }
  if (api.kind === "http") result[extension("importexport-version")] = "1.0";
  const servers = member(document.root, "servers");
  const holders = [document.root, ...(Array.isArray(servers) ? (servers as unknown[]) : [])];
  const endpoint = holders.flatMap((holder) => {
    const value = isObject(holder)
      ? member(holder, extension("endpoint-configuration"))
      : undefined;
    return isObject(value) ? [value as Record<string, JsonValue>] : [];
  });
  const [configuration] = endpoint;
  // an import reads it in a server; the address itself is AWS's
  if (configuration !== undefined) {
    const url = { url: "/", [extension("endpoint-configuration")]: configuration };
    result["servers"] = [url];
  }
  return result;
}

function importModels(context: BodyImport): Readonly<Record<string, JsonValue>> {
  const result: Record<string, JsonValue> = {};
  // the list grows while it is read
  for (const model of context.models.list()) {
    setMember(result, model.name, importModel(context, model.value, model.at));
  }
  return result;
}

const methodKeys: Readonly<Record<Operation["method"], string>> = {
  GET: "get",
  PUT: "put",
  POST: "post",
  DELETE: "delete",
  OPTIONS: "options",
  HEAD: "head",
  PATCH: "patch",
  ANY: extension("any-method"),
};

function importPaths(context: BodyImport): JsonValue {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const operation of context.gateway.api.operations) {
    const path = operation.routeKey === "$default" ? "/$default" : operation.path;
    const item = Object.hasOwn(paths, path) ? (paths[path] ?? {}) : {};
    const imported = importOperation(context, operation);
    if (imported !== undefined) {
      item[methodKeys[operation.method]] = imported;
      setMember(paths, path, item);
    }
  }
  return paths;
}

function importOperation(context: BodyImport, operation: Operation): JsonValue | undefined {
  const integration = importIntegration(context, operation);
  if (integration === undefined) return undefined;
  const { kind } = context.gateway.api;
  const { operationId, summary, description, deprecated, tags } = operation;
  const isRest = kind === "rest";
  return {
    ...(operationId === undefined ? {} : { operationId }),
    ...(summary === undefined || summary === "" ? {} : { summary }),
    ...(description === undefined || description === "" ? {} : { description }),
    ...(deprecated ? { deprecated } : {}),
    ...(tags.length === 0 ? {} : { tags }),
    ...importParameters(operation.parameters),
    ...(isRest ? importBodyOf(context, operation) : {}),
    responses: importResponses(context, operation),
    ...importSecurity(operation),
    ...(isRest && operation.routeKey === undefined && operation.validator !== undefined
      ? { [extension("request-validator")]: operation.validator.name }
      : {}),
    ...(operation.routeKey === "$default" ? { isDefaultRoute: true } : {}),
    [extension("integration")]: integration,
  };
}

/** Names and places are all that a gateway reads; it looks at no schema of a parameter. */
function importParameters(parameters: readonly Parameter[]): ImportBody {
  if (parameters.length === 0) return {};
  return {
    parameters: parameters.map(({ name, in: place, required, description, schema }) => ({
      name,
      in: place,
      required: place === "path" ? true : required,
      ...(description === undefined || description === "" ? {} : { description }),
      schema: { type: parameterType(schema.shape.kind) },
    })),
  };
}

function parameterType(kind: Parameter["schema"]["shape"]["kind"]): string {
  if (kind === "boolean" || kind === "number") return kind;
  return "string";
}

function importBodyOf(context: BodyImport, operation: Operation): ImportBody {
  const { body } = operation;
  if (body === undefined || body.content.length === 0) return {};
  const content = importContent(context, body.content, `${nameOf(operation)}Request`);
  return { requestBody: { ...(body.required ? { required: true } : {}), content } };
}

/** What models of an operation are named after. */
function nameOf({ operationId, method, path }: Operation): string {
  return operationId ?? `${method.toLowerCase()}${path}`;
}

function importContent(
  context: BodyImport,
  contents: Response["content"],
  name: string,
): Readonly<Record<string, JsonValue>> {
  const result: Record<string, JsonValue> = {};
  for (const { mediaType, model, schema } of contents) {
    setMember(result, mediaType, importMedia(context, model, schema, name));
  }
  return result;
}

/** An inline schema that is no object gets a name: an import reads it as a model alone. */
function importMedia(
  context: BodyImport,
  model: string | undefined,
  schema: Schema | undefined,
  name: string,
): JsonValue {
  if (schema === undefined) return {};
  const { at, shape } = schema;
  const place = model === undefined ? undefined : context.places.get(model);
  const known = place && context.models.at(place);
  const value = context.document.node(at);
  const isInline = isObject(value) && typeof value["$ref"] !== "string";
  const made =
    known ??
    (isInline && !inlineShapes.has(shape.kind) ? context.models.add(name, value, at) : undefined);
  if (made !== undefined) return { schema: { $ref: `#/components/schemas/${made.name}` } };
  return { schema: importSchema(context, value, at) };
}

const inlineShapes: ReadonlySet<Schema["shape"]["kind"]> = new Set([
  "object",
  "ref",
  "all",
  "union",
  "unknown",
]);

/** A status range or `default` makes no method response. */
function importResponses(
  context: BodyImport,
  operation: Operation,
): Readonly<Record<string, JsonValue>> {
  const { responses, at, integration } = operation;
  const result: Record<string, JsonValue> = {};
  const isRest = context.gateway.api.kind === "rest";
  if (isRest) {
    for (const response of responses) {
      if (!/^\d{3}$/.test(response.status)) {
        const what = "responses of a range or by default (they make no method response)";
        context.leftOut.note(what, response.at);
        continue;
      }
      result[response.status] = importResponse(
        context,
        response,
        `${nameOf(operation)}${response.status}`,
      );
    }
    for (const status of mappedStatuses(integration)) {
      result[status] ??= { description: `Status ${status}.` };
    }
  }
  if (Object.keys(result).length === 0) {
    const status = isRest && integration.kind === "none" ? "501" : isRest ? "200" : "default";
    if (isRest && responses.length === 0) context.leftOut.note("operations without responses", at);
    result[status] = { description: status === "501" ? "Not served." : "The answer." };
  }
  if (isRest && integration.kind === "none") result["501"] ??= { description: "Not served." };
  return result;
}

function mappedStatuses(integration: Operation["integration"]): readonly string[] {
  return integration.kind === "none" || integration.kind === "subtype"
    ? []
    : integration.responses.map(({ statusCode }) => String(statusCode));
}

function importResponse(context: BodyImport, response: Response, name: string): JsonValue {
  const headers: Record<string, JsonValue> = {};
  for (const { name, description } of response.headers) {
    setMember(headers, name, {
      ...(description === undefined || description === "" ? {} : { description }),
      schema: { type: "string" },
    });
  }
  const content = importContent(context, response.content, name);
  return {
    description: response.description ?? "",
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

const integrationKeys = {
  rest: [
    "type",
    "httpMethod",
    "uri",
    "connectionType",
    "connectionId",
    "integrationTarget",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
    "timeoutInMillis",
    "cacheNamespace",
    "cacheKeyParameters",
    "responses",
    "tlsConfig",
    "responseTransferMode",
  ],
  http: [
    "type",
    "httpMethod",
    "uri",
    "connectionType",
    "connectionId",
    "credentials",
    "integrationSubtype",
    "requestParameters",
    "responseParameters",
    "timeoutInMillis",
    "payloadFormatVersion",
    "tlsConfig",
  ],
};

/**
 * An operation without one would make every deployment fail: that of a REST API answers 501 by itself, an
 * HTTP API goes without the route (undefined). Problem: GG122.
 */
function importIntegration(context: BodyImport, operation: Operation): JsonValue | undefined {
  const { integration, method, path, at } = operation;
  const { kind } = context.gateway.api;
  const given = integration.kind === "none" ? undefined : context.document.node(integration.at);
  if (!isObject(given)) {
    if (kind === "http") {
      const message = `${quote(`${method} ${path}`)} has no integration: on AWS there is no such route`;
      context.sink.info("GG122", at, message, { hint: "add x-amazon-apigateway-integration" });
      return undefined;
    }
    const message = `${quote(`${method} ${path}`)} has no integration: on AWS it answers 501, as it does here`;
    context.sink.info("GG122", at, message);
    return {
      type: "mock",
      requestTemplates: { "application/json": '{"statusCode": 501}' },
      responses: {
        default: {
          statusCode: "501",
          responseTemplates: { "application/json": '{"message": "Not Implemented"}' },
        },
      },
    };
  }
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(given)) {
    if (!integrationKeys[kind === "http" ? "http" : "rest"].includes(key)) continue;
    if (key === "cacheKeyParameters" && Array.isArray(value) && value.length === 0) continue;
    result[key] = value as JsonValue;
  }
  if (typeof result["type"] === "string") result["type"] = result["type"].toLowerCase();
  if (isObject(result["requestParameters"])) {
    result["requestParameters"] = textMembers(
      context,
      result["requestParameters"],
      child(integration.at, "requestParameters"),
    );
  }
  if (kind === "http") {
    const version = result["payloadFormatVersion"];
    result["payloadFormatVersion"] = version === undefined ? "1.0" : Number(version).toFixed(1);
  }
  return result;
}

/** A value that is no text is dropped by the import with a warning. */
function textMembers(context: BodyImport, members: object, at: Operation["at"]): JsonValue {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(members) as [string, unknown][]) {
    if (typeof value === "string") setMember(result, key, value);
    else context.leftOut.note("parameter mappings that are no text", child(at, key));
  }
  return result;
}
