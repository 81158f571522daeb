import { createHash } from "node:crypto";
import type { Integration } from "../../../ir/integration.js";
import type { StageManifest } from "../../../ir/manifest.js";
import type { MappingExpression, MappingTemplate, ResponseMapping } from "../../../ir/mapping.js";
import type { Operation } from "../../../ir/operation.js";
import type { WebSocketRoute } from "../../../ir/websocket.js";
import type { AwsPlan } from "../../../plan/deployment/aws.js";
import { roleKey, templateText } from "../../../plan/deployment/aws-texts.js";
import { functionUri } from "../../../plan/deployment/body.js";
import { Ids } from "../../../plan/deployment/ids.js";
import { ReferenceText } from "../../../plan/deployment/reference-text.js";
import { tagObject } from "./edge.js";
import { httpStage } from "./http.js";
import {
  getAtt,
  ref,
  sub,
  subText,
  textValue,
  type CfnResource,
  type CfnResources,
  type CfnValue,
} from "./values.js";

/** The routes of a WebSocket API as resources: there is no document to import. */
export function webSocketResources(plan: AwsPlan, stage: StageManifest): CfnResources {
  const parts = routeResources(plan);
  const { api } = plan.gateway;
  const { aws, tags } = plan.manifests;
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10);
  const deployment = `Deployment${hash}`;
  return {
    Api: {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: {
        Name: ref("AWS::StackName"),
        Description: api.description,
        ProtocolType: "WEBSOCKET",
        RouteSelectionExpression: selection(api.websocket?.routeSelection ?? []),
        ApiKeySelectionExpression:
          api.apiKeySource === "AUTHORIZER"
            ? "$context.authorizer.usageIdentifierKey"
            : "$request.header.x-api-key",
        IpAddressType: aws.ipAddressType,
        DisableExecuteApiEndpoint: aws.disableExecuteApiEndpoint ?? false,
        Tags: tagObject(tags),
      },
    },
    ...parts,
    [deployment]: {
      Type: "AWS::ApiGatewayV2::Deployment",
      // a deployment is a copy of what is there: everything comes before it
      DependsOn: Object.keys(parts).filter((id) => !/Model\d*$/.test(id)),
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { ApiId: ref("Api"), Description: hash },
    },
    Stage: httpStage(plan, stage, { DeploymentId: ref(deployment) }),
  };
}

/** `$request.body.action`, or `${request.body.a}/${request.body.b}`. */
export function selection(expression: readonly MappingExpression[]): string {
  const [only, ...others] = expression;
  const printed = expression.map((part) => {
    switch (part.kind) {
      case "literal":
        return part.text;
      case "body":
        return `\${request.body${part.jsonPath === undefined ? "" : `.${part.jsonPath}`}}`;
      case "responseBody":
        return `\${integration.response.body${part.jsonPath === undefined ? "" : `.${part.jsonPath}`}}`;
      case "header":
        return `\${request.header.${part.name}}`;
      case "queryString":
        return `\${request.querystring.${part.name}}`;
      case "context":
        return `\${context.${part.name}}`;
      case "stageVariable":
        return `\${stageVariables.${part.name}}`;
      case "path":
        return `\${request.path.${part.name}}`;
      case "responseHeader":
        return `\${integration.response.header.${part.name}}`;
    }
  });
  const isSingle = only !== undefined && others.length === 0 && only.kind !== "literal";
  return isSingle ? `$${(printed[0] ?? "").slice(2, -1)}` : printed.join("");
}

interface Planned {
  readonly plan: AwsPlan;
  readonly ids: Ids;
  readonly authorizers: ReadonlyMap<string, string>;
  readonly models: ReadonlyMap<string, string>;
}

/** Authorizers, models, integrations and routes with their answers. */
export function routeResources(plan: AwsPlan): CfnResources {
  const { api } = plan.gateway;
  const ids = new Ids();
  const resources: Record<string, CfnResource> = {};
  const authorizers = new Map<string, string>();
  for (const authorizer of api.authorizers) {
    if (authorizer.kind !== "token" && authorizer.kind !== "request") continue;
    const id = ids.claim(`${authorizer.name} Authorizer`);
    authorizers.set(authorizer.name, id);
    const arn = plan.authorizerTargets.get(authorizer.name) ?? new ReferenceText([]);
    resources[id] = {
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: {
        ApiId: ref("Api"),
        Name: authorizer.name,
        AuthorizerType: "REQUEST",
        AuthorizerUri: textValue(functionUri(authorizer.authorizerUri, arn)),
        AuthorizerCredentialsArn: roleValue(plan, authorizer.authorizerCredentials, "lambda"),
        IdentitySource:
          authorizer.identitySources.length === 0 ? undefined : authorizer.identitySources,
      },
    };
  }
  const models = new Map<string, string>();
  const used = new Set(
    (api.websocket?.routes ?? []).flatMap(({ requestModels }) =>
      requestModels.map(({ model }) => model),
    ),
  );
  const names = new Ids();
  for (const model of api.models.filter(({ name }) => used.has(name))) {
    const name = names.claim(model.name);
    models.set(model.name, name);
    resources[ids.claim(`${name} Model`)] = {
      Type: "AWS::ApiGatewayV2::Model",
      Properties: {
        ApiId: ref("Api"),
        Name: name,
        ContentType: "application/json",
        Schema: modelSchema(plan, model.json),
      },
    };
  }
  const planned: Planned = { plan, ids, authorizers, models };
  api.operations.forEach((operation, index) => {
    const route = api.websocket?.routes[index];
    if (route !== undefined) Object.assign(resources, oneRoute(planned, operation, route));
  });
  return resources;
}

/** A model holds all that it refers to: the service follows no references between models of such APIs. */
function modelSchema(plan: AwsPlan, json: unknown): CfnValue {
  const definitions: Record<string, CfnValue> = {};
  const queue = [json];
  const seen = new Set<string>();
  while (queue.length > 0) {
    const text = JSON.stringify(queue.shift()) ?? "{}";
    for (const [, escaped = ""] of text.matchAll(/"#\/definitions\/((?:[^"\\]|\\.)*)"/g)) {
      const name = (JSON.parse(`"${escaped}"`) as string)
        .replaceAll("~1", "/")
        .replaceAll("~0", "~");
      if (seen.has(name)) continue;
      seen.add(name);
      const found = plan.gateway.api.models.find((model) => model.name === name);
      if (found === undefined) continue;
      definitions[name] = found.json as CfnValue;
      queue.push(found.json);
    }
  }
  const schema =
    typeof json === "object" && json !== null ? (json as { readonly [key: string]: CfnValue }) : {};
  return {
    $schema: "http://json-schema.org/draft-04/schema#",
    ...schema,
    ...(Object.keys(definitions).length === 0 ? {} : { definitions }),
  };
}

function roleValue(
  plan: AwsPlan,
  credentials: string | undefined,
  service: string,
): CfnValue | undefined {
  if (credentials === undefined || credentials === "") return undefined;
  const access = plan.manifests.aws.access.findIndex(
    (one) => roleKey(one.credentials, one.service) === roleKey(credentials, service),
  );
  const role = access === -1 ? undefined : plan.roles[access];
  const lambda = plan.roles.find(({ statements }) =>
    statements.some(({ action }) => action === "lambda:InvokeFunction"),
  );
  const found = service === "lambda" ? lambda : role;
  return found === undefined ? credentials : getAtt(found.id, "Arn");
}

function oneRoute(planned: Planned, operation: Operation, route: WebSocketRoute): CfnResources {
  const { ids, plan } = planned;
  const { integration } = operation;
  if (integration.kind === "none") return {};
  const resources: Record<string, CfnResource> = {};
  const integrationId = ids.claim(`${route.routeKey} Integration`);
  resources[integrationId] = integrationResource(plan, operation, integration, route);
  const routeId = ids.claim(`${route.routeKey} Route`);
  resources[routeId] = routeResource(planned, operation, route, integrationId);
  if (route.hasRouteResponse && route.routeKey !== "$disconnect") {
    resources[ids.claim(`${route.routeKey} RouteResponse`)] = {
      Type: "AWS::ApiGatewayV2::RouteResponse",
      Properties: { ApiId: ref("Api"), RouteId: ref(routeId), RouteResponseKey: "$default" },
    };
  }
  if (integration.kind === "subtype") return resources;
  for (const response of integration.responses) {
    resources[ids.claim(`${route.routeKey} IntegrationResponse`)] = responseResource(
      integrationId,
      response,
    );
  }
  return resources;
}

function responseResource(integrationId: string, response: ResponseMapping): CfnResource {
  return {
    Type: "AWS::ApiGatewayV2::IntegrationResponse",
    Properties: {
      ApiId: ref("Api"),
      IntegrationId: ref(integrationId),
      IntegrationResponseKey: response.pattern === undefined ? "$default" : `/${response.pattern}/`,
      ContentHandlingStrategy: response.contentHandling,
      ResponseTemplates: templates(response.templates),
      TemplateSelectionExpression:
        response.templateSelection === undefined
          ? undefined
          : selection(response.templateSelection),
    },
  };
}

function templates(list: readonly MappingTemplate[]): CfnValue | undefined {
  if (list.length === 0) return undefined;
  return Object.fromEntries(list.map(({ mediaType, text }) => [mediaType, text]));
}

function routeResource(
  { authorizers, models }: Planned,
  operation: Operation,
  route: WebSocketRoute,
  integrationId: string,
): CfnResource {
  const { authorization } = operation;
  const isAuthorized = authorization.kind === "authorizer";
  const required = operation.parameters.filter(({ in: place }) => place !== "path");
  return {
    Type: "AWS::ApiGatewayV2::Route",
    Properties: {
      ApiId: ref("Api"),
      RouteKey: route.routeKey,
      OperationName: operation.operationId?.slice(0, 64),
      ApiKeyRequired: operation.apiKeyRequired,
      AuthorizationType: isAuthorized
        ? "CUSTOM"
        : authorization.kind === "iam"
          ? "AWS_IAM"
          : "NONE",
      AuthorizerId: isAuthorized ? ref(authorizers.get(authorization.authorizer) ?? "") : undefined,
      RequestParameters:
        required.length === 0
          ? undefined
          : Object.fromEntries(
              required.map(({ in: place, name, required: isRequired }) => [
                `route.request.${place === "query" ? "querystring" : place}.${name}`,
                { Required: isRequired },
              ]),
            ),
      ModelSelectionExpression:
        route.modelSelection === undefined ? undefined : selection(route.modelSelection),
      RequestModels:
        route.requestModels.length === 0
          ? undefined
          : Object.fromEntries(
              route.requestModels.flatMap(({ key, model }) => {
                const name = models.get(model);
                return name === undefined ? [] : [[key, name] as const];
              }),
            ),
      RouteResponseSelectionExpression: route.hasRouteResponse ? "$default" : undefined,
      Target: sub(`integrations/\${${integrationId}}`),
    },
  };
}

function integrationResource(
  plan: AwsPlan,
  operation: Operation,
  integration: Exclude<Integration, { readonly kind: "none" }>,
  route: WebSocketRoute,
): CfnResource {
  const common: Readonly<Record<string, CfnValue | undefined>> =
    integration.kind === "subtype"
      ? {}
      : {
          PassthroughBehavior: integration.passthroughBehavior,
          ContentHandlingStrategy: integration.contentHandling,
          RequestTemplates: templates(integration.requestTemplates),
          TemplateSelectionExpression:
            route.templateSelection === undefined ? undefined : selection(route.templateSelection),
        };
  return {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: { ApiId: ref("Api"), ...kindProperties(plan, operation, integration), ...common },
  };
}

function kindProperties(
  plan: AwsPlan,
  operation: Operation,
  integration: Exclude<Integration, { readonly kind: "none" }>,
): Readonly<Record<string, CfnValue | undefined>> {
  switch (integration.kind) {
    case "mock":
      return { IntegrationType: "MOCK" };
    case "function": {
      const arn = plan.routeTargets.get(operation) ?? new ReferenceText([]);
      return {
        IntegrationType: integration.proxy ? "AWS_PROXY" : "AWS",
        IntegrationMethod: "POST",
        IntegrationUri: textValue(functionUri(integration.uri, arn)),
        CredentialsArn: roleValue(plan, integration.credentials, "lambda"),
        TimeoutInMillis: integration.timeoutMs,
      };
    }
    case "http":
      return {
        IntegrationType: integration.proxy ? "HTTP_PROXY" : "HTTP",
        IntegrationMethod: integration.method,
        IntegrationUri: templateText(integration.uri),
        ConnectionType: integration.vpcLink === undefined ? undefined : "VPC_LINK",
        ConnectionId:
          integration.vpcLink === undefined
            ? undefined
            : linkValue(plan, templateText(integration.vpcLink.connectionId)),
        TimeoutInMillis: integration.timeoutMs,
        RequestParameters: requestParameters(integration),
      };
    case "service":
      return {
        IntegrationType: "AWS",
        IntegrationMethod: integration.method,
        IntegrationUri: sub(
          subText(templateText(integration.uri)).replace(
            /^arn:aws:apigateway:[^:]*:/,
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:",
          ),
        ),
        CredentialsArn: roleValue(
          plan,
          integration.credentials && templateText(integration.credentials),
          integration.service,
        ),
        TimeoutInMillis: integration.timeoutMs,
        RequestParameters: requestParameters(integration),
      };
    case "private":
      return {
        IntegrationType: "HTTP_PROXY",
        IntegrationMethod: integration.method,
        IntegrationUri: templateText(integration.target),
        ConnectionType: "VPC_LINK",
        ConnectionId: linkValue(plan, templateText(integration.vpcLink.connectionId)),
      };
    case "subtype":
      return { IntegrationType: "AWS_PROXY", IntegrationSubtype: integration.subtype };
  }
}

function linkValue(plan: AwsPlan, connectionId: string): CfnValue {
  const link = plan.vpcLinks.find(({ name }) => name === connectionId);
  return link === undefined ? connectionId : ref(link.id);
}

function requestParameters({
  requestParameters: list,
}: Exclude<Integration, { readonly kind: "none" | "subtype" }>): CfnValue | undefined {
  if (list.length === 0) return undefined;
  return Object.fromEntries(
    list.map(({ to, name, from }) => [`integration.request.${to}.${name}`, source(from)]),
  );
}

function source(from: MappingExpression): string {
  switch (from.kind) {
    case "literal":
      return `'${from.text}'`;
    case "context":
      return `context.${from.name}`;
    case "stageVariable":
      return `stageVariables.${from.name}`;
    case "body":
      return `route.request.body${from.jsonPath === undefined ? "" : `.${from.jsonPath}`}`;
    case "path":
      return `route.request.path.${from.name}`;
    case "header":
      return `route.request.${from.multiValue ? "multivalueheader" : "header"}.${from.name}`;
    case "queryString":
      return `route.request.${from.multiValue ? "multivaluequerystring" : "querystring"}.${from.name}`;
    case "responseHeader":
      return `integration.response.header.${from.name}`;
    case "responseBody":
      return `integration.response.body${from.jsonPath === undefined ? "" : `.${from.jsonPath}`}`;
  }
}
