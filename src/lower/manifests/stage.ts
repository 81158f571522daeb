import type { Stage } from "../../ir/deployment.js";
import type { ApiKind } from "../../ir/gateway.js";
import type {
  AlarmManifest,
  CanaryManifest,
  EnvironmentVariable,
  NamedText,
  StageManifest,
  WafManifest,
} from "../../ir/manifest.js";
import { isObject, member, type JsonObject } from "../../json.js";
import { lowerSecret } from "../limits.js";
import { accessLogFormat } from "./access-log.js";
import { entriesIn, flagIn, numberIn, objectIn, textIn, textsIn, wordIn } from "./values.js";

export interface StageNames {
  readonly fileName: string;
  readonly label: string;
}

/** Names that Windows has for devices. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** Names of stages in paths and labels, in their order; compared without case, each once. */
export function stageNames(names: readonly string[]): readonly StageNames[] {
  const files = new Set<string>();
  const labels = new Set<string>();
  const claim = (wish: string, used: Set<string>, glue: string): string => {
    let name = wish;
    for (let number = 2; used.has(name.toLowerCase()); number++) name = `${wish}${glue}${number}`;
    used.add(name.toLowerCase());
    return name;
  };
  return names.map((name) => {
    const plain = name.replace(/^\$/, "");
    const label = plain
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, 30)
      .replace(/^-+|-+$/g, "");
    return {
      fileName: claim(devices.test(plain) ? `${plain}_` : plain, files, "_"),
      label: claim(label === "" ? "stage" : label, labels, "-"),
    };
  });
}

interface StageContext extends StageNames {
  readonly isFirst: boolean;
  /** That of stages which name none. */
  readonly region: string | undefined;
}

/** What a stage is deployed with. `merged`: its settings over the defaults. */
export function lowerStageManifest(
  stage: Stage,
  merged: JsonObject,
  kind: ApiKind,
  { isFirst, region, fileName, label }: StageContext,
): StageManifest {
  const access = objectIn(merged, "logging", "access");
  const policy = objectIn(merged, "deploymentPolicy");
  const cache = objectIn(merged, "cache");
  const otlp = objectIn(merged, "tracing", "otlp");
  return {
    name: stage.name,
    fileName,
    label,
    description: stage.description,
    account: textIn(merged, "account"),
    region: textIn(merged, "region") ?? region,
    variables: stage.variables,
    methodDefaults: stage.methodDefaults,
    methods: stage.methods,
    detailedMetrics: flagIn(objectIn(merged, "metrics"), "detailed") ?? true,
    cache:
      stage.cache === undefined
        ? undefined
        : { ...stage.cache, size: textIn(cache, "size") ?? "0.5" },
    accessLog: {
      destination:
        wordIn(access, "destination", ["firehose"]) === undefined ? "cloudwatch" : "firehose",
      destinationArn: textIn(access, "destinationArn"),
      format: accessLogFormat(
        kind,
        textIn(access, "format"),
        textMembers(objectIn(access, "fields")),
      ),
      retentionInDays: numberIn(access, "retentionInDays") ?? 30,
      kmsKeyArn: textIn(access, "kmsKeyArn"),
    },
    xray: flagIn(objectIn(merged, "tracing"), "xray") ?? true,
    otlpEndpoint: textIn(otlp, "endpoint"),
    canary: stage.canary && lowerCanary(objectIn(merged, "canary")),
    clientCertificateId: textIn(merged, "clientCertificateId"),
    waf: isObject(merged["waf"]) ? lowerWaf(merged["waf"]) : undefined,
    alarms: entriesIn(merged, "alarms").map(lowerAlarm),
    dashboard: flagIn(merged, "dashboard") ?? false,
    approval: flagIn(policy, "approval") ?? false,
    retainDeployments: retainedIn(policy),
    rollbackAlarms: textsIn(policy, "rollbackAlarms"),
    environment: lowerEnvironment(objectIn(merged, "environment")),
    replicas: lowerReplicas(objectIn(merged, "replicas"), isFirst),
    resources: lowerResources(objectIn(merged, "resources")),
  };
}

/** A deployment that is kept can be gone back to; none or all would be no number. */
function retainedIn(policy: JsonObject): number {
  const kept = numberIn(policy, "retainDeployments");
  return kept === undefined ? 5 : Math.max(0, Math.floor(kept));
}

function textMembers(object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(object).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

function lowerCanary(canary: JsonObject): CanaryManifest {
  return {
    percentTraffic: numberIn(canary, "percentTraffic") ?? 0,
    useStageCache: flagIn(canary, "useStageCache") ?? false,
    overrides: namedTexts(objectIn(canary, "stageVariableOverrides")),
  };
}

export function namedTexts(object: JsonObject): readonly NamedText[] {
  return Object.entries(object).flatMap(([name, value]) =>
    value === null || typeof value === "object" ? [] : [{ name, value: String(value) }],
  );
}

function lowerWaf(waf: JsonObject): WafManifest {
  const groups = textsIn(waf, "managedRuleGroups");
  const rateLimit = numberIn(waf, "rateLimit");
  const common = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"];
  return {
    webAclArn: textIn(waf, "webAclArn"),
    managedRuleGroups: member(waf, "managedRuleGroups") === undefined ? common : groups,
    rateLimit,
    ipAllow: textsIn(waf, "ipAllow"),
    ipDeny: textsIn(waf, "ipDeny"),
  };
}

function lowerAlarm([name, alarm]: readonly [string, JsonObject]): AlarmManifest {
  const evaluationPeriods = numberIn(alarm, "evaluationPeriods") ?? 5;
  const metric = textIn(alarm, "metric") ?? "5XXError";
  return {
    name,
    metric,
    statistic:
      wordIn(alarm, "statistic", ["Sum", "Average", "p50", "p90", "p99"]) ??
      (metric.endsWith("Latency") ? "p99" : "Sum"),
    asPercentOfCount: flagIn(alarm, "asPercentOfCount") ?? false,
    threshold: numberIn(alarm, "threshold") ?? 1,
    comparison: wordIn(alarm, "comparison", ["below"]) ?? "above",
    periodInSeconds: numberIn(alarm, "periodInSeconds") ?? 60,
    evaluationPeriods,
    datapointsToAlarm: Math.min(numberIn(alarm, "datapointsToAlarm") ?? 3, evaluationPeriods),
    actions: textsIn(alarm, "actions"),
  };
}

function lowerEnvironment(environment: JsonObject): readonly EnvironmentVariable[] {
  return Object.entries(environment).flatMap(([name, value]): readonly EnvironmentVariable[] => {
    // a name that shells and manifests alike take
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) return [];
    const secret = lowerSecret(value);
    if (secret !== undefined) return [{ name, value: secret }];
    return value === null || typeof value === "object" ? [] : [{ name, value: String(value) }];
  });
}

/** The first stage is where changes are tried: one replica will do there. */
function lowerReplicas(replicas: JsonObject, isFirst: boolean): StageManifest["replicas"] {
  const min = Math.max(1, numberIn(replicas, "min") ?? (isFirst ? 1 : 2));
  return {
    min,
    max: Math.max(min, numberIn(replicas, "max") ?? (isFirst ? 2 : 10)),
    cpu: Math.min(100, Math.max(1, numberIn(replicas, "cpu") ?? 65)),
  };
}

const cpuQuantity = /^(?:\d+m|\d+(?:\.\d+)?)$/;
const memoryQuantity = /^\d+(?:\.\d+)?(?:Ki|Mi|Gi|Ti|k|M|G|T)?$/;

function lowerResources(resources: JsonObject): StageManifest["resources"] {
  const requests = objectIn(resources, "requests");
  const limits = objectIn(resources, "limits");
  return {
    cpuRequest: quantity(requests, "cpu", cpuQuantity) ?? "250m",
    memoryRequest: quantity(requests, "memory", memoryQuantity) ?? "256Mi",
    memoryLimit: quantity(limits, "memory", memoryQuantity) ?? "512Mi",
    cpuLimit: quantity(limits, "cpu", cpuQuantity),
  };
}

function quantity(object: JsonObject, key: string, form: RegExp): string | undefined {
  const text = textIn(object, key);
  return text !== undefined && form.test(text) ? text : undefined;
}
