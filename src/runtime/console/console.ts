import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AdminError, badRequest, notFound, unavailable } from "../admin/admin-error.js";
import type { TokenCheck } from "../admin/bearer-token.js";
import type { ManagedGateway } from "../gateway.js";
import { isRecord } from "../json-record.js";
import { errorText } from "../logger.js";
import { refuseOtherPages, requireJson } from "./console-guard.js";
import { EventStream } from "./event-stream.js";
import { readGauges } from "./gauges.js";
import type { RequestFeed } from "./request-feed.js";
import { readTryRequest, text, texts, tryRequest, type Identify } from "./try-request.js";
import type { ApiView, ConsoleProblem, RenderAnswer, RenderRequest } from "./wire.js";

/** The page as it was built. */
export interface ConsolePage {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/** One gateway as the console shows it. */
export interface ConsoleSubject {
  readonly gateway: ManagedGateway;
  readonly view: ApiView;
  readonly identify: Identify;
  /** Null: templates are not rendered here. */
  readonly render: ((asked: RenderRequest) => Promise<RenderAnswer>) | null;
}

export interface ConsoleOptions {
  readonly feed: RequestFeed;
  readonly page: ConsolePage;
  /** Null: the listener is reached from this machine alone, and asks for no token. */
  readonly token: TokenCheck | null;
}

/** What {@link ConsoleSubject} functions throw for the page to show. */
export class ConsoleRefusal extends Error {
  override readonly name = "ConsoleRefusal";
  readonly hint: string | null;
  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

const MAX_BODY_BYTES = 1024 * 1024;
/** Pages that look on at once. */
const MOST_STREAMS = 16;

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse) => void | Promise<void>;

/**
 * A web page to look at a running gateway, and what it asks: everything under `/console`. The page itself holds
 * nothing of the gateway; what it asks for is answered where the token is right.
 */
export class Console {
  readonly #feed: RequestFeed;
  readonly #token: TokenCheck | null;
  readonly #routes: ReadonlyMap<string, Answer>;
  readonly #streams = new Set<EventStream>();
  #subject: ConsoleSubject | null = null;
  #build = 0;

  constructor({ feed, page, token }: ConsoleOptions) {
    this.#feed = feed;
    this.#token = token;
    this.#routes = new Map<string, Answer>([
      ["GET /console", (_incoming, outgoing) => redirect(outgoing)],
      ["GET /console/", asset("text/html; charset=utf-8", page.html)],
      ["GET /console/console.js", asset("text/javascript; charset=utf-8", page.script)],
      ["GET /console/console.css", asset("text/css; charset=utf-8", page.style)],
      ["GET /console/api/api", (_incoming, outgoing) => json(outgoing, 200, this.#shown().view)],
      ["GET /console/api/events", (_incoming, outgoing) => this.#events(outgoing)],
      [
        "GET /console/api/requests",
        (_incoming, outgoing) => json(outgoing, 200, { requests: this.#feed.records() }),
      ],
      [
        "GET /console/api/under-way",
        (_incoming, outgoing) => json(outgoing, 200, this.#feed.underWay()),
      ],
      [
        "GET /console/api/gauges",
        async (_incoming, outgoing) =>
          json(outgoing, 200, await readGauges(this.#shown().gateway, this.#feed.counts)),
      ],
      ["POST /console/api/invoke", (incoming, outgoing) => this.#invoke(incoming, outgoing)],
      ["POST /console/api/render", (incoming, outgoing) => this.#render(incoming, outgoing)],
    ]);
  }

  /** From now on this gateway is shown. */
  show(subject: ConsoleSubject): void {
    this.#subject = subject;
    this.tell(null);
  }

  /** Tells of a build; `problem`: why the gateway before it is still served. */
  tell(problem: string | null): void {
    this.#build += 1;
    for (const stream of this.#streams) stream.send("build", { build: this.#build, problem });
  }

  /** Whether a request is one for the console. */
  static serves(url: string | undefined): boolean {
    return /^\/console(?:[/?]|$)/.test(url ?? "");
  }

  /** Never rejects. */
  async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      refuseOtherPages(incoming.headers, this.#token === null);
      const [path = ""] = (incoming.url ?? "").split("?");
      const method = incoming.method === "HEAD" ? "GET" : incoming.method;
      const answer = this.#routes.get(`${method} ${path}`);
      // the page shows nothing by itself, and a browser sends no token with an address
      if (path.startsWith("/console/api/")) this.#token?.(incoming.headers.authorization);
      if (answer === undefined) throw notFound("there is nothing here");
      await answer(incoming, outgoing);
    } catch (error) {
      refuse(outgoing, error, this.#subject);
    }
  }

  close(): void {
    for (const stream of this.#streams) stream.end();
    this.#feed.close();
  }

  #shown(): ConsoleSubject {
    if (this.#subject === null) throw unavailable();
    return this.#subject;
  }

  #events(outgoing: ServerResponse): void {
    if (this.#streams.size >= MOST_STREAMS) {
      throw new AdminError("LimitExceededException", `${MOST_STREAMS} pages look on already`);
    }
    outgoing.writeHead(200, { ...safe, "Content-Type": "text/event-stream; charset=utf-8" });
    const stream = new EventStream(outgoing, () => {
      end();
      this.#streams.delete(stream);
    });
    this.#streams.add(stream);
    // before it listens: what is written down now comes once
    const [records, lines] = [this.#feed.records(), this.#feed.lines()];
    const end = this.#feed.subscribe({
      request: (record) => stream.send("request", record),
      line: (line) => stream.send("line", line),
      missed: (count) => stream.send("missed", { count }),
    });
    stream.send("hello", { records, lines, build: this.#build });
  }

  async #invoke(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const asked = readTryRequest(await readJson(incoming));
    const { gateway, identify } = this.#shown();
    json(outgoing, 200, await tryRequest(gateway, asked, identify, this.#feed));
  }

  async #render(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readJson(incoming);
    const { render } = this.#shown();
    if (render === null) throw notFound("templates are not rendered here");
    const params = isRecord(body["params"]) ? body["params"] : {};
    const answer = await render({
      operation: text(body, "operation") ?? "",
      template: text(body, "template") ?? "",
      stage: text(body, "stage"),
      body: text(body, "body") ?? "",
      params: {
        path: texts(params, "path"),
        querystring: texts(params, "querystring"),
        header: texts(params, "header"),
      },
    });
    json(outgoing, 200, answer);
  }
}

const safe = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
};

function asset(type: string, content: string): Answer {
  const etag = `"${createHash("sha256").update(content).digest("base64url")}"`;
  const bytes = Buffer.from(content);
  return (incoming, outgoing) => {
    const headers = { ...safe, "Cache-Control": "no-cache", ETag: etag };
    if (incoming.headers["if-none-match"] === etag) {
      outgoing.writeHead(304, headers).end();
      return;
    }
    outgoing.writeHead(200, {
      ...headers,
      "Content-Type": type,
      "Content-Length": bytes.byteLength,
    });
    outgoing.end(incoming.method === "HEAD" ? undefined : bytes);
  };
}

function redirect(outgoing: ServerResponse): void {
  outgoing.writeHead(308, { ...safe, Location: "/console/" }).end();
}

function json(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { ...safe, "Content-Type": "application/json" });
  outgoing.end(JSON.stringify(body));
}

function refuse(outgoing: ServerResponse, error: unknown, subject: ConsoleSubject | null): void {
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  if (error instanceof ConsoleRefusal) {
    const { message, hint } = error;
    json(outgoing, 400, { message, ...(hint === null ? {} : { hint }) } satisfies ConsoleProblem);
    return;
  }
  if (error instanceof AdminError) {
    json(outgoing, error.status, { message: error.message } satisfies ConsoleProblem);
    return;
  }
  subject?.gateway.logger.error(errorText(error), { where: "console" });
  json(outgoing, 500, { message: "Internal failure" } satisfies ConsoleProblem);
}

async function readJson(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  requireJson(incoming.headers);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const arriving: AsyncIterable<Uint8Array> = incoming.iterator({ destroyOnReturn: false });
  for await (const chunk of arriving) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) {
      throw new AdminError("RequestEntityTooLargeException", "the body is too large");
    }
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (isRecord(value)) return value;
  } catch {
    // the same answer
  }
  throw badRequest("the body is not a JSON object");
}
