import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { isObject, member } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child, descend } from "../pointer.js";
import type { Scalar } from "./intrinsics.js";
import { isOpenApi } from "./version.js";

/** An OpenAPI document that stands inside a CloudFormation or SAM template. */
export interface TemplateBody {
  readonly body: JsonObject;
  readonly at: Pointer;
  readonly kind: "rest" | "http";
  /** Defaults of the template's parameters. */
  readonly parameters: ReadonlyMap<string, Scalar>;
}

const bodyMembers: Readonly<
  Record<string, { readonly member: string; readonly kind: "rest" | "http" }>
> = {
  "AWS::ApiGateway::RestApi": { member: "Body", kind: "rest" },
  "AWS::Serverless::Api": { member: "DefinitionBody", kind: "rest" },
  "AWS::ApiGatewayV2::Api": { member: "Body", kind: "http" },
  "AWS::Serverless::HttpApi": { member: "DefinitionBody", kind: "http" },
};

export function isTemplate(document: JsonObject): boolean {
  return isObject(document["Resources"]) && !isOpenApi(document);
}

/** The one API of a template. Problems: GG013 none or several; GG012 tells where it was found. */
export function findTemplateBody(
  template: JsonObject,
  at: Pointer,
  sink: DiagnosticSink,
): TemplateBody | undefined {
  const resources = isObject(template["Resources"]) ? template["Resources"] : {};
  const found: TemplateBody[] = [];
  for (const [name, resource] of Object.entries(resources)) {
    if (!isObject(resource) || !isObject(resource["Properties"])) continue;
    const place = member(bodyMembers, String(resource["type"] ?? resource["Type"]));
    if (!isObject(place)) continue;
    const { member: key, kind } = place as {
      readonly member: string;
      readonly kind: "rest" | "http";
    };
    const body = resource["Properties"][key];
    if (!isOpenApi(body)) continue;
    const where = descend(at, ["Resources", name, "Properties", key]);
    found.push({ body, at: where, kind, parameters: defaultsOf(template) });
  }
  const [only, second] = found;
  if (only && !second) {
    sink.info("GG012", only.at, "this is a template; the API inside it is read");
    return only;
  }
  const message = only
    ? "this template holds several OpenAPI documents"
    : "this is a template without an OpenAPI document inside";
  sink.error("GG013", child(at, "Resources"), message, {
    hint: "give the OpenAPI document as a file of its own",
  });
  return undefined;
}

function defaultsOf(template: JsonObject): ReadonlyMap<string, Scalar> {
  const defaults = new Map<string, Scalar>();
  const parameters = isObject(template["Parameters"]) ? template["Parameters"] : {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = isObject(parameter) ? parameter["Default"] : undefined;
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      defaults.set(name, value);
    }
  }
  return defaults;
}
