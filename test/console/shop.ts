import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ConsolePage } from "../../src/runtime/console/console.js";
import { startDevServer, type DevServer } from "../../src/dev/dev-server.js";

/** Texts that no byte of the console may have. */
export const planted = {
  authorization: "Bearer planted-token-aa41",
  cookie: "session=planted-cookie-bb52",
  apiKey: "planted-api-key-value-0c63",
  queryToken: "planted-query-dd74",
  bodyPin: "planted-pin-ee85",
  authorizerToken: "planted-authorizer-ff96",
} as const;

const document = (backend: string): string => `openapi: 3.0.1
info: { title: Tea Shop, version: "2.1" }
x-amazon-apigateway-request-validators:
  all: { validateRequestBody: true, validateRequestParameters: true }
x-amazon-apigateway-policy:
  Version: "2012-10-17"
  Statement:
    - { Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: "execute-api:/*" }
    - { Sid: NoVault, Effect: Deny, Principal: "*", Action: execute-api:Invoke, Resource: "execute-api:/*/GET/vault" }
paths:
  /teas:
    get:
      operationId: listTeas
      summary: All teas, or those of one kind.
      parameters:
        - { name: kind, in: query, schema: { type: string }, description: "green, black or white" }
      responses: { "200": { description: The teas. } }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: ${backend}/teas
        requestParameters: { integration.request.querystring.kind: method.request.querystring.kind }
        responses:
          default:
            statusCode: "200"
            responseTemplates:
              application/json: |
                #set($root = $input.path('$'))
                {
                  "count": $root.teas.size(),
                  "names": [
                #foreach($tea in $root.teas)
                    "$tea.name"#if($foreach.hasNext),#end

                #end
                  ],
                  "stage": "$context.stage"
                }
    post:
      operationId: addTea
      summary: A new tea.
      x-amazon-apigateway-request-validator: all
      parameters:
        - { name: shelf, in: query, required: true, schema: { type: string } }
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/Tea" }
            example: { name: sencha, grams: 100 }
      responses: { "201": { description: It is on the shelf. } }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 201, "name": $input.json("$.name")}' }
        responses:
          "201": { statusCode: "201", responseTemplates: { application/json: '{"added": true}' } }
  /teas/{teaId}:
    get:
      operationId: getTea
      parameters: [{ name: teaId, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: The tea. } }
      x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: "${backend}/teas/{teaId}", requestParameters: { integration.request.path.teaId: method.request.path.teaId } }
  /orders:
    post:
      operationId: placeOrder
      security: [{ key: [] }]
      responses: { "200": { description: Placed. } }
      x-amazon-apigateway-integration: { type: http_proxy, httpMethod: POST, uri: "${backend}/orders" }
  /account:
    get:
      operationId: getAccount
      security: [{ session: [] }]
      responses: { "200": { description: The account. } }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: ${backend}/account
        requestParameters: { integration.request.header.X-Inner: context.authorizer.inner }
        responses: { default: { statusCode: "200" } }
  /vault:
    get:
      operationId: getVault
      responses: { "200": { description: Nobody comes here. } }
      x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: "${backend}/vault" }
  /ledger:
    get:
      operationId: getLedger
      security: [{ service: [] }]
      responses: { "200": { description: For other services. } }
      x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: "${backend}/ledger" }
components:
  schemas:
    Tea: { type: object, required: [name], properties: { name: { type: string }, grams: { type: integer } } }
  securitySchemes:
    key: { type: apiKey, name: x-api-key, in: header }
    session:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authtype: custom
      x-amazon-apigateway-authorizer:
        type: token
        authorizerUri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:session/invocations
        authorizerResultTtlInSeconds: 0
    service: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4 }
`;

const settings = `stages:
  dev:
    region: eu-west-1
    throttle: { rateLimit: 200, burstLimit: 100 }
    cache: { size: "0.5" }
    methodSettings:
      getTea: { cachingEnabled: true, cacheTtlInSeconds: 60 }
      getAccount: { throttle: { rateLimit: 0.01, burstLimit: 3 } }
    logging: { redact: [$.pin, $context.authorizer.inner] }
  live: { region: eu-west-1 }
usagePlans:
  small: { stages: [dev], throttle: { rateLimit: 50, burstLimit: 50 }, quota: { limit: 5, period: DAY }, keys: [acme] }
apiKeys:
  acme: { value: { secret: keys/acme } }
principals:
  billing:
    arn: arn:aws:iam::123456789012:role/billing
    accessKeyId: AKIAIOSFODNN7BILLING
    secretAccessKey: { secret: services/billing }
    policies:
      - { Version: "2012-10-17", Statement: [{ Sid: ReadLedger, Effect: Allow, Action: execute-api:Invoke, Resource: "execute-api:/*/GET/ledger" }] }
`;

const session = `export async function handler(event) {
  if (!event.authorizationToken.startsWith("Bearer ")) throw new Error("Unauthorized");
  return {
    principalId: "ada",
    policyDocument: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: event.methodArn }] },
    context: { inner: ${JSON.stringify(planted.authorizerToken)} },
  };
}
`;

/** A gateway with something for every panel, and its console. */
export class Shop {
  readonly #folder = mkdtempSync(join(tmpdir(), "gen-gateway-console-"));
  readonly #backend = createServer((incoming, outgoing) => {
    const teas = [{ name: "sencha" }, { name: "assam" }];
    outgoing.setHeader("Content-Type", "application/json");
    // what it was sent comes back: no answer may bring it to the page
    const inner = incoming.headers["x-inner"] ?? null;
    const answer = (): void =>
      void outgoing.end(JSON.stringify({ teas, url: incoming.url, inner }));
    if (incoming.url?.includes("kind=held") === true) this.#held.push(answer);
    else answer();
  });
  /** Answers that the backend does not give until it is told to. */
  #held: (() => void)[] = [];
  #server: DevServer | undefined;
  /** Of the gateway, and of its console. */
  url = "";
  consoleUrl = "";

  async start(page: ConsolePage): Promise<void> {
    process.env["KEYS_ACME"] = planted.apiKey;
    process.env["SERVICES_BILLING"] = "a secret of the billing service";
    await new Promise<void>((resolve) => this.#backend.listen(0, "127.0.0.1", resolve));
    const { port } = this.#backend.address() as AddressInfo;
    this.put("gateway.config.yaml", settings);
    this.put("src/handlers/session.ts", session);
    this.put("shop.yaml", document(`http://127.0.0.1:${port}`));
    this.#server = await startDevServer({
      document: { input: join(this.#folder, "shop.yaml") },
      port: 0,
      host: "127.0.0.1",
      console: page,
      onBuild: (build) => {
        if (build.kind !== "serving") throw new Error(JSON.stringify(build));
        this.url = build.url;
        this.consoleUrl = build.consoleUrl ?? "";
      },
    });
  }

  /** The backend answers what it has kept waiting. */
  release(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  put(path: string, content: string): void {
    mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
    writeFileSync(join(this.#folder, path), content);
  }

  async call(method: string, path: string, init: RequestInit = {}): Promise<number> {
    const response = await fetch(`${this.url}/dev${path}`, { method, ...init });
    await response.text();
    return response.status;
  }

  /** Something of everything, secrets included; gives the statuses. */
  async traffic(): Promise<readonly number[]> {
    const json = { "content-type": "application/json" };
    const tea = JSON.stringify({ name: "sencha", pin: planted.bodyPin });
    const { authorization, cookie, apiKey, queryToken } = planted;
    return [
      await this.call("GET", `/teas?kind=green&access_token=${queryToken}`, {
        headers: { cookie },
      }),
      await this.call("POST", "/teas?shelf=2", { headers: json, body: tea }),
      await this.call("POST", "/teas", { headers: json, body: tea }),
      await this.call("POST", "/teas?shelf=2", {
        headers: json,
        body: `{"pin":"${planted.bodyPin}"}`,
      }),
      await this.call("GET", "/teas/7"),
      await this.call("GET", "/teas/7"),
      await this.call("POST", "/orders", { headers: { ...json, "x-api-key": apiKey }, body: tea }),
      await this.call("POST", "/orders", { headers: json, body: tea }),
      await this.call("GET", "/account", { headers: { authorization } }),
      await this.call("GET", "/account", {
        headers: { authorization: "Basic planted-basic-aa07" },
      }),
      await this.call("GET", "/vault"),
      await this.call("GET", "/ledger"),
      await this.call("GET", `/nothing?token=${queryToken}`, { headers: { authorization } }),
    ];
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    await new Promise((resolve) => this.#backend.close(resolve));
    delete process.env["KEYS_ACME"];
    delete process.env["SERVICES_BILLING"];
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
