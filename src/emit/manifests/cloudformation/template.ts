import { apiLogActions } from "../api-logs.js";
import type { StageManifest } from "../../../ir/manifest.js";
import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { mergeStages } from "./by-stage.js";
import { domainResources, wafResources } from "./edge.js";
import {
  apiTrust,
  functionResources,
  integrationRoles,
  permissionResources,
  role,
} from "./functions.js";
import { httpResources } from "./http.js";
import { alarmResources, dashboardResources, logResources } from "./observability.js";
import { restResources } from "./rest.js";
import {
  compact,
  getAtt,
  ref,
  sub,
  type CfnResource,
  type CfnResources,
  type CfnValue,
} from "./values.js";
import { webSocketResources } from "./websocket.js";

/** The template of all stages: one stack for each, chosen by the parameter `StageName`. */
export function cloudFormationTemplate(plan: AwsPlan): CfnValue {
  const { stages } = plan.manifests;
  const merged = mergeStages(
    stages.map(({ name }) => name),
    stages.map((stage, index) => stageResources(plan, stage, index)),
  );
  return compact(
    asValue({
      AWSTemplateFormatVersion: "2010-09-09",
      Description: description(plan),
      Parameters: parameters(plan),
      Conditions: { ...conditions(plan), ...merged.conditions },
      Resources: { ...merged.resources, ...accountResources(plan) },
      Outputs: outputs(plan),
    }),
  );
}

/** Resources are values, too; their type only says more. */
function asValue(template: Readonly<Record<string, CfnValue | CfnResources>>): CfnValue {
  return template as CfnValue;
}

function description({ gateway }: AwsPlan): string {
  const { name, version } = gateway.api;
  return `${name} ${version}`
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, 300);
}

function stageResources(plan: AwsPlan, stage: StageManifest, index: number): CfnResources {
  const api = {
    rest: restResources,
    http: httpResources,
    websocket: webSocketResources,
  }[plan.gateway.api.kind];
  return {
    ...api(plan, stage),
    ...logResources(plan, stage),
    ...functionResources(plan, stage),
    ...permissionResources(plan, index),
    ...integrationRoles(plan, index),
    ...vpcLinkResources(plan),
    ...domainResources(plan, stage),
    ...wafResources(plan, stage),
    ...alarmResources(plan, stage),
    ...dashboardResources(plan, stage),
  };
}

function vpcLinkResources({ vpcLinks, manifests, gateway }: AwsPlan): CfnResources {
  return Object.fromEntries(
    vpcLinks.map(({ id, name, version, targetArns, subnetIds, securityGroupIds }) => {
      const resource: CfnResource =
        version === 1 && gateway.api.kind !== "http"
          ? { Type: "AWS::ApiGateway::VpcLink", Properties: { Name: name, TargetArns: targetArns } }
          : {
              Type: "AWS::ApiGatewayV2::VpcLink",
              Properties: {
                Name: name,
                SubnetIds: subnetIds,
                SecurityGroupIds: securityGroupIds.length === 0 ? undefined : securityGroupIds,
                Tags:
                  manifests.tags.length === 0
                    ? undefined
                    : Object.fromEntries(manifests.tags.map((tag) => [tag.name, tag.value])),
              },
            };
      return [id, resource];
    }),
  );
}

function hasCanary({ manifests, gateway }: AwsPlan): boolean {
  return gateway.api.kind === "rest" && manifests.stages.some(({ canary }) => canary !== undefined);
}

function needsLogDestination({ manifests }: AwsPlan): boolean {
  return manifests.stages.some(
    ({ accessLog }) =>
      accessLog.destination === "firehose" && accessLog.destinationArn === undefined,
  );
}

function isCommon(values: readonly string[]): boolean {
  const [first = ""] = values;
  return first !== "" && !first.startsWith("arn:") && values.every((value) => value === first);
}

function parameters(plan: AwsPlan): CfnValue {
  const { stages } = plan.manifests;
  const own = Object.fromEntries(
    plan.parameters.map(({ id, description: text, values }): readonly [string, CfnValue] => [
      id,
      {
        Type: "String",
        Description: text.slice(0, 4000),
        // what is of one account stands in the files of parameters alone
        ...(isCommon(values) ? { Default: values[0] } : {}),
      },
    ]),
  );
  return {
    StageName: {
      Type: "String",
      Description: "The stage; each is a stack of its own.",
      AllowedValues: stages.map(({ name }) => name),
    },
    ...(hasCanary(plan)
      ? {
          StableDeploymentId: {
            Type: "String",
            Default: "",
            Description:
              "Id of the deployment that most requests still go to while a canary runs; empty: no canary.",
          },
        }
      : {}),
    ...(hasAccount(plan)
      ? {
          ManageAccountRole: {
            Type: "String",
            Default: "false",
            AllowedValues: ["true", "false"],
            Description:
              "true: this stack sets the role by which API Gateway writes logs. It is one for the account and region.",
          },
        }
      : {}),
    ...(needsLogDestination(plan)
      ? {
          AccessLogDestinationArn: {
            Type: "String",
            Description:
              "Firehose stream of the access log; its name begins with amazon-apigateway-.",
          },
        }
      : {}),
    ...own,
  };
}

/** Execution logs need the role of the account: REST and WebSocket APIs have them. */
function hasAccount({ gateway }: AwsPlan): boolean {
  return gateway.api.kind !== "http";
}

function conditions(plan: AwsPlan): Readonly<Record<string, CfnValue>> {
  return {
    ...(hasCanary(plan)
      ? { WithCanary: { "Fn::Not": [{ "Fn::Equals": [ref("StableDeploymentId"), ""] }] } }
      : {}),
    ...(hasAccount(plan)
      ? { WithAccountRole: { "Fn::Equals": [ref("ManageAccountRole"), "true"] } }
      : {}),
  };
}

/** One setting for the account and region: two stacks that both set it overwrite each other. */
function accountResources(plan: AwsPlan): CfnResources {
  if (!hasAccount(plan)) return {};
  const made = role(plan, {
    description: "By this role API Gateway writes its logs.",
    trust: apiTrust,
    policy: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: apiLogActions,
          Resource: sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"),
        },
      ],
    },
  });
  return {
    AccountRole: {
      ...made,
      Condition: "WithAccountRole",
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
    },
    Account: {
      Type: "AWS::ApiGateway::Account",
      Condition: "WithAccountRole",
      Properties: { CloudWatchRoleArn: getAtt("AccountRole", "Arn") },
    },
  };
}

function outputs(plan: AwsPlan): CfnValue {
  const isSocket = plan.gateway.api.kind === "websocket";
  const scheme = isSocket ? "wss" : "https";
  const address = `${scheme}://\${Api}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`;
  const path = plan.manifests.stages.every(({ name }) => name === "$default")
    ? ""
    : "/${StageName}";
  return {
    ApiId: { Description: "Id of the API.", Value: ref("Api") },
    Url: { Description: "Address of the stage.", Value: sub(`${address}${path}`) },
    ...(isSocket
      ? {
          ConnectionsUrl: {
            Description: "Endpoint of the management API of connections.",
            Value: sub("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${StageName}"),
          },
        }
      : {}),
    StageName: { Description: "Name of the stage.", Value: ref("StageName") },
    ...(plan.manifests.stages.every(({ accessLog }) => accessLog.destination === "cloudwatch")
      ? { AccessLogGroup: { Description: "Access log.", Value: ref("AccessLogs") } }
      : {}),
    ...Object.fromEntries(
      plan.functions.map(({ id, name }) => [
        `${id}Name`,
        { Description: `Name of the function ${name}.`.slice(0, 1000), Value: ref(id) },
      ]),
    ),
  };
}
