// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import {
  createCredentialSource,
  type CredentialProvider,
  type CredentialSource,
} from "../aws/credentials.js";
import { configuredEndpoint, serviceOrigin, type Environment } from "../aws/endpoint.js";
import { serviceFacts, type ServiceFacts } from "../aws/services.js";
import { createSigner, wirePath, wireQuery, type Signer } from "../aws/sign.js";
import type { AwsServiceTable, BackendTarget } from "../contracts.js";
import { GatewayError, errors } from "../errors/gateway-error.js";
import { chooseBackend } from "../functions/backend.js";
import { wholeBody } from "../http/client.js";
import { Query } from "../http/query.js";
import { requestPayload } from "../mapping/content-handling.js";
import { integrationHeaders } from "../mapping/integration-headers.js";
import { prepareIntegrationResponses } from "../mapping/integration-response.js";
import { plainBody } from "../mapping/plain-body.js";
import {
  prepareRequestParameters,
  refuseForbiddenHeader,
  type RequestParameters,
} from "../mapping/request-parameters.js";
import { renderTemplate } from "../mapping/template-input.js";
import { prepareTemplateSelection } from "../mapping/template-selection.js";
import { filledText, prepareUri, splitUri, type UriBuilder } from "../mapping/uri.js";
import { endpointMethod, openSecure, redirection, traceAnswer } from "./http-endpoint.js";
import type { Handler, IntegrationFactory, IntegrationSetup } from "./integration.js";
import { stubIntegration } from "./stub.js";

/** What calls of AWS services take from their surroundings. */
export interface AwsOptions {
  /** Default: the process's own. Read at start: `AWS_ENDPOINT_URL*` and `GATEWAY_ASSUME_ROLES`. */
  readonly environment?: Environment;
  /** Makes the identities to sign as, once a gateway. Default: the AWS SDK's provider chain. */
  readonly credentials?: () => CredentialSource;
}

/** AWS integration with any service but Lambda, with what the process's surroundings give. */
export const awsServiceIntegration: IntegrationFactory<"aws_service"> =
  createAwsServiceIntegration();

/**
 * AWS: the request is built from mappings and templates, signed, and sent to the service; the
 * answer is chosen by its status, like that of an HTTP backend.
 */
export function createAwsServiceIntegration({
  environment = process.env,
  credentials = createCredentialSource,
}: AwsOptions = {}): IntegrationFactory<"aws_service"> {
  return (table, setup) => {
    const refusal = refuseForbiddenHeader(table.requestParameters, true);
    if (refusal !== null) return refusal;
    const parameters = prepareRequestParameters(table.requestParameters, setup.stageVariables);
    const source = setup.resource(credentials);
    const service = prepareService(table, setup, { parameters, environment, source });
    return typeof service === "function" ? service : serviceHandler(table, setup, service);
  };
}

/** A service of one route in one stage. */
interface Service {
  readonly facts: ServiceFacts;
  readonly uri: UriBuilder;
  /** Name of the action; null: the path form. */
  readonly action: string | null;
  readonly parameters: RequestParameters;
  readonly sign: Signer;
  readonly timeoutMs: number;
}

interface ServiceOptions {
  readonly parameters: RequestParameters;
  readonly environment: Environment;
  readonly source: CredentialSource;
}

/** Finds endpoint and identity; a handler instead where the settings put a fixed answer. */
function prepareService(
  table: AwsServiceTable,
  setup: IntegrationSetup,
  { parameters, environment, source }: ServiceOptions,
): Service | Handler {
  const action = table.action === null ? null : filledText(table.action, setup.stageVariables);
  const standardOrigin = serviceOrigin(serviceFacts(table.service, table.subdomain), {
    ...table,
    action,
  });
  const backend = chooseBackend(setup.stage.backends, [
    serviceArn(table, setup, action),
    standardOrigin.replace("https://", ""),
    setup.route.operation,
  ]);
  const target = backend?.target ?? null;
  if (target?.kind === "mock") {
    const { statusCode, headers, body } = target;
    return stubIntegration({ status: statusCode, headers, body });
  }
  if (target?.kind === "module" || target?.kind === "lambda") return notAService(table, target);
  const { facts, region } = calledAs(table, target);
  const override = overriding(target) ?? configuredEndpoint(facts, environment);
  const identity = prepareIdentity(table, setup, {
    source,
    region,
    assumesRoles: override === null && environment["GATEWAY_ASSUME_ROLES"] !== "false",
  });
  if (identity === null) return callerIdentity(table);
  const origin = override === null ? serviceOrigin(facts, { ...table, region, action }) : null;
  return {
    facts,
    uri: prepareServiceUri(table, setup, { parameters, origin, override }),
    action,
    parameters,
    sign: createSigner({
      service: facts.signing,
      region: facts.global ?? region,
      credentials: identity,
    }),
    timeoutMs: backend?.timeoutMs ?? table.timeoutMs,
  };
}

type ServiceTarget = Extract<BackendTarget, { kind: "service" | "url" }>;

/** The service as the integration names it, unless the settings name another. */
function calledAs(
  table: AwsServiceTable,
  target: ServiceTarget | null,
): { readonly facts: ServiceFacts; readonly region: string } {
  if (target?.kind !== "service") {
    return { facts: serviceFacts(table.service, table.subdomain), region: table.region };
  }
  const isOther = target.name !== table.service;
  return {
    facts: serviceFacts(target.name, isOther ? null : table.subdomain),
    region: target.region ?? table.region,
  };
}

function overriding(target: ServiceTarget | null): string | null {
  return target === null ? null : target.kind === "url" ? target.url : target.endpoint;
}

/** The integration's ARN with its stage variables filled in, as settings match it. */
function serviceArn(
  table: AwsServiceTable,
  { stageVariables }: IntegrationSetup,
  action: string | null,
): string {
  const { partition, region, service, subdomain } = table;
  const name = subdomain === null ? service : `${subdomain}.${service}`;
  const path = filledText(table.path, stageVariables);
  const called = action === null ? `path${path}` : `action/${action}`;
  return `arn:${partition}:apigateway:${region}:${name}:${called}`;
}

/**
 * Who the request is signed as; null: the caller, whom this gateway does not know. An emulator at
 * an overridden endpoint knows no roles of the account, and the gateway's own identity may not be
 * one that they trust: there, and with `GATEWAY_ASSUME_ROLES=false`, its own identity signs.
 */
function prepareIdentity(
  { credentials }: AwsServiceTable,
  { stageVariables }: IntegrationSetup,
  options: {
    readonly source: CredentialSource;
    readonly region: string;
    readonly assumesRoles: boolean;
  },
): CredentialProvider | null {
  const arn = credentials === null ? "" : filledText(credentials, stageVariables);
  if (arn.endsWith(":user/*")) return null;
  if (!options.assumesRoles || !arn.includes(":role/")) return options.source.chain;
  return options.source.role(arn, options.region);
}

/** At another endpoint a name inside the service stands in the path: buckets are reached so. */
function prepareServiceUri(
  table: AwsServiceTable,
  setup: IntegrationSetup,
  options: {
    readonly parameters: RequestParameters;
    readonly origin: string | null;
    readonly override: string | null;
  },
): UriBuilder {
  const { origin, override } = options;
  const paths = options.parameters.path;
  if (origin !== null) {
    return prepareUri([origin, ...table.path], setup.stageVariables, paths);
  }
  if (override === null || splitUri(override) === null) {
    throw new Error(`the endpoint ${JSON.stringify(override)} is no HTTP address`);
  }
  const move = redirection(override);
  const bucket = table.service === "s3" && table.subdomain !== null ? `/${table.subdomain}` : "";
  const build = prepareUri(["http://service", bucket, ...table.path], setup.stageVariables, paths);
  return (exchange) => move(build(exchange));
}

function notAService(table: AwsServiceTable, { kind }: BackendTarget): Handler {
  return notServed(`backends of kind "${kind}" cannot stand for the service "${table.service}"`);
}

function callerIdentity(table: AwsServiceTable): Handler {
  return notServed(
    `the service "${table.service}" is to be called as the caller, whose identity is not known here`,
  );
}

function notServed(message: string): Handler {
  return stubIntegration({
    status: 501,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message }),
  });
}

/**
 * Dropped even when mapped or overridden. Those that framing and signature make themselves would
 * break the request; that a mapped `Host` is dropped, too, is assumed.
 */
const NOT_MAPPED: ReadonlySet<string> = new Set([
  "authorization",
  "connection",
  "content-length",
  "date",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "referer",
  "te",
  "transfer-encoding",
  "upgrade",
  "via",
  "x-amzn-apigateway-api-id",
  "x-amzn-trace-id",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
]);

function serviceHandler(
  table: AwsServiceTable,
  setup: IntegrationSetup,
  service: Service,
): Handler {
  const { around } = setup;
  const { facts, parameters, action } = service;
  const select = prepareTemplateSelection(table, setup);
  const responses = prepareIntegrationResponses(table.responses, around, setup.stageVariables, {
    isMock: false,
  });
  const client = setup.resource(openSecure);
  // An action of a JSON service is named by a header, one of any other service by the query.
  const json = action === null ? null : facts.json;
  const rules = {
    dropped: NOT_MAPPED,
    contentType: json === null ? null : `application/x-amz-json-${json.version}`,
  };
  return async (exchange) => {
    const template = select(exchange);
    const bytes = await plainBody(exchange);
    const registered = around.binaryTypes.includes(exchange.contentType);
    const payload = requestPayload(bytes, registered, table.contentHandling);
    // First of all: what it overrides counts for headers, path and query.
    const body = template === null ? payload : renderTemplate(template, exchange, payload);
    const mapped = parameters.headers(exchange);
    const headers = integrationHeaders(exchange, mapped, rules);
    if (json !== null && !hasHeader(mapped, "x-amz-target")) {
      headers.push("X-Amz-Target", `${json.target}.${action ?? ""}`);
    }
    const uri = service.uri(exchange);
    const [rawPath = "/", ...rawQuery] = uri.path.split("?");
    const path = wirePath(rawPath, facts.signing);
    const query = [
      ...(action !== null && json === null ? ["Action", action] : []),
      ...new Query(rawQuery.join("?")).pairs,
      ...new Query(parameters.query(exchange)).pairs,
    ];
    const method = endpointMethod(table.method, exchange);
    const target = query.length === 0 ? path : `${path}?${wireQuery(query)}`;
    // Told before it is signed: a signature stands in no log.
    exchange.trace?.({ kind: "endpoint-request", method, uri: uri.origin + target, headers, body });
    const startedMs = around.clock();
    const signed = await withinTime(
      service.sign({ method, origin: uri.origin, path, query, headers, body }),
      service.timeoutMs,
    );
    const answer = await client.call({
      origin: uri.origin,
      path: target,
      method,
      headers: signed,
      body: body.length === 0 ? null : body,
      timeoutMs: Math.max(1, service.timeoutMs - (around.clock() - startedMs)),
      maxBytes: around.maxResponseBytes,
      whole: true,
      client: exchange.request,
    });
    traceAnswer(exchange, answer, startedMs);
    return responses.answer(exchange, String(answer.status), {
      headers: answer.headers,
      body: wholeBody(answer),
    });
  };
}

function hasHeader(pairs: readonly string[], lower: string): boolean {
  return pairs.some((name, index) => index % 2 === 0 && name.toLowerCase() === lower);
}

/** The time limit covers finding credentials, which may ask the network. */
async function withinTime(signing: Promise<string[]>, timeoutMs: number): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(errors.timeout("Execution failed due to a timeout error: no AWS credentials yet"));
    }, timeoutMs);
  });
  try {
    return await Promise.race([signing, late]);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw errors.configuration(
      "Execution failed due to configuration error: there are no usable AWS credentials",
      error,
    );
  } finally {
    clearTimeout(timer);
  }
}
