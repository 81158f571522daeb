import { setTimeout as delay } from "node:timers/promises";
import { createRedisConnection } from "./redis-connection.js";
import type { RedisAddress, RedisConnection } from "./redis-connection.js";

export interface RedisLinkOptions {
  readonly address: RedisAddress;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  /** A key of the slot that all commands go to; it is written to learn whether that is possible. */
  readonly probeKey: string;
  /** Told when the state of the link changes; `cause` is null when it is up. */
  readonly onChange: (cause: unknown) => void;
}

/** Redis cannot be used now. */
export class RedisUnavailable extends Error {
  override readonly name = "RedisUnavailable";
}

const FIRST_RETRY_MS = 25;
const LONGEST_RETRY_MS = 1000;
const PROBE_TTL_MS = "1000";

/**
 * Keeps one connection to Redis. A command is answered, or fails within its time limit, or fails at
 * once while the link is down; only the first attempt to connect is waited for. A command that fails casts doubt on
 * the connection, and a write is tried: when that fails too (the server hangs, became a replica, is
 * out of memory, the network lost the connection without a word), the link is down, and is made anew
 * until a write succeeds.
 */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #closing = new AbortController();
  #connection: RedisConnection | null = null;
  #opening: Promise<void> | null = null;
  #doubted: RedisConnection | null = null;
  /** Commands sent, probes and retries left out. */
  commands = 0;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
  }

  /** Commands fail at once. */
  get isDown(): boolean {
    return this.#connection === null && this.#opening === null;
  }

  /** Opens the link; resolves when the first attempt succeeded or failed. Further ones go on. */
  open(): Promise<void> {
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<void> {
    const failure = await this.#attempt();
    this.#opening = null;
    if (failure === null || this.#closing.signal.aborted) return;
    this.#options.onChange(failure.cause);
    void this.#reopen();
  }

  /** Rejects with `RedisUnavailable`, or with the server's own error. */
  async send(key: string, command: readonly (string | Buffer)[]): Promise<unknown> {
    if (this.#opening !== null) await this.#opening;
    const connection = this.#connection;
    if (connection === null) throw new RedisUnavailable("Redis is not connected");
    this.commands++;
    try {
      return await within(this.#options.commandTimeoutMs, connection.send(key, command));
    } catch (error) {
      if (!isUnknownScript(error)) void this.#doubt(connection, error);
      throw error;
    }
  }

  /** Whether Redis takes a write. */
  async probe(): Promise<boolean> {
    const connection = this.#connection;
    return connection !== null && (await this.#takesWrites(connection)) === null;
  }

  close(): void {
    this.#closing.abort();
    this.#connection?.destroy();
    this.#connection = null;
  }

  async #doubt(connection: RedisConnection, cause: unknown): Promise<void> {
    if (this.#doubted === connection || this.#connection !== connection) return;
    this.#doubted = connection;
    if ((await this.#takesWrites(connection)) !== null) this.#lost(connection, cause);
    this.#doubted = null;
  }

  #lost(connection: RedisConnection, cause: unknown): void {
    if (this.#connection !== connection || this.#closing.signal.aborted) return;
    this.#connection = null;
    connection.destroy();
    this.#options.onChange(cause);
    void this.#reopen();
  }

  async #reopen(): Promise<void> {
    await retried(this.#closing.signal, async () => (await this.#attempt()) === null);
  }

  /** Null: the link is up. */
  async #attempt(): Promise<{ readonly cause: unknown } | null> {
    const { address, connectTimeoutMs, onChange } = this.#options;
    const connection = createRedisConnection(address, (cause) => this.#lost(connection, cause));
    try {
      await within(connectTimeoutMs, connection.open());
    } catch (cause) {
      connection.destroy();
      return { cause };
    }
    const refused = await this.#takesWrites(connection);
    if (refused !== null || this.#closing.signal.aborted) {
      connection.destroy();
      return refused ?? { cause: null };
    }
    this.#connection = connection;
    onChange(null);
    return null;
  }

  async #takesWrites(connection: RedisConnection): Promise<{ readonly cause: unknown } | null> {
    const { probeKey, commandTimeoutMs } = this.#options;
    try {
      const command = ["SET", probeKey, "", "PX", PROBE_TTL_MS];
      await within(commandTimeoutMs, connection.send(probeKey, command));
      return null;
    } catch (cause) {
      return { cause };
    }
  }
}

/** Redis was restarted, or its scripts were flushed. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}

/** Tries again, at growing intervals, until it succeeds or is told to stop. */
export async function retried(signal: AbortSignal, attempt: () => Promise<boolean>): Promise<void> {
  for (let waitMs = FIRST_RETRY_MS; !signal.aborted; waitMs = longer(waitMs)) {
    // half of it by chance: many gateways must not come back at the same moment
    await delay(waitMs / 2 + (Math.random() * waitMs) / 2, null, { signal }).catch(() => null);
    if (!signal.aborted && (await attempt())) return;
  }
}

function longer(waitMs: number): number {
  return Math.min(LONGEST_RETRY_MS, waitMs * 2);
}

/** Rejects with `RedisUnavailable` when an answer takes too long. */
export function within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void =>
      reject(new RedisUnavailable(`no answer from Redis within ${limitMs} ms`));
    // an answer may have come while this process was busy: sockets are read before it is given up
    const timer = setTimeout(() => setImmediate(late), limitMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
