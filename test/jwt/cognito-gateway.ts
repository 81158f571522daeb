import { cognitoAuthorizer } from "../../src/runtime/access/cognito-authorizer.js";
import { createGateway } from "../../src/runtime/gateway.js";
import { mockIntegration } from "../../src/runtime/integrations/mock.js";
import { httpBackend } from "../runtime/support/backend.js";
import { call } from "../runtime/support/client.js";
import { apiTable } from "../runtime/support/table.js";
import type { JwtCase, JwtCases } from "./cases.js";
import { outcome, type JwtOutcome } from "./run-cases.js";

const variable = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER";

/** A gateway whose routes are protected by the user pool of the cases, and the pool's keys. */
export interface CognitoGateway {
  run(item: JwtCase): Promise<JwtOutcome>;
  close(): Promise<void>;
}

export async function startCognitoGateway(cases: JwtCases): Promise<CognitoGateway> {
  const pool = await httpBackend((request, response) => {
    const isKeys = request.url === `/${cases.cognitoUserPool}/.well-known/jwks.json`;
    response.writeHead(isKeys ? 200 : 404).end(isKeys ? cases.keySets.cognito : "");
  });
  const before = process.env[variable];
  process.env[variable] = pool.origin;
  const protectedBy = (scopes: readonly string[]) =>
    ({ authorization: { kind: "authorizer", name: "pool", scopes } }) as const;
  const api = apiTable(
    { "GET /cognito": protectedBy([]), "GET /cognito-scope": protectedBy(["pets/read"]) },
    {
      access: {
        resourcePolicy: null,
        authorizers: {
          pool: {
            kind: "cognito",
            pools: [
              {
                arn: [
                  `arn:aws:cognito-idp:us-east-1:111122223333:userpool/${cases.cognitoUserPool}`,
                ],
                issuer: null,
                jwksUri: null,
              },
            ],
            header: "Authorization",
            validation: null,
          },
        },
        principals: [],
        apiKeys: {},
        usagePlans: {},
      },
    },
  );
  const gateway = createGateway(api, {
    integrations: { mock: mockIntegration },
    authorizers: { cognito: cognitoAuthorizer },
  });
  if (before === undefined) delete process.env[variable];
  else process.env[variable] = before;
  return {
    run: async (item) => {
      const sent = item.headers ?? (item.header === null ? [] : [["Authorization", item.header]]);
      const { status } = await call(gateway, "GET", `/dev${item.route}`, { headers: sent.flat() });
      return outcome(item, status);
    },
    close: async () => {
      await gateway.close();
      await pool.close();
    },
  };
}
