// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ManagedGateway } from "../gateway.js";
import { isRecord } from "../json-record.js";
import { errorText, type Logger } from "../logger.js";
import { withSecrets } from "../secrets.js";
import type { GatewayServer } from "../server/node.js";
import { AdminError, badRequest, type AdminErrorType } from "./admin-error.js";
import type { AdminAnswer, AdminCall, AdminOperation } from "./admin-operation.js";
import { createAdminRouter, type AdminRouter } from "./admin-router.js";
import { Administered } from "./administered.js";
import { apiKeyOperations } from "./api-keys.js";
import { prepareTokenCheck, type TokenCheck } from "./bearer-token.js";
import { isLoopbackHost, refuseWebPages } from "./browser-guard.js";
import { connectionOperations } from "./connections.js";
import { flushOperation } from "./cache-entries.js";
import { live, ready } from "./health.js";
import { closeServer, listenerBeside, type ListenerBeside } from "./listener-beside.js";
import { showLimits } from "./limits-view.js";
import { metricsOperations } from "./metrics.js";
import { restApiOperations } from "./rest-apis.js";
import { testAuthorizerOperation } from "./test-authorizer.js";
import { testInvokeOperation } from "./test-invoke.js";
import { usagePlanOperations } from "./usage-plans.js";

export interface AdminOptions {
  /** 0 picks a free port. */
  readonly port: number;
  /** An address that others than this machine reach needs the secret `gateway/admin-token`. */
  readonly host: string;
  /** Paths of the health checks. */
  readonly live: string;
  readonly ready: string;
  /** Path of the metrics; absent or null: they are not asked for here. */
  readonly metrics?: string | null;
  /** A web page; absent: there is none. */
  readonly page?: AdminPage | null;
}

/** A page beside the control plane. It looks after its requests by itself. */
export interface AdminPage {
  /** Whether a request is one for it. */
  serves(url: string | undefined): boolean;
  /** Called once, before there is a request. `token`: null, the listener asks for none. */
  attach(gateway: ManagedGateway, token: TokenCheck | null): void;
  /** Never rejects. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
  close(): void;
}

/** A listener beside the gateway's, for those who run it. */
export type AdminServer = ListenerBeside;

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 256;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves health checks, a view of the limits, and the part of API Gateway's control plane that a
 * running gateway can answer; docs/admin.md lists it. Without the token that the address needs, the
 * problem is told, the gateway is closed and the result is undefined. Rejects, the gateway closed,
 * when the address cannot be listened on.
 */
export async function startAdmin(
  gateway: ManagedGateway,
  options: AdminOptions,
): Promise<AdminServer | undefined> {
  const { page = null } = options;
  const guard = withSecrets(() => prepareGuard(gateway, options.host));
  if (guard === undefined) {
    await gateway.close();
    return undefined;
  }
  page?.attach(gateway, guard.token);
  if (page === null) tellOfMissingConsole(gateway.logger);
  let served: GatewayServer | null = null;
  const administered = new Administered(gateway);
  const router = createAdminRouter([
    { method: "GET", path: options.live, answer: live },
    { method: "GET", path: options.ready, answer: () => ready(served, gateway.store) },
    ...metricsOperations(gateway, options.metrics ?? null),
    ...operations,
  ]);
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: HEADERS_TIMEOUT_MS,
    },
    (incoming, outgoing) => {
      if (page?.serves(incoming.url) === true) void page.handle(incoming, outgoing);
      else void serve({ router, guard, administered, logger: gateway.logger }, incoming, outgoing);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, options).catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
  const stop = (): Promise<void> => {
    page?.close();
    return closeServer(server);
  };
  return listenerBeside(port, stop, (started) => {
    served = started;
  });
}

/** Whoever asks for a console by the environment alone would look for it in vain. */
function tellOfMissingConsole(logger: Logger): void {
  if (!/^(?:1|true|on)$/i.test(process.env["GATEWAY_CONSOLE"] ?? "")) return;
  logger.warn("GATEWAY_CONSOLE asks for a console, which this project has not", {
    hint: "set runtime: { console: true } in the settings and generate again",
  });
}

const operations: readonly AdminOperation[] = [
  { method: "GET", path: "/limits", answer: showLimits },
  { method: "DELETE", path: "/cache/{stageName}/{operation}", answer: flushOperation },
  ...apiKeyOperations,
  ...usagePlanOperations,
  ...restApiOperations,
  testInvokeOperation,
  testAuthorizerOperation,
  ...connectionOperations,
];

interface Guard {
  readonly check: (incoming: IncomingMessage) => void;
  /** Null: none is asked for. */
  readonly token: TokenCheck | null;
}

/** On the loopback whoever is on this machine may ask, but no web page. */
function prepareGuard({ secrets }: ManagedGateway, host: string): Guard {
  if (isLoopbackHost(host)) {
    return { check: ({ headers }) => refuseWebPages(headers), token: null };
  }
  const token: TokenCheck = prepareTokenCheck(secrets);
  return { check: ({ headers }) => token(headers.authorization), token };
}

interface Core {
  readonly router: AdminRouter;
  readonly guard: Guard;
  readonly administered: Administered;
  readonly logger: Logger;
}

async function serve(
  core: Core,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    core.guard.check(incoming);
    write(outgoing, await answer(core, incoming));
  } catch (error) {
    refuse(core.logger, outgoing, error);
  }
}

async function answer(
  { router, administered }: Core,
  incoming: IncomingMessage,
): Promise<AdminAnswer> {
  const [path = "", query = ""] = (incoming.url ?? "").split(/\?(.*)/s);
  const { operation, segment } = router(incoming.method ?? "", path);
  const parameters = new URLSearchParams(query);
  const read = await readBody(incoming, operation);
  const parameter = (name: string): string | null => parameters.get(name);
  const header = (name: string): string | null => {
    const value = incoming.headers[name];
    return typeof value === "string" ? value : null;
  };
  const call: AdminCall = { administered, segment, parameter, parameters, header, ...read };
  return operation.answer(call);
}

const NO_BYTES = Buffer.alloc(0);

async function readBody(
  incoming: IncomingMessage,
  { maxBytes }: AdminOperation,
): Promise<Pick<AdminCall, "body" | "bytes">> {
  if (maxBytes === undefined) {
    const bytes = await readBytes(incoming, MAX_BODY_BYTES, "RequestEntityTooLargeException");
    return { body: parseBody(bytes), bytes: NO_BYTES };
  }
  return { body: {}, bytes: await readBytes(incoming, maxBytes, "PayloadTooLargeException") };
}

async function readBytes(
  incoming: IncomingMessage,
  maxBytes: number,
  refusal: AdminErrorType,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const arriving: AsyncIterable<Uint8Array> = incoming.iterator({ destroyOnReturn: false });
  for await (const chunk of arriving) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new AdminError(refusal, "the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseBody(bytes: Buffer): AdminCall["body"] {
  if (bytes.byteLength === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString());
    if (isRecord(value)) return value;
  } catch {
    // the same answer
  }
  throw badRequest("the body is not a JSON object");
}

function write(outgoing: ServerResponse, { status, body, text }: AdminAnswer): void {
  outgoing.writeHead(status, {
    "Content-Type": text?.type ?? "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "x-amzn-RequestId": randomUUID(),
  });
  outgoing.end(text?.text ?? (body === null ? undefined : JSON.stringify(body)));
}

function refuse(logger: Logger, outgoing: ServerResponse, error: unknown): void {
  // the client has gone
  if (outgoing.destroyed) return;
  if (!(error instanceof AdminError)) logger.error(errorText(error), { where: "admin" });
  const { type, status, message } =
    error instanceof AdminError ? error : new AdminError("InternalFailure", "Internal failure");
  outgoing.setHeader("x-amzn-ErrorType", type);
  if (status === 401) outgoing.setHeader("WWW-Authenticate", "Bearer");
  if (status === 503) outgoing.setHeader("Retry-After", "1");
  // what is left of the request is not waited for
  outgoing.setHeader("Connection", "close");
  write(outgoing, { status, body: { message } });
}

function listen(server: Server, { port, host }: AdminOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
