import type { DiagnosticSink } from "../../diagnostics.js";
import type { Gateway } from "../../ir/gateway.js";
import { targets } from "../../ir/manifest.js";
import type {
  AwsManifest,
  CiManifest,
  DomainManifest,
  IngressManifest,
  KubernetesManifest,
  Manifests,
  Target,
  VpcLinkManifest,
} from "../../ir/manifest.js";
import { isObject, member, quote, type JsonObject } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";
import { merge } from "../../load/settings.js";
import { lowerImportBody } from "../import-body/import-body.js";
import { lowerServiceAccess } from "./service-access.js";
import { lowerStageManifest, namedTexts, stageNames } from "./stage.js";
import { chooseTargets, hasAws } from "./targets.js";
import { entriesIn, flagIn, numberIn, objectIn, textIn, textsIn, wordIn } from "./values.js";

/**
 * What the settings say about deployments; undefined: no manifest is asked for. Problems: GG120 to GG123,
 * GG042 a name that no manifest can hold.
 */
export function lowerManifests(
  document: LoadedDocument,
  gateway: Gateway,
  sink: DiagnosticSink,
  chosen = chooseTargets(document),
): Manifests | undefined {
  if (chosen.length === 0) return undefined;
  const settings = document.settings.value;
  const deploy = objectIn(settings, "deploy");
  const { stages } = gateway.deployment;
  const docker = objectIn(deploy, "docker");
  const names = stageNames(stages.map(({ name }) => name));
  reportUnseen(document, gateway, sink, chosen);
  return {
    targets: targets.filter((target) => chosen.includes(target)),
    aws: lowerAws(document, gateway, sink, hasAws(chosen)),
    docker: {
      baseImage: imageName(textIn(docker, "baseImage")),
      nodeVersion: /^\d[\w.-]*$/.exec(textIn(docker, "nodeVersion") ?? "")?.[0] ?? "22.21.1",
      user: /^\d{1,9}(?::\d{1,9})?$/.exec(textIn(docker, "user") ?? "")?.[0] ?? "10001:10001",
      registry: imageName(textIn(docker, "registry")),
    },
    compose: {
      redis: redisOf(objectIn(deploy, "compose"), ["valkey", "redis"]),
      observability: flagIn(objectIn(deploy, "compose"), "observability") ?? false,
    },
    kubernetes: lowerKubernetes(document, objectIn(deploy, "kubernetes"), sink),
    ci: lowerCi(document, objectIn(deploy, "ci"), gateway, sink),
    stages: stages.map((stage, index) =>
      lowerStageManifest(
        stage,
        merge(objectIn(settings, "defaults"), objectIn(settings, "stages", stage.name)),
        gateway.api.kind,
        {
          isFirst: index === 0,
          region: textIn(objectIn(deploy, "aws"), "region"),
          ...(names[index] ?? { fileName: stage.name, label: stage.name }),
        },
      ),
    ),
    tags: namedTexts(objectIn(settings, "tags")),
  };
}

/** Metrics that are to be scraped must be where others can ask for them. Problem: GG052. */
function reportUnseen(
  { settings }: LoadedDocument,
  { deployment: { metrics, admin } }: Gateway,
  sink: DiagnosticSink,
  chosen: readonly Target[],
): void {
  const host = metrics?.listener?.host ?? (metrics === undefined ? undefined : admin?.host);
  if (host !== undefined && !/^(?:127\.|localhost$|::1$)/.test(host)) return;
  const askers = [
    { target: "kubernetes", keys: ["deploy", "kubernetes", "serviceMonitor"] },
    { target: "compose", keys: ["deploy", "compose", "observability"] },
  ] as const;
  for (const { target, keys } of askers) {
    const [first, second, last] = keys;
    const isAsked = flagIn(objectIn(settings.value, first, second), last) === true;
    if (!isAsked || !chosen.includes(target)) continue;
    const message =
      "the metrics are scraped by others, and no listener beyond the loopback has them";
    sink.warning("GG052", settings.place(...keys), message, {
      hint: 'set runtime: { metrics: { port: 9465, host: "0.0.0.0" } }',
    });
  }
}

/** A name of an image or registry; one that is none is left out, so that it reaches no command. */
function imageName(text: string | undefined): string | undefined {
  return text !== undefined && /^[a-z0-9][a-z0-9._/:@-]{0,254}$/.test(text) ? text : undefined;
}

/** The first word unless the settings say another, or none. */
function redisOf<const Word extends string>(
  section: JsonObject,
  words: readonly [Word, Word],
): Word | false {
  return section["redis"] === false ? false : (wordIn(section, "redis", words) ?? words[0]);
}

function lowerAws(
  document: LoadedDocument,
  gateway: Gateway,
  sink: DiagnosticSink,
  isAsked: boolean,
): AwsManifest {
  const settings = document.settings.value;
  const api = objectIn(settings, "api");
  const endpoint = objectIn(api, "endpointConfiguration");
  const aws = objectIn(settings, "deploy", "aws");
  const terraform = objectIn(aws, "terraform");
  if (aws["accountAlias"] !== undefined) {
    const message =
      "the alias of an account is not set with an API: it is one for the whole account";
    const hint = "name the account by number: stages.STAGE.account";
    sink.warning("GG043", document.settings.place("deploy", "aws", "accountAlias"), message, {
      hint,
    });
  }
  const isRoutes = gateway.api.kind === "websocket";
  return {
    body: isAsked && !isRoutes ? lowerImportBody(document, gateway, sink) : undefined,
    mode: wordIn(objectIn(api, "import"), "mode", ["merge"]) ?? "overwrite",
    failOnWarnings: flagIn(objectIn(api, "import"), "failOnWarnings") ?? true,
    endpointType: endpointType(textsIn(endpoint, "types")[0]),
    vpcEndpointIds: textsIn(endpoint, "vpcEndpointIds"),
    ipAddressType: wordIn(endpoint, "ipAddressType", ["ipv4", "dualstack"]),
    disableExecuteApiEndpoint:
      flagIn(api, "disableExecuteApiEndpoint") ??
      (gateway.api.disableExecuteApiEndpoint ? true : undefined),
    lambdaRuntime: textIn(aws, "lambdaRuntime") ?? "nodejs22.x",
    permissionsBoundaryArn: textIn(aws, "permissionsBoundaryArn"),
    logsKmsKeyArn: textIn(aws, "logsKmsKeyArn"),
    artifactBucket: textIn(aws, "artifactBucket"),
    alarmTopicArn: textIn(aws, "alarmTopicArn"),
    retainLogGroups: flagIn(aws, "retainLogGroups") ?? true,
    terraform: {
      backend: wordIn(terraform, "backend", ["local"]) ?? "s3",
      providerVersion:
        textIn(terraform, "providerVersion") ??
        (hasAddressType(settings) ? ">= 5.96, < 7.0" : ">= 5.80, < 7.0"),
    },
    domains: entriesIn(settings, "domains").map(lowerDomain),
    vpcLinks: entriesIn(settings, "vpcLinks").map(lowerVpcLink),
    planDescriptions: descriptions(settings, "usagePlans"),
    keyDescriptions: descriptions(settings, "apiKeys"),
    functionArns: functionArns(settings),
    access: isAsked ? lowerServiceAccess(document, gateway, sink) : [],
  };
}

/** Whether kinds of addresses are named, which the provider knows from 5.96 on. */
function hasAddressType(settings: JsonObject): boolean {
  const endpoint = objectIn(settings, "api", "endpointConfiguration");
  return (
    textIn(endpoint, "ipAddressType") !== undefined ||
    textsIn(endpoint, "types")[0] === "PRIVATE" ||
    entriesIn(settings, "domains").some(([, one]) => textIn(one, "ipAddressType") !== undefined)
  );
}

function endpointType(text: string | undefined): AwsManifest["endpointType"] {
  return text === "EDGE" || text === "PRIVATE" ? text : "REGIONAL";
}

function lowerDomain([name, domain]: readonly [string, JsonObject]): DomainManifest {
  const mutualTls = objectIn(domain, "mutualTls");
  const mappings = Array.isArray(domain["mappings"]) ? (domain["mappings"] as unknown[]) : [];
  return {
    name,
    domainName: textIn(domain, "domainName") ?? name,
    certificateArn: textIn(domain, "certificateArn"),
    endpointType: endpointType(textIn(domain, "endpointType")),
    securityPolicy: textIn(domain, "securityPolicy") ?? "TLS_1_2",
    ipAddressType: wordIn(domain, "ipAddressType", ["ipv4", "dualstack"]),
    hostedZoneId: textIn(domain, "hostedZoneId"),
    truststoreUri: textIn(mutualTls, "truststoreUri"),
    truststoreVersion: textIn(mutualTls, "truststoreVersion"),
    mappings: mappings.filter(isObject).map((mapping) => ({
      stage: textIn(mapping, "stage") ?? "",
      basePath: textIn(mapping, "basePath"),
    })),
  };
}

function lowerVpcLink([name, link]: readonly [string, JsonObject]): VpcLinkManifest {
  return {
    name,
    version: numberIn(link, "version") === 1 ? 1 : 2,
    targetArns: textsIn(link, "targetArns"),
    subnetIds: textsIn(link, "subnetIds"),
    securityGroupIds: textsIn(link, "securityGroupIds"),
  };
}

function descriptions(settings: JsonObject, section: string): ReadonlyMap<string, string> {
  return new Map(
    entriesIn(settings, section).flatMap(([name, value]) => {
      const description = textIn(value, "description");
      return description === undefined ? [] : [[name, description] as const];
    }),
  );
}

function functionArns(settings: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    entriesIn(settings, "backends").flatMap(([name, value]) => {
      const arn = textIn(value, "functionArn");
      return arn === undefined ? [] : [[name, arn] as const];
    }),
  );
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const hostName = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

function lowerKubernetes(
  document: LoadedDocument,
  section: JsonObject,
  sink: DiagnosticSink,
): KubernetesManifest {
  const place = (...keys: string[]) => document.settings.place("deploy", "kubernetes", ...keys);
  const policy = objectIn(section, "networkPolicy");
  const namespace = textIn(section, "namespace");
  if (namespace !== undefined && !label.test(namespace)) {
    const message = `${quote(namespace)} is not a name of a namespace: small letters, digits and "-"`;
    sink.error("GG042", place("namespace"), message);
  }
  if (section["flavour"] === "helm") {
    const message = "Helm charts are not made: the manifests are for kustomize";
    sink.warning("GG043", place("flavour"), message);
  }
  return {
    namespace: namespace ?? "gateway",
    ingress: lowerIngress(section, (key) => place("ingress", key), sink),
    redis: redisOf(section, ["external", "incluster"]),
    serviceMonitor: flagIn(section, "serviceMonitor") ?? false,
    ingressNamespaces: textsIn(policy, "ingressNamespaces"),
    egressCidrs: textsIn(policy, "egressCidrs"),
  };
}

function lowerIngress(
  section: JsonObject,
  place: (key: string) => ReturnType<LoadedDocument["settings"]["place"]>,
  sink: DiagnosticSink,
): IngressManifest | undefined {
  const ingress = member(section, "ingress");
  if (!isObject(ingress)) return undefined;
  const host = textIn(ingress, "host") ?? "";
  if (!hostName.test(host)) {
    sink.error("GG042", place("host"), `${quote(host)} is not a host name`);
    return undefined;
  }
  const gatewayClass = textIn(ingress, "gatewayClass");
  if (gatewayClass !== undefined) return { kind: "gateway", gatewayClass, host };
  const tlsSecret = textIn(ingress, "tlsSecret");
  return { kind: "ingress", className: textIn(ingress, "className"), host, tlsSecret };
}

function lowerCi(
  document: LoadedDocument,
  ci: JsonObject,
  gateway: Gateway,
  sink: DiagnosticSink,
): CiManifest {
  const names = gateway.deployment.stages.map(({ name }) => name);
  const known = (key: "order" | "approvalBefore"): readonly string[] =>
    textsIn(ci, key).filter((name) => {
      if (names.includes(name)) return true;
      const at = document.settings.place("deploy", "ci", key);
      sink.error("GG042", at, `there is no stage ${quote(name)}`);
      return false;
    });
  const order = known("order");
  const pipeline = member(ci, "codepipeline");
  const actions = member(ci, "githubActions");
  return {
    codepipeline: isObject(pipeline)
      ? {
          connectionArn: textIn(pipeline, "connectionArn") ?? "",
          repository: textIn(pipeline, "repository") ?? "",
          branch: textIn(pipeline, "branch") ?? "main",
          notificationTopicArn: textIn(pipeline, "notificationTopicArn"),
        }
      : undefined,
    githubActions: isObject(actions)
      ? {
          oidcRoleArn: textIn(actions, "oidcRoleArn"),
          runner: textIn(actions, "runner") ?? "ubuntu-24.04",
        }
      : undefined,
    order: order.length === 0 ? names : order,
    approvalBefore: known("approvalBefore"),
  };
}
