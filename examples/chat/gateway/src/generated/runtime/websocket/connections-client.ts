// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isRecord } from "../json-record.js";
import { manageInProcess } from "./process-channel.js";
import type { ManagementMethod } from "./socket-part.js";

/** What functions do with connections. */
export interface Connections {
  /** Sends one message; false: the connection is gone. */
  send(connectionId: string, data: string | Uint8Array): Promise<boolean>;
  /** Null: the connection is gone. */
  get(connectionId: string): Promise<ConnectionInfo | null>;
  /** Closes a connection; false: it was gone already. */
  disconnect(connectionId: string): Promise<boolean>;
}

export interface ConnectionInfo {
  readonly connectedAt: Date;
  readonly lastActiveAt: Date;
  readonly sourceIp: string;
  readonly userAgent: string | null;
}

/** What an event says about its API; `requestContext` of any WebSocket event is one. */
export interface ConnectionsContext {
  readonly domainName: string;
  readonly stage: string;
}

/** A request that was refused for another reason than that the connection is gone. */
export class ConnectionsError extends Error {
  override readonly name = "ConnectionsError";
  /** `PayloadTooLargeException`, `LimitExceededException`, `ForbiddenException`, … */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Carries one request out and gives the answer; `type` is null for a success. */
export type ConnectionsTransport = (request: {
  readonly method: ManagementMethod;
  readonly stage: string;
  readonly connectionId: string;
  readonly data: Uint8Array;
}) => Promise<ConnectionsAnswer>;

export interface ConnectionsAnswer {
  readonly type: string | null;
  readonly message: string;
  /** JSON of `GetConnection`; null: none. */
  readonly body: unknown;
}

export interface ConnectionsOptions {
  /** Default: the variables of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** How AWS is asked, for functions that run there. */
  readonly aws?: (context: ConnectionsContext) => ConnectionsTransport;
}

const NO_DATA = new Uint8Array();

/**
 * Connections of the API that an event came from. `GATEWAY_CONNECTIONS_URL` names the management
 * endpoint, without the stage; without it, on AWS Lambda the endpoint of the event is asked, and
 * anywhere else the gateway that runs the function.
 */
export function connectionsOf(
  context: ConnectionsContext,
  options: ConnectionsOptions = {},
): Connections {
  const transport = chooseTransport(context, options);
  const { stage } = context;
  const ask = async (
    method: ManagementMethod,
    connectionId: string,
    data: Uint8Array = NO_DATA,
  ): Promise<ConnectionsAnswer | null> => {
    const answer = await transport({ method, stage, connectionId, data });
    if (answer.type === "GoneException") return null;
    if (answer.type !== null) throw new ConnectionsError(answer.type, answer.message);
    return answer;
  };
  return {
    send: async (id, data) =>
      (await ask("POST", id, typeof data === "string" ? Buffer.from(data) : data)) !== null,
    get: async (id) => {
      const answer = await ask("GET", id);
      return answer === null ? null : connectionInfo(answer.body);
    },
    disconnect: async (id) => (await ask("DELETE", id)) !== null,
  };
}

function chooseTransport(
  context: ConnectionsContext,
  { environment = process.env, aws }: ConnectionsOptions,
): ConnectionsTransport {
  const url = environment["GATEWAY_CONNECTIONS_URL"];
  if (url !== undefined && url !== "") {
    return httpTransport(url, environment["GATEWAY_ADMIN_TOKEN"] ?? null);
  }
  if (environment["AWS_LAMBDA_FUNCTION_NAME"] === undefined) return processTransport;
  if (aws !== undefined) return aws(context);
  throw new Error("the function runs on AWS, and was not given the way to ask AWS");
}

/** The gateway that runs the function. */
const processTransport: ConnectionsTransport = async ({ method, stage, connectionId, data }) => {
  const managed = await manageInProcess(method, { stage, id: connectionId }, data);
  if (managed === null) {
    throw new ConnectionsError(
      "ServiceUnavailableException",
      "no gateway of this process answers; GATEWAY_CONNECTIONS_URL can name another one",
    );
  }
  return managed.kind === "answer"
    ? { type: null, message: "", body: managed.body }
    : { type: managed.type, message: managed.message, body: null };
};

/** A management endpoint over HTTP: the admin listener of a gateway. */
function httpTransport(url: string, token: string | null): ConnectionsTransport {
  return async ({ method, stage, connectionId, data }) => {
    const response = await fetch(connectionUrl(url, stage, connectionId), {
      method,
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
      ...(method === "POST" ? { body: data } : {}),
    });
    return readAnswer(
      response.status,
      response.headers.get("x-amzn-errortype"),
      await response.text(),
    );
  };
}

export function connectionUrl(origin: string, stage: string, connectionId: string): string {
  const id = encodeURIComponent(connectionId);
  return `${origin.replace(/\/+$/, "")}/${encodeURIComponent(stage)}/@connections/${id}`;
}

/** The answer of a management endpoint. Some name the error by its status alone. */
export function readAnswer(
  status: number,
  errorType: string | null,
  text: string,
): ConnectionsAnswer {
  const body = parsed(text);
  if (status < 400) return { type: null, message: "", body };
  const message = isRecord(body) && typeof body["message"] === "string" ? body["message"] : text;
  const [named] = (errorType ?? "").split(":", 1);
  const type = status === 410 ? "GoneException" : named || `status ${String(status)}`;
  return { type, message, body: null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function connectionInfo(body: unknown): ConnectionInfo {
  const facts = isRecord(body) ? body : {};
  const identity = isRecord(facts["identity"]) ? facts["identity"] : {};
  const { sourceIp, userAgent } = identity;
  return {
    connectedAt: new Date(String(facts["connectedAt"])),
    lastActiveAt: new Date(String(facts["lastActiveAt"])),
    sourceIp: typeof sourceIp === "string" ? sourceIp : "",
    userAgent: typeof userAgent === "string" ? userAgent : null,
  };
}
