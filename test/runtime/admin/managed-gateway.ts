import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { functionAuthorizer } from "../../../src/runtime/access/function-authorizer.js";
import { managedRequestLimits } from "../../../src/runtime/access/managed-limits.js";
import { startAdmin, type AdminOptions } from "../../../src/runtime/admin/admin-server.js";
import { responseCache } from "../../../src/runtime/cache/caching.js";
import type {
  AccessTable,
  IntegrationResponseTable,
  MethodTable,
  Template,
} from "../../../src/runtime/contracts.js";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import { createGateway, type ManagedGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { startServer } from "../../../src/runtime/server/node.js";
import { memoryState } from "../../../src/runtime/state/memory-state.js";
import { createRedisStore } from "../../../src/runtime/state/redis.js";
import type { StatePart } from "../../../src/runtime/state/state-part.js";
import { authorizer } from "../access/protected-gateway.js";
import { apiTable, mock, stage, type TestRoute } from "../support/table.js";

/** Wednesday. */
export const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
export const ACME_KEY = "the-key-of-acme-0123456789";
export const TRIAL_KEY = "the-key-of-trial-0123456789";
export const TOKEN = "a token without any blank".replaceAll(" ", "-");

export interface ManagedOptions {
  readonly state?: StatePart;
  readonly secrets?: Readonly<Record<string, string | undefined>>;
  readonly options?: Partial<AdminOptions>;
  /** Default: a clock that stands still. */
  readonly clock?: () => number;
}

export interface Managed {
  readonly gateway: ManagedGateway;
  /** Port of the admin listener, and of the gateway's own. */
  readonly port: number;
  readonly publicPort: number;
  readonly client: APIGatewayClient;
  /** What was logged as an error. */
  errors(): readonly string[];
  /** How often the authorizer's function was called. */
  authorized(): number;
  /** Status of a call of `GET /dev/pets` with an API key. */
  call(key: string): Promise<number>;
  /** Tells the gateway's own listener to stop. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

const cached: MethodTable = {
  throttle: { rateLimit: 100, burstLimit: 200 },
  cache: {
    ttlSeconds: 300,
    encrypted: false,
    requireAuthorization: false,
    unauthorizedStrategy: "FAIL_WITH_403",
    keyParameters: [{ path: "id" }, { queryString: "unit" }],
    namespace: "pets",
  },
  executionLog: { level: "INFO", dataTrace: false },
};

const access: AccessTable = {
  resourcePolicy: null,
  authorizers: {
    door: authorizer("request", {
      function: ["arn:aws:lambda:us-east-1:123456789012:function:door"],
    }),
  },
  principals: [],
  apiKeys: {
    acme: {
      name: "Acme",
      customerId: "42",
      enabled: true,
      value: { secret: "keys/acme", key: null },
    },
    off: {
      name: "off",
      customerId: null,
      enabled: false,
      value: { secret: "keys/off", key: null },
    },
    trial: {
      name: "trial",
      customerId: null,
      enabled: true,
      value: { secret: "keys/trial", key: null },
    },
  },
  usagePlans: {
    gold: {
      name: "Gold",
      stages: ["dev"],
      keys: ["acme", "off"],
      throttle: { rateLimit: 100, burstLimit: 200 },
      quota: { limit: 1000, period: "DAY", offset: 0 },
      methods: { listPets: { rateLimit: 10, burstLimit: 20 } },
    },
    other: {
      name: "Other",
      stages: ["dev"],
      keys: [],
      throttle: null,
      quota: null,
      methods: {},
    },
  },
};

/** Each answer is another number. */
function counted(): IntegrationResponseTable {
  let answers = 0;
  // what reads the request is rendered for each
  const template: Template = (input) => `${input.param("id")} ${answers++}`;
  const templates = { "application/json": template };
  return { pattern: null, statusCode: 200, headers: [], templates, contentHandling: null };
}

const routes: Readonly<Record<string, TestRoute>> = {
  "GET /pets": { operation: "listPets", operationName: "listPets", apiKeyRequired: true },
  "GET /pets/{petId}": {
    operation: "getPet",
    resourceId: "pet001",
    authorization: { kind: "authorizer", name: "door", scopes: [] },
  },
  "GET /cached/{id}": {
    operation: "cached",
    resourceId: "cached",
    integration: { ...mock(), responses: [counted()] },
  },
  "POST /readings": { operation: "addReading", resourceId: "rdings" },
};

/** State on a server; what is shown does not depend on a busy machine. */
export function redisAt(url: string): StatePart {
  return ({ around: { api, logger } }) => {
    const store = createRedisStore({
      urls: [url],
      apiId: api.apiId,
      commandTimeoutMs: 10_000,
      connectTimeoutMs: 10_000,
      logger,
    });
    return { store, encrypted: () => store };
  };
}

/** A gateway with its own listener and its admin listener, both on free ports. */
export async function startManaged(given: ManagedOptions = {}): Promise<Managed> {
  let calls = 0;
  const door = (): unknown => {
    calls++;
    const Resource = "*";
    const statement = { Effect: "Allow", Action: "execute-api:Invoke", Resource };
    return {
      principalId: "p",
      policyDocument: { Version: "2012-10-17", Statement: [statement] },
    };
  };
  const secrets: Readonly<Record<string, string | undefined>> = {
    "keys/acme": ACME_KEY,
    "keys/off": "the-key-that-is-off-0123456789",
    "keys/trial": TRIAL_KEY,
    ...given.secrets,
  };
  const errors: string[] = [];
  const logger = { warn: () => undefined, error: (text: string) => void errors.push(text) };
  const gateway = createGateway(
    apiTable(routes, {
      access,
      name: "Pets",
      stages: {
        dev: stage({
          variables: { host: "one" },
          methods: { cached },
          canary: { percentTraffic: 0, variables: { host: "two" }, useStageCache: false },
        }),
        "next-1": stage(),
      },
    }),
    {
      integrations: { mock: mockIntegration },
      functions: {
        module: createInThreadInvoker({ door: () => Promise.resolve({ handler: door }) }),
      },
      authorizers: { request: functionAuthorizer },
      limits: managedRequestLimits,
      cache: responseCache,
      state: given.state ?? memoryState,
    },
    { clock: given.clock ?? (() => NOW_MS), secrets: (name) => secrets[name], logger },
  );
  const admin = await startAdmin(gateway, {
    port: 0,
    host: "127.0.0.1",
    live: "/health/live",
    ready: "/health/ready",
    ...given.options,
  });
  if (admin === undefined) throw new Error("the admin listener did not start");
  const server = await admin.beside(() =>
    startServer(gateway, { port: 0, host: "127.0.0.1", handleSignals: false }),
  );
  const client = new APIGatewayClient({
    endpoint: `http://127.0.0.1:${admin.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
  });
  return {
    gateway,
    port: admin.port,
    publicPort: server.port,
    client,
    errors: () => errors,
    authorized: () => calls,
    call: async (key) =>
      (await fetch(`${server.url}/dev/pets`, { headers: { "x-api-key": key } })).status,
    drain: () => server.stop(),
    stop: async () => {
      client.destroy();
      await server.stop();
      await admin.stop();
    },
  };
}
