import type { MethodSettings } from "../../../ir/deployment.js";
import type { StageManifest } from "../../../ir/manifest.js";
import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { bodyInclude } from "./body-include.js";
import { stageDomains, tagObject } from "./edge.js";
import { accessLogTarget } from "./observability.js";
import { variables } from "./rest.js";
import { ref, type CfnResource, type CfnResources, type CfnValue } from "./values.js";

/** An HTTP API from the body, and its stage, which deploys every change at once. */
export function httpResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const { aws, tags } = plan.manifests;
  return {
    Api: {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: {
        Body: bodyInclude,
        FailOnWarnings: aws.failOnWarnings,
        BasePath: "ignore",
        IpAddressType: aws.ipAddressType,
        DisableExecuteApiEndpoint:
          aws.disableExecuteApiEndpoint ?? stageDomains(plan, stage).length > 0,
        Tags: tagObject(tags),
      },
    },
    Stage: httpStage(plan, stage, { AutoDeploy: true }),
  };
}

/** A stage of the second version of the service: HTTP and WebSocket APIs. */
export function httpStage(
  plan: AwsPlan,
  stage: StageManifest,
  deployed: Readonly<Record<string, CfnValue>>,
): CfnResource {
  const isSocket = plan.gateway.api.kind === "websocket";
  const routes = stage.methods.flatMap((settings) => {
    const { method } = settings;
    if (method === undefined) return [];
    const isKey = method.path.startsWith("$") || isSocket;
    const key = isKey ? method.path : `${method.method} ${method.path}`;
    return [[key, routeSettings(settings, stage, isSocket)] as const];
  });
  return {
    Type: "AWS::ApiGatewayV2::Stage",
    Properties: {
      ApiId: ref("Api"),
      StageName: ref("StageName"),
      Description: stage.description,
      ...deployed,
      StageVariables: variables(stage.variables),
      AccessLogSettings: { DestinationArn: accessLogTarget(stage), Format: stage.accessLog.format },
      DefaultRouteSettings: routeSettings(stage.methodDefaults, stage, isSocket),
      RouteSettings: routes.length === 0 ? undefined : Object.fromEntries(routes),
      Tags: tagObject(plan.manifests.tags),
    },
  };
}

function routeSettings(
  settings: MethodSettings,
  stage: StageManifest,
  isSocket: boolean,
): Readonly<Record<string, CfnValue>> {
  const throttle = settings.throttle ??
    stage.methodDefaults.throttle ?? { rateLimit: 100, burstLimit: 200 };
  return {
    ThrottlingRateLimit: throttle.rateLimit,
    ThrottlingBurstLimit: throttle.burstLimit,
    DetailedMetricsEnabled: stage.detailedMetrics,
    ...(isSocket
      ? {
          LoggingLevel: settings.loggingLevel ?? stage.methodDefaults.loggingLevel ?? "ERROR",
          DataTraceEnabled: settings.dataTrace ?? stage.methodDefaults.dataTrace ?? false,
        }
      : {}),
  };
}
