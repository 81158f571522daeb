import type { Target } from "../../ir/manifest.js";
import { hasAws } from "./targets.js";

/** Settings that manifests for AWS read, `*` for any name. */
const aws = [
  "api.import.mode",
  "api.import.failOnWarnings",
  "api.endpointConfiguration",
  "apiKeys.*.generateDistinctId",
  "domains",
  "tags",
  "vpcLinks.*.targetArns",
  "vpcLinks.*.subnetIds",
  "vpcLinks.*.securityGroupIds",
];
const awsStage = [
  "alarms",
  "clientCertificateId",
  "dashboard",
  "logging.access",
  "metrics",
  "tracing.xray",
  "waf",
];
/** Of every target. */
const all = ["targets", "deploy"];
const allStages = ["deploymentPolicy.approval", "deploymentPolicy.rollbackAlarms", "environment"];
const kubernetesStage = [
  "alarms",
  "dashboard",
  "deploymentPolicy.retainDeployments",
  "replicas",
  "resources",
  "tracing.otlp.endpoint",
];

/** Settings that the manifests honour which are made; what none of them reads is reported as all others. */
export function manifestSettings(chosen: readonly Target[]): readonly string[] {
  const stage = [
    ...(chosen.length === 0 ? [] : allStages),
    ...(hasAws(chosen) ? awsStage : []),
    ...(chosen.includes("kubernetes") ? kubernetesStage : []),
  ];
  return [
    ...all,
    ...(hasAws(chosen) ? aws : []),
    ...stage.flatMap((key) => [`defaults.${key}`, `stages.*.${key}`]),
  ];
}
