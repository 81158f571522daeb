import type { MethodSettings } from "../../../ir/deployment.js";
import type { StageManifest } from "../../../ir/manifest.js";
import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { serviceName } from "../metrics.js";
import { stageDomains } from "../cloudformation/edge.js";
import type { HclValue } from "../language/hcl.js";

/** The type of the variable `settings`: what may differ between stages. */
export const settingsType = `object({
    description           = optional(string)
    variables             = map(string)
    client_certificate_id = optional(string)
    xray                  = bool
    cache_cluster_size    = optional(string)
    method_settings = map(object({
      throttling_rate_limit  = number
      throttling_burst_limit = number
      metrics_enabled        = bool
      logging_level          = string
      data_trace_enabled     = bool
      caching_enabled        = optional(bool)
      cache_ttl_in_seconds   = optional(number)
      cache_data_encrypted   = optional(bool)
    }))
    access_log = object({
      format            = string
      retention_in_days = number
      kms_key_arn       = optional(string)
      destination_arn   = optional(string)
    })
    canary = optional(object({
      percent_traffic          = number
      use_stage_cache          = bool
      stage_variable_overrides = map(string)
    }))
    waf = optional(object({
      web_acl_arn         = optional(string)
      managed_rule_groups = list(string)
      rate_limit          = optional(number)
      ip_allow            = list(string)
      ip_deny             = list(string)
    }))
    alarms = map(object({
      metric_name         = string
      statistic           = string
      as_percent_of_count = bool
      threshold           = number
      comparison_operator = string
      period              = number
      evaluation_periods  = number
      datapoints_to_alarm = number
      actions             = list(string)
    }))
    dashboard = bool
    domains = map(object({
      certificate_arn    = string
      endpoint_type      = string
      security_policy    = string
      ip_address_type    = optional(string)
      hosted_zone_id     = optional(string)
      truststore_uri     = optional(string)
      truststore_version = optional(string)
      base_paths         = list(string)
    }))
    usage_plans = map(object({
      description = optional(string)
      throttle    = optional(object({ rate_limit = number, burst_limit = number }))
      quota       = optional(object({ limit = number, period = string, offset = number }))
      methods     = map(object({ rate_limit = number, burst_limit = number }))
      keys        = list(string)
    }))
    api_keys = map(object({
      description = optional(string)
      enabled     = bool
      customer_id = optional(string)
    }))
    environment = map(string)
  })`;

type Members = { readonly [key: string]: HclValue };

/** What one stage is deployed with, as the value of that variable. */
export function stageSettings(plan: AwsPlan, stage: StageManifest): Members {
  return {
    ...optional("description", stage.description),
    variables: texts(stage.variables),
    ...optional("client_certificate_id", stage.clientCertificateId),
    xray: stage.xray,
    ...optional("cache_cluster_size", stage.cache?.size),
    method_settings: methodSettings(plan, stage),
    access_log: {
      format: stage.accessLog.format,
      retention_in_days: stage.accessLog.retentionInDays,
      ...optional("kms_key_arn", stage.accessLog.kmsKeyArn ?? plan.manifests.aws.logsKmsKeyArn),
      ...optional("destination_arn", stage.accessLog.destinationArn),
    },
    ...optional(
      "canary",
      stage.canary && {
        percent_traffic: stage.canary.percentTraffic,
        use_stage_cache: stage.canary.useStageCache,
        stage_variable_overrides: texts(stage.canary.overrides),
      },
    ),
    ...optional(
      "waf",
      stage.waf && {
        ...optional("web_acl_arn", stage.waf.webAclArn),
        managed_rule_groups: stage.waf.managedRuleGroups,
        ...optional("rate_limit", stage.waf.rateLimit),
        ip_allow: stage.waf.ipAllow.map(withMask),
        ip_deny: stage.waf.ipDeny.map(withMask),
      },
    ),
    alarms: alarms(plan, stage),
    dashboard: stage.dashboard,
    domains: domains(plan, stage),
    usage_plans: usagePlans(plan, stage),
    api_keys: apiKeys(plan, stage),
    environment: texts(
      stage.environment.flatMap(({ name, value }) =>
        typeof value === "string" ? [{ name, value }] : [],
      ),
    ),
  };
}

function optional(key: string, value: HclValue | undefined): Members {
  return value === undefined ? {} : { [key]: value };
}

function texts(list: readonly { readonly name: string; readonly value: string }[]): Members {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

function withMask(address: string): string {
  if (address.includes("/")) return address;
  return `${address}/${address.includes(":") ? "128" : "32"}`;
}

/**
 * Paths as the provider wants them: all methods are `*` and `*`. The provider looks for its settings among those that
 * the stage has, and a stage names a path with all of its slashes as `~1`. Source: API reference, "Stage", methodSettings.
 */
function methodSettings(plan: AwsPlan, stage: StageManifest): Members {
  const { kind } = plan.gateway.api;
  const own = stage.methods.flatMap((settings) => {
    const { method } = settings;
    if (method === undefined) return [];
    const isKey = kind === "websocket" || method.path.startsWith("$");
    const key =
      kind === "rest"
        ? `${method.path.replaceAll("/", "~1")}/${method.method === "ANY" ? "*" : method.method}`
        : isKey
          ? method.path
          : `${method.method} ${method.path}`;
    return [[key, settingsOf(settings, stage)] as const];
  });
  const all = kind === "rest" ? "*/*" : "*";
  return Object.fromEntries([[all, settingsOf(stage.methodDefaults, stage)], ...own]);
}

function settingsOf(settings: MethodSettings, stage: StageManifest): Members {
  const throttle = settings.throttle ??
    stage.methodDefaults.throttle ?? { rateLimit: 100, burstLimit: 200 };
  return {
    throttling_rate_limit: throttle.rateLimit,
    throttling_burst_limit: throttle.burstLimit,
    metrics_enabled: stage.detailedMetrics,
    logging_level: settings.loggingLevel ?? stage.methodDefaults.loggingLevel ?? "ERROR",
    data_trace_enabled: settings.dataTrace ?? stage.methodDefaults.dataTrace ?? false,
    ...(stage.cache === undefined
      ? {}
      : {
          caching_enabled: settings.cachingEnabled ?? stage.methodDefaults.cachingEnabled ?? false,
          cache_ttl_in_seconds: settings.cacheTtlSeconds ?? stage.cache.ttlSeconds ?? 300,
          cache_data_encrypted: settings.cacheDataEncrypted ?? stage.cache.encrypted,
        }),
  };
}

function alarms(plan: AwsPlan, stage: StageManifest): Members {
  const topic = plan.manifests.aws.alarmTopicArn;
  return Object.fromEntries(
    stage.alarms.map((alarm) => [
      alarm.name,
      {
        metric_name: serviceName(plan.gateway.api.kind, alarm.metric),
        statistic: alarm.statistic,
        as_percent_of_count: alarm.asPercentOfCount,
        threshold: alarm.threshold,
        comparison_operator:
          alarm.comparison === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
        period: alarm.periodInSeconds,
        evaluation_periods: alarm.evaluationPeriods,
        datapoints_to_alarm: alarm.datapointsToAlarm,
        actions: [...alarm.actions, ...(topic === undefined ? [] : [topic])],
      },
    ]),
  );
}

function domains(plan: AwsPlan, stage: StageManifest): Members {
  return Object.fromEntries(
    stageDomains(plan, stage).map((domain) => [
      domain.domainName,
      {
        certificate_arn: domain.certificateArn ?? "",
        endpoint_type: domain.endpointType,
        security_policy: domain.securityPolicy,
        ...optional("ip_address_type", domain.ipAddressType),
        ...optional("hosted_zone_id", domain.hostedZoneId),
        ...optional("truststore_uri", domain.truststoreUri),
        ...optional("truststore_version", domain.truststoreVersion),
        base_paths: domain.mappings
          .filter((mapping) => mapping.stage === stage.name)
          .map(({ basePath }) => basePath ?? ""),
      },
    ]),
  );
}

function usagePlans({ gateway, manifests }: AwsPlan, stage: StageManifest): Members {
  const own = gateway.deployment.usagePlans.filter(({ stages }) => stages.includes(stage.name));
  return Object.fromEntries(
    own.map(({ name, throttle, quota, methods, keys }) => [
      name,
      {
        ...optional("description", manifests.aws.planDescriptions.get(name)),
        ...optional(
          "throttle",
          throttle && { rate_limit: throttle.rateLimit, burst_limit: throttle.burstLimit },
        ),
        ...optional(
          "quota",
          quota && { limit: quota.limit, period: quota.period, offset: quota.offset },
        ),
        methods: Object.fromEntries(
          methods.map((one) => [
            `${one.path}/${one.method}`,
            { rate_limit: one.throttle.rateLimit, burst_limit: one.throttle.burstLimit },
          ]),
        ),
        keys,
      },
    ]),
  );
}

function apiKeys({ gateway, manifests }: AwsPlan, stage: StageManifest): Members {
  const used = new Set(
    gateway.deployment.usagePlans
      .filter(({ stages }) => stages.includes(stage.name))
      .flatMap(({ keys }) => keys),
  );
  return Object.fromEntries(
    gateway.deployment.apiKeys
      .filter(({ name }) => used.has(name))
      .map(({ name, enabled, customerId }) => [
        name,
        {
          ...optional("description", manifests.aws.keyDescriptions.get(name)),
          enabled,
          ...optional("customer_id", customerId),
        },
      ]),
  );
}
