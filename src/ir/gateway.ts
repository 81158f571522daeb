import type { Pointer } from "../pointer.js";
import type { Authorizer } from "./authorizer.js";
import type { Deployment } from "./deployment.js";
import type { GatewayResponse } from "./gateway-response.js";
import type { Operation } from "./operation.js";
import type { JsonValue, Model } from "./schema.js";
import type { WebSocket } from "./websocket.js";

/** What a document says, understood: plain values, defaults filled in, every node with its place. */
export interface Gateway {
  readonly api: Api;
  readonly deployment: Deployment;
  readonly source: Source;
}

/** The document as it was read. */
export interface Source {
  /** File name of the document without its folder: `openapi.yaml`. */
  readonly file: string;
  /** SHA-256 of every file that was read, and of the settings, in hexadecimal. */
  readonly digest: string;
  /** `2.0`, `3.0.1`, `3.1.0`. */
  readonly openapi: string;
}

export type ApiKind = "rest" | "http" | "websocket";

export interface Api {
  readonly at: Pointer;
  readonly kind: ApiKind;
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  /** In document order; for WebSocket APIs, one per route key. */
  readonly operations: readonly Operation[];
  /** Every named schema of the document, used or not, in document order. */
  readonly models: readonly Model[];
  /** Every authorizer of the document, used or not. */
  readonly authorizers: readonly Authorizer[];
  /** In document order; types are unique. */
  readonly gatewayResponses: readonly GatewayResponse[];
  readonly cors: Cors | undefined;
  /** Of WebSocket APIs alone. */
  readonly websocket: WebSocket | undefined;
  readonly binaryMediaTypes: readonly string[];
  /** Bytes; undefined: no compression. */
  readonly minimumCompressionSize: number | undefined;
  readonly apiKeySource: "HEADER" | "AUTHORIZER";
  readonly disableExecuteApiEndpoint: boolean;
  readonly policy: ResourcePolicy | undefined;
  readonly tags: readonly { readonly name: string; readonly description: string | undefined }[];
}

/** CORS of an HTTP API (`x-amazon-apigateway-cors`). */
export interface Cors {
  readonly at: Pointer;
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  /** Seconds. */
  readonly maxAge: number | undefined;
}

/** An IAM policy document, not yet compiled. */
export interface ResourcePolicy {
  readonly at: Pointer;
  readonly document: JsonValue;
}
