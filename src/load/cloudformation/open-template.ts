import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { describe, isObject, member, quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { descend } from "../../pointer.js";
import type { ApiSource, BuildTools, BuiltApi } from "../api-source.js";
import { isOpenApi } from "../version.js";
import { addApiProperties, addModels } from "./api-properties.js";
import { chooseApi, type TemplateApi } from "./choose-api.js";
import { DocumentBuilder } from "./document-builder.js";
import { filledUri, objectOf, textOf } from "./function-uri.js";
import { addHttpResources, addWebSocketResources } from "./http-resources.js";
import { type Included, readIncludes, readLocation } from "./includes.js";
import { readTemplateSettings } from "./read-settings.js";
import { addRestResources } from "./rest-resources.js";
import { addSamRoutes } from "./sam-routes.js";
import { type Resource, resourcesOf, Template, typeOf } from "./template.js";
import { templateValues } from "./template-values.js";

/**
 * Opens a CloudFormation or SAM template: the document of one of its APIs, written in it or beside it, or
 * built from the resources and events that describe it. Problems: GG013 which API, GG025 and GG026 parts of it.
 */
export function openTemplate(
  template: JsonObject,
  at: Pointer,
  options: { readonly resource: string | undefined; readonly sink: DiagnosticSink },
): ApiSource | undefined {
  const api = chooseApi(template, at, options.resource, options.sink);
  if (api === undefined) return undefined;
  const place = descend(at, ["Resources", api.id, "Properties"]);
  const resource = member(resourcesOf(template), api.id);
  const properties = isObject(resource) ? objectOf(resource["Properties"]) : {};
  const body = api.body === undefined ? undefined : properties[api.body];
  return {
    written:
      isOpenApi(body) && api.body !== undefined
        ? { value: body, at: descend(place, [api.body]) }
        : undefined,
    values: (given) => templateValues(template, given),
    build: (tools) => new ApiBuilder(template, at, api, tools).build(),
  };
}

class ApiBuilder {
  readonly #raw: JsonObject;
  readonly #api: TemplateApi;
  readonly #tools: BuildTools;
  readonly #template: Template;
  readonly #resourceAt: Pointer;

  constructor(template: JsonObject, at: Pointer, api: TemplateApi, tools: BuildTools) {
    this.#raw = template;
    this.#api = api;
    this.#tools = tools;
    this.#template = new Template(template, at, tools.intrinsics, tools.sink);
    this.#resourceAt = descend(at, ["Resources", api.id]);
  }

  async build(): Promise<BuiltApi | undefined> {
    const { sink } = this.#tools;
    if (!this.#checkIds()) return undefined;
    this.#reportUnread();
    // the includes of a body are put in before anything of the resource is resolved
    const included =
      this.#api.body === undefined ? undefined : await this.#readBody(this.#api.body);
    if (included === "failed") return undefined;
    const api = this.#resource();
    if (api === undefined) return this.#notMade();
    const written = included ?? (await this.#readFile(api));
    if (written === "failed") return undefined;
    const built = written ? this.#over(written) : this.#described(api);
    const isWritten = written !== undefined;
    const isRight = addApiProperties(this.#template, api, built.builder, { sink, isWritten });
    if (!isRight) return undefined;
    this.#fillUris(built.builder);
    this.#reportProperties(api);
    const { root, at } = built.builder;
    const where = isWritten ? "the API inside it is read" : "the API is built from it";
    sink.info("GG012", isWritten ? at : this.#resourceAt, `this is a template; ${where}`);
    return {
      document: root,
      at,
      kindHint: kindOf(this.#api.type),
      moved: new Map([...built.moved, ...built.builder.moved()]),
      settings: readTemplateSettings(this.#template, api, root, sink),
    };
  }

  async #readBody(
    key: string,
  ): Promise<(Included & { readonly moved: ReadonlyMap<Pointer, Pointer> }) | "failed"> {
    const at = descend(this.#resourceAt, ["Properties", key]);
    const resource = member(resourcesOf(this.#raw), this.#api.id);
    const properties = isObject(resource) ? objectOf(resource["Properties"]) : {};
    const included = await readIncludes(properties[key], at, this.#tools);
    // the rest of the resource is resolved without it
    delete (properties as Record<string, unknown>)[key];
    if (included === undefined) return "failed";
    const value = this.#tools.intrinsics.resolve(included.value, included.at);
    if (isOpenApi(value)) return { ...included, value };
    const message = `${key} is not an OpenAPI document: it is ${describe(value)}`;
    this.#tools.sink.error("GG013", at, message);
    return "failed";
  }

  async #readFile(
    api: Resource,
  ): Promise<
    (Included & { readonly moved: ReadonlyMap<Pointer, Pointer> }) | "failed" | undefined
  > {
    const { file: key } = this.#api;
    if (key === undefined) return undefined;
    const file = await readLocation(api.properties[key], api.place(key), this.#tools);
    if (file === undefined) return "failed";
    const value = this.#tools.intrinsics.resolve(file.value, file.at);
    if (isOpenApi(value)) return { value, at: file.at, moved: new Map() };
    this.#tools.sink.error(
      "GG010",
      file.at,
      `this is not an OpenAPI document: it is ${describe(value)}`,
    );
    return "failed";
  }

  #over({ value, at, moved }: Included & { readonly moved: ReadonlyMap<Pointer, Pointer> }): {
    readonly builder: DocumentBuilder;
    readonly moved: ReadonlyMap<Pointer, Pointer>;
  } {
    return { builder: new DocumentBuilder(at, isObject(value) ? value : {}), moved };
  }

  /** A document from the resources and events that describe the API. */
  #described(api: Resource): {
    readonly builder: DocumentBuilder;
    readonly moved: ReadonlyMap<Pointer, Pointer>;
  } {
    const { sink } = this.#tools;
    const version = textOf(api.properties["OpenApiVersion"]);
    const isOld = api.type === "AWS::Serverless::Api" && version?.startsWith("3") !== true;
    const at = descend(this.#resourceAt, ["Properties", "DefinitionBody"]);
    const builder = new DocumentBuilder(at);
    const place = this.#api.isImplicit ? this.#template.at : this.#resourceAt;
    builder.set([isOld ? "swagger" : "openapi"], isOld ? "2.0" : "3.0.1", place);
    const title = textOf(api.properties["Name"]) ?? this.#api.id;
    const description = textOf(api.properties["Description"]);
    const info = { title, version: "1.0", ...(description === undefined ? {} : { description }) };
    builder.set(["info"], info, place);
    builder.set(["paths"], {}, place);
    switch (api.type) {
      case "AWS::ApiGateway::RestApi":
        addRestResources(this.#template, api, builder, sink);
        break;
      case "AWS::ApiGatewayV2::Api":
        if (api.properties["ProtocolType"] === "WEBSOCKET") {
          addWebSocketResources(this.#template, api, builder);
        } else addHttpResources(this.#template, api, builder, sink);
        break;
      default:
        addModels(api, builder);
        addSamRoutes(this.#template, api, builder, sink);
    }
    return { builder, moved: new Map() };
  }

  #fillUris(builder: DocumentBuilder): void {
    const value = (name: string): string =>
      String(this.#tools.intrinsics.resolve({ Ref: name }, builder.at));
    const [partition, region] = [value("AWS::Partition"), value("AWS::Region")];
    builder.replaceTexts((text) => filledUri(text, partition, region));
  }

  #resource(): Resource | undefined {
    const { id, type, isImplicit } = this.#api;
    if (!isImplicit) return this.#template.resource(id);
    const globals = this.#template.globals(type);
    return {
      id,
      type,
      properties: globals.value,
      place: (...keys) => descend(globals.at, keys.map(String)),
    };
  }

  #notMade(): undefined {
    const message = `the condition of the API ${quote(this.#api.id)} does not hold`;
    this.#tools.sink.error("GG013", this.#resourceAt, message);
  }

  /** Properties of the API that nobody reads here: most of them are for the deployment. */
  #reportProperties(api: Resource): void {
    const { sink } = this.#tools;
    for (const key of Object.keys(api.properties)) {
      if (readProperties.has(key)) continue;
      const message = `${quote(key)} of the API is not read here`;
      if (key === "MergeDefinitions") {
        sink.warning("GG025", api.place(key), message, { hint: "write all routes in one place" });
      } else sink.info("GG025", api.place(key), message);
    }
  }

  /** Ids become names of files and secrets: they are what CloudFormation lets them be. */
  #checkIds(): boolean {
    const wrong = Object.keys(resourcesOf(this.#raw)).filter(
      (id) => !/^[A-Za-z0-9]{1,255}$/.test(id) && !id.startsWith("Fn::ForEach"),
    );
    for (const id of wrong) {
      const message = `${quote(id)} is no logical id: letters and digits are allowed`;
      this.#tools.sink.error("GG026", descend(this.#template.at, ["Resources", id]), message);
    }
    return wrong.length === 0;
  }

  /** Parts of a template that may hold routes and are not read: nothing is left out in silence. */
  #reportUnread(): void {
    const { sink } = this.#tools;
    for (const [id, resource] of Object.entries(resourcesOf(this.#raw))) {
      const at = descend(this.#template.at, ["Resources", id]);
      if (id.startsWith("Fn::ForEach")) {
        sink.warning("GG025", at, "resources made by Fn::ForEach are not read");
      } else if (typeOf(resource) === "AWS::Serverless::StateMachine" && isObject(resource)) {
        const events = objectOf(objectOf(resource["Properties"])["Events"]);
        for (const [name, event] of Object.entries(events)) {
          const type = objectOf(event)["Type"];
          if (type !== "Api" && type !== "HttpApi") continue;
          const place = descend(at, ["Properties", "Events", name]);
          sink.warning("GG025", place, "routes to state machines are not built from events", {
            hint: "write the OpenAPI document, with its integration, as DefinitionBody",
          });
        }
      }
    }
  }
}

/** What this folder reads of an API, and what changes nothing about how it answers. */
const readProperties = new Set(
  `Body BodyS3Location DefinitionBody DefinitionUri Target RouteKey Name Description
  ProtocolType OpenApiVersion StageName Variables StageVariables MethodSettings
  CacheClusterEnabled CacheClusterSize TracingEnabled AccessLogSetting AccessLogSettings
  CanarySetting Auth Cors CorsConfiguration GatewayResponses Models BinaryMediaTypes Policy
  MinimumCompressionSize ApiKeySourceType DisableExecuteApiEndpoint DefaultRouteSettings
  RouteSettings RouteSelectionExpression ApiKeySelectionExpression DisableSchemaValidation
  Tags PropagateTags FailOnWarnings AlwaysDeploy Parameters Mode`.split(/\s+/),
);

function kindOf(type: string): "rest" | "http" {
  return type === "AWS::ApiGateway::RestApi" || type === "AWS::Serverless::Api" ? "rest" : "http";
}
