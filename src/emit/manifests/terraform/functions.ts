import type { AwsPermission, AwsPlan } from "../../../plan/deployment/aws.js";
import { snake } from "../../../plan/deployment/ids.js";
import { ReferenceText, type Reference } from "../../../plan/deployment/reference-text.js";
import { functionArchive } from "../functions.js";
import { expression, HclCall, jsonencode, type HclBlock, type HclValue } from "../language/hcl.js";
import { account, block, resource, template, textTemplate } from "./values.js";

/** Functions with a role, a log group and aliases. */
export function functionBlocks(plan: AwsPlan): readonly HclBlock[] {
  const seconds = Math.max(
    10,
    ...plan.gateway.api.operations.map(({ integration }) =>
      integration.kind === "function" ? Math.ceil(integration.timeoutMs / 1000) : 0,
    ),
  );
  return plan.functions.flatMap((made) => {
    const id = snake(made.id);
    const archive = template(expression("path.module"), `/${functionArchive(made)}`);
    return [
      logGroup(id, template("/aws/lambda/", expression("local.name"), `-${made.id}`)),
      ...functionRole(plan, id, made.name),
      resource(
        "aws_lambda_function",
        id,
        {
          function_name: template(expression("local.name"), `-${made.id}`),
          description: `${made.name}, called by ${plan.gateway.api.name}`.slice(0, 250),
          filename: archive,
          source_code_hash: new HclCall("filebase64sha256", [archive]),
          handler: `index.${made.exportName}`,
          runtime: plan.manifests.aws.lambdaRuntime,
          architectures: ["arm64"],
          memory_size: 256,
          timeout: Math.min(seconds, 900),
          role: expression(`aws_iam_role.${id}.arn`),
          publish: true,
        },
        [
          block("environment", {
            variables: expression(
              'merge(var.settings.environment, var.secrets, { NODE_OPTIONS = "--enable-source-maps", STAGE = var.stage })',
            ),
          }),
          block("logging_config", {
            log_format: "JSON",
            log_group: expression(`aws_cloudwatch_log_group.${id}.name`),
          }),
          block("tracing_config", {
            mode: expression('var.settings.xray ? "Active" : "PassThrough"'),
          }),
        ],
      ),
      ...made.aliases.map((alias) =>
        resource("aws_lambda_alias", snake(alias.id), {
          name: alias.name,
          function_name: expression(`aws_lambda_function.${id}.function_name`),
          function_version: expression(`aws_lambda_function.${id}.version`),
        }),
      ),
    ];
  });
}

export function logGroup(id: string, name: HclValue): HclBlock {
  return resource("aws_cloudwatch_log_group", id, {
    name,
    retention_in_days: expression("var.settings.access_log.retention_in_days"),
    kms_key_id: expression("var.settings.access_log.kms_key_arn"),
    skip_destroy: expression("var.retain_log_groups"),
  });
}

function functionRole(plan: AwsPlan, id: string, name: string): readonly HclBlock[] {
  const statements: HclValue[] = [
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: template(expression(`aws_cloudwatch_log_group.${id}.arn`), ":*"),
    },
    {
      Sid: "Traces",
      Effect: "Allow",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      Resource: "*",
    },
  ];
  if (plan.gateway.api.kind === "websocket") {
    statements.push({
      Sid: "Connections",
      Effect: "Allow",
      Action: "execute-api:ManageConnections",
      Resource: template(
        expression("aws_apigatewayv2_api.api.execution_arn"),
        "/",
        expression("var.stage"),
        "/*/@connections/*",
      ),
    });
  }
  return role(plan, id, {
    description: `What the function ${name} may do.`,
    service: "lambda.amazonaws.com",
    statements,
  });
}

/** A role with the one policy that it has. */
export function role(
  plan: AwsPlan,
  id: string,
  options: {
    readonly description: string;
    readonly service: "lambda.amazonaws.com" | "apigateway.amazonaws.com";
    readonly statements: readonly HclValue[];
  },
  more: Readonly<Record<string, HclValue>> = {},
): readonly HclBlock[] {
  const isApi = options.service === "apigateway.amazonaws.com";
  const isCounted = more["count"] !== undefined;
  return [
    resource("aws_iam_role", id, {
      ...more,
      name_prefix: expression('substr("${local.name}-", 0, 38)'),
      description: options.description.replace(/[^\t\n\r\u0020-\u007e\u00a1-\u00ff]/g, "?"),
      permissions_boundary: plan.manifests.aws.permissionsBoundaryArn,
      assume_role_policy: jsonencode({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: options.service },
            Action: "sts:AssumeRole",
            ...(isApi ? { Condition: { StringEquals: { "aws:SourceAccount": account } } } : {}),
          },
        ],
      }),
    }),
    resource("aws_iam_role_policy", id, {
      ...more,
      name: "allowed",
      role: expression(`aws_iam_role.${id}${isCounted ? "[0]" : ""}.id`),
      policy: jsonencode({ Version: "2012-10-17", Statement: options.statements }),
    }),
  ];
}

/** The roles that API Gateway takes on for its integrations; resources that differ are chosen by the stage. */
export function integrationRoles(plan: AwsPlan): readonly HclBlock[] {
  const stages = plan.manifests.stages.map(({ name }) => name);
  return plan.roles.flatMap((planned) => {
    const id = snake(planned.id);
    const chosen: Record<string, HclValue> = {};
    const statements = planned.statements.map(({ action, resources }, index): HclValue => {
      const [first] = resources;
      const isCommon = resources.every(
        (one) => JSON.stringify(one.parts) === JSON.stringify(first?.parts),
      );
      if (first !== undefined && isCommon) {
        return { Effect: "Allow", Action: action, Resource: textTemplate(first) };
      }
      const local = `${id}_${index + 1}`;
      chosen[local] = Object.fromEntries(
        resources.map((one, at) => [stages[at] ?? "", textTemplate(one)]),
      );
      return { Effect: "Allow", Action: action, Resource: expression(`local.${local}[var.stage]`) };
    });
    const { description } = planned;
    return [
      ...(Object.keys(chosen).length === 0 ? [] : [block("locals", chosen)]),
      ...role(plan, id, { description, service: "apigateway.amazonaws.com", statements }),
    ];
  });
}

/** Who may call which function: this API, by stage, method and path. */
export function permissionBlocks(plan: AwsPlan): readonly HclBlock[] {
  return plan.permissions.flatMap((permission) => onePermission(plan, permission));
}

function onePermission(plan: AwsPlan, permission: AwsPermission): readonly HclBlock[] {
  const id = snake(permission.id);
  const api =
    plan.gateway.api.kind === "rest" ? "aws_api_gateway_rest_api" : "aws_apigatewayv2_api";
  const execution = expression(`${api}.api.execution_arn`);
  const source =
    permission.route === undefined
      ? template(execution, "/authorizers/*")
      : template(execution, "/", expression("var.stage"), `/${permission.route}`);
  const called = permission.functions.map((target) => target && callOf(plan, target.parts));
  const [first] = called;
  const isCommon = called.every((one) => JSON.stringify(one) === JSON.stringify(first));
  const common = {
    action: "lambda:InvokeFunction",
    principal: "apigateway.amazonaws.com",
    source_arn: source,
  };
  if (isCommon && first !== undefined) {
    return [resource("aws_lambda_permission", id, { ...first, ...common })];
  }
  const stages = plan.manifests.stages.map(({ name }) => name);
  const choose = (key: "function_name" | "qualifier"): HclValue =>
    Object.fromEntries(
      called.flatMap((one, at) =>
        one === undefined ? [] : [[stages[at] ?? "", one[key] ?? null]],
      ),
    );
  return [
    block("locals", {
      [`${id}_functions`]: choose("function_name"),
      [`${id}_qualifiers`]: choose("qualifier"),
    }),
    resource("aws_lambda_permission", id, {
      count: expression(`contains(keys(local.${id}_functions), var.stage) ? 1 : 0`),
      function_name: expression(`local.${id}_functions[var.stage]`),
      qualifier: expression(`local.${id}_qualifiers[var.stage]`),
      ...common,
    }),
  ];
}

interface Called {
  readonly function_name: HclValue;
  readonly qualifier?: HclValue;
}

/** An alias is a qualifier of its function. */
function callOf(plan: AwsPlan, parts: readonly (string | Reference)[]): Called {
  const [only, ...others] = parts;
  if (
    only !== undefined &&
    typeof only !== "string" &&
    only.kind === "alias" &&
    others.length === 0
  ) {
    const made = plan.functions.find(({ aliases }) => aliases.some(({ id }) => id === only.id));
    return {
      function_name: expression(`aws_lambda_function.${snake(made?.id ?? "")}.function_name`),
      qualifier: expression(`aws_lambda_alias.${snake(only.id)}.name`),
    };
  }
  return { function_name: textTemplate(new ReferenceText(parts)) };
}
