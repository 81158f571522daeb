import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { cognitoAuthorizer } from "../../src/runtime/access/cognito-authorizer.js";
import { functionAuthorizer } from "../../src/runtime/access/function-authorizer.js";
import { iamAccess } from "../../src/runtime/access/iam-access.js";
import { requestLimits } from "../../src/runtime/access/request-limits.js";
import type { AccessTable } from "../../src/runtime/contracts.js";
import { allow } from "../../src/runtime/functions/authorizer.js";
import { createInThreadInvoker } from "../../src/runtime/functions/in-thread.js";
import { createGateway } from "../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../src/runtime/integrations/http-proxy.js";
import { startServer } from "../../src/runtime/server/node.js";
import { memoryState } from "../../src/runtime/state/memory-state.js";
import {
  authorizer,
  openedBy,
  policy,
  principal,
  signed,
  statement,
} from "../runtime/access/protected-gateway.js";
import { apiTable, httpProxy } from "../runtime/support/table.js";
import { signWithSdk } from "../sigv4/signers.js";
import type { ServerFacts } from "./servers.js";

const API_KEY = "bench-key-0123456789abcdef";
const SIGNER = { accessKeyId: "AKIABENCH", secretAccessKey: "secret of the bench" };

/** One pass-through proxy under several protections, and what opens each of them. */
export async function startProtected(upstream: string): Promise<ServerFacts> {
  const pool = await startPool();
  const integration = httpProxy([`${upstream}/items`], { method: "GET" });
  const api = apiTable(
    {
      "GET /open": { integration },
      "GET /token": openedBy("pool", { integration }),
      "GET /authorizer": openedBy("function", { integration }),
      "GET /keyed": { integration, apiKeyRequired: true },
      "GET /signed": { ...signed, integration },
    },
    { access: accessTable(pool.issuer) },
  );
  const handler = (): unknown => allow("bench", "*");
  const gateway = createGateway(
    api,
    {
      integrations: { http_proxy: httpProxyIntegration },
      functions: {
        module: createInThreadInvoker({ authorizer: () => Promise.resolve({ handler }) }),
      },
      authorizers: { token: functionAuthorizer, cognito: cognitoAuthorizer },
      iam: iamAccess,
      limits: requestLimits,
      state: memoryState,
    },
    { secrets: (name) => (name === "key" ? API_KEY : SIGNER.secretAccessKey) },
  );
  const { port } = await startServer(gateway, { port: 0, host: "127.0.0.1" });
  const request = await signWithSdk({ method: "GET", path: "/dev/signed" }, SIGNER, Date.now());
  return {
    port,
    headers: {
      "/dev/token": ["Authorization", `Bearer ${pool.token}`],
      "/dev/authorizer": ["Authorization", "Bearer of a token"],
      "/dev/keyed": ["x-api-key", API_KEY],
      "/dev/signed": request.headers,
    },
  };
}

function accessTable(issuer: string): AccessTable {
  const arn = ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Bench"];
  const throttle = { rateLimit: 1_000_000, burstLimit: 1_000_000 };
  return {
    resourcePolicy: null,
    authorizers: {
      pool: {
        kind: "cognito",
        pools: [{ arn, issuer, jwksUri: `${issuer}/keys` }],
        header: "Authorization",
        validation: null,
      },
      function: authorizer("token", { ttlSeconds: 3600 }),
    },
    principals: [principal("bench", { policies: [policy(statement("Allow", "*"))] })],
    apiKeys: {
      one: { name: "one", customerId: null, enabled: true, value: { secret: "key", key: null } },
    },
    usagePlans: {
      plan: { name: "plan", stages: ["dev"], keys: ["one"], throttle, quota: null, methods: {} },
    },
  };
}

/** The keys of a user pool on a server of their own, and a token that is good for an hour. */
async function startPool(): Promise<{ readonly issuer: string; readonly token: string }> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one" }] });
  const server = createServer((_request, response) => response.end(keys));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = await new SignJWT({ token_use: "id", sub: "1f6a2b8e", email: "a@example.com" })
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .setIssuer(issuer)
    .setAudience("client")
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(privateKey);
  return { issuer, token };
}
