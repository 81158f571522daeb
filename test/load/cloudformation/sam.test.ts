import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generate } from "../../../src/generate.js";
import { child, descend } from "../../../src/pointer.js";
import { inputFolders, loadInput, nodeAt } from "../input-folder.js";

const folderWith = inputFolders();

async function loadTemplate(
  text: string,
  options: { readonly resource?: string; readonly settings?: object } = {},
): ReturnType<typeof loadInput> {
  const folder = folderWith({ "template.yaml": text });
  return loadInput({ input: join(folder, "template.yaml"), ...options });
}

const orders = `Parameters:
  Stage: { Type: String, Default: prod }
Globals:
  Function: { Timeout: 7 }
  Api: { Cors: "'*'" }
Resources:
  Orders:
    Type: AWS::Serverless::Api
    Properties:
      StageName: !Ref Stage
      Variables: { table: !Sub "orders-\${Stage}" }
      BinaryMediaTypes: [image~1png]
      MethodSettings:
        - { ResourcePath: "/*", HttpMethod: "*", ThrottlingRateLimit: 10, ThrottlingBurstLimit: "20" }
        - { ResourcePath: "/~1orders", HttpMethod: GET, LoggingLevel: ERROR }
        - { ResourcePath: "/~1nothing", HttpMethod: GET, LoggingLevel: ERROR }
      CacheClusterEnabled: true
      Auth:
        DefaultAuthorizer: Pool
        ApiKeyRequired: true
        Authorizers:
          Pool: { UserPoolArn: !GetAtt UserPool.Arn, AuthorizationScopes: [read] }
          Token: { FunctionArn: !GetAtt AuthFn.Arn, Identity: { Header: X-T, ReauthorizeEvery: 60 } }
        UsagePlan: { CreateUsagePlan: PER_API, Quota: { Limit: 100, Period: DAY } }
      Models:
        Order: { type: object, properties: { id: { type: string } } }
      GatewayResponses:
        UNAUTHORIZED: { StatusCode: 401, ResponseParameters: { Headers: { X-Why: "'no'" } } }
  OrdersFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.listOrders
      Events:
        List: { Type: Api, Properties: { Path: /orders, Method: get, RestApiId: !Ref Orders } }
        Create:
          Type: Api
          Properties:
            Path: /orders
            Method: POST
            RestApiId: !Ref Orders
            Auth: { Authorizer: Token, ApiKeyRequired: false }
            RequestModel: { Model: Order, Required: true, ValidateBody: true }
            RequestParameters: [method.request.header.X-A, method.request.querystring.q: { Required: true, Caching: true }]
        One: { Type: Api, Properties: { Path: "/orders/{id}", Method: any, RestApiId: !Ref Orders, Auth: { Authorizer: NONE, ApiKeyRequired: false } } }
        Other: { Type: HttpApi, Properties: { Path: /h, Method: get } }
        All: { Type: HttpApi }
`;

describe("an API of SAM without a document", () => {
  test("its routes are built from events", async () => {
    const { document, said } = await loadTemplate(orders, { resource: "Orders" });
    expect(said).toEqual([
      'warning GG025 template.yaml:16:11 the API has no method that these settings for "/nothing" are for',
    ]);
    const paths = document?.root["paths"];
    const uri =
      "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${OrdersFunction.Arn}/invocations";
    expect(nodeAt(paths, "/orders", "get")).toEqual({
      responses: {},
      security: [{ Pool: ["read"], api_key: [] }],
      "x-amazon-apigateway-integration": { type: "aws_proxy", httpMethod: "POST", uri },
    });
    expect(nodeAt(paths, "/orders", "post")).toEqual({
      responses: {},
      security: [{ Token: [] }],
      parameters: [
        { name: "X-A", in: "header", required: false, type: "string" },
        { name: "q", in: "query", required: true, type: "string" },
        { in: "body", name: "order", required: true, schema: { $ref: "#/definitions/Order" } },
      ],
      "x-amazon-apigateway-request-validator": "body",
      "x-amazon-apigateway-integration": {
        type: "aws_proxy",
        httpMethod: "POST",
        uri,
        cacheKeyParameters: ["method.request.querystring.q"],
      },
    });
    const one = nodeAt(paths, "/orders/{id}", "x-amazon-apigateway-any-method");
    expect(nodeAt(one, "security")).toBeUndefined();
    expect(nodeAt(one, "parameters")).toEqual([
      { name: "id", in: "path", required: true, type: "string" },
    ]);
    // preflights ask for the default authorizer unless the template says otherwise, as SAM has it
    expect(nodeAt(paths, "/orders", "options", "security")).toEqual([{ Pool: [] }]);
    expect(nodeAt(document?.root, "securityDefinitions", "Token")).toMatchObject({
      name: "X-T",
      "x-amazon-apigateway-authtype": "custom",
      "x-amazon-apigateway-authorizer": { type: "token", authorizerResultTtlInSeconds: 60 },
    });
    expect(nodeAt(document?.root, "x-amazon-apigateway-binary-media-types")).toEqual(["image/png"]);
    expect(nodeAt(document?.root, "x-amazon-apigateway-gateway-responses", "UNAUTHORIZED")).toEqual(
      {
        statusCode: 401,
        responseParameters: { "gatewayresponse.header.X-Why": "'no'" },
      },
    );
  });

  test("its resource gives the settings", async () => {
    const { document } = await loadTemplate(orders, { resource: "Orders" });
    expect(document?.settings.value).toEqual({
      stages: {
        prod: {
          variables: { table: "orders-prod" },
          cache: { size: "0.5" },
          methodSettings: {
            "* /*": { throttle: { rateLimit: 10, burstLimit: 20 } },
            "GET /orders": { loggingLevel: "ERROR" },
          },
        },
      },
      usagePlans: {
        OrdersUsagePlan: {
          stages: ["prod"],
          quota: { limit: 100, period: "DAY" },
          keys: ["OrdersApiKey"],
        },
      },
      apiKeys: { OrdersApiKey: { value: { secret: "OrdersApiKey" } } },
      backends: {
        OrdersFunction: {
          match: "OrdersFunction",
          module: "src/handlers/orders-function.ts",
          export: "listOrders",
          timeout: "7s",
        },
        AuthFn: undefined,
      },
    });
  });

  test("given settings come before, and name the stages", async () => {
    const settings = {
      parameters: { Stage: "test" },
      stages: { dev: { variables: { table: "t" } } },
    };
    const { document } = await loadTemplate(orders, { resource: "Orders", settings });
    expect(document?.settings.value["stages"]).toEqual({ dev: { variables: { table: "t" } } });
    expect(document?.settings.value["usagePlans"]).toBeUndefined();
    const same = await loadTemplate(orders, {
      resource: "Orders",
      settings: { stages: { prod: { variables: { table: "mine" }, cache: false } } },
    });
    expect(nodeAt(same.document?.settings.value, "stages", "prod")).toMatchObject({
      variables: { table: "mine" },
      cache: false,
      methodSettings: { "* /*": { throttle: { rateLimit: 10, burstLimit: 20 } } },
    });
  });

  test("callers with signatures invoke functions themselves", async () => {
    const event = (auth: string): string =>
      `Resources: { F: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: Api, Properties: { Path: /, Method: get, Auth: ${auth} } } } } } }`;
    const role = async (auth: string): Promise<unknown> =>
      nodeAt(
        (await loadTemplate(event(auth))).document?.root,
        "paths",
        "/",
        "get",
        "x-amazon-apigateway-integration",
        "credentials",
      );
    expect(await role("{ Authorizer: AWS_IAM }")).toBe("arn:aws:iam::*:user/*");
    expect(await role("{ Authorizer: AWS_IAM, InvokeRole: NONE }")).toBeUndefined();
    expect(await role('{ InvokeRole: "arn:aws:iam::123456789012:role/r" }')).toBe(
      "arn:aws:iam::123456789012:role/r",
    );
  });

  test("the settings may say which API", async () => {
    const settings = { api: { resource: "ServerlessHttpApi" } };
    const { document } = await loadTemplate(orders, { settings });
    expect(document?.kindHint).toBe("http");
    const named = await loadTemplate(orders, { settings, resource: "Orders" });
    expect(named.document?.kindHint).toBe("rest");
  });

  test("every node stands in the template", async () => {
    const { document } = await loadTemplate(orders, { resource: "Orders" });
    const at = document?.at;
    if (at === undefined) throw new Error("the document is not there");
    const line = (...keys: readonly string[]): number | undefined =>
      document?.locate(descend(at, keys))?.line;
    expect(line("paths", "/orders", "get", "x-amazon-apigateway-integration", "uri")).toBe(34);
    expect(line("paths", "/orders", "post", "security")).toBe(41);
    expect(line("securityDefinitions", "Pool", "name")).toBe(22);
    expect(
      document?.locate(document.settings.place("stages", "prod", "variables", "table"))?.line,
    ).toBe(11);
    expect(document?.locate(child(document.settings.place("stages", "prod"), "x"))?.line).toBe(10);
  });

  test("the implicit HTTP API", async () => {
    const { document, said } = await loadTemplate(orders, { resource: "ServerlessHttpApi" });
    expect(said).toEqual([]);
    expect(document?.kindHint).toBe("http");
    expect(Object.keys(document?.root["paths"] as object)).toEqual(["/h", "$default"]);
    expect(
      nodeAt(document?.root, "paths", "$default", "x-amazon-apigateway-any-method"),
    ).toMatchObject({
      isDefaultRoute: true,
      "x-amazon-apigateway-integration": { payloadFormatVersion: "2.0" },
    });
  });

  test("the project of both compiles to files without an error", async () => {
    const folder = folderWith({ "template.yaml": orders });
    for (const resource of ["Orders", "ServerlessHttpApi"]) {
      const { files, diagnostics } = await generate({
        input: join(folder, "template.yaml"),
        resource,
      });
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(files.map(({ path }) => path)).toContain("src/handlers/orders-function.ts");
    }
  });
});

describe("authorizers of HTTP APIs", () => {
  test("JWT, functions, IAM", async () => {
    const { document, said } = await loadTemplate(`Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: { AllowOrigins: ["https://a.example"], MaxAge: 60 }
      DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 }
      Auth:
        DefaultAuthorizer: Jwt
        Authorizers:
          Jwt: { JwtConfiguration: { issuer: "https://issuer.example/", audience: [a] }, AuthorizationScopes: [s] }
          Fn: { FunctionArn: !GetAtt A.Arn, EnableSimpleResponses: true, Identity: { Headers: [X-T] } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /a, Method: GET } }
        B: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /b, Method: GET, Auth: { Authorizer: Fn } } }
        C: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /c, Method: GET, Auth: { Authorizer: AWS_IAM } } }
`);
    expect(said).toEqual([]);
    const { root } = document ?? {};
    expect(nodeAt(root, "paths", "/a", "get", "security")).toEqual([{ Jwt: ["s"] }]);
    expect(nodeAt(root, "paths", "/c", "get", "security")).toEqual([{ AWS_IAM: [] }]);
    expect(
      nodeAt(root, "components", "securitySchemes", "Fn", "x-amazon-apigateway-authorizer"),
    ).toMatchObject({
      type: "request",
      enableSimpleResponses: true,
      identitySource: ["$request.header.X-T"],
    });
    expect(nodeAt(root, "x-amazon-apigateway-cors")).toEqual({
      allowOrigins: ["https://a.example"],
      maxAge: 60,
    });
    expect(document?.settings.value["stages"]).toEqual({
      $default: { methodSettings: { "* /*": { throttle: { rateLimit: 5, burstLimit: 6 } } } },
    });
  });
});

const body = `
        openapi: 3.0.1
        info: { title: t, version: "1" }
        paths:
          /a: { get: { responses: {}, x-amazon-apigateway-integration: { type: mock } } }
          /b: { get: { security: [], responses: {}, x-amazon-apigateway-integration: { type: mock } } }`;

describe("a document inside", () => {
  test("the default authorizer of the resource guards what says nothing itself", async () => {
    const { document, said } = await loadTemplate(`Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      Auth:
        DefaultAuthorizer: Pool
        Authorizers: { Pool: { UserPoolArn: "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a" } }
      DefinitionBody: ${body}
`);
    expect(said).toEqual([]);
    expect(nodeAt(document?.root, "paths", "/a", "get", "security")).toEqual([{ Pool: [] }]);
    expect(nodeAt(document?.root, "paths", "/b", "get", "security")).toEqual([]);
  });

  test.each<[name: string, property: string, type: string]>([
    [
      "AWS::Include",
      'DefinitionBody: { "Fn::Transform": { Name: AWS::Include, Parameters: { Location: !Sub "api/${File}" } } }',
      "AWS::Serverless::Api",
    ],
    ["DefinitionUri", "DefinitionUri: api/openapi.yaml", "AWS::Serverless::Api"],
    ["BodyS3Location", "BodyS3Location: ./api/openapi.yaml", "AWS::ApiGateway::RestApi"],
  ])("in a file: %s", async (_name, property, type) => {
    const folder = folderWith({
      "template.yaml": `Parameters: { File: { Type: String, Default: openapi.yaml } }\nResources:\n  Api:\n    Type: ${type}\n    Properties:\n      ${property}\n`,
      "api/openapi.yaml": `openapi: 3.0.1\ninfo: { title: t, version: "1" }\npaths:\n  /a:\n    get: { responses: {}, x-amazon-apigateway-integration: { $ref: "part.yaml#/mock" } }\n`,
      "api/part.yaml": "mock: { type: mock }\n",
    });
    const { document, said } = await loadInput({ input: join(folder, "template.yaml") });
    expect(said).toEqual([]);
    expect(document?.at).toBe("api/openapi.yaml#");
    const from = descend(document?.at ?? child("" as never, ""), ["paths", "/a", "get"]);
    expect(document?.resolve("part.yaml#/mock", from)).toMatchObject({
      kind: "found",
      at: "api/part.yaml#/mock",
    });
    expect(document?.locate(from)).toEqual({ file: "api/openapi.yaml", line: 5, column: 5 });
  });

  test("an include among other members keeps the places of both", async () => {
    const folder = folderWith({
      "template.yaml": `Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: { title: t, version: "1" }
        paths:
          "Fn::Transform": { Name: AWS::Include, Parameters: { Location: paths.yaml } }
          /own: { get: { responses: {} } }
`,
      "paths.yaml": "/other:\n  get:\n    responses: {}\n",
    });
    const { document, said } = await loadInput({ input: join(folder, "template.yaml") });
    expect(said).toEqual([]);
    const at = descend(document?.at ?? child("" as never, ""), ["paths"]);
    expect(Object.keys(document?.root["paths"] as object)).toEqual(["/other", "/own"]);
    expect(document?.locate(descend(at, ["/other", "get", "responses"]))).toEqual({
      file: "paths.yaml",
      line: 3,
      column: 5,
    });
    expect(document?.locate(child(at, "/own"))).toMatchObject({ file: "template.yaml", line: 10 });
  });
});

describe("problems", () => {
  const api = (properties: string): string =>
    `Resources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties: ${properties}\n`;
  const event = (properties: string, rest = ""): string =>
    `Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        E:\n          Type: Api\n          Properties: ${properties}\n${rest}`;

  test.each<[name: string, text: string, want: string]>([
    ["no API", "Resources: { A: { Type: AWS::S3::Bucket } }", "error GG013 template.yaml:1:1"],
    [
      "several APIs",
      orders,
      "error GG013 template.yaml:6:1 this template has 2 APIs: Orders, ServerlessHttpApi",
    ],
    ["a body that is none", api("{ DefinitionBody: { a: 1 } }"), "error GG013 template.yaml:4:19"],
    ["a file in S3", api("{ DefinitionUri: s3://b/k }"), "error GG026 template.yaml:4:19"],
    ["a file outside", api("{ DefinitionUri: ../a.yaml }"), "error GG022 template.yaml:4:19"],
    ["no file", api("{ DefinitionUri: gone.yaml }"), "error GG020 template.yaml:4:19"],
    ["an event without path", event("{ Method: get }"), "error GG026 template.yaml:8:11"],
    [
      "an unknown authorizer",
      event("{ Path: /, Method: get, Auth: { Authorizer: X } }"),
      "error GG026 template.yaml:8:55",
    ],
    [
      "an Auth that is none",
      event("{ Path: /, Method: get, Auth: Pool }"),
      "error GG026 template.yaml:8:47",
    ],
    [
      "an id that leads out of the project",
      event("{ Path: /, Method: get }").replace("  F:", '  "../../F":'),
      "error GG026 template.yaml:2:3",
    ],
    [
      "what is for the deployment",
      `${event("{ Path: /, Method: get, RestApiId: !Ref Api }")}  Api: { Type: AWS::Serverless::Api, Properties: { StageName: a, Domain: {} } }\n`,
      "info GG025 template.yaml:9:66",
    ],
    [
      "an unknown model",
      event("{ Path: /, Method: get, RequestModel: { Model: X } }"),
      "error GG026 template.yaml:8:47",
    ],
    [
      "a member of an event",
      event("{ Path: /, Method: get, Other: 1 }"),
      "warning GG025 template.yaml:8:47",
    ],
    [
      "two events of a route",
      event(
        "{ Path: /, Method: get }",
        "        G: { Type: Api, Properties: { Path: /, Method: get } }\n",
      ),
      "error GG026 template.yaml:9:25",
    ],
    [
      "an undecided condition of security",
      event("{ Path: /, Method: get, Auth: { Authorizer: !If [C, A, NONE] } }"),
      "error GG031 template.yaml:8:55",
    ],
    [
      "a condition that does not hold",
      `Conditions: { C: !Equals [a, b] }\n${api(`{ DefinitionBody: { openapi: 3.0.1, paths: {} } }\n    Condition: C`)}`,
      "error GG013 template.yaml:3:3",
    ],
    [
      "a stage without a name",
      `${event("{ Path: /, Method: get, RestApiId: !Ref Api }")}  Api: { Type: AWS::Serverless::Api, Properties: { StageName: !Ref X } }\n`,
      "warning GG025 template.yaml:9:52",
    ],
    [
      "an authorizer that cannot be read",
      `${event("{ Path: /, Method: get, RestApiId: !Ref Api }")}  Api: { Type: AWS::Serverless::Api, Properties: { StageName: a, Auth: { Authorizers: { X: {} } } } }\n`,
      "error GG026 template.yaml:9:89",
    ],
  ])("%s", async (_name, text, want) => {
    const { said } = await loadTemplate(text);
    expect(said.some((line) => line.startsWith(want)) ? want : said).toBe(want);
  });

  test("a name that is not there", async () => {
    const { said } = await loadTemplate(orders, { resource: "Order" });
    expect(said).toEqual(['error GG013 template.yaml:6:1 this template has no API "Order"']);
  });
});

test("conditions and mappings are decided by the parameters", async () => {
  const text = `Parameters: { Env: { Type: String, Default: dev } }
Mappings: { Hosts: { dev: { Host: d.example }, prod: { Host: p.example } } }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Loop: !Condition Loop
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: !If [IsProd, live, !If [Both, both, test]], version: "1" }
        paths:
          /a: { get: !If [IsDev, { responses: {}, summary: !FindInMap [Hosts, !Ref Env, Host] }, !Ref AWS::NoValue] }
`;
  const dev = await loadTemplate(text);
  expect(dev.said).toEqual([]);
  expect(nodeAt(dev.document?.root, "info", "title")).toBe("test");
  expect(nodeAt(dev.document?.root, "paths", "/a", "get", "summary")).toBe("d.example");
  const prod = await loadTemplate(text, { settings: { parameters: { Env: "prod" } } });
  expect(nodeAt(prod.document?.root, "info", "title")).toBe("live");
  expect(nodeAt(prod.document?.root, "paths", "/a", "get")).toBeUndefined();
});
