import type { Pointer } from "../pointer.js";
import type {
  GatewayParameter,
  MappingExpression,
  MappedText,
  MappingTemplate,
  ParameterChanges,
  ResponseMapping,
  UriTemplate,
} from "./mapping.js";
import type { HttpMethod } from "./operation.js";

/** How the gateway answers a matched request. `method` is `ANY` where the client's method is repeated. */
export type Integration =
  | MockIntegration
  | HttpIntegration
  | PrivateIntegration
  | FunctionIntegration
  | ServiceIntegration
  | SubtypeIntegration
  | NoIntegration;

export interface MockIntegration extends Mapped {
  readonly kind: "mock";
}

export interface HttpIntegration extends Mapped {
  readonly kind: "http";
  /** True for `http_proxy`: templates and responses are empty then. */
  readonly proxy: boolean;
  readonly method: HttpMethod | "ANY";
  readonly uri: UriTemplate;
  readonly timeoutMs: number;
  readonly insecureSkipVerification: boolean;
  readonly vpcLink: VpcLink | undefined;
  readonly transfer: "BUFFERED" | "STREAM";
}

export interface FunctionIntegration extends Mapped {
  readonly kind: "function";
  /** True for `aws_proxy`. */
  readonly proxy: boolean;
  readonly method: HttpMethod | "ANY";
  /** ARN or name of the function, alias included; stage variables and placeholders are parts. */
  readonly function: UriTemplate;
  /** The integration's URI as written. */
  readonly uri: string;
  readonly timeoutMs: number;
  readonly payloadFormat: "1.0" | "2.0";
  readonly credentials: string | undefined;
  readonly transfer: "BUFFERED" | "STREAM";
}

/** Any AWS service but Lambda. */
export interface ServiceIntegration extends Mapped {
  readonly kind: "service";
  readonly method: HttpMethod | "ANY";
  /** `arn:aws:apigateway:eu-west-1:sqs:path/…`. */
  readonly uri: UriTemplate;
  readonly partition: string;
  readonly region: string;
  /** What stands in front of the service: `data` of `data.iot`. */
  readonly subdomain: string | undefined;
  readonly service: string;
  /** Name of the action; undefined: the path form. */
  readonly action: UriTemplate | undefined;
  /** Path and query at the service's endpoint; begins with a slash. */
  readonly path: UriTemplate;
  readonly timeoutMs: number;
  readonly credentials: UriTemplate | undefined;
  /** Why the gateway cannot call it; undefined: it can. */
  readonly unserved: string | undefined;
}

/** A private host behind a VPC link, named by the ARN of a listener or of a Cloud Map service; HTTP APIs alone. */
export interface PrivateIntegration extends Mapped {
  readonly kind: "private";
  readonly method: HttpMethod | "ANY";
  readonly target: UriTemplate;
  readonly vpcLink: VpcLink;
  readonly timeoutMs: number;
  /** The name that the host's certificate must show; undefined: the hop is plain HTTP on the service. */
  readonly serverName: string | undefined;
}

/** A first-class integration of HTTP APIs: an action of a service with its parameters. */
export interface SubtypeIntegration extends Mapped {
  readonly kind: "subtype";
  readonly subtype: ServiceSubtype;
  /** In document order, `Region` left out. */
  readonly parameters: readonly SubtypeParameter[];
  /** Names of those that the action needs. */
  readonly required: readonly string[];
  /** Undefined: the API's own. */
  readonly region: UriTemplate | undefined;
  readonly credentials: UriTemplate | undefined;
  readonly timeoutMs: number;
}
export interface SubtypeParameter {
  readonly at: Pointer;
  readonly name: string;
  readonly value: MappedText;
}
/** Source: developer guide, "Integration subtype reference". */
export type ServiceSubtype =
  | "EventBridge-PutEvents"
  | "SQS-SendMessage"
  | "SQS-ReceiveMessage"
  | "SQS-DeleteMessage"
  | "SQS-PurgeQueue"
  | "AppConfig-GetConfiguration"
  | "Kinesis-PutRecord"
  | "StepFunctions-StartExecution"
  | "StepFunctions-StartSyncExecution"
  | "StepFunctions-StopExecution";

/** The document names no integration, or none that could be read; the reason is also a diagnostic. */
export interface NoIntegration {
  readonly kind: "none";
  readonly at: Pointer;
  readonly reason: string;
}

export interface Mapped {
  readonly at: Pointer;
  readonly requestParameters: readonly GatewayParameter[];
  readonly requestTemplates: readonly MappingTemplate[];
  readonly passthroughBehavior: "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";
  readonly contentHandling: ContentHandling | undefined;
  readonly cacheKeyParameters: readonly string[];
  /** The same, read; undefined: one cannot be read, and answers must not be cached. */
  readonly cacheKeys: readonly MappingExpression[] | undefined;
  readonly cacheNamespace: string | undefined;
  readonly responses: readonly ResponseMapping[];
  /** Of HTTP APIs alone. */
  readonly changes: ParameterChanges;
}
export type ContentHandling = "CONVERT_TO_BINARY" | "CONVERT_TO_TEXT";

export interface VpcLink {
  /** Connection id, literal or a stage variable. */
  readonly connectionId: UriTemplate;
  readonly integrationTarget: string | undefined;
}
