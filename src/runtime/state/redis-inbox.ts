import { createRedisSubscription } from "./redis-connection.js";
import type { RedisAddress, RedisSubscription } from "./redis-connection.js";
import { retried, within } from "./redis-link.js";

export interface RedisInboxOptions {
  readonly address: RedisAddress;
  readonly channel: string;
  readonly connectTimeoutMs: number;
  readonly onMessage: (message: Buffer) => void;
  /** Told when messages arrive from now on. */
  readonly onOpen: () => void;
}

/** Keeps one channel subscribed: a subscription that is lost is made anew until it stands. */
export class RedisInbox {
  readonly #options: RedisInboxOptions;
  readonly #closing = new AbortController();
  #subscription: RedisSubscription | null = null;

  constructor(options: RedisInboxOptions) {
    this.#options = options;
    void this.#open();
  }

  /** Messages arrive, as far as is known. */
  get isOpen(): boolean {
    return this.#subscription !== null;
  }

  /** Gives up a subscription on which nothing arrives any more. */
  renew(): void {
    this.#lost(this.#subscription);
  }

  close(): void {
    this.#closing.abort();
    this.#subscription?.destroy();
    this.#subscription = null;
  }

  async #open(): Promise<void> {
    if (!(await this.#attempt())) await this.#reopen();
  }

  #reopen(): Promise<void> {
    return retried(this.#closing.signal, () => this.#attempt());
  }

  async #attempt(): Promise<boolean> {
    const { address, channel, connectTimeoutMs, onMessage, onOpen } = this.#options;
    const subscription = createRedisSubscription(address, channel, onMessage, () =>
      this.#lost(subscription),
    );
    try {
      await within(connectTimeoutMs, subscription.open());
    } catch {
      subscription.destroy();
      return false;
    }
    if (this.#closing.signal.aborted) {
      subscription.destroy();
      return true;
    }
    this.#subscription = subscription;
    onOpen();
    return true;
  }

  #lost(subscription: RedisSubscription | null): void {
    if (subscription === null || this.#subscription !== subscription) return;
    this.#subscription = null;
    subscription.destroy();
    if (!this.#closing.signal.aborted) void this.#reopen();
  }
}
