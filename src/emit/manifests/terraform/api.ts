import type { Cors } from "../../../ir/gateway.js";
import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { expression, HclCall, type HclBlock, type HclValue } from "../language/hcl.js";
import { block, BodyVariables, dynamicBlock, resource, template } from "./values.js";

export const bodyTemplateFile = "openapi.json.tftpl";

const name = template(expression("local.name"));
const disabled = (plan: AwsPlan): HclValue =>
  plan.manifests.aws.disableExecuteApiEndpoint ?? expression("length(var.settings.domains) > 0");

/** The body with its references filled in. */
export function bodyLocals(variables: BodyVariables): HclBlock {
  const file = template(expression("path.module"), `/${bodyTemplateFile}`);
  return block("locals", { body: new HclCall("templatefile", [file, variables.all()]) });
}

export function restApi(plan: AwsPlan): readonly HclBlock[] {
  const { aws } = plan.manifests;
  return [
    resource(
      "aws_api_gateway_rest_api",
      "api",
      {
        name,
        body: expression("local.body"),
        put_rest_api_mode: aws.mode,
        fail_on_warnings: aws.failOnWarnings,
        parameters: { basepath: "ignore" },
        disable_execute_api_endpoint: disabled(plan),
      },
      [
        block("endpoint_configuration", {
          types: [aws.endpointType],
          vpc_endpoint_ids: aws.vpcEndpointIds.length === 0 ? undefined : aws.vpcEndpointIds,
          ip_address_type: aws.endpointType === "PRIVATE" ? "dualstack" : aws.ipAddressType,
        }),
        block("lifecycle", { create_before_destroy: true }),
      ],
    ),
    resource(
      "aws_api_gateway_deployment",
      "api",
      {
        rest_api_id: expression("aws_api_gateway_rest_api.api.id"),
        // what is imported, with the values of this stage in it
        triggers: { body: expression("sha256(local.body)") },
      },
      // the stage leads to the new one before the old one goes
      [block("lifecycle", { create_before_destroy: true })],
    ),
    restStage(),
    resource(
      "aws_api_gateway_method_settings",
      "api",
      {
        for_each: expression("var.settings.method_settings"),
        rest_api_id: expression("aws_api_gateway_rest_api.api.id"),
        stage_name: expression("aws_api_gateway_stage.api.stage_name"),
        method_path: expression("each.key"),
      },
      [
        block("settings", {
          throttling_rate_limit: expression("each.value.throttling_rate_limit"),
          throttling_burst_limit: expression("each.value.throttling_burst_limit"),
          metrics_enabled: expression("each.value.metrics_enabled"),
          logging_level: expression("each.value.logging_level"),
          data_trace_enabled: expression("each.value.data_trace_enabled"),
          caching_enabled: expression("each.value.caching_enabled"),
          cache_ttl_in_seconds: expression("each.value.cache_ttl_in_seconds"),
          cache_data_encrypted: expression("each.value.cache_data_encrypted"),
        }),
      ],
    ),
    ...usagePlans(),
  ];
}

function restStage(): HclBlock {
  const latest = "aws_api_gateway_deployment.api.id";
  return resource(
    "aws_api_gateway_stage",
    "api",
    {
      rest_api_id: expression("aws_api_gateway_rest_api.api.id"),
      // while a canary runs, the stage stays at the deployment that was there before
      deployment_id: expression(`local.has_canary ? var.stable_deployment_id : ${latest}`),
      stage_name: expression("var.stage"),
      description: expression("var.settings.description"),
      variables: expression("var.settings.variables"),
      xray_tracing_enabled: expression("var.settings.xray"),
      cache_cluster_enabled: expression("var.settings.cache_cluster_size != null"),
      cache_cluster_size: expression("var.settings.cache_cluster_size"),
      client_certificate_id: expression("var.settings.client_certificate_id"),
      // a stage that writes logs is refused where the account has no role for it
      depends_on: [
        expression("aws_cloudwatch_log_group.execution"),
        expression("aws_api_gateway_account.account"),
      ],
    },
    [
      block("access_log_settings", {
        destination_arn: expression("local.access_log_arn"),
        format: expression("var.settings.access_log.format"),
      }),
      dynamicBlock("canary_settings", "local.has_canary ? [var.settings.canary] : []", {
        deployment_id: expression(latest),
        percent_traffic: expression("canary_settings.value.percent_traffic"),
        use_stage_cache: expression("canary_settings.value.use_stage_cache"),
        stage_variable_overrides: expression("canary_settings.value.stage_variable_overrides"),
      }),
    ],
  );
}

function usagePlans(): readonly HclBlock[] {
  return [
    resource("aws_api_gateway_api_key", "api", {
      for_each: expression("var.settings.api_keys"),
      name: template(expression("local.name"), "-", expression("each.key")),
      description: expression("each.value.description"),
      enabled: expression("each.value.enabled"),
      customer_id: expression("each.value.customer_id"),
    }),
    resource(
      "aws_api_gateway_usage_plan",
      "api",
      {
        for_each: expression("var.settings.usage_plans"),
        name: template(expression("local.name"), "-", expression("each.key")),
        description: expression("each.value.description"),
      },
      [
        block(
          "api_stages",
          {
            api_id: expression("aws_api_gateway_rest_api.api.id"),
            stage: expression("aws_api_gateway_stage.api.stage_name"),
          },
          [
            dynamicBlock("throttle", "each.value.methods", {
              path: expression("throttle.key"),
              rate_limit: expression("throttle.value.rate_limit"),
              burst_limit: expression("throttle.value.burst_limit"),
            }),
          ],
        ),
        dynamicBlock(
          "throttle_settings",
          "each.value.throttle == null ? [] : [each.value.throttle]",
          {
            rate_limit: expression("throttle_settings.value.rate_limit"),
            burst_limit: expression("throttle_settings.value.burst_limit"),
          },
        ),
        dynamicBlock("quota_settings", "each.value.quota == null ? [] : [each.value.quota]", {
          limit: expression("quota_settings.value.limit"),
          period: expression("quota_settings.value.period"),
          offset: expression("quota_settings.value.offset"),
        }),
      ],
    ),
    block("locals", {
      plan_keys: expression(
        'merge([for plan, one in var.settings.usage_plans : { for key in one.keys : "${plan}/${key}" => { plan = plan, key = key } }]...)',
      ),
    }),
    resource("aws_api_gateway_usage_plan_key", "api", {
      for_each: expression("local.plan_keys"),
      key_id: expression("aws_api_gateway_api_key.api[each.value.key].id"),
      key_type: "API_KEY",
      usage_plan_id: expression("aws_api_gateway_usage_plan.api[each.value.plan].id"),
    }),
  ];
}

/**
 * The provider puts back what an import changed of the attributes that it keeps itself: what the body says of them is
 * said here as well, and CORS would be taken away.
 */
export function httpApi(plan: AwsPlan): readonly HclBlock[] {
  const { aws } = plan.manifests;
  const { version, description, cors } = plan.gateway.api;
  return [
    resource(
      "aws_apigatewayv2_api",
      "api",
      {
        name,
        description: description?.slice(0, 1024),
        version: version.slice(0, 64) || undefined,
        protocol_type: "HTTP",
        body: expression("local.body"),
        fail_on_warnings: aws.failOnWarnings,
        ip_address_type: aws.ipAddressType,
        disable_execute_api_endpoint: disabled(plan),
      },
      cors === undefined ? [] : [corsBlock(cors)],
    ),
    secondStage({ auto_deploy: true }, false),
  ];
}

function corsBlock(cors: Cors): HclBlock {
  const some = (list: readonly string[]): HclValue | undefined =>
    list.length === 0 ? undefined : list;
  return block("cors_configuration", {
    allow_origins: some(cors.allowOrigins),
    allow_methods: some(cors.allowMethods),
    allow_headers: some(cors.allowHeaders),
    expose_headers: some(cors.exposeHeaders),
    allow_credentials: cors.allowCredentials,
    max_age: cors.maxAge,
  });
}

/** A stage of the second version of the service. */
export function secondStage(
  deployed: Readonly<Record<string, HclValue>>,
  isSocket: boolean,
): HclBlock {
  const route = (of: string): Readonly<Record<string, HclValue>> => ({
    throttling_rate_limit: expression(`${of}.throttling_rate_limit`),
    throttling_burst_limit: expression(`${of}.throttling_burst_limit`),
    detailed_metrics_enabled: expression(`${of}.metrics_enabled`),
    ...(isSocket
      ? {
          logging_level: expression(`${of}.logging_level`),
          data_trace_enabled: expression(`${of}.data_trace_enabled`),
        }
      : {}),
  });
  return resource(
    "aws_apigatewayv2_stage",
    "api",
    {
      api_id: expression("aws_apigatewayv2_api.api.id"),
      name: expression("var.stage"),
      description: expression("var.settings.description"),
      ...deployed,
      stage_variables: expression("var.settings.variables"),
      depends_on: isSocket ? [expression("aws_api_gateway_account.account")] : undefined,
    },
    [
      block("access_log_settings", {
        destination_arn: expression("local.access_log_arn"),
        format: expression("var.settings.access_log.format"),
      }),
      block("default_route_settings", route('var.settings.method_settings["*"]')),
      dynamicBlock(
        "route_settings",
        '{ for key, one in var.settings.method_settings : key => one if key != "*" }',
        { route_key: expression("route_settings.key"), ...route("route_settings.value") },
      ),
    ],
  );
}
