import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { changeKinds, type Change } from "../../src/diff/change.js";
import { diffGateways } from "../../src/diff/diff-gateways.js";
import { documentWith, invocation, lambdaProxy, lowerGood } from "../lower/lower-text.js";

type Members = Readonly<Record<string, unknown>>;

interface DiffInput {
  readonly document: object;
  readonly settings?: object;
}

/** What changes, and every change that is told: `severity kind subject: message`. */
type DiffCase = readonly [name: string, before: DiffInput, after: DiffInput, want: string[]];

async function changes(before: DiffInput, after: DiffInput): Promise<readonly Change[]> {
  const [old, now] = await Promise.all(
    [before, after].map(({ document, settings }) => lowerGood(document, settings)),
  );
  if (!old || !now) throw new Error("there is no gateway");
  return diffGateways(old, now).changes;
}

const shown = ({ severity, kind, subject, message }: Change): string =>
  `${severity} ${kind} ${subject}: ${message}`;

const http = { type: "http_proxy", httpMethod: "GET", uri: "https://backend.example/a" };
const ok = { "200": { description: "ok" } };
const root = (members: Members): DiffInput => ({ document: documentWith({ root: members }) });
const operation = (members: Members): DiffInput => ({
  document: documentWith({ operation: members }),
});
const integrated = (members: Members): DiffInput => ({
  document: documentWith({ integration: members }),
});
const settings = (more: object): DiffInput => ({
  document: documentWith({ integration: http }),
  settings: more,
});
const stage = (more: object): DiffInput => settings({ stages: { prod: more } });
const get = (more: Members = {}): Members => ({
  responses: ok,
  "x-amazon-apigateway-integration": lambdaProxy,
  ...more,
});
const paths = (items: Members): DiffInput => root({ paths: items });
const parameters = (...list: readonly object[]): DiffInput => operation({ parameters: list });
const q = { name: "q", in: "query", schema: { type: "string" } };

/** A model that a request and an answer have. */
const model = (schema: Members, more: Members = {}): DiffInput => {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/M" } } };
  return {
    document: documentWith({
      root: { components: { schemas: { M: schema, ...more } } },
      operation: {
        requestBody: { content },
        responses: { "200": { description: "ok", content } },
      },
    }),
  };
};
const object = (properties: Members, required: readonly string[] = []): Members => ({
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const text = { type: "string" };

const authorizer = (more: object = {}): object => ({
  type: "request",
  authorizerUri: invocation("auth"),
  identitySource: "method.request.header.A",
  ...more,
});
const pool = {
  type: "cognito_user_pools",
  providerARNs: ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A"],
};
const secured = (security: object, definition: object = authorizer()): DiffInput => ({
  document: documentWith({
    root: {
      components: {
        securitySchemes: {
          auth: {
            type: "apiKey",
            in: "header",
            name: "Authorization",
            "x-amazon-apigateway-authorizer": definition,
          },
          other: {
            type: "apiKey",
            in: "header",
            name: "Authorization",
            "x-amazon-apigateway-authorizer": definition,
          },
          key: { type: "apiKey", in: "header", name: "x-api-key" },
        },
      },
    },
    operation: { security },
    integration: http,
  }),
});
const cors = (value: object | undefined): DiffInput => ({
  document: documentWith({
    root: value === undefined ? {} : { "x-amazon-apigateway-cors": value },
    integration: { ...lambdaProxy, payloadFormatVersion: "2.0" },
  }),
});
const errors = (value: object): DiffInput =>
  root({ "x-amazon-apigateway-gateway-responses": value });
const mapped = (more: object): DiffInput =>
  integrated({
    type: "http",
    httpMethod: "POST",
    uri: "https://backend.example/a",
    responses: { default: { statusCode: "200" } },
    ...more,
  });
const answers = (responses: object): DiffInput => ({
  document: documentWith({
    operation: { responses: { ...ok, "201": { description: "made" } } },
    integration: { type: "http", httpMethod: "GET", uri: "https://b.example/", responses },
  }),
});
const validator = (all: object): DiffInput => ({
  document: documentWith({
    root: { "x-amazon-apigateway-request-validators": { all } },
    operation: { "x-amazon-apigateway-request-validator": "all" },
  }),
});
const plan = (more: object): DiffInput =>
  settings({ stages: { prod: {} }, usagePlans: { gold: { stages: ["prod"], ...more } } });

const contract: readonly DiffCase[] = [
  ["nothing", root({}), root({ info: { title: "other", version: "2" } }), []],
  [
    "a route is gone, another is new",
    paths({ "/a": { get: get() } }),
    paths({ "/b": { get: get() } }),
    [
      "breaking route-removed GET /a: is gone",
      "safe route-added GET /b: is new, and open to everybody",
    ],
  ],
  [
    "a route has moved",
    paths({ "/a": { get: get({ operationId: "list" }) } }),
    paths({ "/b": { get: get({ operationId: "list" }) } }),
    ["breaking route-moved GET /a: has moved to GET /b"],
  ],
  [
    "a path variable has another name",
    paths({ "/a/{id}": { get: get() } }),
    paths({ "/a/{petId}": { get: get() } }),
    ["safe route-moved GET /a/{id}: the variables of its path have other names: /a/{petId}"],
  ],
  [
    "a method becomes ANY",
    paths({ "/a": { get: get() } }),
    paths({ "/a": { "x-amazon-apigateway-any-method": get() } }),
    [
      "safe route-added ANY /a: is new, and open to everybody",
      "safe route-moved GET /a: is answered by ANY /a now",
    ],
  ],
  [
    "parameters come and go",
    parameters(q),
    parameters({ ...q, name: "r", required: true }, { ...q, name: "s" }),
    [
      'breaking parameter GET /a: the query parameter "r" is new and required',
      'behaviour parameter GET /a: the query parameter "q" is gone',
      'safe parameter GET /a: the query parameter "s" is new',
    ],
  ],
  [
    "a parameter is required now",
    parameters(q),
    parameters({ ...q, required: true }),
    ['breaking parameter GET /a: the query parameter "q" is required now'],
  ],
  [
    "a parameter is a number now",
    parameters(q),
    parameters({ ...q, schema: { type: "integer" } }),
    ['breaking schema GET /a: in requests, "q" was text and is an integer'],
  ],
  [
    "a body is asked for",
    operation({}),
    operation({ requestBody: { required: true, content: { "text/plain": {} } } }),
    ["breaking body GET /a: a body is asked for now"],
  ],
  [
    "a media type of an answer",
    operation({ responses: { "200": { description: "", content: { "text/plain": {} } } } }),
    operation({ responses: { "200": { description: "", content: { "text/csv": {} } } } }),
    [
      'breaking response GET /a: the response 200 is not "text/plain" any more',
      'safe response GET /a: the response 200 may be "text/csv" now',
    ],
  ],
  [
    "responses and their headers",
    operation({
      responses: {
        "200": { description: "", headers: { "X-A": { schema: text } } },
        "404": { description: "" },
      },
    }),
    operation({ responses: { "200": { description: "" }, "409": { description: "" } } }),
    [
      'breaking response GET /a: the response 200 has no header "X-A" any more',
      "behaviour response GET /a: the response 404 is gone",
      "safe response GET /a: the response 409 is new",
    ],
  ],
];

const schemas: readonly DiffCase[] = [
  [
    "a member is required now",
    model(object({ a: text })),
    model(object({ a: text }, ["a"])),
    [
      'breaking schema model M: in requests, "a" is required now',
      'safe schema model M: in answers, "a" is required now',
    ],
  ],
  [
    "a member is gone",
    model(object({ a: text, b: text })),
    model(object({ a: text })),
    [
      'breaking schema model M: in answers, "b" is gone',
      'behaviour schema model M: in requests, "b" is gone',
    ],
  ],
  [
    "an enum loses and wins",
    model(object({ a: { enum: ["x", "y"] } })),
    model(object({ a: { enum: ["y", "z"] } })),
    [
      'breaking schema model M: in requests, "a" does not take "x" any more',
      'behaviour schema model M: in answers, "a" also gives "z"',
      'safe schema model M: in requests, "a" also takes "z"',
      'safe schema model M: in answers, "a" does not give "x" any more',
    ],
  ],
  [
    "null may come",
    model(object({ a: text })),
    model(object({ a: { ...text, nullable: true } })),
    [
      'breaking schema model M: in answers, "a" may be null now',
      'safe schema model M: in requests, "a" may be null now',
    ],
  ],
  [
    "a model inside of a model is told once, as its own",
    model(object({ a: { type: "array", items: { $ref: "#/components/schemas/N" } } }), {
      N: object({ n: { type: "integer" } }),
    }),
    model(object({ a: { type: "array", items: { $ref: "#/components/schemas/N" } } }), {
      N: object({ n: { type: "number" } }),
    }),
    [
      'behaviour schema model N: in answers, "n" was an integer and is a number',
      'safe schema model N: in requests, "n" was an integer and is a number',
    ],
  ],
  [
    "circles end",
    model(object({ a: { $ref: "#/components/schemas/M" } })),
    model(object({ a: { $ref: "#/components/schemas/M" }, b: text })),
    ['safe schema model M: in requests, "b" is new', 'safe schema model M: in answers, "b" is new'],
  ],
  [
    "allOf is one object",
    model(
      { allOf: [{ $ref: "#/components/schemas/N" }, object({ b: text })] },
      {
        N: object({ a: text }),
      },
    ),
    model(object({ a: text, b: text }), { N: object({ a: text }) }),
    [],
  ],
  [
    "one more of several",
    model({ oneOf: [object({ a: text }), object({ b: text })] }),
    model({ oneOf: [object({ a: text }), object({ b: text }), text] }),
    [
      "behaviour schema model M: in answers, it may also be text",
      "safe schema model M: in requests, it may also be text",
    ],
  ],
  [
    "checks are tighter",
    model(object({ a: { ...text, maxLength: 10 } })),
    model(object({ a: { ...text, maxLength: 9 } })),
    ["breaking checks model M: a.maxLength is 9 instead of 10"],
  ],
  [
    "checks are looser",
    model(object({ a: { ...text, pattern: "^a$" } })),
    model(object({ a: text })),
    ['behaviour checks model M: a.pattern is not set instead of "^a$"'],
  ],
];

const access: readonly DiffCase[] = [
  [
    "an authorizer is gone",
    secured([{ auth: [] }]),
    secured([]),
    ['security authorization GET /a: the authorizer "auth" is gone: it is open to everybody'],
  ],
  [
    "an authorizer is new",
    secured([]),
    secured([{ auth: [] }]),
    ['breaking authorization GET /a: asks for the authorizer "auth" now'],
  ],
  [
    "another authorizer",
    secured([{ auth: [] }]),
    secured([{ other: [] }]),
    [
      'security authorization GET /a: asks for the authorizer "other" instead of the authorizer "auth"',
    ],
  ],
  [
    "scopes are wider, since one is enough",
    secured([{ auth: ["a"] }], pool),
    secured([{ auth: ["a", "b"] }], pool),
    ['security scopes GET /a: asks for one of the scopes "a", "b" instead of "a"'],
  ],
  [
    "scopes are narrower",
    secured([{ auth: ["a", "b"] }], pool),
    secured([{ auth: ["a"] }], pool),
    ['breaking scopes GET /a: asks for one of the scopes "a" instead of "a", "b"'],
  ],
  [
    "scopes are gone",
    secured([{ auth: ["a"] }], pool),
    secured([{ auth: [] }], pool),
    ['security scopes GET /a: asks for no scope any more; it asked for "a"'],
  ],
  [
    "an API key is asked for",
    secured([]),
    secured([{ key: [] }]),
    ["breaking api-key GET /a: asks for an API key now"],
  ],
  [
    "an authorizer keeps its results longer",
    secured([{ auth: [] }], authorizer({ authorizerResultTtlInSeconds: 60 })),
    secured([{ auth: [] }], authorizer({ authorizerResultTtlInSeconds: 3600 })),
    [
      "behaviour authorizer authorizer auth: its cache time in seconds changed from 60 to 3600",
      "behaviour authorizer authorizer other: its cache time in seconds changed from 60 to 3600",
    ],
  ],
  [
    "validation is switched off",
    validator({ validateRequestBody: true }),
    validator({ validateRequestParameters: true }),
    [
      "breaking validator GET /a: parameters are validated now",
      "security validator GET /a: bodies are not validated any more",
    ],
  ],
  [
    "CORS lets another page in",
    cors({ allowOrigins: ["https://a.example"] }),
    cors({ allowOrigins: ["https://b.example"] }),
    [
      'breaking cors API: CORS does not allow the origin "https://a.example" any more',
      'security cors API: CORS allows the origin "https://b.example" now',
    ],
  ],
  [
    "CORS is gone",
    cors({ allowOrigins: ["*"] }),
    cors(undefined),
    ["breaking cors API: CORS is gone: no page may call"],
  ],
];

const behaviour: readonly DiffCase[] = [
  [
    "another backend, slower",
    integrated(http),
    integrated({ ...http, uri: "https://other.example/a", timeoutInMillis: 1000 }),
    [
      'behaviour integration GET /a: its target changed from "https://backend.example/a" to "https://other.example/a"',
      'behaviour integration GET /a: its timeout in ms changed from "29000" to "1000"',
    ],
  ],
  [
    "another kind",
    integrated(http),
    integrated(lambdaProxy),
    ["behaviour integration GET /a: is answered by a function instead of an HTTP backend"],
  ],
  [
    "certificates are not verified",
    integrated(http),
    integrated({ ...http, tlsConfig: { insecureSkipVerification: true } }),
    ['security integration GET /a: its verification of certificates changed from "on" to "off"'],
  ],
  [
    "a parameter mapping",
    integrated({ ...http, requestParameters: { "integration.request.header.X": "'a'" } }),
    integrated({ ...http, requestParameters: { "integration.request.header.X": "'b'" } }),
    [
      `behaviour mapping-parameter GET /a: the header "X" of the backend's request is "b" instead of "a"`,
    ],
  ],
  [
    "a template",
    mapped({ requestTemplates: { "application/json": "{}" } }),
    mapped({ requestTemplates: { "application/json": "[]", "text/plain": "" } }),
    [
      "behaviour mapping-template GET /a: the request template for text/plain is new",
      "behaviour mapping-template GET /a: the request template for application/json changed",
    ],
  ],
  [
    "answers are chosen and turned otherwise",
    answers({ "2..": { statusCode: "200" }, "3..": { statusCode: "200" } }),
    answers({
      "3..": { statusCode: "201" },
      "2..": { statusCode: "200" },
      default: { statusCode: "200" },
    }),
    [
      'breaking integration-response GET /a: the "3.." response has the status 201 instead of 200',
      "behaviour integration-response GET /a: answers that match default become 200 now",
      "behaviour integration-response GET /a: its responses are tried in another order",
    ],
  ],
  [
    "a cache key is gone",
    {
      document: documentWith({
        operation: { parameters: [q] },
        integration: { ...http, cacheKeyParameters: ["method.request.querystring.q"] },
      }),
    },
    { document: documentWith({ operation: { parameters: [q] }, integration: http }) },
    [
      'security cache-key GET /a: answers are not kept apart by "method.request.querystring.q" any more',
    ],
  ],
  [
    "a gateway response",
    errors({ THROTTLED: { statusCode: "429", responseTemplates: { "application/json": "{}" } } }),
    errors({ THROTTLED: { statusCode: "503" } }),
    [
      "behaviour gateway-response gateway response THROTTLED: its status is 503 instead of 429",
      "behaviour gateway-response gateway response THROTTLED: its body for application/json is gone",
    ],
  ],
  [
    "a resource policy",
    root({
      "x-amazon-apigateway-policy": {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: "*",
            Action: "execute-api:Invoke",
            Resource: "execute-api:/*",
            Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
          },
        ],
      },
    }),
    root({}),
    ["security policy API: its resource policy is gone"],
  ],
];

const deployment: readonly DiffCase[] = [
  [
    "stages",
    settings({ stages: { dev: {}, prod: {} } }),
    settings({ stages: { prod: {}, test: {} } }),
    [
      "breaking stage stage dev: is gone",
      "behaviour stage API: the stage that answers without its name is prod instead of dev",
      "safe stage stage test: is new",
    ],
  ],
  [
    "variables",
    stage({ variables: { a: "1", b: "2" } }),
    stage({ variables: { a: "3", c: "4" } }),
    [
      'behaviour stage-variable stage prod: its variable "b" is gone',
      'behaviour stage-variable stage prod: its variable "c" is new: "4"',
      'behaviour stage-variable stage prod: its variable "a" is "3" instead of "1"',
    ],
  ],
  [
    "a throttle is gone",
    stage({ throttle: { rateLimit: 10, burstLimit: 5 } }),
    stage({}),
    [
      "security throttle stage prod: the throttle of all methods is the account's instead of 10 requests a second, 5 at once",
    ],
  ],
  [
    "a cache",
    stage({}),
    stage({ cache: { size: "0.5" } }),
    ["behaviour cache stage prod: answers are cached now"],
  ],
  [
    "a quota",
    plan({ quota: { limit: 10, period: "DAY" } }),
    plan({ quota: { limit: 5, period: "DAY" } }),
    ["behaviour quota usage plan gold: its quota is 5 a day instead of 10 a day"],
  ],
];

describe.each([
  ["contract", contract],
  ["schemas", schemas],
  ["access", access],
  ["behaviour", behaviour],
  ["deployment", deployment],
] as const)("%s", (_name, cases) => {
  test.each(cases)("%s", async (_title, before, after, want) => {
    const found = await changes(before, after);
    expect(found.map(shown)).toEqual(want);
    for (const change of found) expect(change.before ?? change.after).toBeDefined();
  });
});

test("every document is the same as itself", async () => {
  for (const [, before, after] of [contract, schemas, access, behaviour, deployment].flat()) {
    expect(await changes(before, before)).toEqual([]);
    expect(await changes(after, after)).toEqual([]);
  }
});

test("docs/diff.md shows the kinds", () => {
  const page = readFileSync(new URL("../../docs/diff.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| ([^|]+?) +\|$/gm)]
    .map(([, kind, sentence]) => [kind, sentence])
    .filter(([kind]) => kind !== undefined && kind in changeKinds);
  expect(rows).toContainEqual(["route-added", changeKinds["route-added"]]);
  expect(Object.fromEntries(rows)).toEqual(changeKinds);
});
