import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithIAMAuthorizer,
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyEventV2WithLambdaAuthorizer,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
  APIGatewayTokenAuthorizerEvent,
} from "aws-lambda";
import { describe, expectTypeOf, test } from "vitest";
import type {
  AuthorizerResult,
  RequestAuthorizerEvent,
  TokenAuthorizerEvent,
} from "../../../src/runtime/functions/authorizer.js";
import type {
  HttpAuthorizerEvent,
  HttpAuthorizerEventV1,
  SimpleAuthorizerResult,
} from "../../../src/runtime/functions/http-authorizer.js";
import type {
  HttpEvent,
  HttpEventV1,
  HttpResult,
} from "../../../src/runtime/functions/http-event.js";
import type { ProxyEvent, ProxyResult } from "../../../src/runtime/functions/proxy-event.js";
import type { WebSocketAuthorizerEvent } from "../../../src/runtime/functions/websocket-event.js";

/** An operation with a part of every kind. */
interface GetPet {
  readonly method: "GET";
  readonly resource: "/pets/{petId}";
  readonly path: { petId: string };
  readonly query: { full?: boolean };
  readonly headers: { "x-tag"?: string };
  readonly body: { name: string };
  readonly responses: { readonly "200": { name: string } };
}

/** The package has nothing read-only, which hides no difference that matters. */
type Writable<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? Writable<Item>[]
    : T extends object
      ? { -readonly [K in keyof T]: Writable<T[K]> }
      : T;

type Without<T, K extends keyof T> = Omit<T, K>;

describe("events are what @types/aws-lambda says", () => {
  test("REST APIs, payload 1.0", () => {
    type Ours = Writable<ProxyEvent<GetPet>>;
    expectTypeOf<keyof Ours>().toEqualTypeOf<keyof APIGatewayProxyEvent>();
    expectTypeOf<Without<Ours, "requestContext">>().toExtend<
      Without<APIGatewayProxyEvent, "requestContext">
    >();
    // the package asks for two members that no event holds where nothing sets them
    type Context = APIGatewayProxyEvent["requestContext"];
    type Identity = Without<Context["identity"], "apiKey" | "apiKeyId" | "clientCert">;
    expectTypeOf<Ours["requestContext"]["identity"]>().toExtend<Identity>();
    expectTypeOf<Without<Ours["requestContext"], "identity" | "authorizer">>().toExtend<
      Without<Context, "identity" | "authorizer">
    >();
  });

  test("results of REST APIs", () => {
    expectTypeOf<Required<Writable<ProxyResult>>>().toExtend<APIGatewayProxyResult>();
  });

  test("HTTP APIs, payload 1.0", () => {
    type Ours = Writable<HttpEventV1<GetPet>>;
    expectTypeOf<Without<Ours, "requestContext" | "version">>().toExtend<
      Without<APIGatewayProxyEvent, "requestContext">
    >();
    type Context = APIGatewayProxyEvent["requestContext"];
    type Members = "identity" | "authorizer" | "resourceId";
    expectTypeOf<Without<Ours["requestContext"], "identity" | "authorizer">>().toExtend<
      Without<Context, Members>
    >();
  });

  test("HTTP APIs, payload 2.0, whoever let the caller in", () => {
    type Ours = Writable<HttpEvent<GetPet>>;
    expectTypeOf<Ours>().toExtend<APIGatewayProxyEventV2>();
    type Let<K extends "jwt" | "lambda" | "iam"> = NonNullable<
      NonNullable<Ours["requestContext"]["authorizer"]>[K]
    >;
    type Theirs<T extends { requestContext: { authorizer: unknown } }> =
      T["requestContext"]["authorizer"];
    type Jwt = Theirs<APIGatewayProxyEventV2WithJWTAuthorizer>;
    expectTypeOf<Without<Let<"jwt">, "scopes">>().toExtend<Without<Jwt["jwt"], "scopes">>();
    type FromFunction = Theirs<APIGatewayProxyEventV2WithLambdaAuthorizer<Record<string, unknown>>>;
    expectTypeOf<Let<"lambda">>().toExtend<FromFunction["lambda"]>();
    type Iam = Theirs<APIGatewayProxyEventV2WithIAMAuthorizer>;
    expectTypeOf<Without<Let<"iam">, "principalOrgId">>().toExtend<
      Without<Iam["iam"], "principalOrgId">
    >();
  });

  test("results of HTTP APIs", () => {
    expectTypeOf<Writable<HttpResult>>().toExtend<APIGatewayProxyStructuredResultV2>();
  });
});

describe("authorizers are what @types/aws-lambda says", () => {
  test("TOKEN", () => {
    expectTypeOf<Writable<TokenAuthorizerEvent>>().toEqualTypeOf<APIGatewayTokenAuthorizerEvent>();
  });

  test("REQUEST of REST APIs", () => {
    type Ours = Writable<RequestAuthorizerEvent>;
    expectTypeOf<keyof Ours>().toEqualTypeOf<keyof APIGatewayRequestAuthorizerEvent>();
    expectTypeOf<Without<Ours, "requestContext">>().toExtend<
      Without<APIGatewayRequestAuthorizerEvent, "requestContext">
    >();
  });

  test("their results", () => {
    type Result = Without<APIGatewayAuthorizerResult, "policyDocument">;
    expectTypeOf<Without<Writable<AuthorizerResult>, "policyDocument">>().toExtend<Result>();
    type Policy = APIGatewayAuthorizerResult["policyDocument"];
    expectTypeOf<Writable<AuthorizerResult["policyDocument"]>>().toExtend<Policy>();
  });

  test("of HTTP APIs, payload 2.0", () => {
    type Ours = Writable<HttpAuthorizerEvent>;
    // the package asks for cookies, of which there may be none
    expectTypeOf<Without<Ours, "cookies">>().toExtend<
      Without<APIGatewayRequestAuthorizerEventV2, "cookies">
    >();
    expectTypeOf<keyof Ours>().toEqualTypeOf<keyof APIGatewayRequestAuthorizerEventV2>();
    expectTypeOf<Required<Writable<SimpleAuthorizerResult>>>().toExtend<
      APIGatewaySimpleAuthorizerWithContextResult<Record<string, unknown>>
    >();
  });

  test("of HTTP APIs, payload 1.0: as REQUEST, and what identifies the caller", () => {
    type Ours = Writable<HttpAuthorizerEventV1>;
    expectTypeOf<Without<Ours, "requestContext">>().toExtend<
      Without<APIGatewayRequestAuthorizerEvent, "requestContext">
    >();
    expectTypeOf<Ours["identitySource"]>().toBeString();
    expectTypeOf<Ours["authorizationToken"]>().toBeString();
  });

  test("of WebSocket APIs: as REQUEST, without a resource", () => {
    type Theirs = Without<
      APIGatewayRequestAuthorizerEvent,
      "resource" | "path" | "httpMethod" | "pathParameters" | "requestContext"
    >;
    expectTypeOf<Writable<WebSocketAuthorizerEvent>>().toExtend<Theirs>();
  });
});
