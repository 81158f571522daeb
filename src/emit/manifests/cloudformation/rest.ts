import type { MethodSettings } from "../../../ir/deployment.js";
import type { StageManifest } from "../../../ir/manifest.js";
import { namedId, type AwsPlan } from "../../../plan/deployment/aws.js";
import { stageDomains } from "./edge.js";
import { accessLogTarget } from "./observability.js";
import { bodyInclude } from "./body-include.js";
import { ref, sub, tagList, type CfnResource, type CfnResources, type CfnValue } from "./values.js";

/** The API, its deployment and its stage. */
export function restResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const deployment = deploymentId(plan);
  return {
    Api: restApi(plan, stage),
    [deployment]: {
      Type: "AWS::ApiGateway::Deployment",
      // the deployment before stays, so that the stage can be turned back to it
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { RestApiId: ref("Api"), Description: plan.body?.hash },
    },
    Stage: restStage(plan, stage, deployment),
    ...usagePlanResources(plan, stage),
  };
}

/** Its id changes with the body: CloudFormation deploys what is new, and nothing else. */
export function deploymentId({ body }: AwsPlan): string {
  return `Deployment${body?.hash ?? ""}`;
}

function restApi(plan: AwsPlan, stage: StageManifest): CfnResource {
  const { aws, tags } = plan.manifests;
  return {
    Type: "AWS::ApiGateway::RestApi",
    Properties: {
      Body: bodyInclude,
      Mode: aws.mode,
      FailOnWarnings: aws.failOnWarnings,
      Parameters: { basepath: "ignore" },
      EndpointConfiguration: {
        Types: [aws.endpointType],
        IpAddressType: aws.endpointType === "PRIVATE" ? "dualstack" : aws.ipAddressType,
        VpcEndpointIds: aws.vpcEndpointIds.length === 0 ? undefined : aws.vpcEndpointIds,
      },
      DisableExecuteApiEndpoint:
        aws.disableExecuteApiEndpoint ?? stageDomains(plan, stage).length > 0,
      Tags: tags.length === 0 ? undefined : tagList(tags),
    },
  };
}

function restStage(plan: AwsPlan, stage: StageManifest, deployment: string): CfnResource {
  const { canary } = stage;
  const latest = ref(deployment);
  return {
    Type: "AWS::ApiGateway::Stage",
    DependsOn: "ExecutionLogs",
    Properties: {
      RestApiId: ref("Api"),
      // while a canary runs, the stage stays at the deployment that was there before
      DeploymentId:
        canary === undefined
          ? latest
          : { "Fn::If": ["WithCanary", ref("StableDeploymentId"), latest] },
      StageName: ref("StageName"),
      Description: stage.description,
      Variables: variables(stage.variables),
      AccessLogSetting: { DestinationArn: accessLogTarget(stage), Format: stage.accessLog.format },
      TracingEnabled: stage.xray,
      CacheClusterEnabled: stage.cache !== undefined,
      CacheClusterSize: stage.cache?.size,
      ClientCertificateId: stage.clientCertificateId,
      MethodSettings: methodSettings(stage),
      CanarySetting:
        canary === undefined
          ? undefined
          : {
              "Fn::If": [
                "WithCanary",
                {
                  DeploymentId: latest,
                  PercentTraffic: canary.percentTraffic,
                  UseStageCache: canary.useStageCache,
                  ...(canary.overrides.length === 0
                    ? {}
                    : { StageVariableOverrides: variables(canary.overrides) ?? {} }),
                },
                { Ref: "AWS::NoValue" },
              ],
            },
      Tags: plan.manifests.tags.length === 0 ? undefined : tagList(plan.manifests.tags),
    },
  };
}

export function variables(
  list: readonly { readonly name: string; readonly value: string }[],
): CfnValue | undefined {
  if (list.length === 0) return undefined;
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

/** Settings of all methods come first, those of one method after them. */
function methodSettings(stage: StageManifest): CfnValue {
  return [
    {
      ResourcePath: "/*",
      HttpMethod: "*",
      ...settingsOf(stage.methodDefaults, stage, true),
    },
    ...stage.methods.flatMap((settings) => {
      const { method } = settings;
      if (method === undefined) return [];
      return [
        {
          ResourcePath: method.path,
          HttpMethod: method.method === "ANY" ? "*" : method.method,
          ...settingsOf(settings, stage, false),
        },
      ];
    }),
  ];
}

/** Rates of the service's defaults are far above what most backends bear. */
const defaultThrottle = { rateLimit: 100, burstLimit: 200 };

function settingsOf(
  settings: MethodSettings,
  stage: StageManifest,
  isCommon: boolean,
): Readonly<Record<string, CfnValue | undefined>> {
  const throttle = settings.throttle ?? (isCommon ? defaultThrottle : undefined);
  const inherited = isCommon ? undefined : stage.methodDefaults;
  const caching = settings.cachingEnabled ?? (isCommon ? false : inherited?.cachingEnabled);
  return {
    ThrottlingRateLimit:
      throttle?.rateLimit ?? inherited?.throttle?.rateLimit ?? defaultThrottle.rateLimit,
    ThrottlingBurstLimit:
      throttle?.burstLimit ?? inherited?.throttle?.burstLimit ?? defaultThrottle.burstLimit,
    MetricsEnabled: stage.detailedMetrics,
    LoggingLevel: settings.loggingLevel ?? inherited?.loggingLevel ?? "ERROR",
    DataTraceEnabled: settings.dataTrace ?? inherited?.dataTrace ?? false,
    ...(stage.cache === undefined
      ? {}
      : {
          CachingEnabled: caching ?? false,
          CacheTtlInSeconds: settings.cacheTtlSeconds ?? stage.cache.ttlSeconds ?? 300,
          CacheDataEncrypted: settings.cacheDataEncrypted ?? stage.cache.encrypted,
        }),
  };
}

/** Plans, keys and which key is in which plan. A key's value is AWS's own: it stands in no template. */
function usagePlanResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const { deployment } = plan.gateway;
  const { aws } = plan.manifests;
  const resources: Record<string, CfnResource> = {};
  const own = deployment.usagePlans.filter(({ stages }) => stages.includes(stage.name));
  const keys = new Set(own.flatMap((usagePlan) => usagePlan.keys));
  for (const key of deployment.apiKeys.filter(({ name }) => keys.has(name))) {
    resources[namedId(plan, "ApiKey", key.name)] = {
      Type: "AWS::ApiGateway::ApiKey",
      DependsOn: "Stage",
      Properties: {
        Name: sub(`\${AWS::StackName}-${key.name.replaceAll("${", "")}`),
        Description: aws.keyDescriptions.get(key.name),
        Enabled: key.enabled,
        CustomerId: key.customerId,
        GenerateDistinctId: true,
      },
    };
  }
  for (const usagePlan of own) {
    const id = namedId(plan, "UsagePlan", usagePlan.name);
    resources[id] = {
      Type: "AWS::ApiGateway::UsagePlan",
      DependsOn: "Stage",
      Properties: {
        UsagePlanName: sub(`\${AWS::StackName}-${usagePlan.name.replaceAll("${", "")}`),
        Description: aws.planDescriptions.get(usagePlan.name),
        ApiStages: [
          {
            ApiId: ref("Api"),
            Stage: ref("StageName"),
            Throttle:
              usagePlan.methods.length === 0
                ? undefined
                : Object.fromEntries(
                    usagePlan.methods.map(({ method, path, throttle }) => [
                      `${path}/${method}`,
                      { RateLimit: throttle.rateLimit, BurstLimit: throttle.burstLimit },
                    ]),
                  ),
          },
        ],
        Throttle:
          usagePlan.throttle === undefined
            ? undefined
            : {
                RateLimit: usagePlan.throttle.rateLimit,
                BurstLimit: usagePlan.throttle.burstLimit,
              },
        Quota:
          usagePlan.quota === undefined
            ? undefined
            : {
                Limit: usagePlan.quota.limit,
                Period: usagePlan.quota.period,
                Offset: usagePlan.quota.offset,
              },
      },
    };
    for (const key of usagePlan.keys) {
      resources[`${id}${namedId(plan, "ApiKey", key)}`] = {
        Type: "AWS::ApiGateway::UsagePlanKey",
        Properties: {
          KeyId: ref(namedId(plan, "ApiKey", key)),
          KeyType: "API_KEY",
          UsagePlanId: ref(id),
        },
      };
    }
  }
  return resources;
}
