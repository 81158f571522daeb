/**
 * The vocabulary of `gateway.config.yaml` as JSON Schema: the one source of the published
 * `schema/gateway-config.schema.json`, of the check at load, and of the documentation.
 * Names follow the service; durations are seconds where the service uses seconds, else text (`30s`).
 */
export interface SettingsRule {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: "string" | "number" | "integer" | "boolean" | "object" | "array";
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SettingsRule>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SettingsRule | false;
  readonly propertyNames?: { readonly pattern: string };
  readonly items?: SettingsRule;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly SettingsRule[];
}

const string: SettingsRule = { type: "string" };
const number: SettingsRule = { type: "number" };
const integer: SettingsRule = { type: "integer" };
const boolean: SettingsRule = { type: "boolean" };
const off: SettingsRule = { enum: [false] };
const anything: SettingsRule = {};
const strings: SettingsRule = list(string);
const scalar: SettingsRule = { anyOf: [string, number, boolean] };
const secret = ref("SecretRef");
const duration: SettingsRule = {
  type: "string",
  pattern: "^[0-9]+(?:\\.[0-9]+)?(?:ms|s|m|h)$",
  description: "a duration: 250ms, 30s, 5m, 1h",
};
const adminPath: SettingsRule = { type: "string", pattern: "^/[A-Za-z0-9._~/-]{1,255}$" };
const port: SettingsRule = { type: "integer", minimum: 0, maximum: 65535 };
const logLevel = words("OFF", "ERROR", "INFO");

function ref(name: string): SettingsRule {
  return { $ref: `#/definitions/${name}` };
}
function words(...values: readonly string[]): SettingsRule {
  return { enum: values };
}
function list(items: SettingsRule): SettingsRule {
  return { type: "array", items };
}
function map(of: SettingsRule, names?: string): SettingsRule {
  return {
    type: "object",
    additionalProperties: of,
    ...(names === undefined ? {} : { propertyNames: { pattern: names } }),
  };
}
function either(...anyOf: readonly SettingsRule[]): SettingsRule {
  return { anyOf };
}
function object(
  properties: Readonly<Record<string, SettingsRule>>,
  required: readonly string[] = [],
): SettingsRule {
  return {
    type: "object",
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}
function described(description: string, rule: SettingsRule): SettingsRule {
  return { description, ...rule };
}

/** How an HTTP host is connected to. */
const connection: Readonly<Record<string, SettingsRule>> = {
  retries: described(
    "attempts after the first one, within the time limit; default: on connect",
    object(
      {
        attempts: { type: "integer", minimum: 0, maximum: 10 },
        on: list(words("connect", "5xx", "timeout")),
        backoff: {
          ...duration,
          description: "before the first retry, doubled for each that follows: 100ms",
        },
      },
      ["attempts"],
    ),
  ),
  circuitBreaker: described(
    "so many failures within the window keep calls away for the cooldown",
    object(
      {
        failures: { type: "integer", minimum: 1, maximum: 1000 },
        window: duration,
        cooldown: duration,
      },
      ["failures", "window", "cooldown"],
    ),
  ),
  maxConcurrency: described("calls at once, of each process; others wait", {
    type: "integer",
    minimum: 1,
  }),
  keepAlive: described("false, a connection for each call", boolean),
  tls: described(
    "the authorities and the name that its certificate must show",
    object({
      caFile: described(
        "PEM file, from the folder that the gateway is started in: ./certs/internal-ca.pem",
        string,
      ),
      serverName: string,
      insecureSkipVerification: boolean,
    }),
  ),
};

const stageSettings: Readonly<Record<string, SettingsRule>> = {
  variables: described(
    "stage variables",
    map({ type: "string", pattern: "^[A-Za-z0-9\\-._~:/?#&=,]*$" }, "^[A-Za-z0-9_]{1,64}$"),
  ),
  throttle: ref("Throttle"),
  methodSettings: described(
    'by "GET /orders", "ANY /orders/{id}", "* /*" or operationId',
    map(ref("MethodSettings")),
  ),
  cache: either(ref("CacheCluster"), off),
  logging: ref("Logging"),
  metrics: object({ detailed: described("numbers of each method by itself", boolean) }),
  tracing: either(
    object({
      xray: described("segments go to the X-Ray daemon, AWS_XRAY_DAEMON_ADDRESS", boolean),
      sampleRatio: described(
        "share of the requests that begin a trace here; default: 1, with X-Ray alone its own rule",
        { type: "number", minimum: 0, maximum: 1 },
      ),
      otlp: object(
        {
          endpoint: string,
          sampleRatio: { type: "number", minimum: 0, maximum: 1 },
          headers: map(either(string, secret)),
        },
        ["endpoint"],
      ),
    }),
    off,
  ),
  canary: either(ref("Canary"), off),
  clientCertificateId: string,
  waf: either(ref("Waf"), off),
  alarms: map(either(ref("Alarm"), off)),
  dashboard: boolean,
  backends: described("address of a named backend in this stage", map(ref("Backend"))),
  cors: ref("Cors"),
};

const accessLog: SettingsRule = either(
  object({
    destination: described(
      "default: stdout, which also stands for cloudwatch and firehose outside AWS",
      words("cloudwatch", "firehose", "stdout", "file", "http"),
    ),
    path: described("of the file; it is opened anew on SIGHUP", string),
    url: described("where lines are sent in batches, in the form of Amazon Data Firehose", string),
    headers: map(either(string, secret)),
    destinationArn: string,
    format: described("json, clf, xml, csv or a $context format text", string),
    fields: described("members of a JSON object: $context.x, or text with such in it", map(string)),
    retentionInDays: integer,
    kmsKeyArn: string,
  }),
  off,
);

const seconds: SettingsRule = { type: "integer", minimum: 1 };
const bytes: SettingsRule = { type: "integer", minimum: 1 };

const webSocketApi: Readonly<Record<string, SettingsRule>> = {
  name: string,
  description: string,
  routeSelectionExpression: described(
    "gives the key of the route that a message is for: $request.body.action",
    string,
  ),
  apiKeySelectionExpression: words(
    "$request.header.x-api-key",
    "$context.authorizer.usageIdentifierKey",
  ),
  disableSchemaValidation: boolean,
  disableExecuteApiEndpoint: boolean,
  ipAddressType: words("ipv4", "dualstack"),
  authorizers: map(ref("WsAuthorizer")),
  models: described("JSON Schemas, or { $ref } to those of a document", map(anything)),
  integrations: map(ref("WsIntegration")),
  routes: described(
    "$connect, $disconnect, $default, or a value of the selection",
    map(ref("WsRoute")),
  ),
  connection: object({
    idleTimeoutInSeconds: described("default: 600, as on AWS", seconds),
    maxDurationInSeconds: described("default: 7200, as on AWS", seconds),
    maxMessageBytes: described("default: 131072, as on AWS", bytes),
    maxFrameBytes: described("default: 32768, as on AWS", bytes),
    keepAliveInSeconds: described("time between pings of the gateway; default: none", seconds),
    subprotocols: described("those that the gateway agrees on by itself", strings),
  }),
};

const definitions: Readonly<Record<string, SettingsRule>> = {
  SecretRef: described(
    "the name of a secret; the value never stands here",
    object({ secret: string, key: string }, ["secret"]),
  ),
  StageSettings: object(stageSettings),
  StageConfig: object({
    ...stageSettings,
    description: string,
    account: { type: "string", pattern: "^[0-9]{12}$" },
    region: string,
    deploymentPolicy: object({
      approval: boolean,
      retainDeployments: integer,
      rollbackAlarms: strings,
    }),
    environment: map(either(scalar, secret)),
    replicas: object({ min: integer, max: integer, cpu: number }, ["min", "max"]),
    resources: object({
      requests: object({ cpu: string, memory: string }),
      limits: object({ cpu: string, memory: string }),
    }),
  }),
  Throttle: object(
    {
      rateLimit: described("requests a second", { type: "number", minimum: 0 }),
      burstLimit: described("requests at once", { type: "integer", minimum: 0 }),
    },
    ["rateLimit", "burstLimit"],
  ),
  MethodSettings: object({
    throttle: ref("Throttle"),
    metricsEnabled: boolean,
    loggingLevel: logLevel,
    dataTraceEnabled: boolean,
    cachingEnabled: boolean,
    cacheTtlInSeconds: { type: "integer", minimum: 0, maximum: 3600 },
    cacheDataEncrypted: boolean,
    requireAuthorizationForCacheControl: boolean,
    unauthorizedCacheControlHeaderStrategy: words(
      "FAIL_WITH_403",
      "SUCCEED_WITH_RESPONSE_HEADER",
      "SUCCEED_WITHOUT_RESPONSE_HEADER",
    ),
  }),
  CacheCluster: object(
    {
      size: words("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"),
      ttlInSeconds: { type: "integer", minimum: 0, maximum: 3600 },
      encrypted: boolean,
    },
    ["size"],
  ),
  Logging: object({
    access: accessLog,
    execution: object({ level: logLevel, dataTrace: boolean }),
    redact: described(
      "hidden in all logs: names of headers and query parameters, $.paths of JSON bodies, $context.authorizer.x",
      strings,
    ),
  }),
  Canary: object(
    {
      percentTraffic: { type: "number", minimum: 0, maximum: 100 },
      useStageCache: boolean,
      stageVariableOverrides: map(
        { type: "string", pattern: "^[A-Za-z0-9\\-._~:/?#&=,]*$" },
        "^[A-Za-z0-9_]{1,64}$",
      ),
    },
    ["percentTraffic"],
  ),
  Waf: object({
    webAclArn: string,
    managedRuleGroups: strings,
    rateLimit: integer,
    ipAllow: strings,
    ipDeny: strings,
  }),
  Alarm: object(
    {
      metric: string,
      statistic: words("Sum", "Average", "p50", "p90", "p99"),
      asPercentOfCount: boolean,
      threshold: number,
      comparison: words("above", "below"),
      periodInSeconds: integer,
      evaluationPeriods: integer,
      datapointsToAlarm: integer,
      actions: strings,
    },
    ["metric", "threshold"],
  ),
  Cors: object(
    {
      allowOrigins: strings,
      allowMethods: strings,
      allowHeaders: strings,
      exposeHeaders: strings,
      allowCredentials: boolean,
      maxAge: { type: "integer", minimum: -1, maximum: 86400 },
    },
    ["allowOrigins"],
  ),
  UsagePlan: object(
    {
      description: string,
      stages: strings,
      throttle: ref("Throttle"),
      quota: object(
        {
          limit: { type: "integer", minimum: 0 },
          period: words("DAY", "WEEK", "MONTH"),
          offset: described("requests taken off the limit in the first period", {
            type: "integer",
            minimum: 0,
          }),
        },
        ["limit", "period"],
      ),
      methodThrottle: map(ref("Throttle")),
      keys: strings,
    },
    ["stages"],
  ),
  ApiKey: object({
    description: string,
    enabled: boolean,
    customerId: string,
    value: secret,
    generateDistinctId: boolean,
    stages: strings,
  }),
  Principal: described(
    "someone whose AWS signatures are accepted",
    object(
      {
        arn: { type: "string", pattern: "^arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:.+$" },
        accessKeyId: { type: "string", pattern: "^[A-Za-z0-9]{16,128}$" },
        secretAccessKey: secret,
        sessionToken: secret,
        userId: string,
        principalOrgId: string,
        tags: map(string),
        policies: described("IAM policy documents: what the caller may invoke", list(anything)),
      },
      ["arn", "accessKeyId", "secretAccessKey"],
    ),
  ),
  Domain: object(
    {
      domainName: string,
      certificateArn: string,
      endpointType: words("REGIONAL", "EDGE", "PRIVATE"),
      securityPolicy: string,
      ipAddressType: words("ipv4", "dualstack"),
      hostedZoneId: string,
      mutualTls: object({ truststoreUri: string, truststoreVersion: string }, ["truststoreUri"]),
      mappings: list(object({ stage: string, basePath: string }, ["stage"])),
    },
    ["mappings"],
  ),
  VpcLink: object({
    version: described(
      "1: a network load balancer, whose path has no stage; default: 2, the stage comes first",
      { enum: [1, 2] },
    ),
    targetArns: strings,
    subnetIds: strings,
    securityGroupIds: strings,
    upstream: described(
      "address of the private host: http://stock.internal; without one its routes answer 501",
      string,
    ),
    ...connection,
  }),
  Backend: described(
    "what stands behind an ARN or host: one of module, url, service, mock; with a url of an HTTP host, how it is connected to",
    object({
      match: described("an ARN with *, a host, or an operationId", either(string, strings)),
      module: described("a module of the project: ./src/handlers/orders.ts", string),
      export: described("name of the handler export; default: handler", string),
      url: described(
        "an HTTP address: of a host, of a Lambda endpoint, or of an AWS service's emulator",
        string,
      ),
      service: described(
        "an AWS service by its name in ARNs: lambda, sqs, s3; at another endpoint or in another region",
        object({ name: string, endpoint: string, region: string }, ["name"]),
      ),
      mock: object({
        statusCode: { type: "integer", minimum: 100, maximum: 599 },
        headers: map(string),
        body: anything,
      }),
      functionArn: string,
      timeout: duration,
      ...connection,
    }),
  ),
  AuthorizerRuntime: object({
    module: string,
    export: string,
    url: string,
    jwks: object({ uri: string, cacheSeconds: integer }, ["uri"]),
    issuer: string,
    audience: strings,
    cacheTtlInSeconds: { type: "integer", minimum: 0, maximum: 3600 },
  }),
  WebSocketApi: object(webSocketApi, ["routeSelectionExpression", "routes"]),
  AsyncApiExtension: described(
    "x-gateway-websocket of an AsyncAPI document: what AsyncAPI does not say",
    object(webSocketApi),
  ),
  WsAuthorizer: object(
    {
      authorizerType: words("REQUEST"),
      authorizerUri: string,
      authorizerCredentialsArn: string,
      identitySource: strings,
    },
    ["authorizerType", "authorizerUri"],
  ),
  WsRoute: object(
    {
      operationName: string,
      summary: string,
      apiKeyRequired: boolean,
      authorizationType: words("NONE", "AWS_IAM", "CUSTOM"),
      authorizer: string,
      authorizationScopes: strings,
      requestParameters: map(either(object({ required: boolean }, ["required"]), boolean)),
      modelSelectionExpression: string,
      requestModels: map(string),
      integration: either(string, ref("WsIntegration")),
      routeResponseSelectionExpression: words("$default"),
      routeResponses: object({ $default: object({ responseModels: map(string) }) }),
      throttle: ref("Throttle"),
      loggingLevel: logLevel,
      dataTraceEnabled: boolean,
    },
    ["integration"],
  ),
  WsIntegration: object(
    {
      integrationType: words("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"),
      integrationUri: string,
      integrationMethod: string,
      connectionType: words("INTERNET", "VPC_LINK"),
      connectionId: string,
      credentialsArn: string,
      contentHandlingStrategy: words("CONVERT_TO_BINARY", "CONVERT_TO_TEXT"),
      passthroughBehavior: words("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"),
      requestParameters: map(string),
      requestTemplates: map(string),
      templateSelectionExpression: string,
      timeoutInMillis: { type: "integer", minimum: 50, maximum: 29000 },
      tlsConfig: object({ insecureSkipVerification: boolean }),
      integrationResponses: map(
        object({
          contentHandlingStrategy: words("CONVERT_TO_BINARY", "CONVERT_TO_TEXT"),
          responseParameters: map(string),
          responseTemplates: map(string),
          templateSelectionExpression: string,
        }),
      ),
    },
    ["integrationType"],
  ),
};

/** The whole vocabulary. */
export const settingsSchema: SettingsRule & {
  readonly $schema: string;
  readonly title: string;
  readonly definitions: Readonly<Record<string, SettingsRule>>;
} = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Settings of gen-gateway (gateway.config.yaml)",
  ...object({
    $schema: string,
    version: { enum: [1] },
    parameters: described(
      "values for CloudFormation parameters, pseudo parameters and ${...} placeholders",
      map(scalar),
    ),
    api: object({
      name: string,
      kind: words("rest", "http", "websocket"),
      spec: either(string, strings),
      resource: described("the API of a template or Terraform file that has several", string),
      overlays: described("overlays over the document, beside it, in order", strings),
      import: object({
        mode: words("overwrite", "merge"),
        over: described("a document beside this one that it is put over, with mode: merge", string),
        failOnWarnings: boolean,
        basepath: words("ignore", "prepend", "split"),
      }),
      endpointConfiguration: object({
        types: {
          type: "array",
          items: words("REGIONAL", "EDGE", "PRIVATE"),
          minItems: 1,
          maxItems: 1,
        },
        vpcEndpointIds: strings,
        ipAddressType: words("ipv4", "dualstack"),
      }),
      disableExecuteApiEndpoint: boolean,
    }),
    generator: object({
      templates: described(
        "folder of templates over the built-in ones, beside this file; not read in a document",
        string,
      ),
      mappings: described(
        "routes whose mapping functions are yours, in src/mappings: an operationId, or GET /pets",
        strings,
      ),
    }),
    targets: list(
      words("cloudformation", "sam", "terraform", "cdk", "docker", "compose", "kubernetes"),
    ),
    defaults: described("settings under every stage", ref("StageSettings")),
    stages: map(ref("StageConfig"), "^(?:[A-Za-z0-9_-]{1,128}|\\$default)$"),
    usagePlans: map(ref("UsagePlan")),
    apiKeys: map(ref("ApiKey")),
    principals: described("callers of methods with IAM authorization", map(ref("Principal"))),
    domains: map(ref("Domain")),
    vpcLinks: map(ref("VpcLink")),
    backends: map(ref("Backend")),
    authorizers: described("by name of the security scheme", map(ref("AuthorizerRuntime"))),
    websocket: ref("WebSocketApi"),
    websockets: described(
      "several WebSocket APIs; api.name says which of them a project is",
      map(ref("WebSocketApi")),
    ),
    runtime: object({
      port,
      adminPort: described(
        "the admin listener, on the loopback unless adminHost says otherwise; a WebSocket API has one on 9464 unless it is null",
        port,
      ),
      adminHost: described(
        "address of the admin listener; one beyond the loopback needs the secret gateway/admin-token",
        { type: "string", pattern: "^[A-Za-z0-9.:-]{1,253}$" },
      ),
      console: described(
        "a web page to look at the gateway, at the admin listener under /console; GATEWAY_CONSOLE=0 switches it off",
        boolean,
      ),
      functions: described(
        "where function handlers run: in worker threads, or in the gateway's own thread",
        words("worker", "in-thread"),
      ),
      trustProxy: described(
        "addresses and networks of proxies in front, whose X-Forwarded-For, -Proto and -Port are believed; true: whoever connects",
        either(boolean, strings),
      ),
      requestTimeout: {
        ...duration,
        description: "how long a client may take to send a request: 120s",
      },
      maxRequestBytes: described("longest body of a request: 10485760, the service's limit", {
        type: "integer",
        minimum: 0,
      }),
      shutdownGrace: {
        ...duration,
        description: "how long requests may still take once no connection is taken: 25s",
      },
      drainDelay: {
        ...duration,
        description:
          "how long a gateway that got SIGTERM, and is not ready any more, still takes connections: 0s",
      },
      state: object(
        {
          driver: words("memory", "redis"),
          url: either(string, secret),
          keyPrefix: string,
          tls: boolean,
          cluster: boolean,
          onFailure: words("open", "closed"),
          use: described(
            "false: each process keeps it by itself; keys made at run time are always shared",
            object({
              throttle: boolean,
              quota: boolean,
              cache: boolean,
              authorizerCache: boolean,
              connections: boolean,
            }),
          ),
        },
        ["driver"],
      ),
      health: object({ live: adminPath, ready: adminPath }),
      metrics: described(
        "numbers of the gateway; false: none are kept",
        either(
          object({
            path: described("where Prometheus asks; default: /metrics", adminPath),
            port: described(
              "a listener for health and metrics alone; default: they are at adminPort",
              port,
            ),
            host: described("address of that listener; default: 127.0.0.1", {
              type: "string",
              pattern: "^[A-Za-z0-9.:-]{1,253}$",
            }),
            emf: described(
              "lines of CloudWatch's embedded metric format on standard output",
              either(boolean, object({ namespace: string })),
            ),
            otlp: object(
              {
                endpoint: described("of a collector: http://otel:4318", string),
                headers: map(either(string, secret)),
                intervalInSeconds: { type: "integer", minimum: 1, maximum: 3600 },
              },
              ["endpoint"],
            ),
          }),
          off,
        ),
      ),
    }),
    deploy: object({
      aws: object({
        accountAlias: string,
        region: string,
        permissionsBoundaryArn: string,
        logsKmsKeyArn: string,
        artifactBucket: string,
        alarmTopicArn: string,
        lambdaRuntime: words("nodejs22.x", "nodejs24.x"),
        retainLogGroups: boolean,
        terraform: object({ backend: words("s3", "local"), providerVersion: string }),
      }),
      docker: object({ baseImage: string, nodeVersion: string, user: string, registry: string }),
      compose: object({ redis: either(words("valkey", "redis"), off), observability: boolean }),
      kubernetes: object({
        flavour: words("kustomize", "helm"),
        namespace: string,
        ingress: either(
          object({ className: string, host: string, tlsSecret: string }, ["host"]),
          object({ gatewayClass: string, host: string }, ["gatewayClass", "host"]),
          off,
        ),
        redis: either(words("external", "incluster"), off),
        serviceMonitor: boolean,
        networkPolicy: object({ ingressNamespaces: strings, egressCidrs: strings }),
      }),
      ci: object({
        codepipeline: either(
          object(
            {
              connectionArn: string,
              repository: string,
              branch: string,
              notificationTopicArn: string,
            },
            ["connectionArn", "repository"],
          ),
          off,
        ),
        githubActions: either(object({ oidcRoleArn: string, runner: string }), off),
        order: strings,
        approvalBefore: strings,
      }),
    }),
    lint: object({
      rules: described(
        "levels of gen-gateway lint by rule, or by code where that is no error",
        map(words("off", "info", "warning", "error")),
      ),
    }),
    tags: map(string),
  }),
  definitions,
};
