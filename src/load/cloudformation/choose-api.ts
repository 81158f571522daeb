import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { isObject, member, quote } from "../../json.js";
import { nearestHint } from "../../nearest.js";
import type { Pointer } from "../../pointer.js";
import { child } from "../../pointer.js";
import { resourcesOf, typeOf } from "./template.js";

/** An API of a template, before anything is resolved. */
export interface TemplateApi {
  readonly id: string;
  readonly type: string;
  /** Property that holds its document; undefined: other resources describe it. */
  readonly body: "Body" | "DefinitionBody" | undefined;
  /** Property that names the file of its document. */
  readonly file: "BodyS3Location" | "DefinitionUri" | undefined;
  /** SAM makes it for events that name no API: it stands nowhere. */
  readonly isImplicit: boolean;
}

const apiTypes: Readonly<Record<string, Pick<TemplateApi, "body" | "file">>> = {
  "AWS::ApiGateway::RestApi": { body: "Body", file: "BodyS3Location" },
  "AWS::ApiGatewayV2::Api": { body: "Body", file: "BodyS3Location" },
  "AWS::Serverless::Api": { body: "DefinitionBody", file: "DefinitionUri" },
  "AWS::Serverless::HttpApi": { body: "DefinitionBody", file: "DefinitionUri" },
};

/** The API that is meant: the named one, or the only one. Problem: GG013. */
export function chooseApi(
  template: JsonObject,
  at: Pointer,
  named: string | undefined,
  sink: DiagnosticSink,
): TemplateApi | undefined {
  const apis = findApis(template);
  const [only, second] = apis;
  const ids = apis.map(({ id }) => id);
  const place = child(at, "Resources");
  if (named !== undefined) {
    const chosen = apis.find(({ id }) => id === named);
    if (chosen) return chosen;
    const hint =
      only === undefined ? {} : { hint: `it has ${ids.join(", ")}`, ...nearestHint(named, ids) };
    sink.error("GG013", place, `this template has no API ${quote(named)}`, hint);
    return undefined;
  }
  if (only && !second) return only;
  if (only === undefined) {
    sink.error("GG013", place, "this is a template without an API that can be read", {
      hint: "give the OpenAPI document as a file of its own",
    });
    return undefined;
  }
  sink.error("GG013", place, `this template has ${apis.length} APIs: ${ids.join(", ")}`, {
    hint: `say which: --resource ${only.id}`,
  });
  return undefined;
}

/** APIs that have a document, a file, or something that describes them, in order; implicit ones last. */
function findApis(template: JsonObject): readonly TemplateApi[] {
  const resources = resourcesOf(template);
  const used = describedApis(resources);
  const found: TemplateApi[] = [];
  for (const [id, resource] of Object.entries(resources)) {
    const type = typeOf(resource) ?? "";
    const kind = Object.hasOwn(apiTypes, type) ? apiTypes[type] : undefined;
    if (kind === undefined || !isObject(resource)) continue;
    const properties = isObject(resource["Properties"]) ? resource["Properties"] : {};
    const body =
      kind.body !== undefined && properties[kind.body] !== undefined ? kind.body : undefined;
    const file =
      kind.file !== undefined && properties[kind.file] !== undefined ? kind.file : undefined;
    const isQuick = properties["Target"] !== undefined;
    if (body === undefined && file === undefined && !isQuick && !used.has(id)) continue;
    found.push({ id, type, body, file: body === undefined ? file : undefined, isImplicit: false });
  }
  for (const [id, type] of [
    ["ServerlessRestApi", "AWS::Serverless::Api"],
    ["ServerlessHttpApi", "AWS::Serverless::HttpApi"],
  ] as const) {
    if (used.has(id) && member(resources, id) === undefined) {
      found.push({ id, type, body: undefined, file: undefined, isImplicit: true });
    }
  }
  return found;
}

/** Ids of the APIs that methods, routes and events of the template are for. */
function describedApis(resources: JsonObject): ReadonlySet<string> {
  const ids = new Set<string>();
  const add = (reference: unknown, otherwise?: string): void => {
    const id = reference === undefined ? otherwise : rawId(reference);
    if (id !== undefined) ids.add(id);
  };
  for (const resource of Object.values(resources)) {
    if (!isObject(resource) || !isObject(resource["Properties"])) continue;
    const properties = resource["Properties"];
    const type = typeOf(resource);
    if (type === "AWS::ApiGateway::Method") add(properties["RestApiId"]);
    else if (type === "AWS::ApiGatewayV2::Route") add(properties["ApiId"]);
    else if (type === "AWS::Serverless::Function" && isObject(properties["Events"])) {
      for (const event of Object.values(properties["Events"])) {
        if (!isObject(event)) continue;
        const given = isObject(event["Properties"]) ? event["Properties"] : {};
        if (event["Type"] === "Api") add(given["RestApiId"], "ServerlessRestApi");
        if (event["Type"] === "HttpApi") add(given["ApiId"], "ServerlessHttpApi");
      }
    }
  }
  return ids;
}

/** The resource that a reference names before it is resolved. */
function rawId(reference: unknown): string | undefined {
  if (typeof reference === "string") return reference;
  const id = isObject(reference) ? reference["Ref"] : undefined;
  return typeof id === "string" ? id : undefined;
}
