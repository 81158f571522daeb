import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { expression, jsonencode, type HclBlock, type HclValue } from "../language/hcl.js";
import { serviceName, serviceWidgets, widgetPlace } from "../metrics.js";
import { logGroup } from "./functions.js";
import { block, dynamicBlock, region, resource, template } from "./values.js";

export function logBlocks(plan: AwsPlan): readonly HclBlock[] {
  return [
    {
      ...logGroup("access", template("/aws/apigateway/", expression("local.name"), "/access")),
    },
    ...(plan.gateway.api.kind === "rest"
      ? [
          // API Gateway writes its execution log to this name; the group is here for its retention and key
          logGroup(
            "execution",
            template(
              "API-Gateway-Execution-Logs_",
              expression("aws_api_gateway_rest_api.api.id"),
              "/",
              expression("var.stage"),
            ),
          ),
        ]
      : []),
    block("locals", {
      access_log_arn: expression(
        "coalesce(var.settings.access_log.destination_arn, aws_cloudwatch_log_group.access.arn)",
      ),
    }),
  ];
}

function dimensions({ gateway }: AwsPlan): HclValue {
  return gateway.api.kind === "rest"
    ? { ApiName: expression("local.name"), Stage: expression("var.stage") }
    : { ApiId: expression("aws_apigatewayv2_api.api.id"), Stage: expression("var.stage") };
}

export function alarmBlocks(plan: AwsPlan): readonly HclBlock[] {
  const metric = (id: string, name: HclValue): HclBlock =>
    dynamicBlock(
      "metric_query",
      "each.value.as_percent_of_count ? [1] : []",
      { id, return_data: false },
      [
        block("metric", {
          namespace: "AWS/ApiGateway",
          metric_name: name,
          period: expression("each.value.period"),
          stat: "Sum",
          dimensions: dimensions(plan),
        }),
      ],
    );
  const single = (value: string): HclValue =>
    expression(`each.value.as_percent_of_count ? null : ${value}`);
  return [
    resource(
      "aws_cloudwatch_metric_alarm",
      "api",
      {
        for_each: expression("var.settings.alarms"),
        alarm_name: template(expression("local.name"), "-", expression("each.key")),
        comparison_operator: expression("each.value.comparison_operator"),
        threshold: expression("each.value.threshold"),
        evaluation_periods: expression("each.value.evaluation_periods"),
        datapoints_to_alarm: expression("each.value.datapoints_to_alarm"),
        treat_missing_data: "notBreaching",
        alarm_actions: expression("each.value.actions"),
        ok_actions: expression("each.value.actions"),
        namespace: single('"AWS/ApiGateway"'),
        metric_name: single("each.value.metric_name"),
        period: single("each.value.period"),
        statistic: single('startswith(each.value.statistic, "p") ? null : each.value.statistic'),
        extended_statistic: single(
          'startswith(each.value.statistic, "p") ? each.value.statistic : null',
        ),
        dimensions: single("local.dimensions"),
      },
      [
        metric("part", expression("each.value.metric_name")),
        metric("whole", serviceName(plan.gateway.api.kind, "Count")),
        dynamicBlock("metric_query", "each.value.as_percent_of_count ? [1] : []", {
          id: "percent",
          expression: "IF(whole > 0, 100 * part / whole, 0)",
          label: "percent of requests",
          return_data: true,
        }),
      ],
    ),
    block("locals", { dimensions: dimensions(plan) }),
    resource("aws_cloudwatch_composite_alarm", "api", {
      count: expression("length(var.settings.alarms) > 1 ? 1 : 0"),
      alarm_name: template(expression("local.name"), "-any"),
      alarm_description: "One of the alarms of the API; this is the one that pages.",
      alarm_rule: expression(
        'join(" OR ", [for one in aws_cloudwatch_metric_alarm.api : "ALARM(\\"${one.alarm_name}\\")"])',
      ),
      alarm_actions:
        plan.manifests.aws.alarmTopicArn === undefined
          ? undefined
          : [plan.manifests.aws.alarmTopicArn],
    }),
    ...dashboard(plan),
  ];
}

function dashboard(plan: AwsPlan): readonly HclBlock[] {
  const [dimension, api] =
    plan.gateway.api.kind === "rest"
      ? ["ApiName", expression("local.name")]
      : ["ApiId", expression("aws_apigatewayv2_api.api.id")];
  const hasCache = plan.manifests.stages.some(({ cache }) => cache !== undefined);
  const shown = serviceWidgets(plan.gateway.api.kind, hasCache);
  const widgets = shown.map(({ title, metrics, stat }, index): HclValue => ({
    type: "metric",
    ...widgetPlace(index),
    properties: {
      title,
      region,
      stat,
      period: 60,
      metrics: metrics.map((name): HclValue => [
        "AWS/ApiGateway",
        name,
        dimension ?? "",
        api ?? "",
        "Stage",
        expression("var.stage"),
      ]),
    },
  }));
  return [
    resource("aws_cloudwatch_dashboard", "api", {
      count: expression("var.settings.dashboard ? 1 : 0"),
      dashboard_name: expression("local.name"),
      dashboard_body: jsonencode({ widgets }),
    }),
  ];
}
