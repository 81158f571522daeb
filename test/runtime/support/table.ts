import type {
  ApiTable,
  AwsServiceTable,
  FunctionProxyTable,
  HttpApiFunctionTable,
  HttpApiProxyTable,
  HttpProxyTable,
  HttpTable,
  IntegrationTable,
  MockTable,
  RouteTable,
  StageTable,
} from "../../../src/runtime/contracts.js";

/** One route of a test API, with its integration. */
export interface TestRoute extends Partial<Omit<RouteTable, "path" | "method">> {
  readonly integration?: IntegrationTable;
}

/** An API from `"GET /path"` keys; what a test does not say has its plainest value. */
export function apiTable(
  routes: Readonly<Record<string, TestRoute>>,
  rest: Partial<Omit<ApiTable, "routes" | "integrations">> = {},
): ApiTable {
  const tables = Object.entries(routes).map(([key, route]) => routeTable(key, route));
  return {
    kind: "rest",
    name: "test",
    version: "1",
    apiId: "abcdefghij",
    accountId: "123456789012",
    region: "us-east-1",
    disableExecuteApiEndpoint: false,
    apiKeySource: "HEADER",
    binaryMediaTypes: [],
    minimumCompressionSize: null,
    cors: null,
    websocket: null,
    access: null,
    gatewayResponses: {},
    stages: { dev: stage() },
    defaultStage: null,
    validators: {},
    ...rest,
    routes: tables.map(({ table }) => table),
    integrations: Object.fromEntries(
      tables.map(({ table, integration }) => [table.operation, integration]),
    ),
  };
}

function routeTable(
  key: string,
  { integration = mock(), ...route }: TestRoute,
): { table: RouteTable; integration: IntegrationTable } {
  const [method = "GET", path = "/"] = key.split(" ");
  const table: RouteTable = {
    operation: key,
    operationName: null,
    resourceId: "abc123",
    authorization: { kind: "none" },
    apiKeyRequired: false,
    validation: null,
    source: "test.yaml:1:1",
    ...route,
    method: method as RouteTable["method"],
    path,
  };
  return { table, integration };
}

export function stage(rest: Partial<StageTable> = {}): StageTable {
  return { variables: {}, backends: [], vpcLinks: {}, methods: {}, canary: null, ...rest };
}

/** Answers 200 with a fixed body. */
export function mock(body = '{"ok":true}', rest: Partial<MockTable> = {}): MockTable {
  return {
    kind: "mock",
    requestParameters: [],
    requestTemplates: { "application/json": () => '{"statusCode": 200}' },
    passthroughBehavior: "WHEN_NO_MATCH",
    contentHandling: null,
    responses: [
      {
        pattern: null,
        statusCode: 200,
        headers: [],
        templates: { "application/json": () => body },
        contentHandling: null,
      },
    ],
    ...rest,
  };
}

export function httpProxy(
  uri: HttpProxyTable["uri"],
  rest: Partial<HttpProxyTable> = {},
): HttpProxyTable {
  return {
    kind: "http_proxy",
    method: "ANY",
    uri,
    requestParameters: [],
    timeoutMs: 5000,
    insecureSkipVerification: false,
    vpcLink: null,
    transfer: "BUFFERED",
    ...rest,
  };
}

export function http(uri: HttpTable["uri"], rest: Partial<HttpTable> = {}): HttpTable {
  return {
    kind: "http",
    method: "POST",
    uri,
    requestParameters: [],
    requestTemplates: {},
    passthroughBehavior: "WHEN_NO_MATCH",
    contentHandling: null,
    responses: [
      { pattern: null, statusCode: 200, headers: [], templates: {}, contentHandling: null },
    ],
    timeoutMs: 5000,
    insecureSkipVerification: false,
    vpcLink: null,
    ...rest,
  };
}

/** A service of AWS in us-east-1, called by its path. */
export function awsService(service: string, rest: Partial<AwsServiceTable> = {}): AwsServiceTable {
  return {
    kind: "aws_service",
    method: "POST",
    partition: "aws",
    region: "us-east-1",
    subdomain: null,
    service,
    action: null,
    path: ["/"],
    requestParameters: [],
    requestTemplates: {},
    passthroughBehavior: "WHEN_NO_MATCH",
    contentHandling: null,
    responses: [
      { pattern: null, statusCode: 200, headers: [], templates: {}, contentHandling: null },
    ],
    timeoutMs: 5000,
    credentials: null,
    ...rest,
  };
}

export function functionProxy(
  name: string,
  rest: Partial<FunctionProxyTable> = {},
): FunctionProxyTable {
  return {
    kind: "aws_proxy",
    method: "POST",
    function: [`arn:aws:lambda:us-east-1:123456789012:function:${name}`],
    requestParameters: [],
    timeoutMs: 5000,
    ...rest,
  };
}

/** A function behind an HTTP API. */
export function httpApiFunction(
  name: string,
  rest: Partial<HttpApiFunctionTable> = {},
): HttpApiFunctionTable {
  return {
    kind: "http_api_function",
    function: [`arn:aws:lambda:us-east-1:123456789012:function:${name}`],
    timeoutMs: 5000,
    payloadFormat: "2.0",
    changes: { request: [], responses: {} },
    ...rest,
  };
}

/** An HTTP backend behind an HTTP API. */
export function httpApiProxy(
  uri: HttpApiProxyTable["uri"],
  rest: Partial<HttpApiProxyTable> = {},
): HttpApiProxyTable {
  return {
    kind: "http_api_proxy",
    method: "ANY",
    uri,
    timeoutMs: 5000,
    insecureSkipVerification: false,
    vpcLink: null,
    changes: { request: [], responses: {} },
    ...rest,
  };
}
