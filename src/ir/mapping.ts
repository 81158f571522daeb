import type { Pointer } from "../pointer.js";
import type { ContentHandling } from "./integration.js";
import type { TemplateNode } from "./template.js";

/** A URI or ARN split at its holes. Text that was a placeholder and could not be resolved is kept as text. */
export type UriTemplate = readonly UriPart[];
export type UriPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "stageVariable"; readonly name: string }
  /** `{name}`: filled from `integration.request.path.name`. */
  | { readonly kind: "path"; readonly name: string };

/** One entry of `requestParameters`. */
export interface GatewayParameter {
  readonly at: Pointer;
  readonly to: "header" | "querystring" | "path";
  readonly name: string;
  readonly from: MappingExpression;
}

/** The right side of a parameter mapping, parsed. */
export type MappingExpression =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "context"; readonly name: string }
  | { readonly kind: "stageVariable"; readonly name: string }
  | { readonly kind: "path"; readonly name: string }
  | { readonly kind: "header"; readonly name: string; readonly multiValue: boolean }
  | { readonly kind: "queryString"; readonly name: string; readonly multiValue: boolean }
  /** `method.request.body` and below; `jsonPath` without the leading `$.`, undefined for the whole body. */
  | { readonly kind: "body"; readonly jsonPath: string | undefined }
  | { readonly kind: "responseHeader"; readonly name: string; readonly multiValue: boolean }
  | { readonly kind: "responseBody"; readonly jsonPath: string | undefined };

/**
 * A text of an HTTP API's parameter mapping: its parts in order. The values of repeated headers and query
 * parameters are joined.
 */
export type MappedText = readonly MappedTextPart[];
export type MappedTextPart =
  | MappingExpression
  /** `$request.path`: the whole path behind the stage. */
  | { readonly kind: "requestPath" };

/** One change that an HTTP API makes: `append:header.x-a`. */
export interface ParameterChange {
  readonly at: Pointer;
  readonly action: "append" | "overwrite" | "remove";
  readonly to: "header" | "querystring" | "path" | "status";
  /** Of the header or query parameter; empty for path and status. */
  readonly name: string;
  /** Empty for a removal. */
  readonly value: MappedText;
}

/** What an HTTP API changes, in document order: of the request, and of answers by their status. */
export interface ParameterChanges {
  readonly request: readonly ParameterChange[];
  readonly responses: readonly {
    readonly status: number;
    readonly changes: readonly ParameterChange[];
  }[];
}

/** One integration response: chosen by its pattern, in document order. */
export interface ResponseMapping {
  readonly at: Pointer;
  /** Regular expression for the whole status text or error message; undefined: the default. */
  readonly pattern: string | undefined;
  readonly statusCode: number;
  readonly headers: readonly HeaderMapping[];
  readonly templates: readonly MappingTemplate[];
  /** Of WebSocket APIs alone: gives the key of the template; undefined: `$default`. */
  readonly templateSelection?: readonly MappingExpression[];
  readonly contentHandling: ContentHandling | undefined;
}
export interface HeaderMapping {
  readonly at: Pointer;
  readonly name: string;
  readonly from: MappingExpression;
}

/** A Velocity template, parsed. */
export interface MappingTemplate {
  readonly at: Pointer;
  /** In WebSocket APIs the value of the selection that it is for. */
  readonly mediaType: string;
  readonly text: string;
  /** Undefined: not valid; every call that needs it fails. */
  readonly nodes: readonly TemplateNode[] | undefined;
  /** What is wrong with it. */
  readonly problem: string | undefined;
}
