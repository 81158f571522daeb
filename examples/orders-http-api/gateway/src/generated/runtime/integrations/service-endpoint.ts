// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { CredentialSource } from "../aws/credentials.js";
import type { CredentialProvider } from "../aws/signing-keys.js";
import { configuredEndpoint, serviceOrigin, type Environment } from "../aws/endpoint.js";
import { serviceFacts, type ServiceFacts } from "../aws/services.js";
import { createSigner, wireQuery, type Signer, type UnsignedRequest } from "../aws/sign.js";
import type { BackendTarget, UriTemplate } from "../contracts.js";
import { GatewayError, errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { chooseBackend } from "../functions/backend.js";
import type { ClientAnswer, HttpClient } from "../http/client.js";
import { filledText, splitUri } from "../mapping/uri.js";
import { openSecure } from "./endpoint-client.js";
import { traceAnswer } from "./http-endpoint.js";
import type { Handler, IntegrationSetup } from "./integration.js";
import { stubIntegration } from "./stub.js";

/** What calls of AWS services take from their surroundings. */
export interface AwsOptions {
  /** Default: the process's own. Read at start: `AWS_ENDPOINT_URL*` and `GATEWAY_ASSUME_ROLES`. */
  readonly environment?: Environment;
  /** Makes the identities to sign as, once a gateway. Default: the AWS SDK's provider chain. */
  readonly credentials?: () => CredentialSource;
}

/** What a route calls. */
export interface CalledService {
  readonly partition: string;
  readonly region: string;
  readonly subdomain: string | null;
  readonly service: string;
  /** Name of the action; null: the path form. */
  readonly action: string | null;
  /** End of the integration's ARN, by which settings match it: `action/SendMessage`. */
  readonly called: string;
  readonly credentials: UriTemplate | null;
  readonly timeoutMs: number;
}

/** A service of one route in one stage, found and ready to be called. */
export interface ServiceEndpoint {
  readonly facts: ServiceFacts;
  readonly action: string | null;
  /** Scheme and host; with a path where another endpoint has one. */
  readonly origin: string;
  /** True: settings or environment put another endpoint in the place of the service's own. */
  readonly isOverridden: boolean;
  readonly sign: Signer;
  readonly client: HttpClient;
  readonly timeoutMs: number;
}

export interface ServiceEndpointOptions {
  readonly environment: Environment;
  readonly source: CredentialSource;
}

/** Finds endpoint and identity; a handler instead where the settings put a fixed answer. */
export function prepareServiceEndpoint(
  call: CalledService,
  setup: IntegrationSetup,
  { environment, source }: ServiceEndpointOptions,
): ServiceEndpoint | Handler {
  const { action } = call;
  const standardOrigin = serviceOrigin(serviceFacts(call.service, call.subdomain), call);
  const backend = chooseBackend(setup.stage.backends, [
    serviceArn(call),
    standardOrigin.replace("https://", ""),
    setup.route.operation,
  ]);
  const target = backend?.target ?? null;
  if (target?.kind === "mock") {
    const { statusCode, headers, body } = target;
    return stubIntegration({ status: statusCode, headers, body });
  }
  if (target?.kind === "module" || target?.kind === "lambda") return notAService(call, target);
  const { facts, region } = calledAs(call, target);
  const override = overriding(target) ?? configuredEndpoint(facts, environment);
  if (override !== null && splitUri(override) === null) {
    throw new Error(`the endpoint ${JSON.stringify(override)} is no HTTP address`);
  }
  const identity = prepareIdentity(call, setup, {
    source,
    region,
    assumesRoles: override === null && environment["GATEWAY_ASSUME_ROLES"] !== "false",
  });
  if (identity === null) return callerIdentity(call);
  return {
    facts,
    action,
    origin: override ?? serviceOrigin(facts, { ...call, region }),
    isOverridden: override !== null,
    sign: createSigner({
      service: facts.signing,
      region: facts.global ?? region,
      credentials: identity,
    }),
    client: setup.resource(openSecure),
    timeoutMs: backend?.timeoutMs ?? call.timeoutMs,
  };
}

type ServiceTarget = Extract<BackendTarget, { kind: "service" | "url" }>;

/** The service as the integration names it, unless the settings name another. */
function calledAs(
  { service, subdomain, region }: CalledService,
  target: ServiceTarget | null,
): { readonly facts: ServiceFacts; readonly region: string } {
  if (target?.kind !== "service") return { facts: serviceFacts(service, subdomain), region };
  const isOther = target.name !== service;
  return {
    facts: serviceFacts(target.name, isOther ? null : subdomain),
    region: target.region ?? region,
  };
}

function overriding(target: ServiceTarget | null): string | null {
  return target === null ? null : target.kind === "url" ? target.url : target.endpoint;
}

/** The integration's ARN with its stage variables filled in, as settings match it. */
function serviceArn({ partition, region, service, subdomain, called }: CalledService): string {
  const name = subdomain === null ? service : `${subdomain}.${service}`;
  return `arn:${partition}:apigateway:${region}:${name}:${called}`;
}

/**
 * Who the request is signed as; null: the caller, whom this gateway does not know. An emulator at
 * an overridden endpoint knows no roles of the account, and the gateway's own identity may not be
 * one that they trust: there, and with `GATEWAY_ASSUME_ROLES=false`, its own identity signs.
 */
function prepareIdentity(
  { credentials }: CalledService,
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

function notAService({ service }: CalledService, { kind }: BackendTarget): Handler {
  return notServed(`backends of kind "${kind}" cannot stand for the service "${service}"`);
}

function callerIdentity({ service }: CalledService): Handler {
  return notServed(
    `the service "${service}" is to be called as the caller, whose identity is not known here`,
  );
}

function notServed(message: string): Handler {
  return stubIntegration({
    status: 501,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message }),
  });
}

/** Signs and sends one request; the answer comes whole. */
export async function callService(
  { sign, client, timeoutMs }: ServiceEndpoint,
  exchange: Exchange,
  request: UnsignedRequest,
): Promise<ClientAnswer> {
  const { method, origin, path, query, headers, body } = request;
  const { around } = exchange;
  const target = query.length === 0 ? path : `${path}?${wireQuery(query)}`;
  // Told before it is signed: a signature stands in no log.
  exchange.trace?.({ kind: "endpoint-request", method, uri: origin + target, headers, body });
  const startedMs = around.clock();
  const signed = await withinTime(sign(request), timeoutMs);
  const answer = await client.call({
    origin,
    path: target,
    method,
    headers: signed,
    body: body.length === 0 ? null : body,
    timeoutMs: Math.max(1, timeoutMs - (around.clock() - startedMs)),
    maxBytes: around.maxResponseBytes,
    whole: true,
    client: exchange.request,
  });
  traceAnswer(exchange, answer, startedMs);
  return answer;
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
