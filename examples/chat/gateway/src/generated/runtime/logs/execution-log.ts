// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { TracedBody, TracedRequest, TraceEvent } from "../trace.js";
import type { RedactionTable } from "../contracts.js";
import {
  hideCredentials,
  loggedBody,
  loggedHeader,
  loggedParameter,
  prepareHiding,
  secretsOf,
  type Credentials,
  type Hiding,
} from "./redaction.js";

/** One line of the log of one request. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly text: string;
}

export interface ExecutionLogOptions {
  /** `ERROR`: only what failed. */
  readonly level: "ERROR" | "INFO";
  /** Headers and bodies are shown, too. */
  readonly dataTrace: boolean;
  /** Absent: credentials alone are hidden. */
  readonly redact?: RedactionTable;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Characters of a body that are shown. Source: the service cuts log events at 1024 bytes. */
const SHOWN = 1024;

/**
 * Writes down one request in the service's own lines; recorded, but for the lines of failures. Feed it
 * the events of the request, read `lines` when it is answered.
 */
export class ExecutionLog {
  readonly lines: LogLine[] = [];
  readonly #options: ExecutionLogOptions;
  #request: TracedRequest | null = null;
  readonly #hiding: Hiding;
  #credentials: Credentials = [];
  /** Where the body of the request goes once it is known. */
  #bodyAt = -1;
  #failed = false;

  constructor(options: ExecutionLogOptions) {
    this.#options = options;
    this.#hiding = prepareHiding(options.redact);
  }

  get request(): TracedRequest | null {
    return this.#request;
  }

  add(event: TraceEvent): void {
    switch (event.kind) {
      case "matched":
        this.#request = event.request;
        return this.#start(event.request);
      case "access-checked":
        return this.#hideMore();
      case "endpoint-request":
        this.#hideMore();
        this.#info(`Endpoint request URI: ${event.uri}`);
        this.#data(`Endpoint request headers: ${this.#headerMap(event.headers)}`);
        this.#data(`Endpoint request body after transformations: ${this.#bodyText(event.body)}`);
        return this.#info(`Sending request to ${event.uri}`);
      case "endpoint-response":
        this.#info(
          `Received response. Status: ${event.status}, Integration latency: ${event.latencyMs} ms`,
        );
        this.#data(`Endpoint response headers: ${this.#headerMap(event.headers)}`);
        return this.#data(
          `Endpoint response body before transformations: ${this.#bodyText(event.body)}`,
        );
      case "gateway-error":
        this.#failed = true;
        this.#hideMore();
        return this.#write(event.detail);
      case "answered":
        return this.#end(event);
      case "authorized":
      case "limited":
      case "cache":
      case "validated":
      case "response-selected":
      case "sent":
    }
  }

  #start(request: TracedRequest): void {
    const { requestId, method, path } = request;
    this.#hideMore();
    this.#info(`Starting execution for request: ${requestId}`);
    this.#info(`HTTP Method: ${method}, Resource Path: ${path}`);
    const values = request.pathNames.flatMap((name, index) => [
      name,
      request.pathValues[index] ?? "",
    ]);
    this.#data(`Method request path: ${plainMap(values)}`);
    this.#data(`Method request query string: ${this.#queryMap(request.query.pairs)}`);
    this.#data(`Method request headers: ${this.#headerMap(request.allHeaders)}`);
    this.#bodyAt = this.lines.length;
    this.#data("Method request body before transformations: ");
  }

  /** What has become known by now: an authorizer's result, a body. */
  #hideMore(): void {
    if (this.#request !== null) this.#credentials = secretsOf(this.#request, this.#hiding);
  }

  #end({ status, headers, body }: Extract<TraceEvent, { kind: "answered" }>): void {
    const line = this.lines[this.#bodyAt];
    const sent = this.#request?.bodySoFar ?? null;
    if (line !== undefined && sent !== null && this.#options.dataTrace) {
      const text = `${line.text}${this.#bodyText(sent)}`.replace(LINE_BREAKS, " ");
      this.lines[this.#bodyAt] = { ...line, text };
    }
    if (this.#failed) return this.#write(`Method completed with status: ${status}`);
    this.#data(`Method response body after transformations: ${this.#bodyText(body)}`);
    this.#data(`Method response headers: ${this.#headerMap(headers)}`);
    this.#info("Successfully completed execution");
    this.#info(`Method completed with status: ${status}`);
  }

  /** Hidden before it is cut: half a credential is none that would be found. */
  #bodyText(body: TracedBody): string {
    if (!this.#options.dataTrace || body === null) return "";
    if (typeof body !== "string" && !(body instanceof Uint8Array)) return "[STREAMED]";
    return loggedBody(body, SHOWN, this.#hiding, this.#credentials);
  }

  #data(text: string): void {
    if (this.#options.dataTrace) this.#info(text);
  }

  #info(text: string): void {
    if (this.#options.level === "INFO") this.#write(text);
  }

  /** A client must not be able to write lines of its own. */
  #write(text: string): void {
    const shown = hideCredentials(text, this.#credentials).replace(LINE_BREAKS, " ");
    this.lines.push({ timeMs: this.#options.clock(), text: shown });
  }

  /** `{a=1, b=2}` of a query string. */
  #queryMap(pairs: readonly string[]): string {
    const shown: string[] = [];
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const name = pairs[i] ?? "";
      shown.push(name, loggedParameter(name, pairs[i + 1] ?? "", this.#hiding));
    }
    return plainMap(shown);
  }

  /** Without the ids that the gateway gives to every answer. */
  #headerMap(pairs: readonly string[]): string {
    const shown: string[] = [];
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const name = pairs[i] ?? "";
      if (/^x-am(?:zn-RequestId|z-apigw-id)$/i.test(name)) continue;
      shown.push(name, loggedHeader(name, pairs[i + 1] ?? "", this.#hiding));
    }
    return plainMap(shown);
  }
}

const LINE_BREAKS = /[\p{Cc}\u2028\u2029]+/gu;

/** `{a=1, b=2}`. */
function plainMap(pairs: readonly string[]): string {
  const entries: string[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) entries.push(`${pairs[i]}=${pairs[i + 1]}`);
  return `{${entries.join(", ")}}`;
}

/** `Mon Sep 29 19:28:50 UTC 2025`. */
export function timeText(timeMs: number): string {
  const [weekday = "", day, month, year, time] = new Date(timeMs).toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}

/** The lines as a test invocation shows them; recorded. */
export function testInvokeLines(log: ExecutionLog): readonly string[] {
  const head = log.request === null ? [] : [`Execution log for request ${log.request.requestId}`];
  return [...head, ...log.lines.map(({ timeMs, text }) => `${timeText(timeMs)} : ${text}`)];
}

/** The lines as CloudWatch has them: the request's id in front, 1024 bytes at most. */
export function cloudWatchLines(log: ExecutionLog): readonly string[] {
  const id = log.request?.requestId ?? "-";
  return log.lines.map(({ text }) => {
    const line = Buffer.from(`(${id}) ${text}`);
    return line.byteLength <= 1024 ? line.toString() : line.subarray(0, 1024).toString();
  });
}
