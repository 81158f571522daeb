import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { isObject } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { descend } from "../../pointer.js";
import {
  numberOf,
  setHttpStage,
  setRestStage,
  TemplateSettings,
  throttleOf,
} from "../cloudformation/template-settings.js";
import type { SettingsLayer } from "../settings.js";
import type { HclBlock, HclBody } from "./hcl.js";
import { addressOf, type ModuleValues, resourcesOf } from "./module-values.js";

/** A block with its values, and the blocks inside it as lists by their type. */
interface Resource {
  readonly address: string;
  readonly value: JsonObject;
  readonly at: Pointer;
}

/**
 * What a Terraform file says about the API beside its document: stages, method settings, usage plans, keys.
 * The weakest of all settings.
 */
export class TerraformSettings {
  readonly #file: HclBody;
  readonly #at: Pointer;
  readonly #values: ModuleValues;
  readonly #settings: TemplateSettings;
  readonly #sink: DiagnosticSink;

  constructor(file: HclBody, at: Pointer, values: ModuleValues, sink: DiagnosticSink) {
    this.#file = file;
    this.#at = at;
    this.#values = values;
    this.#sink = sink;
    this.#settings = new TemplateSettings(at, sink);
  }

  /** `api`: its address; `paths`: those of its document. */
  read(api: string, paths: JsonObject): SettingsLayer | undefined {
    for (const stage of this.#ofType("aws_api_gateway_stage")) {
      if (refers(stage.value["rest_api_id"], api)) this.#restStage(stage, paths);
    }
    for (const stage of this.#ofType("aws_apigatewayv2_stage")) {
      if (refers(stage.value["api_id"], api)) this.#httpStage(stage);
    }
    for (const plan of this.#ofType("aws_api_gateway_usage_plan")) this.#usagePlan(plan, api);
    return this.#settings.layer();
  }

  #ofType(type: string): readonly Resource[] {
    return resourcesOf(this.#file, type).map((block) => ({
      address: addressOf(block),
      value: this.#value(block),
      at: descend(this.#at, ["resource", ...block.labels]),
    }));
  }

  #value({ body }: HclBlock): JsonObject {
    const value: Record<string, unknown> = {};
    for (const [name, attribute] of body.attributes) {
      value[name] = this.#values.value(attribute.value);
    }
    for (const block of body.blocks) {
      const list = value[block.type];
      if (Array.isArray(list)) list.push(this.#value(block));
      else value[block.type] = [this.#value(block)];
    }
    return value;
  }

  #restStage({ address, value, at }: Resource, paths: JsonObject): void {
    const name = String(value["stage_name"]);
    const canary = inner(value["canary_settings"]);
    const log = inner(value["access_log_settings"]);
    const properties = {
      Variables: value["variables"],
      CacheClusterEnabled: value["cache_cluster_enabled"],
      CacheClusterSize: value["cache_cluster_size"],
      TracingEnabled: value["xray_tracing_enabled"],
      ClientCertificateId: value["client_certificate_id"],
      ...(log && {
        AccessLogSetting: { DestinationArn: log["destination_arn"], Format: log["format"] },
      }),
      ...(canary && {
        CanarySetting: {
          PercentTraffic: canary["percent_traffic"],
          UseStageCache: canary["use_stage_cache"],
          StageVariableOverrides: canary["stage_variable_overrides"],
        },
      }),
      MethodSettings: this.#methodSettings(address, name),
    };
    const place = (...keys: readonly (string | number)[]): Pointer =>
      descend(at, [words[String(keys[0])] ?? "", ...keys.slice(1).map(String)]);
    setRestStage(this.#settings, { name, at: place, properties }, paths, this.#sink);
  }

  /** `method_path`: a path without its first slash, and the method. */
  #methodSettings(stage: string, name: string): readonly JsonObject[] {
    return this.#ofType("aws_api_gateway_method_settings").flatMap(({ value }) => {
      const named = value["stage_name"];
      if (named !== name && !refers(named, stage)) return [];
      const settings = inner(value["settings"]) ?? {};
      const [, path = "", method = ""] =
        /^(.*)\/([A-Z*]+)$/.exec(String(value["method_path"])) ?? [];
      return [
        {
          ResourcePath: `/${path}`,
          HttpMethod: method,
          MetricsEnabled: settings["metrics_enabled"],
          LoggingLevel: settings["logging_level"],
          DataTraceEnabled: settings["data_trace_enabled"],
          ThrottlingRateLimit: settings["throttling_rate_limit"],
          ThrottlingBurstLimit: settings["throttling_burst_limit"],
          CachingEnabled: settings["caching_enabled"],
          CacheTtlInSeconds: settings["cache_ttl_in_seconds"],
          CacheDataEncrypted: settings["cache_data_encrypted"],
        },
      ];
    });
  }

  #httpStage({ value, at }: Resource): void {
    const section = (one: JsonObject): JsonObject => ({
      ThrottlingRateLimit: one["throttling_rate_limit"],
      ThrottlingBurstLimit: one["throttling_burst_limit"],
      LoggingLevel: one["logging_level"],
      DataTraceEnabled: one["data_trace_enabled"],
    });
    const routes = blocksOf(value["route_settings"]).map((one) => [
      String(one["route_key"]),
      section(one),
    ]);
    const defaults = inner(value["default_route_settings"]);
    const log = inner(value["access_log_settings"]);
    const properties = {
      StageVariables: value["stage_variables"],
      RouteSettings: Object.fromEntries(routes) as JsonObject,
      ...(defaults && { DefaultRouteSettings: section(defaults) }),
      ...(log && {
        AccessLogSettings: { DestinationArn: log["destination_arn"], Format: log["format"] },
      }),
    };
    const place = (...keys: readonly (string | number)[]): Pointer =>
      descend(at, [httpWords[String(keys[0])] ?? "", ...keys.slice(1).map(String)]);
    setHttpStage(this.#settings, { name: String(value["name"]), at: place, properties });
  }

  #usagePlan({ address, value, at }: Resource, api: string): void {
    const stages = blocksOf(value["api_stages"]).filter((one) => refers(one["api_id"], api));
    const names = stages.map((one) => this.#stageName(one["stage"]));
    if (names.length === 0) return;
    const [throttle, quota] = [inner(value["throttle_settings"]), inner(value["quota_settings"])];
    const limits = throttle && throttleOf(throttle["rate_limit"], throttle["burst_limit"]);
    const limit = numberOf(quota?.["limit"]);
    const offset = numberOf(quota?.["offset"]);
    const keys = this.#ofType("aws_api_gateway_usage_plan_key")
      .filter((key) => refers(key.value["usage_plan_id"], address))
      .flatMap(
        (key) =>
          /^\$\{aws_api_gateway_api_key\.([\w-]+)\.id\}$/.exec(String(key.value["key_id"]))?.[1] ??
          [],
      );
    const methods = stages.flatMap((one) =>
      blocksOf(one["throttle"]).flatMap((entry) => {
        const [, path, method] = /^(\/.*?)\/?([A-Z*]+)$/.exec(String(entry["path"])) ?? [];
        const own = throttleOf(entry["rate_limit"], entry["burst_limit"]);
        return path === undefined || own === undefined ? [] : [[`${method} ${path}`, own] as const];
      }),
    );
    const plan = {
      stages: names,
      ...(limits === undefined ? {} : { throttle: limits }),
      ...(limit === undefined
        ? {}
        : {
            quota: {
              limit,
              period: quota?.["period"],
              ...(offset === undefined ? {} : { offset }),
            },
          }),
      ...(methods.length === 0
        ? {}
        : { methodThrottle: Object.fromEntries(methods) as JsonObject }),
      ...(keys.length === 0 ? {} : { keys }),
    };
    this.#settings.set(["usagePlans", address.split(".")[1] ?? address], plan, at);
    for (const key of keys) {
      const place = descend(this.#at, ["resource", "aws_api_gateway_api_key", key]);
      this.#settings.set(["apiKeys", key], { value: { secret: key } }, place);
    }
  }

  #stageName(stage: unknown): string {
    const named = this.#ofType("aws_api_gateway_stage").find(({ address }) =>
      refers(stage, address),
    );
    return String(named?.value["stage_name"] ?? stage);
  }
}

/** Attributes of Terraform by the words of CloudFormation. */
const words: Readonly<Record<string, string>> = {
  StageName: "stage_name",
  Variables: "variables",
  CacheClusterEnabled: "cache_cluster_enabled",
  TracingEnabled: "xray_tracing_enabled",
  ClientCertificateId: "client_certificate_id",
  AccessLogSetting: "access_log_settings",
  CanarySetting: "canary_settings",
};
const httpWords: Readonly<Record<string, string>> = {
  StageName: "name",
  StageVariables: "stage_variables",
  RouteSettings: "route_settings",
  DefaultRouteSettings: "default_route_settings",
  AccessLogSettings: "access_log_settings",
};

/** Whether a value is an attribute of a resource: `${aws_api_gateway_rest_api.main.id}`. */
function refers(value: unknown, address: string): boolean {
  const text = String(value);
  return text.startsWith(`\${${address}.`) && text.endsWith("}");
}

function blocksOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function inner(value: unknown): JsonObject | undefined {
  return blocksOf(value)[0];
}
