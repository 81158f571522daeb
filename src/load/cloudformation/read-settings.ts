import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { isList, isObject, quote } from "../../json.js";
import type { SettingsLayer } from "../settings.js";
import { objectOf, textOf } from "./function-uri.js";
import type { Resource, Template } from "./template.js";
import { referredId } from "./template.js";
import {
  flagOf,
  numberOf,
  setHttpStage,
  setRestStage,
  TemplateSettings,
  throttleOf,
} from "./template-settings.js";

/**
 * What a template says about the API beside its document: stages, usage plans, keys, and how functions are
 * run. The weakest of all settings. Problem: GG025 what cannot be taken over.
 */
export function readTemplateSettings(
  template: Template,
  api: Resource,
  document: JsonObject,
  sink: DiagnosticSink,
): SettingsLayer | undefined {
  const settings = new TemplateSettings(template.at, sink);
  addStages(template, api, document, settings, sink);
  if (flagOf(api.properties["DisableExecuteApiEndpoint"]) === true) {
    const at = api.place("DisableExecuteApiEndpoint");
    settings.set(["api", "disableExecuteApiEndpoint"], true, at);
  }
  addUsagePlans(template, api, settings, sink);
  addSamUsagePlan(api, settings);
  addFunctions(template, document, settings);
  return settings.layer();
}

function addStages(
  template: Template,
  api: Resource,
  document: JsonObject,
  settings: TemplateSettings,
  sink: DiagnosticSink,
): void {
  const paths = objectOf(document["paths"]);
  const { properties } = api;
  if (api.type === "AWS::Serverless::Api") {
    const name = stageName(properties["StageName"] ?? "Prod", api, sink);
    if (name !== undefined) {
      setRestStage(settings, { name, at: api.place, properties }, paths, sink);
    }
    return;
  }
  if (api.type === "AWS::Serverless::HttpApi") {
    const name = stageName(properties["StageName"] ?? "$default", api, sink);
    if (name !== undefined) setHttpStage(settings, { name, at: api.place, properties });
    return;
  }
  for (const stage of template.ofType("AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment")) {
    if (referredId(stage.properties["RestApiId"]) !== api.id) continue;
    // a deployment may make a stage of its own, whose properties stand one level below
    const isDeployment = stage.type === "AWS::ApiGateway::Deployment";
    if (isDeployment && stage.properties["StageName"] === undefined) continue;
    const name = stageName(stage.properties["StageName"], stage, sink);
    if (name === undefined) continue;
    const inner = isDeployment ? objectOf(stage.properties["StageDescription"]) : stage.properties;
    const at: Resource["place"] = (...keys) =>
      isDeployment && keys[0] !== "StageName"
        ? stage.place("StageDescription", ...keys)
        : stage.place(...keys);
    setRestStage(settings, { name, at, properties: inner }, paths, sink);
  }
  for (const stage of template.ofType("AWS::ApiGatewayV2::Stage")) {
    if (referredId(stage.properties["ApiId"]) !== api.id) continue;
    const name = stageName(stage.properties["StageName"], stage, sink);
    if (name !== undefined) {
      setHttpStage(settings, { name, at: stage.place, properties: stage.properties });
    }
  }
}

function stageName(value: unknown, resource: Resource, sink: DiagnosticSink): string | undefined {
  const name = textOf(value);
  if (name !== undefined && /^(?:[A-Za-z0-9_-]{1,128}|\$default)$/.test(name)) return name;
  const message = `the name of the stage is not known: ${quote(name ?? "nothing")}; what the template says of it is not used`;
  sink.warning("GG025", resource.place("StageName"), message, {
    hint: "set its parameter in the settings",
  });
  return undefined;
}

function addUsagePlans(
  template: Template,
  api: Resource,
  settings: TemplateSettings,
  sink: DiagnosticSink,
): void {
  for (const plan of template.ofType("AWS::ApiGateway::UsagePlan")) {
    const written = plan.properties["ApiStages"];
    const stages = (isList(written) ? written : [])
      .filter(isObject)
      .filter(({ ApiId }) => referredId(ApiId) === api.id);
    const names = stages.flatMap(({ Stage }) => stageOf(template, Stage) ?? []);
    if (names.length === 0) continue;
    const keys = template
      .ofType("AWS::ApiGateway::UsagePlanKey")
      .filter(({ properties }) => referredId(properties["UsagePlanId"]) === plan.id)
      .flatMap(({ properties }) => referredId(properties["KeyId"]) ?? [])
      .filter((id) => template.resource(id)?.type === "AWS::ApiGateway::ApiKey");
    const value = {
      stages: names,
      ...limitsOf(plan.properties),
      ...methodThrottles(stages),
      ...(keys.length === 0 ? {} : { keys }),
    };
    settings.set(["usagePlans", plan.id], value, plan.place());
    for (const key of keys) addKey(template.resource(key), settings, sink);
  }
}

/** A stage by its name, or by the resource that makes it. */
function stageOf(template: Template, stage: unknown): string | undefined {
  const resource = template.resource(referredId(stage) ?? "");
  return textOf(resource?.properties["StageName"]) ?? textOf(stage);
}

function limitsOf({ Throttle, Quota, Description }: JsonObject): JsonObject {
  const throttle = isObject(Throttle)
    ? throttleOf(Throttle["RateLimit"], Throttle["BurstLimit"])
    : undefined;
  const quota = objectOf(Quota);
  const [limit, offset] = [numberOf(quota["Limit"]), numberOf(quota["Offset"])];
  return {
    ...(textOf(Description) === undefined ? {} : { description: textOf(Description) }),
    ...(throttle === undefined ? {} : { throttle }),
    ...(limit === undefined
      ? {}
      : { quota: { limit, period: quota["Period"], ...(offset === undefined ? {} : { offset }) } }),
  };
}

/** `Throttle: { "/pets/GET": { RateLimit, BurstLimit } }` of a stage. */
function methodThrottles(stages: readonly JsonObject[]): JsonObject {
  const entries = stages.flatMap(({ Throttle }) =>
    Object.entries(objectOf(Throttle)).flatMap(([key, value]) => {
      const [, path, method] = /^(\/.*?)\/?([A-Z*]+)$/.exec(key) ?? [];
      const limits = throttleOf(objectOf(value)["RateLimit"], objectOf(value)["BurstLimit"]);
      return path === undefined || limits === undefined
        ? []
        : [[`${method} ${path}`, limits] as const];
    }),
  );
  return entries.length === 0 ? {} : { methodThrottle: Object.fromEntries(entries) as JsonObject };
}

function addKey(key: Resource | undefined, settings: TemplateSettings, sink: DiagnosticSink): void {
  if (key === undefined) return;
  const { Description, Enabled, CustomerId, Value } = key.properties;
  if (Value !== undefined) {
    // it would reach the project, and a secret is no part of it
    const message = `the value of the key ${quote(key.id)} is not taken over: keys are secrets of the running gateway`;
    sink.info("GG025", key.place("Value"), message);
  }
  const value = {
    value: { secret: key.id },
    ...(textOf(Description) === undefined ? {} : { description: textOf(Description) }),
    ...(flagOf(Enabled) === undefined ? {} : { enabled: flagOf(Enabled) }),
    ...(textOf(CustomerId) === undefined ? {} : { customerId: textOf(CustomerId) }),
  };
  settings.set(["apiKeys", key.id], value, key.place());
}

/** `Auth.UsagePlan`: SAM makes a plan with one key. */
function addSamUsagePlan(api: Resource, settings: TemplateSettings): void {
  const plan = objectOf(objectOf(api.properties["Auth"])["UsagePlan"]);
  const kind = plan["CreateUsagePlan"];
  if (kind !== "PER_API" && kind !== "SHARED") return;
  const at = api.place("Auth", "UsagePlan");
  const stage = textOf(api.properties["StageName"]) ?? "Prod";
  const key = `${api.id}ApiKey`;
  const value = { stages: [stage], ...limitsOf(plan), keys: [key] };
  settings.set(["usagePlans", `${api.id}UsagePlan`], value, at);
  settings.set(["apiKeys", key], { value: { secret: key } }, at);
}

/** Functions that the document calls: which export they are, and how long they may take. */
function addFunctions(template: Template, document: JsonObject, settings: TemplateSettings): void {
  const text = JSON.stringify(document);
  const files = new Map<string, string>();
  for (const one of template.ofType("AWS::Serverless::Function", "AWS::Lambda::Function")) {
    if (!text.includes(`\${${one.id}.`) && !text.includes(`\${${one.id}}`)) continue;
    const seconds = numberOf(one.properties["Timeout"]);
    const [, exported] =
      /\.([A-Za-z_$][\w$]*)$/.exec(textOf(one.properties["Handler"]) ?? "") ?? [];
    const isPlain = exported === undefined || exported === "handler";
    if (isPlain && seconds === undefined) continue;
    const file = kebab(one.id);
    // ids that differ in their case alone would share a module
    if (files.has(file)) continue;
    files.set(file, one.id);
    const value = {
      match: one.id,
      module: `src/handlers/${file}.ts`,
      ...(exported === undefined ? {} : { export: exported }),
      ...(seconds === undefined ? {} : { timeout: `${seconds}s` }),
    };
    settings.set(["backends", one.id], value, one.place());
  }
}

/** `OrdersFunction` as the name of a file. */
function kebab(id: string): string {
  return id
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase()
    .slice(0, 80);
}
