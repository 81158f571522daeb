import type { Pointer } from "../pointer.js";
import type { Authorization } from "./authorizer.js";
import type { Integration } from "./integration.js";
import type { Schema } from "./schema.js";

export type HttpMethod = "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT";

/** One method of one resource (REST), one route (HTTP, WebSocket). */
export interface Operation {
  readonly at: Pointer;
  readonly method: HttpMethod | "ANY";
  /** Resource path: `/pets/{petId}`, `/{proxy+}`, with the base path as the settings ask. */
  readonly path: string;
  /** `$default` of HTTP APIs and the route keys of WebSocket APIs; undefined: method and path are the key. */
  readonly routeKey: string | undefined;
  readonly operationId: string | undefined;
  readonly summary: string | undefined;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly tags: readonly string[];
  /** Path parameters first, in path order and complete; then as declared, path level under operation level. */
  readonly parameters: readonly Parameter[];
  readonly body: Body | undefined;
  /** By status in document order; `default` and ranges included for the types. */
  readonly responses: readonly Response[];
  readonly authorization: Authorization;
  readonly apiKeyRequired: boolean;
  readonly validator: Validator | undefined;
  readonly integration: Integration;
}

export interface Parameter {
  readonly at: Pointer;
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  /** True for `{name+}`. */
  readonly greedy: boolean;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly schema: Schema;
}

export interface Body {
  readonly at: Pointer;
  readonly required: boolean;
  readonly description: string | undefined;
  /** In document order. */
  readonly content: readonly BodyContent[];
}
export interface BodyContent {
  readonly at: Pointer;
  /** Lower case, without parameters: `application/json`. */
  readonly mediaType: string;
  readonly schema: Schema | undefined;
  /** Model that a request validator checks this content against; undefined when there is none. */
  readonly model: string | undefined;
  /** A JSON text that fits, taken from `example` or `examples`. */
  readonly example: string | undefined;
}

export interface Response {
  readonly at: Pointer;
  /** `200`, `4XX` or `default`. */
  readonly status: string;
  readonly description: string | undefined;
  readonly headers: readonly ResponseHeader[];
  readonly content: readonly BodyContent[];
}
export interface ResponseHeader {
  readonly name: string;
  readonly description: string | undefined;
  readonly schema: Schema;
}

/** The request validator in force for an operation. */
export interface Validator {
  readonly at: Pointer;
  readonly name: string;
  readonly validateBody: boolean;
  readonly validateParameters: boolean;
}
