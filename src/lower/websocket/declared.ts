import type { Parameter } from "../../ir/operation.js";
import type { Push, RouteModel } from "../../ir/websocket.js";
import type { JsonObject } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import type { Members } from "../members.js";

/**
 * A WebSocket API as one of its notations declares it: names followed, every part with its place. The
 * notations are the section of the settings (also as an extension of a document), the short form in the
 * manner of OpenAPI integrations, and AsyncAPI.
 */
export interface DeclaredApi {
  readonly at: Pointer;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** Undefined: missing, which is reported. */
  readonly routeSelection: DeclaredText | undefined;
  readonly apiKeySource: "HEADER" | "AUTHORIZER";
  /** Messages are not checked against models. */
  readonly disableSchemaValidation: boolean;
  readonly disableExecuteApiEndpoint: boolean;
  /** By name, used or not. */
  readonly authorizers: ReadonlyMap<string, Members>;
  readonly connection: Members | undefined;
  readonly routes: readonly DeclaredRoute[];
  readonly pushes: readonly Push[];
}

export interface DeclaredRoute {
  readonly at: Pointer;
  readonly key: string;
  readonly operationName: string | undefined;
  readonly summary: string | undefined;
  readonly description: string | undefined;
  readonly authorization: DeclaredAuthorization;
  /** Where an API key is asked for. */
  readonly apiKeyAt: Pointer | undefined;
  readonly parameters: readonly Parameter[];
  readonly modelSelection: DeclaredText | undefined;
  readonly requestModels: readonly RouteModel[];
  /** By the names of `x-amazon-apigateway-integration`; undefined: none, or a wrong one, which is reported. */
  readonly integration: Members | undefined;
  /** Where the route says that it answers; undefined: it does not. */
  readonly responseAt: Pointer | undefined;
  readonly responseModels: readonly RouteModel[];
  /** `throttle`, `loggingLevel` and `dataTraceEnabled`; undefined: it says none of them. */
  readonly settings: JsonObject | undefined;
}

export type DeclaredAuthorization =
  | { readonly kind: "none" }
  | { readonly kind: "iam"; readonly at: Pointer }
  | { readonly kind: "authorizer"; readonly at: Pointer; readonly name: string };

export interface DeclaredText {
  readonly text: string;
  readonly at: Pointer;
}

/** The member as a text with its place. */
export function declaredText(members: Members, key: string): DeclaredText | undefined {
  const text = members.text(key);
  return text === undefined ? undefined : { text, at: members.place(key) };
}
