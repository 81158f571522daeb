import type { AlarmManifest, StageManifest } from "../../../ir/manifest.js";
import { namedId, type AwsPlan } from "../../../plan/deployment/aws.js";
import { serviceName, serviceWidgets, widgetPlace } from "../metrics.js";
import { getAtt, ref, sub, type CfnResource, type CfnResources, type CfnValue } from "./values.js";

/** The access log's group, where it goes to CloudWatch. */
export function logResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const { retainLogGroups, logsKmsKeyArn } = plan.manifests.aws;
  const keep = retainLogGroups ? ("Retain" as const) : undefined;
  const group = (name: CfnValue): CfnResource => ({
    Type: "AWS::Logs::LogGroup",
    DeletionPolicy: keep,
    UpdateReplacePolicy: keep,
    Properties: {
      LogGroupName: name,
      RetentionInDays: stage.accessLog.retentionInDays,
      KmsKeyId: stage.accessLog.kmsKeyArn ?? logsKmsKeyArn,
    },
  });
  const resources: Record<string, CfnResource> = {};
  if (stage.accessLog.destination === "cloudwatch") {
    resources["AccessLogs"] = group(sub("/aws/apigateway/${AWS::StackName}/access"));
  }
  if (plan.gateway.api.kind === "rest") {
    // API Gateway writes its execution log to this name; the group is here for its retention and key
    resources["ExecutionLogs"] = group(sub("API-Gateway-Execution-Logs_${Api}/${StageName}"));
  }
  return resources;
}

export function accessLogTarget(stage: StageManifest): CfnValue {
  if (stage.accessLog.destination === "cloudwatch") return getAtt("AccessLogs", "Arn");
  return stage.accessLog.destinationArn ?? ref("AccessLogDestinationArn");
}

function dimensions(plan: AwsPlan): CfnValue {
  return plan.gateway.api.kind === "rest"
    ? [
        { Name: "ApiName", Value: getApiName() },
        { Name: "Stage", Value: ref("StageName") },
      ]
    : [
        { Name: "ApiId", Value: ref("Api") },
        { Name: "Stage", Value: ref("StageName") },
      ];
}

/** REST APIs are measured by name; the stack's name is that of its API. */
export function getApiName(): CfnValue {
  return ref("AWS::StackName");
}

export function alarmResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const resources: Record<string, CfnResource> = {};
  const topic = plan.manifests.aws.alarmTopicArn;
  for (const alarm of stage.alarms)
    resources[namedId(plan, "Alarm", alarm.name)] = alarmResource(plan, alarm, topic);
  if (stage.alarms.length > 1) {
    const rule = stage.alarms
      .map((alarm) => `ALARM("\${${namedId(plan, "Alarm", alarm.name)}}")`)
      .join(" OR ");
    resources["AnyAlarm"] = {
      Type: "AWS::CloudWatch::CompositeAlarm",
      Properties: {
        AlarmName: sub("${AWS::StackName}-any"),
        AlarmDescription: "One of the alarms of the API; this is the one that pages.",
        AlarmRule: sub(rule),
        AlarmActions: topic === undefined ? undefined : [topic],
      },
    };
  }
  return resources;
}

function alarmResource(
  plan: AwsPlan,
  alarm: AlarmManifest,
  topic: string | undefined,
): CfnResource {
  const actions = [...alarm.actions, ...(topic === undefined ? [] : [topic])];
  const metric = (name: string, statistic: string): CfnValue => ({
    Metric: {
      Namespace: "AWS/ApiGateway",
      MetricName: name,
      Dimensions: dimensions(plan),
    },
    Period: alarm.periodInSeconds,
    Stat: statistic,
  });
  const name = serviceName(plan.gateway.api.kind, alarm.metric);
  const common = {
    AlarmName: sub(`\${AWS::StackName}-${alarm.name.replaceAll("${", "")}`),
    ComparisonOperator: alarm.comparison === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
    Threshold: alarm.threshold,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    TreatMissingData: "notBreaching",
    AlarmActions: actions.length === 0 ? undefined : actions,
    OKActions: actions.length === 0 ? undefined : actions,
  };
  if (alarm.asPercentOfCount) {
    return {
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        ...common,
        Metrics: [
          { Id: "part", MetricStat: metric(name, "Sum"), ReturnData: false },
          {
            Id: "whole",
            MetricStat: metric(serviceName(plan.gateway.api.kind, "Count"), "Sum"),
            ReturnData: false,
          },
          {
            Id: "percent",
            Expression: "IF(whole > 0, 100 * part / whole, 0)",
            Label: "percent of requests",
            ReturnData: true,
          },
        ],
      },
    };
  }
  const isPercentile = alarm.statistic.startsWith("p");
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      ...common,
      Namespace: "AWS/ApiGateway",
      MetricName: name,
      Dimensions: dimensions(plan),
      Period: alarm.periodInSeconds,
      ...(isPercentile ? { ExtendedStatistic: alarm.statistic } : { Statistic: alarm.statistic }),
    },
  };
}

export function dashboardResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  if (!stage.dashboard) return {};
  const { kind } = plan.gateway.api;
  const dimension = kind === "rest" ? "ApiName" : "ApiId";
  const api = kind === "rest" ? "${AWS::StackName}" : "${Api}";
  const hasCache = stage.cache !== undefined;
  const widgets = serviceWidgets(kind, hasCache).map(({ title, metrics, stat }, index) => ({
    type: "metric",
    ...widgetPlace(index),
    properties: {
      title,
      region: "${AWS::Region}",
      stat,
      period: 60,
      metrics: metrics.map((metric) => [
        "AWS/ApiGateway",
        metric,
        dimension,
        api,
        "Stage",
        "${StageName}",
      ]),
    },
  }));
  return {
    Dashboard: {
      Type: "AWS::CloudWatch::Dashboard",
      Properties: {
        DashboardName: sub("${AWS::StackName}"),
        DashboardBody: sub(JSON.stringify({ widgets })),
      },
    },
  };
}
