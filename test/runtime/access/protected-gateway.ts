import { cognitoAuthorizer } from "../../../src/runtime/access/cognito-authorizer.js";
import { functionAuthorizer } from "../../../src/runtime/access/function-authorizer.js";
import { iamAccess } from "../../../src/runtime/access/iam-access.js";
import { resourcePolicyAccess } from "../../../src/runtime/access/policy-access.js";
import { requestLimits } from "../../../src/runtime/access/request-limits.js";
import { responseCache } from "../../../src/runtime/cache/caching.js";
import type { RandomSource } from "../../../src/runtime/context/ids.js";
import type {
  AccessTable,
  ApiTable,
  FunctionAuthorizerTable,
  MethodTable,
  PolicyDocument,
  PrincipalTable,
} from "../../../src/runtime/contracts.js";
import type { RequestAuthorizerEvent } from "../../../src/runtime/functions/authorizer.js";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import type { FunctionHandler } from "../../../src/runtime/functions/registry.js";
import {
  createGateway,
  type GatewayParts,
  type ManagedGateway,
} from "../../../src/runtime/gateway.js";
import { functionProxyIntegration } from "../../../src/runtime/integrations/function-proxy.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { executionLog } from "../../../src/runtime/logs/execution-logging.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import type { TraceEvent } from "../../../src/runtime/trace.js";
import { requestValidation } from "../../../src/runtime/validation/request-validation.js";
import { apiTable, type TestRoute } from "../support/table.js";

/** 2023-11-14T22:13:20Z, a Tuesday. */
export const START_MS = 1_700_000_000_000;

export interface ProtectedGateway extends ManagedGateway {
  /** The gateway's clock goes on by so much. */
  advance(ms: number): void;
  /** What happened to all requests. */
  readonly trace: TraceEvent[];
  /** Lines of execution logs. */
  readonly lines: string[];
}

export interface ProtectedOptions {
  readonly access?: Partial<AccessTable>;
  readonly api?: Partial<Omit<ApiTable, "routes" | "integrations" | "access">>;
  readonly functions?: Readonly<Record<string, FunctionHandler>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly parts?: Partial<GatewayParts>;
  readonly random?: RandomSource;
}

/** A gateway with every part of access control, state in memory and a clock that stands still. */
export function protectedGateway(
  routes: Readonly<Record<string, TestRoute>>,
  { access, api, functions = {}, secrets = {}, parts = {}, random }: ProtectedOptions = {},
): ProtectedGateway {
  let nowMs = START_MS;
  const trace: TraceEvent[] = [];
  const lines: string[] = [];
  const modules = Object.entries(functions).map(
    ([name, handler]) => [name, () => Promise.resolve({ handler })] as const,
  );
  const table = apiTable(routes, { ...api, access: accessTable(access) });
  const gateway = createGateway(
    table,
    {
      integrations: {
        mock: mockIntegration,
        aws_proxy: functionProxyIntegration,
        http_proxy: httpProxyIntegration,
      },
      functions: { module: createInThreadInvoker(Object.fromEntries(modules)) },
      authorizers: {
        token: functionAuthorizer,
        request: functionAuthorizer,
        cognito: cognitoAuthorizer,
      },
      iam: iamAccess,
      resourcePolicy: resourcePolicyAccess,
      limits: requestLimits,
      cache: responseCache,
      validation: requestValidation,
      executionLog,
      state: memoryState,
      ...parts,
    },
    {
      clock: () => nowMs,
      ...(random === undefined ? {} : { random }),
      secrets: (name) => (Object.hasOwn(secrets, name) ? secrets[name] : undefined),
      trace: () => (event) => void trace.push(event),
      logger: {
        warn: () => undefined,
        error: () => undefined,
        lines: (added) => void lines.push(...added),
      },
    },
  );
  return { ...gateway, advance: (ms) => (nowMs += ms), trace, lines };
}

function accessTable(rest: Partial<AccessTable> = {}): AccessTable {
  return {
    resourcePolicy: null,
    authorizers: {},
    principals: [],
    apiKeys: {},
    usagePlans: {},
    ...rest,
  };
}

/** The authorizer's function is the module `authorizer`. */
export function authorizer(
  kind: FunctionAuthorizerTable["kind"],
  rest: Partial<FunctionAuthorizerTable> = {},
): FunctionAuthorizerTable {
  return {
    kind,
    function: ["arn:aws:lambda:us-east-1:123456789012:function:authorizer"],
    identitySources: [{ header: "Authorization" }],
    validation: null,
    ttlSeconds: 300,
    timeoutMs: 5000,
    payloadFormat: "1.0",
    simpleResponses: false,
    ...rest,
  };
}

/** A route that the authorizer `name` opens. */
export function openedBy(name: string, rest: TestRoute = {}): TestRoute {
  return { authorization: { kind: "authorizer", name, scopes: [] }, ...rest };
}

export const signed = { authorization: { kind: "iam" } } as const;

/** `arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/GET/path`. */
export function arn(methodAndPath: string): string {
  return `arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/${methodAndPath}`;
}

interface Statement {
  readonly [element: string]: PolicyDocument[string];
}

export function policy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** A statement about invoking; `Principal` is for the API's own policy. */
export function statement(
  Effect: "Allow" | "Deny",
  Resource: string | readonly string[],
  rest: Statement = {},
): Statement {
  return { Effect, Action: "execute-api:Invoke", Resource, ...rest };
}

/** Everybody may invoke what is not denied. */
export function denying(...resources: readonly string[]): PolicyDocument {
  const Principal = "*";
  return policy(
    statement("Allow", "*", { Principal }),
    statement("Deny", resources, { Principal }),
  );
}

/** A principal of the API's account, whose key and secret have his name in them. */
export function principal(name: string, rest: Partial<PrincipalTable> = {}): PrincipalTable {
  return {
    name,
    arn: `arn:aws:iam::123456789012:user/${name}`,
    userId: `AIDA${name.toUpperCase()}`,
    principalOrgId: null,
    tags: {},
    accessKeyId: `AKIA${name.toUpperCase()}`,
    secretAccessKey: { secret: `${name}-secret`, key: null },
    sessionToken: null,
    policies: [],
    ...rest,
  };
}

/** Settings of a method; what is not said is off. */
export function methodSettings(rest: Partial<MethodTable>): MethodTable {
  return { throttle: null, cache: null, executionLog: null, ...rest };
}

/** An authorizer function that notes its events. */
export function noting<Event = RequestAuthorizerEvent>(
  answer: (event: Event, call: number) => unknown,
): { readonly events: Event[]; readonly handler: (event: Event) => unknown } {
  const events: Event[] = [];
  return {
    events,
    handler: (event) => {
      events.push(event);
      return answer(event, events.length);
    },
  };
}
