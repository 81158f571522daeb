import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate, type GenerateResult } from "../../src/generate.js";
import type { Authorizer } from "../../src/ir/authorizer.js";
import type { Gateway } from "../../src/ir/gateway.js";
import type { Integration, Mapped } from "../../src/ir/integration.js";
import type { ResponseMapping, UriTemplate } from "../../src/ir/mapping.js";
import type { Operation, Response } from "../../src/ir/operation.js";
import type { JsonValue } from "../../src/ir/schema.js";
import type { ImportOptions } from "./case-format.js";
import { printSource } from "./gateway-response-view.js";
import { NotSupportedError, type ImportOutcome } from "./target.js";

type View = Readonly<Record<string, unknown>>;

/** Reads a document as an import does, and gives the API model in the view of the case format, section 6. */
export async function importView(text: string, options: ImportOptions): Promise<ImportOutcome> {
  const { plan, diagnostics } = await imported(text, options);
  if (plan === undefined) {
    return {
      kind: "refused",
      error: { type: "BadRequestException", message: "Invalid OpenAPI input." },
    };
  }
  const warnings = diagnostics
    .filter(({ message }) => message.startsWith("Invalid format for"))
    .map(({ message }) => message);
  return { kind: "model", model: modelOf(plan.gateway), warnings };
}

/** An API that exists already lies as a document beside the one that is put over it. */
async function imported(text: string, options: ImportOptions): Promise<GenerateResult> {
  const { basepath = "ignore", mode, existing } = options;
  const settings = { api: { kind: "rest", import: { basepath } } };
  if (existing === undefined) return generate({ input: "api.yaml", text, settings });
  const folder = await mkdtemp(join(tmpdir(), "gen-gateway-import-"));
  try {
    await writeFile(join(folder, "api.yaml"), text);
    await writeFile(join(folder, "existing.yaml"), documentOf(existing));
    return await generate({
      input: join(folder, "api.yaml"),
      settings: { api: { kind: "rest", import: { basepath, mode, over: "existing.yaml" } } },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A document of version 2.0 that makes the API; the cases know binary types alone. */
function documentOf(existing: unknown): string {
  const { binaryMediaTypes, ...others } = existing as { readonly binaryMediaTypes?: unknown };
  const [other] = Object.keys(others);
  if (other !== undefined) throw new NotSupportedError(`no document is made of "${other}"`);
  return JSON.stringify({
    swagger: "2.0",
    info: { title: "existing", version: "1" },
    paths: {},
    "x-amazon-apigateway-binary-media-types": binaryMediaTypes,
  });
}

function modelOf({ api }: Gateway): View {
  return withoutEmpty({
    name: api.name,
    description: api.description,
    version: api.version,
    apiKeySource: api.apiKeySource,
    binaryMediaTypes: api.binaryMediaTypes.length === 0 ? undefined : api.binaryMediaTypes,
    resources: resourcesOf(api.operations),
    methods: Object.fromEntries(
      api.operations.map((operation) => [
        `${operation.path} ${operation.method}`,
        methodOf(operation, api.authorizers),
      ]),
    ),
    authorizers: Object.fromEntries(api.authorizers.map((item) => [item.name, authorizerOf(item)])),
    models: Object.fromEntries(
      api.models.map(({ name, schema, json }) => [
        name,
        withoutEmpty({
          contentType: "application/json",
          schema: withModelNames(json),
          description: schema.description,
        }),
      ]),
    ),
    requestValidators: validatorsOf(api.operations),
  });
}

/** Every path node, parents included, with its methods sorted. */
function resourcesOf(operations: readonly Operation[]): Readonly<Record<string, string[]>> {
  const resources = new Map<string, string[]>([["/", []]]);
  for (const { path, method } of operations) {
    const segments = path.split("/").filter((segment) => segment !== "");
    for (let count = 1; count <= segments.length; count++) {
      const node = `/${segments.slice(0, count).join("/")}`;
      if (!resources.has(node)) resources.set(node, []);
    }
    resources.get(path)?.push(method);
  }
  return Object.fromEntries([...resources].map(([path, methods]) => [path, methods.toSorted()]));
}

function methodOf(operation: Operation, authorizers: readonly Authorizer[]): View {
  const { authorization, validator, integration } = operation;
  const scopes = authorization.kind === "authorizer" ? authorization.scopes : [];
  return withoutEmpty({
    apiKeyRequired: operation.apiKeyRequired,
    authorizationType: authorizationType(operation, authorizers),
    authorizer: authorization.kind === "authorizer" ? authorization.authorizer : undefined,
    authorizationScopes: scopes.length === 0 ? undefined : scopes,
    operationName: operation.operationId,
    requestParameters: record(
      operation.parameters.map(({ name, in: place, required }) => [
        `method.request.${place === "query" ? "querystring" : place}.${name}`,
        required,
      ]),
    ),
    requestModels: modelNames(operation.body?.content ?? []),
    requestValidator: validator?.name,
    methodResponses: record(
      operation.responses
        .filter(({ status }) => /^\d{3}$/.test(status))
        .map((response) => [response.status, methodResponse(response)]),
    ),
    integration: integration.kind === "none" ? undefined : integrationOf(integration),
  });
}

/** The service has one type for its own authorizers of functions and one for user pools. */
function authorizationType(
  { authorization }: Operation,
  authorizers: readonly Authorizer[],
): string {
  if (authorization.kind === "none") return "NONE";
  if (authorization.kind === "iam") return "AWS_IAM";
  const used = authorizers.find(({ name }) => name === authorization.authorizer);
  return used?.kind === "cognito_user_pools" ? "COGNITO_USER_POOLS" : "CUSTOM";
}

function modelNames(content: Response["content"]): View | undefined {
  return record(
    content.flatMap(({ mediaType, model }) => (model === undefined ? [] : [[mediaType, model]])),
  );
}

function methodResponse({ status, headers, content }: Response): View {
  return withoutEmpty({
    statusCode: status,
    responseParameters: record(
      headers.map(({ name }) => [`method.response.header.${name}`, false]),
    ),
    responseModels: modelNames(content),
  });
}

const httpTypes = new Set(["HTTP", "HTTP_PROXY"]);

function integrationOf(integration: Exclude<Integration, { kind: "none" }>): View {
  const type = typeOf(integration);
  return withoutEmpty({
    type,
    httpMethod: "method" in integration ? integration.method : undefined,
    uri: uriOf(integration),
    connectionType: httpTypes.has(type) ? "INTERNET" : undefined,
    contentHandling: integration.contentHandling,
    passthroughBehavior: integration.passthroughBehavior,
    timeoutInMillis: integration.kind === "mock" ? 29_000 : integration.timeoutMs,
    cacheKeyParameters: integration.cacheKeyParameters,
    requestParameters: record(
      integration.requestParameters.map(({ to, name, from }) => [
        `integration.request.${to}.${name}`,
        printSource(from),
      ]),
    ),
    requestTemplates: templatesOf(integration.requestTemplates),
    integrationResponses: record(
      integration.responses.map((response) => [
        String(response.statusCode),
        integrationResponse(response),
      ]),
    ),
  });
}

function typeOf(integration: Exclude<Integration, { kind: "none" }>): string {
  switch (integration.kind) {
    case "mock":
      return "MOCK";
    case "http":
      return integration.proxy ? "HTTP_PROXY" : "HTTP";
    case "function":
      return integration.proxy ? "AWS_PROXY" : "AWS";
    case "service":
      return "AWS";
    // of HTTP APIs, which no import case looks at
    case "private":
      return "HTTP_PROXY";
    case "subtype":
      return "AWS_PROXY";
  }
}

function uriOf(integration: Exclude<Integration, { kind: "none" }>): string | undefined {
  if (!("uri" in integration)) return undefined;
  return integration.kind === "function" ? integration.uri : printUri(integration.uri);
}

function printUri(parts: UriTemplate): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "path" ? `{${part.name}}` : `\${stageVariables.${part.name}}`;
    })
    .join("");
}

function integrationResponse(response: ResponseMapping): View {
  return withoutEmpty({
    statusCode: String(response.statusCode),
    selectionPattern: response.pattern,
    contentHandling: response.contentHandling,
    responseParameters: record(
      response.headers.map(({ name, from }) => [
        `method.response.header.${name}`,
        printSource(from),
      ]),
    ),
    responseTemplates: templatesOf(response.templates),
  });
}

function templatesOf(templates: Mapped["requestTemplates"]): View | undefined {
  return record(templates.map(({ mediaType, text }) => [mediaType, text]));
}

function authorizerOf(authorizer: Authorizer): View {
  const { name, kind, authType } = authorizer;
  const shared = { name, authType, identitySource: authorizer.identitySources.join(",") };
  if (kind === "cognito_user_pools") {
    const { providerArns, ttlSeconds } = authorizer;
    return withoutEmpty({
      ...shared,
      type: "COGNITO_USER_POOLS",
      providerARNs: providerArns,
      authorizerResultTtlInSeconds: ttlSeconds,
    });
  }
  if (kind === "jwt") return withoutEmpty({ ...shared, type: "JWT" });
  return withoutEmpty({
    ...shared,
    type: kind.toUpperCase(),
    authorizerUri: authorizer.authorizerUri,
    authorizerResultTtlInSeconds: authorizer.ttlSeconds,
    identityValidationExpression: authorizer.identityValidationExpression,
  });
}

function validatorsOf(operations: readonly Operation[]): View | undefined {
  return record(
    operations.flatMap(({ validator }) =>
      validator === undefined
        ? []
        : [
            [
              validator.name,
              {
                validateRequestBody: validator.validateBody,
                validateRequestParameters: validator.validateParameters,
              },
            ],
          ],
    ),
  );
}

/** References to other models as the format writes them: `@models/NAME`. */
function withModelNames(json: JsonValue): JsonValue {
  if (typeof json !== "object" || json === null) return json;
  if (isList(json)) return json.map(withModelNames);
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string"
        ? value.replace(/^#\/definitions\//, "@models/")
        : withModelNames(value),
    ]),
  );
}

function isList(json: JsonValue): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function record(entries: readonly (readonly unknown[])[]): View | undefined {
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as View);
}

function withoutEmpty(view: View): View {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined));
}
