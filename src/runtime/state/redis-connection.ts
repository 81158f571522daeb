import { createClient, createCluster, RESP_TYPES } from "@redis/client";

export interface RedisAddress {
  /** `redis://` or `rediss://`, with user, password and database; of a cluster, some of its nodes. */
  readonly urls: readonly string[];
  readonly cluster: boolean;
  /** TLS even where an address says `redis://`. */
  readonly tls: boolean;
  /** PEM text of the authorities that sign the server's certificate; null: those of the system. */
  readonly ca: string | null;
}

/** One connection; commands that are sent within one turn travel together. */
export interface RedisConnection {
  /** Rejects when it cannot be opened; may take forever, so that the caller limits the time. */
  open(): Promise<unknown>;
  /** Bulk answers are Buffers. Rejects with the server's error, or when the connection is lost. */
  send(key: string, command: readonly (string | Buffer)[]): Promise<unknown>;
  destroy(): void;
}

type LostListener = (cause: unknown) => void;

/** The keeper of the connection limits the time; the client's way costs an AbortSignal a command. */
const COMMAND_OPTIONS = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer }, timeout: 0 };
/** Answers as arrays, understood by every server; no commands but the needed ones at the start. */
const PROTOCOL = { RESP: 2, disableClientInfo: true, maintNotifications: "disabled" } as const;

/**
 * A connection that is not open yet. One that is lost stays lost: `onLost` is told, and the caller
 * makes another one, so that addresses are resolved anew and there is one rule for waiting.
 */
export function createRedisConnection(
  address: RedisAddress,
  onLost: LostListener,
): RedisConnection {
  return address.cluster ? clusterConnection(address, onLost) : serverConnection(address, onLost);
}

function serverConnection(address: RedisAddress, onLost: LostListener): RedisConnection {
  const client = createClient({
    ...PROTOCOL,
    url: addressUrl(address, address.urls[0] ?? ""),
    socket: { ...tlsOptions(address), reconnectStrategy: false },
    commandOptions: COMMAND_OPTIONS,
  });
  client.on("error", onLost);
  return {
    open: () => client.connect(),
    send: (_key, command) => client.sendCommand(command),
    destroy: () => client.destroy(),
  };
}

/**
 * Nodes come and go, and the client follows them; whether commands are answered is what tells a
 * cluster that is lost.
 */
function clusterConnection(address: RedisAddress, onLost: LostListener): RedisConnection {
  const urls = address.urls.map((url) => addressUrl(address, url));
  const { username, password } = new URL(urls[0] ?? "");
  const cluster = createCluster({
    RESP: PROTOCOL.RESP,
    rootNodes: urls.map((url) => ({ url })),
    defaults: {
      disableClientInfo: true,
      maintNotifications: "disabled",
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(password === "" ? {} : { password: decodeURIComponent(password) }),
      socket: tlsOptions(address),
    },
    commandOptions: COMMAND_OPTIONS,
    minimizeConnections: true,
  });
  cluster.on("error", onLost);
  cluster.on("node-error", () => undefined);
  return {
    open: () => cluster.connect(),
    send: (key, command) => cluster.sendCommand(key, false, [...command]),
    destroy: () => cluster.destroy(),
  };
}

function addressUrl({ tls }: RedisAddress, url: string): string {
  return tls ? url.replace(/^redis:/, "rediss:") : url;
}

function tlsOptions({ tls, ca, urls }: RedisAddress): { tls?: true; ca?: string } {
  const encrypted = tls || urls.some((url) => url.startsWith("rediss:"));
  return encrypted ? { tls: true, ...(ca === null ? {} : { ca }) } : {};
}
