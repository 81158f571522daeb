import type { MethodSettings, Stage } from "../../src/ir/deployment.js";
import type { Gateway } from "../../src/ir/gateway.js";
import type { MockIntegration } from "../../src/ir/integration.js";
import type { Operation, Parameter } from "../../src/ir/operation.js";
import type { MappingTemplate } from "../../src/ir/mapping.js";
import { parseVelocity } from "../../src/language/velocity/parser.js";
import type { Model, Schema, Shape } from "../../src/ir/schema.js";
import { root } from "../../src/pointer.js";

export const at = root("openapi.yaml");

/** A schema of a shape, with nothing said of it unless `more` says it. */
export function schemaOf(shape: Shape, more: Partial<Schema> = {}): Schema {
  return {
    at,
    title: undefined,
    description: undefined,
    deprecated: false,
    readOnly: false,
    writeOnly: false,
    nullable: false,
    shape,
    ...more,
  };
}

export const text = schemaOf({ kind: "string", format: undefined });

export function modelOf(name: string, schema: Schema, json: Model["json"] = {}): Model {
  return { at, name, schema, json, references: [], patterns: new Map(), dialect: "draft-04" };
}

export function parameterOf(
  name: string,
  place: Parameter["in"],
  more: Partial<Parameter> = {},
): Parameter {
  return {
    at,
    name,
    in: place,
    required: place === "path",
    greedy: false,
    description: undefined,
    deprecated: false,
    schema: text,
    ...more,
  };
}

export function templateOf(text: string, mediaType = "application/json"): MappingTemplate {
  return { at, mediaType, text, ...parseVelocity(text), problem: undefined };
}

const noMethodSettings: MethodSettings = {
  at,
  method: undefined,
  throttle: undefined,
  cachingEnabled: undefined,
  cacheTtlSeconds: undefined,
  cacheDataEncrypted: undefined,
  requireAuthorizationForCacheControl: undefined,
  unauthorizedCacheControlHeaderStrategy: undefined,
  loggingLevel: undefined,
  dataTrace: undefined,
  metricsEnabled: undefined,
};

/** Answers 200 with nothing. */
export const mock: MockIntegration = {
  kind: "mock",
  at,
  requestParameters: [],
  requestTemplates: [
    {
      at,
      mediaType: "application/json",
      text: '{"statusCode": 200}',
      problem: undefined,
      nodes: [{ kind: "text", text: '{"statusCode": 200}', starts: [0] }],
    },
  ],
  passthroughBehavior: "WHEN_NO_MATCH",
  contentHandling: undefined,
  cacheKeyParameters: [],
  cacheKeys: [],
  changes: { request: [], responses: [] },
  cacheNamespace: undefined,
  responses: [
    {
      at,
      pattern: undefined,
      statusCode: 200,
      headers: [],
      templates: [],
      contentHandling: undefined,
    },
  ],
};

export function operationOf(
  method: Operation["method"],
  path: string,
  more: Partial<Operation> = {},
): Operation {
  return {
    at,
    method,
    path,
    routeKey: undefined,
    operationId: undefined,
    summary: undefined,
    description: undefined,
    deprecated: false,
    tags: [],
    parameters: [],
    body: undefined,
    responses: [],
    authorization: { kind: "none" },
    apiKeyRequired: false,
    validator: undefined,
    integration: mock,
    ...more,
  };
}

/** A stage without settings. */
export const devStage: Stage = {
  at,
  name: "dev",
  description: undefined,
  variables: [],
  backends: [],
  vpcLinks: [],
  methodDefaults: noMethodSettings,
  methods: [],
  cache: undefined,
  canary: undefined,
  accessLog: undefined,
  redact: { names: [], paths: [], context: [] },
  tracing: undefined,
  detailedMetrics: false,
};

/** A REST API of these operations with one stage, `dev`. */
export function gatewayOf(
  operations: readonly Operation[],
  more: { api?: Partial<Gateway["api"]>; deployment?: Partial<Gateway["deployment"]> } = {},
): Gateway {
  return {
    source: { file: "openapi.yaml", digest: "0".repeat(64), openapi: "3.0.1" },
    api: {
      at,
      kind: "rest",
      name: "Sample",
      version: "1.0",
      description: undefined,
      operations,
      models: [],
      authorizers: [],
      gatewayResponses: [],
      cors: undefined,
      websocket: undefined,
      binaryMediaTypes: [],
      minimumCompressionSize: undefined,
      apiKeySource: "HEADER",
      disableExecuteApiEndpoint: false,
      policy: undefined,
      tags: [],
      ...more.api,
    },
    deployment: {
      at,
      stages: [devStage],
      defaultStage: "dev",
      ownMappings: [],
      accountId: "123456789012",
      region: "us-east-1",
      port: 8080,
      functionMode: "worker",
      usagePlans: [],
      apiKeys: [],
      principals: [],
      state: { driver: "memory" },
      admin: undefined,
      health: { live: "/health/live", ready: "/health/ready" },
      metrics: undefined,
      shutdown: { drainDelayMs: undefined, graceMs: undefined },
      requests: { timeoutMs: undefined, maxBytes: undefined },
      trustProxy: undefined,
      hasSettings: false,
      ...more.deployment,
    },
  };
}
