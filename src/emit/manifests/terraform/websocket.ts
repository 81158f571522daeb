import { createHash } from "node:crypto";
import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { snake } from "../../../plan/deployment/ids.js";
import type { CfnResource, CfnValue } from "../cloudformation/values.js";
import { routeResources, selection } from "../cloudformation/websocket.js";
import {
  expression,
  HclCall,
  HclTemplate,
  jsonencode,
  type HclBlock,
  type HclExpression,
  type HclValue,
} from "../language/hcl.js";
import { secondStage } from "./api.js";
import { account, block, partition, region, resource } from "./values.js";

/** Types of the provider for those of CloudFormation. */
const types: Readonly<Record<string, string>> = {
  "AWS::ApiGatewayV2::Authorizer": "aws_apigatewayv2_authorizer",
  "AWS::ApiGatewayV2::Integration": "aws_apigatewayv2_integration",
  "AWS::ApiGatewayV2::IntegrationResponse": "aws_apigatewayv2_integration_response",
  "AWS::ApiGatewayV2::Model": "aws_apigatewayv2_model",
  "AWS::ApiGatewayV2::Route": "aws_apigatewayv2_route",
  "AWS::ApiGatewayV2::RouteResponse": "aws_apigatewayv2_route_response",
};
/** Attributes whose names differ. */
const renamed: Readonly<Record<string, string>> = {
  IdentitySource: "identity_sources",
  TimeoutInMillis: "timeout_milliseconds",
};

/** The routes of a WebSocket API: the resources of CloudFormation in the words of the provider. */
export function webSocketApi(plan: AwsPlan): readonly HclBlock[] {
  const { api } = plan.gateway;
  const { aws } = plan.manifests;
  const resources = Object.entries(routeResources(plan));
  const kinds = new Map(resources.map(([id, one]) => [id, types[one.Type] ?? ""]));
  const reading: Reading = { plan, kinds };
  const addresses = resources.map(([id]) => `${kinds.get(id) ?? ""}.${snake(id)}`);
  return [
    resource("aws_apigatewayv2_api", "api", {
      name: expression("local.name"),
      description: api.description,
      protocol_type: "WEBSOCKET",
      route_selection_expression: selection(api.websocket?.routeSelection ?? []),
      api_key_selection_expression:
        api.apiKeySource === "AUTHORIZER"
          ? "$context.authorizer.usageIdentifierKey"
          : "$request.header.x-api-key",
      ip_address_type: aws.ipAddressType,
      disable_execute_api_endpoint: aws.disableExecuteApiEndpoint ?? false,
    }),
    ...resources.map(([id, one]) => convert(reading, id, one)),
    resource(
      "aws_apigatewayv2_deployment",
      "api",
      {
        api_id: expression("aws_apigatewayv2_api.api.id"),
        // a deployment is a copy of what is there: it is made again when any of it changes
        triggers: { routes: routesHash(reading, resources) },
        depends_on: addresses.map(expression),
      },
      [block("lifecycle", { create_before_destroy: true })],
    ),
    secondStage({ deployment_id: expression("aws_apigatewayv2_deployment.api.id") }, true),
  ];
}

/**
 * Of what is written here and of the values that it is given. The resources themselves would not do: what the provider
 * reads of them after they were made is not what it said when it made them.
 */
function routesHash(
  { plan }: Reading,
  resources: readonly (readonly [string, CfnResource])[],
): HclValue {
  const hash = createHash("sha256").update(JSON.stringify(resources)).digest("hex").slice(0, 10);
  const given = plan.parameters.map(({ id }) => expression(`var.${snake(id)}`));
  return given.length === 0 ? hash : new HclCall("join", [" ", [hash, ...given]]);
}

interface Reading {
  readonly plan: AwsPlan;
  /** Types of the provider by the id of CloudFormation. */
  readonly kinds: ReadonlyMap<string, string>;
}

function convert(reading: Reading, id: string, { Properties }: CfnResource): HclBlock {
  const attributes: Record<string, HclValue | undefined> = {};
  const blocks: HclBlock[] = [];
  const type = reading.kinds.get(id) ?? "";
  for (const [key, value] of Object.entries(Properties)) {
    if (value === undefined) continue;
    if (key === "RequestParameters" && type === "aws_apigatewayv2_route") {
      for (const [parameter, rule] of Object.entries(
        value as Readonly<Record<string, { readonly Required: boolean }>>,
      )) {
        blocks.push(
          block("request_parameter", { request_parameter_key: parameter, required: rule.Required }),
        );
      }
    } else if (key === "Schema") attributes["schema"] = jsonencode(plainValue(value));
    else attributes[renamed[key] ?? snake(key)] = convertValue(reading, value);
  }
  return resource(type, snake(id), attributes, blocks);
}

function plainValue(value: CfnValue): HclValue {
  return value as HclValue;
}

function convertValue(reading: Reading, value: CfnValue): HclValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: CfnValue) => convertValue(reading, item));
  const object = value as { readonly [key: string]: CfnValue | undefined };
  const { Ref: ref, "Fn::Sub": sub, "Fn::GetAtt": att } = object;
  if (typeof ref === "string") return referenceTo(reading, ref);
  if (typeof sub === "string") return subTemplate(reading, sub);
  if (Array.isArray(att)) return referenceTo(reading, `${String(att[0])}.${String(att[1])}`);
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, convertValue(reading, item)]],
    ),
  );
}

function referenceTo({ plan, kinds }: Reading, name: string): HclExpression {
  const [id = "", attribute] = name.split(".");
  switch (id) {
    case "Api":
      return expression("aws_apigatewayv2_api.api.id");
    case "AWS::Region":
      return region;
    case "AWS::AccountId":
      return account;
    case "AWS::Partition":
      return partition;
  }
  const type = kinds.get(id);
  if (type !== undefined) return expression(`${type}.${snake(id)}.id`);
  if (plan.functions.some((made) => made.id === id)) {
    return expression(`aws_lambda_function.${snake(id)}.arn`);
  }
  if (plan.functions.some(({ aliases }) => aliases.some((alias) => alias.id === id))) {
    return expression(`aws_lambda_alias.${snake(id)}.arn`);
  }
  if (plan.vpcLinks.some((link) => link.id === id)) {
    return expression(`local.vpc_link_${snake(id)}`);
  }
  return attribute === "Arn"
    ? expression(`aws_iam_role.${snake(id)}.arn`)
    : expression(`var.${snake(id)}`);
}

function subTemplate(reading: Reading, text: string): HclTemplate {
  const parts: (string | HclExpression)[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{(!?)([^{}]*)\}/g)) {
    parts.push(text.slice(end, match.index));
    const [whole, isLiteral = "", name = ""] = match;
    parts.push(isLiteral === "!" ? `\${${name}}` : referenceTo(reading, name));
    end = match.index + whole.length;
  }
  return new HclTemplate([...parts, text.slice(end)]);
}
