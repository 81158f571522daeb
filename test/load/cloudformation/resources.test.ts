import { join } from "node:path";
import { expect, test } from "vitest";
import { generate } from "../../../src/generate.js";
import { descend } from "../../../src/pointer.js";
import { inputFolders, loadInput, nodeAt } from "../input-folder.js";

const folderWith = inputFolders();

async function loadTemplate(text: string): ReturnType<typeof loadInput> {
  return loadInput({ input: join(folderWith({ "template.yaml": text }), "template.yaml") });
}

const rest = `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: { Name: pets, ApiKeySourceType: HEADER, MinimumCompressionSize: 1000 }
  Pets: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: pets } }
  Pet: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref Pets, PathPart: "{id}" } }
  Model: { Type: AWS::ApiGateway::Model, Properties: { RestApiId: !Ref Api, Name: Pet, ContentType: application/json, Schema: { type: object } } }
  Validator: { Type: AWS::ApiGateway::RequestValidator, Properties: { RestApiId: !Ref Api, ValidateRequestBody: true } }
  Auth: { Type: AWS::ApiGateway::Authorizer, Properties: { RestApiId: !Ref Api, Type: TOKEN, IdentitySource: method.request.header.X-T, AuthorizerUri: !Sub "arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations" } }
  Denied: { Type: AWS::ApiGateway::GatewayResponse, Properties: { RestApiId: !Ref Api, ResponseType: ACCESS_DENIED, StatusCode: "404" } }
  GetPet:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Pet
      HttpMethod: GET
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Auth
      ApiKeyRequired: true
      OperationName: getPet
      RequestParameters: { method.request.querystring.q: true, method.request.path.id: true }
      MethodResponses:
        - { StatusCode: "200", ResponseModels: { application/json: !Ref Model }, ResponseParameters: { method.response.header.X-A: true } }
      Integration:
        Type: HTTP
        IntegrationHttpMethod: GET
        Uri: https://pets.example/{id}
        RequestParameters: { integration.request.path.id: method.request.path.id }
        IntegrationResponses:
          - { StatusCode: 200, ResponseTemplates: { application/json: "{}" } }
          - { StatusCode: 200, SelectionPattern: "4\\\\d\\\\d" }
  PostPet:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Pets
      HttpMethod: POST
      AuthorizationType: AWS_IAM
      RequestModels: { application/json: !Ref Model }
      RequestValidatorId: !Ref Validator
      MethodResponses: [{ StatusCode: 200 }]
      Integration: { Type: MOCK, RequestTemplates: { application/json: '{"statusCode":200}' }, IntegrationResponses: [{ StatusCode: 200 }] }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Live:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: live
      Variables: { a: b }
      CanarySetting: { PercentTraffic: 10, StageVariableOverrides: { a: c } }
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages: [{ ApiId: !Ref Api, Stage: !Ref Live, Throttle: { "/pets/POST": { RateLimit: 1, BurstLimit: 2 } } }]
      Throttle: { RateLimit: 5, BurstLimit: 6 }
      Quota: { Limit: 100, Period: WEEK }
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Description: a key } }
  PlanKey: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan } }
`;

test("a REST API of resources and methods", async () => {
  const { document, said } = await loadTemplate(rest);
  expect(said).toEqual([]);
  const root = document?.root;
  expect(nodeAt(root, "paths", "/pets/{id}", "get")).toEqual({
    operationId: "getPet",
    responses: {
      "200": {
        description: "",
        headers: { "X-A": { schema: { type: "string" } } },
        content: { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } },
      },
    },
    parameters: [
      { name: "id", in: "path", required: true, schema: { type: "string" } },
      { name: "q", in: "query", required: true, schema: { type: "string" } },
    ],
    security: [{ Auth: [], api_key: [] }],
    "x-amazon-apigateway-integration": {
      type: "http",
      httpMethod: "GET",
      uri: "https://pets.example/{id}",
      requestParameters: { "integration.request.path.id": "method.request.path.id" },
      responses: {
        default: { statusCode: "200", responseTemplates: { "application/json": "{}" } },
        "4\\d\\d": { statusCode: "200" },
      },
    },
  });
  expect(nodeAt(root, "paths", "/pets", "post")).toMatchObject({
    security: [{ AWS_IAM: [] }],
    "x-amazon-apigateway-request-validator": "Validator",
    requestBody: {
      content: { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } },
    },
  });
  expect(nodeAt(root, "x-amazon-apigateway-gateway-responses", "ACCESS_DENIED")).toEqual({
    statusCode: "404",
  });
  expect(nodeAt(root, "x-amazon-apigateway-minimum-compression-size")).toBe(1000);
  expect(document?.settings.value).toEqual({
    stages: {
      live: {
        variables: { a: "b" },
        canary: { percentTraffic: 10, stageVariableOverrides: { a: "c" } },
      },
    },
    usagePlans: {
      Plan: {
        stages: ["live"],
        throttle: { rateLimit: 5, burstLimit: 6 },
        quota: { limit: 100, period: "WEEK" },
        methodThrottle: { "POST /pets": { rateLimit: 1, burstLimit: 2 } },
        keys: ["Key"],
      },
    },
    apiKeys: { Key: { value: { secret: "Key" }, description: "a key", enabled: true } },
  });
  const at = document && descend(document.at, ["paths", "/pets/{id}", "get"]);
  const lineOf = (...keys: readonly string[]): number | undefined =>
    at && document?.locate(descend(at, keys))?.line;
  expect(lineOf("security")).toBe(17);
  expect(lineOf("x-amazon-apigateway-integration", "uri")).toBe(27);
  expect(lineOf("x-amazon-apigateway-integration", "responses", "4\\d\\d")).toBe(31);

  const folder = folderWith({ "template.yaml": rest });
  const { diagnostics } = await generate({ input: join(folder, "template.yaml") });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});

test("an HTTP API of routes and integrations", async () => {
  const { document, said } = await loadTemplate(`Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: h, ProtocolType: HTTP, CorsConfiguration: { AllowOrigins: ["*"] } } }
  Fn: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt F.Arn, PayloadFormatVersion: "2.0" } }
  Web: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationMethod: GET, IntegrationUri: https://a.example, PayloadFormatVersion: "1.0", ResponseParameters: { "200": { ResponseParameters: [{ Source: x, Destination: "append:header.a" }] } } } }
  Jwt: { Type: AWS::ApiGatewayV2::Authorizer, Properties: { ApiId: !Ref Api, AuthorizerType: JWT, Name: j, IdentitySource: ["$request.header.Authorization"], JwtConfiguration: { Issuer: "https://i.example/", Audience: [a] } } }
  A: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: "GET /a/{id}", Target: !Sub "integrations/\${Fn}", AuthorizationType: JWT, AuthorizerId: !Ref Jwt, AuthorizationScopes: [s] } }
  D: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Join ["/", [integrations, !Ref Web]] } }
  S: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: v1, StageVariables: { a: b }, RouteSettings: { "GET /a/{id}": { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 } } } }
`);
  expect(said).toEqual([]);
  expect(nodeAt(document?.root, "paths", "/a/{id}", "get")).toMatchObject({
    security: [{ Jwt: ["s"] }],
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations",
      payloadFormatVersion: "2.0",
    },
  });
  expect(
    nodeAt(document?.root, "paths", "$default", "x-amazon-apigateway-any-method"),
  ).toMatchObject({
    isDefaultRoute: true,
    "x-amazon-apigateway-integration": {
      type: "http_proxy",
      responseParameters: { "200": { "append:header.a": "x" } },
    },
  });
  expect(
    nodeAt(
      document?.root,
      "components",
      "securitySchemes",
      "Jwt",
      "x-amazon-apigateway-authorizer",
    ),
  ).toEqual({
    type: "jwt",
    identitySource: "$request.header.Authorization",
    jwtConfiguration: { issuer: "https://i.example/", audience: ["a"] },
  });
  expect(document?.settings.value["stages"]).toEqual({
    v1: {
      variables: { a: "b" },
      methodSettings: { "GET /a/{id}": { throttle: { rateLimit: 1, burstLimit: 2 } } },
    },
  });
});

test("a WebSocket API of routes and integrations", async () => {
  const folder = folderWith({
    "template.yaml": `Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }
  Fn: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Sub "arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${F.Arn}/invocations" } }
  C: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $connect, AuthorizationType: NONE, Target: !Sub "integrations/\${Fn}" } }
  D: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $default, RouteResponseSelectionExpression: $default, Target: !Sub "integrations/\${Fn}" } }
  R: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ApiId: !Ref Api, RouteId: !Ref D, RouteResponseKey: $default } }
`,
  });
  const { plan, diagnostics } = await generate({ input: join(folder, "template.yaml") });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  expect(plan?.gateway.api.kind).toBe("websocket");
  expect(plan?.functions.map(({ name }) => name)).toEqual(["F"]);
});

test.each<[name: string, resource: string, want: string]>([
  [
    "a circle of resources",
    "A: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !Ref A, PathPart: a } }\n  M: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !Ref A, HttpMethod: GET } }",
    "error GG026 template.yaml:4:74",
  ],
  [
    "no authorizer",
    "M: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: CUSTOM } }",
    "error GG026 template.yaml:3:131",
  ],
  [
    "no such method",
    "M: { Type: AWS::ApiGateway::Method, Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: FETCH } }",
    "error GG026 template.yaml:3:114",
  ],
])("%s", async (_name, resource, want) => {
  const { said } = await loadTemplate(
    `Resources:\n  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a } }\n  ${resource}\n`,
  );
  expect(said.some((line) => line.startsWith(want)) ? want : said).toBe(want);
});
