// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable } from "./contracts.js";
import type { ApiKeyIdentity, AuthorizerOutcome, SignerIdentity } from "./access/caller.js";
import { requestTime } from "./context/request-time.js";
import type { RandomSource } from "./context/ids.js";
import type { Propagation } from "./context/propagation.js";
import { traceHeader } from "./context/trace-header.js";
import type { AnsweredError } from "./errors/gateway-error.js";
import { readBody } from "./http/body.js";
import { lastHeader, type RequestHeaders } from "./http/headers.js";
import type { BinaryTypes } from "./http/media-type.js";
import { mediaType } from "./http/media-type.js";
import type { GatewayRequest } from "./http/message.js";
import { Query } from "./http/query.js";
import type { RouteMatch } from "./routing/router.js";
import type { Logger } from "./logger.js";
import type { RequestOverride, ResponseOverride } from "./mapping/overrides.js";
import type { TraceSink, TraceSource } from "./trace.js";
import type { ValueMap } from "./velocity/value.js";

/** What all requests of one gateway share. */
export interface Surroundings {
  readonly api: ApiTable;
  readonly binaryTypes: BinaryTypes;
  readonly clock: () => number;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
}

/** Where a request target leads: stage, path as events show it, and path as the client wrote it. */
export interface Addressed {
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Path after the stage, leading slashes collapsed. */
  readonly path: string;
  /** Stage and raw path. */
  readonly contextPath: string;
}

/** The part of an integration's answer that response mappings may read. */
export interface IntegrationAnswer {
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** What stays of a WebSocket connection while it is open. */
export interface ConnectionFacts {
  /** Text that ends in `=`. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly connectedAtMs: number;
}

/** How a WebSocket connection ended, as RFC 6455 numbers it. */
export interface ConnectionEnding {
  readonly statusCode: number;
  readonly reason: string;
}

/** What happened on a WebSocket connection. */
export interface SocketEvent {
  readonly type: "CONNECT" | "MESSAGE" | "DISCONNECT";
  readonly connection: ConnectionFacts;
  /** How the connection ended; null: it has not. */
  readonly disconnect: ConnectionEnding | null;
}

const NO_STAGE: Addressed = { stage: "", stageVariables: {}, path: "/", contextPath: "/" };
const NO_VALUES: readonly string[] = [];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * One request on its way through the gateway, or one event of a WebSocket connection. Everything that only some routes read is worked out
 * when it is first asked for.
 */
export class Exchange {
  readonly around: Surroundings;
  readonly request: GatewayRequest;
  readonly headers: RequestHeaders;
  readonly method: string;
  readonly rawQuery: string;
  readonly startedMs: number;
  readonly trace: TraceSink | null;
  addressed: Addressed = NO_STAGE;
  matched: RouteMatch | null = null;
  /** Set where the exchange is an event of a WebSocket connection. */
  socket: SocketEvent | null = null;
  /** Set by the authorizer of the route. */
  authorizer: AuthorizerOutcome | null = null;
  /** Set when the request's signature was accepted. */
  signer: SignerIdentity | null = null;
  /** Whether the caller's policies allow another action on the method; null: nobody asked for any. */
  allows: ((action: string) => boolean) | null = null;
  /** Set where the request's stage has tracing. */
  tracing: Propagation | null = null;
  /** Set when the request was counted for an API key. */
  apiKey: ApiKeyIdentity | null = null;
  /** On stages with a canary: this request belongs to it, or not. */
  isCanary: boolean | null = null;
  /** Set while an integration response is built. */
  answer: IntegrationAnswer | null = null;
  /** `$context` as templates see it; kept from the request template for the response template. */
  templateContext: ValueMap | null = null;
  /** Set when a template wrote into `$context`. */
  requestOverride: RequestOverride | null = null;
  responseOverride: ResponseOverride | null = null;
  /** Set where the gateway itself answers, once the answer is chosen. */
  error: AnsweredError | null = null;
  #query: Query | null = null;
  #body: Promise<Buffer> | null = null;
  #bodyBytes: Buffer | null = null;
  #bodyText: string | null = null;
  #requestId: string | null = null;
  #extendedRequestId: string | null = null;
  #messageId: string | null = null;
  #traceHeader: string | null = null;
  #requestTime: string | null = null;
  #allHeaders: readonly string[] | null = null;
  #requestJson: ParsedJson | null = null;

  constructor(
    around: Surroundings,
    request: GatewayRequest,
    headers: RequestHeaders,
    rawQuery: string,
    listen: TraceSource | null,
  ) {
    this.around = around;
    this.request = request;
    this.headers = headers;
    this.method = headers.methodOverride ?? request.method;
    this.rawQuery = rawQuery;
    this.startedMs = around.clock();
    this.trace = listen === null ? null : listen(this);
  }

  /** A stage was found. */
  get isAddressed(): boolean {
    return this.addressed !== NO_STAGE;
  }

  get query(): Query {
    return (this.#query ??= new Query(this.rawQuery));
  }

  /**
   * UUID; a client may choose it by sending one in `x-amzn-RequestId`. Events of WebSocket
   * connections have one id for both.
   */
  get requestId(): string {
    if (this.socket !== null) return this.extendedRequestId;
    return (this.#requestId ??= this.#chosenRequestId() ?? this.around.random.uuid());
  }

  /** Always the gateway's own; ends in `=`. */
  get extendedRequestId(): string {
    return (this.#extendedRequestId ??= this.around.random.extendedId());
  }

  /** Id of a message on a WebSocket connection. */
  get messageId(): string {
    return (this.#messageId ??= this.around.random.extendedId());
  }

  get traceHeader(): string {
    return (this.#traceHeader ??=
      this.tracing?.traceHeader ??
      traceHeader(this.headers.traceId, this.startedMs, this.around.random));
  }

  get requestTime(): string {
    return (this.#requestTime ??= requestTime(this.startedMs));
  }

  /** Host without port; the service's own name for the API when no host was sent. */
  get domainName(): string {
    const { apiId, region } = this.around.api;
    const host = this.headers.host;
    if (host === null || host === "") return `${apiId}.execute-api.${region}.amazonaws.com`;
    return host.replace(/:\d+$/, "");
  }

  get domainPrefix(): string {
    return this.domainName.split(".", 1)[0] ?? "";
  }

  /** Media type of the request body; null when none was sent. */
  get contentType(): string | null {
    return mediaType(this.headers.contentType);
  }

  /** Client headers and those that the gateway's front adds, as events and mappings see them. */
  get allHeaders(): readonly string[] {
    // messages have no headers
    if (this.socket !== null && this.socket.type !== "CONNECT") return this.headers.pairs;
    return (this.#allHeaders ??= this.marked([...this.headers.pairs, ...this.addedHeaders()]));
  }

  /** Headers with the place of this request in its trace, where it is traced. */
  marked(headers: string[]): string[] {
    this.tracing?.mark(headers, this.traceHeader);
    return headers;
  }

  /** The headers that tell a backend about the client. */
  addedHeaders(): string[] {
    const { protocol, port } = this.request;
    // each proxy adds the one that has called it
    const peer = this.request.peerAddress ?? this.request.remoteAddress;
    const before = this.headers.forwardedFor;
    return [
      "X-Amzn-Trace-Id",
      this.traceHeader,
      "X-Forwarded-For",
      before === null ? peer : `${before}, ${peer}`,
      "X-Forwarded-Port",
      String(port ?? (protocol === "https" ? 443 : 80)),
      "X-Forwarded-Proto",
      protocol,
    ];
  }

  /** Last value of a header, by exact spelling. */
  header(name: string): string | undefined {
    return lastHeader(this.headers.pairs, name) ?? lastHeader(this.allHeaders, name);
  }

  /** Undecoded value of a path parameter. */
  pathParameter(name: string): string | undefined {
    const matched = this.matched;
    if (matched === null) return undefined;
    const index = matched.names.indexOf(name);
    return index === -1 ? undefined : matched.values[index];
  }

  get pathNames(): readonly string[] {
    return this.matched?.names ?? NO_VALUES;
  }

  get pathValues(): readonly string[] {
    return this.matched?.values ?? NO_VALUES;
  }

  /** Reads the body whole, once. */
  readBody(): Promise<Buffer> {
    if (this.#bodyBytes !== null) return Promise.resolve(this.#bodyBytes);
    return (this.#body ??= readBody(this.request.body, this.around.maxRequestBytes).then(
      (bytes) => (this.#bodyBytes = bytes),
    ));
  }

  /** Gives the body to an exchange whose body is at hand from the start. */
  takeBody(bytes: Buffer): void {
    this.#bodyBytes = bytes;
    this.#body = null;
  }

  /** The body was asked for; it can no longer be streamed. */
  get bodyIsRead(): boolean {
    return this.#body !== null || this.#bodyBytes !== null;
  }

  /** Path after the stage, as the client wrote it; the route key of a WebSocket API. */
  get path(): string {
    return this.socket === null ? this.addressed.path : (this.matched?.route.path ?? "");
  }

  /** The body if it was read whole by now. */
  get bodySoFar(): Buffer | null {
    return this.#bodyBytes;
  }

  /** The body after {@link readBody}. */
  get bodyBytes(): Buffer {
    if (this.#bodyBytes === null) throw new Error("the body is used before it was read");
    return this.#bodyBytes;
  }

  /** The body as text after {@link readBody}. */
  get bodyText(): string {
    return (this.#bodyText ??= this.bodyBytes.toString("utf8"));
  }

  /** The read body parsed as JSON; an empty one is `{}`. */
  get bodyJson(): ParsedJson {
    return (this.#requestJson ??= parseJson(this.bodyText));
  }

  #chosenRequestId(): string | null {
    const sent = this.headers.requestId;
    return sent !== null && UUID.test(sent) ? sent : null;
  }
}

/** A body read as JSON; `value` is undefined when it is not. */
export interface ParsedJson {
  readonly value: unknown;
  readonly isJson: boolean;
  readonly text: string;
}

function parseJson(text: string): ParsedJson {
  if (text === "") return { value: {}, isJson: true, text };
  try {
    const value: unknown = JSON.parse(text);
    return { value, isJson: true, text };
  } catch {
    return { value: undefined, isJson: false, text };
  }
}
