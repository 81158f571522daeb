import { createClient, createCluster, RESP_TYPES } from "@redis/client";

export interface RedisAddress {
  /** `redis://` or `rediss://`, with user, password and database; of a cluster, some of its nodes. */
  readonly urls: readonly string[];
  readonly cluster: boolean;
  /** TLS even where no address says `rediss://`. */
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

/** A connection on which nothing comes but the messages of one channel. */
export interface RedisSubscription {
  /** Rejects when it cannot be opened; may take forever, so that the caller limits the time. */
  open(): Promise<unknown>;
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
  return address.cluster ? clusterConnection(address) : serverConnection(address, onLost);
}

/** A subscription that is not open yet. One that is lost stays lost, and `onLost` is told. */
export function createRedisSubscription(
  address: RedisAddress,
  channel: string,
  onMessage: (message: Buffer) => void,
  onLost: LostListener,
): RedisSubscription {
  if (address.cluster) return clusterSubscription(address, channel, onMessage);
  const client = serverClient(address);
  client.on("error", onLost);
  return {
    open: async () => {
      await client.connect();
      await client.subscribe(channel, onMessage, true);
    },
    destroy: () => client.destroy(),
  };
}

/** Every node of a cluster passes messages on: which one is asked does not matter. */
function clusterSubscription(
  address: RedisAddress,
  channel: string,
  onMessage: (message: Buffer) => void,
): RedisSubscription {
  const cluster = clusterClient(address);
  cluster.on("error", () => undefined);
  return {
    open: async () => {
      await cluster.connect();
      await cluster.subscribe(channel, onMessage, true);
    },
    destroy: () => cluster.destroy(),
  };
}

function serverConnection(address: RedisAddress, onLost: LostListener): RedisConnection {
  const client = serverClient(address);
  client.on("error", onLost);
  return {
    open: () => client.connect(),
    send: (_key, command) => client.sendCommand(command),
    destroy: () => client.destroy(),
  };
}

function serverClient(address: RedisAddress) {
  return createClient({
    ...PROTOCOL,
    url: addressUrl(address, address.urls[0] ?? ""),
    socket: { ...tlsOptions(address), reconnectStrategy: false },
    commandOptions: COMMAND_OPTIONS,
  });
}

/**
 * The client follows slots and nodes that move. What it says about a node tells nothing about the
 * node that has the keys: commands that fail do.
 */
function clusterConnection(address: RedisAddress): RedisConnection {
  const cluster = clusterClient(address);
  cluster.on("error", () => undefined);
  return {
    open: () => cluster.connect(),
    send: (key, command) => cluster.sendCommand(key, false, [...command]),
    destroy: () => cluster.destroy(),
  };
}

function clusterClient(address: RedisAddress) {
  const urls = address.urls.map((url) => addressUrl(address, url));
  const { username, password } = new URL(urls[0] ?? "");
  return createCluster({
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
}

/** Whether a text is the address of a server. An address may hold a password: it is not to be told. */
export function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, username, password } = new URL(text);
  return hostname !== "" && /^(?:\/\d*)?$/.test(pathname) && isEscaped(username + password);
}

function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isEncrypted({ tls, urls }: RedisAddress): boolean {
  return tls || urls.some((url) => url.startsWith("rediss:"));
}

function addressUrl(address: RedisAddress, url: string): string {
  return isEncrypted(address) ? url.replace(/^redis:/, "rediss:") : url;
}

function tlsOptions(address: RedisAddress): { tls?: true; ca?: string } {
  if (!isEncrypted(address)) return {};
  return { tls: true, ...(address.ca === null ? {} : { ca: address.ca }) };
}
