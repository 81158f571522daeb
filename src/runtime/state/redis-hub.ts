import {
  GONE,
  newNode,
  nodeOf,
  UNAVAILABLE,
  type ConnectionHolder,
  type ConnectionHub,
  type ConnectionOrder,
  type ConnectionOutcome,
} from "./connections.js";
import { readNodeMessage, writeNodeMessage, type NodeMessage } from "./node-message.js";
import type { RedisAddress } from "./redis-connection.js";
import { RedisInbox } from "./redis-inbox.js";

export interface RedisHubOptions {
  readonly address: RedisAddress;
  /** In front of every key and channel. */
  readonly tag: string;
  readonly connectTimeoutMs: number;
  readonly holder: ConnectionHolder;
  /** Rejects while Redis cannot be used. */
  readonly send: (command: readonly (string | Buffer)[]) => Promise<unknown>;
  /** Tells a gateway something: -1 where it is not there, else how many heard it. */
  readonly tell: (aliveKey: string, channel: string, message: Buffer) => Promise<unknown>;
  readonly isDown: () => boolean;
  readonly onFailure: (error: unknown) => void;
}

/** Signs of life. A gateway that died without a word is known to be gone after the longer time. */
const BEAT_MS = 4_000;
const ALIVE_SECONDS = 15;
/** How long another gateway may take to carry out an order. */
const ANSWER_MS = 2_000;
/** So long after Redis was away it does not know yet who is there: nobody is said to be gone. */
const ANNOUNCED_MS = 10_000;
/** How long a gateway that stops waits for what it was told before. */
const LAST_MS = 500;
/** Questions that are remembered, so that none is carried out twice while a subscription changes. */
const REMEMBERED = 4_096;

interface Asked {
  readonly settle: (outcome: ConnectionOutcome) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * A gateway among those on one Redis. Whose a connection is stands in its id; orders go to that
 * gateway's channel, and an order is done when that gateway says so. Nothing is sent twice: what is
 * not answered in time is `unavailable`, and may have been carried out.
 */
export class RedisHub implements ConnectionHub {
  readonly node = newNode();
  readonly #options: RedisHubOptions;
  readonly #inbox: RedisInbox;
  readonly #asked = new Map<string, Asked>();
  readonly #carriedOut = new Set<string>();
  readonly #answering = new Set<Promise<void>>();
  readonly #beating: NodeJS.Timeout;
  #onBeat: (() => void) | null = null;
  #reopenedMs = -Infinity;
  #wasOpen = false;
  #asks = 0;
  #beats = 0;
  #heard = 0;

  constructor(options: RedisHubOptions) {
    this.#options = options;
    this.#inbox = new RedisInbox({
      address: options.address,
      channel: this.#channel(this.node),
      connectTimeoutMs: options.connectTimeoutMs,
      onMessage: (message) => this.#receive(message),
      onOpen: () => this.#opened(),
    });
    this.#beating = setInterval(() => this.#beat(), BEAT_MS);
    this.#beating.unref();
  }

  order(order: ConnectionOrder): ConnectionOutcome | Promise<ConnectionOutcome> {
    const node = nodeOf(order.id);
    if (node === this.node) return this.#options.holder(order);
    // a name that cannot be one's is not asked for
    if (!/^[0-9a-f]{8}$/.test(node)) return GONE;
    // the answer would not arrive
    if (!this.#inbox.isOpen) return UNAVAILABLE;
    return this.#ask(node, order);
  }

  /** Tells Redis that this gateway is there, when it may have forgotten. */
  announce(): void {
    if (this.#inbox.isOpen) void this.#signal();
  }

  /** What was asked before nobody can ask any more is answered. */
  async close(): Promise<void> {
    clearInterval(this.#beating);
    await this.#quietly(this.#options.send(["UNLINK", this.#aliveKey(this.node)]));
    if (this.#inbox.isOpen) await this.#heardLast();
    await Promise.all(this.#answering);
    this.#inbox.close();
    for (const ask of this.#asked.keys()) this.#settle(ask, UNAVAILABLE);
  }

  /** Settles when everything has arrived that was published before. */
  async #heardLast(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const heard = new Promise<void>((resolve) => {
      this.#onBeat = resolve;
      timer = setTimeout(resolve, LAST_MS);
    });
    await this.#publish(this.node, { kind: "beat" });
    await heard;
    clearTimeout(timer);
  }

  #ask(node: string, order: ConnectionOrder): Promise<ConnectionOutcome> {
    this.#asks += 1;
    const ask = `${this.node}:${String(this.#asks)}`;
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#settle(ask, UNAVAILABLE), ANSWER_MS);
      this.#asked.set(ask, { settle, timer });
      void this.#tell(node, { kind: "ask", from: this.node, ask, order }).then((heard) => {
        const isKnown = Date.now() - this.#reopenedMs > ANNOUNCED_MS;
        if (heard === -1) this.#settle(ask, isKnown ? GONE : UNAVAILABLE);
        else if (this.#isUnheard(heard)) this.#settle(ask, UNAVAILABLE);
      });
    });
  }

  /** Nobody will answer. A command that only took too long may still be answered. */
  #isUnheard(heard: unknown): boolean {
    const { address, isDown } = this.#options;
    return heard === null ? isDown() : heard === 0 && !address.cluster;
  }

  #settle(ask: string, outcome: ConnectionOutcome): void {
    const asked = this.#asked.get(ask);
    if (asked === undefined) return;
    this.#asked.delete(ask);
    clearTimeout(asked.timer);
    asked.settle(outcome);
  }

  #receive(bytes: Buffer): void {
    const message = readNodeMessage(bytes);
    switch (message?.kind) {
      case "ask":
        this.#carryOut(message);
        break;
      case "answer":
        this.#settle(message.ask, message.outcome);
        break;
      case "beat":
        this.#heard = this.#beats;
        this.#onBeat?.();
        break;
      case undefined:
        this.#options.onFailure(new Error("a message of another gateway cannot be read"));
    }
  }

  #carryOut({ from, ask, order }: Extract<NodeMessage, { kind: "ask" }>): void {
    if (this.#carriedOut.has(ask)) return;
    this.#carriedOut.add(ask);
    if (this.#carriedOut.size > REMEMBERED) {
      const [oldest] = this.#carriedOut;
      if (oldest !== undefined) this.#carriedOut.delete(oldest);
    }
    const outcome = this.#options.holder(order);
    // who has asked is there, whether Redis knows it or not
    const answering = this.#publish(from, { kind: "answer", ask, outcome }).finally(() => {
      this.#answering.delete(answering);
    });
    this.#answering.add(answering);
  }

  #publish(node: string, message: NodeMessage): Promise<void> {
    const bytes = writeNodeMessage(message);
    return this.#quietly(this.#options.send(["PUBLISH", this.#channel(node), bytes]));
  }

  /** Null where Redis failed. */
  async #tell(node: string, message: NodeMessage): Promise<unknown> {
    const { tell, onFailure } = this.#options;
    try {
      return await tell(this.#aliveKey(node), this.#channel(node), writeNodeMessage(message));
    } catch (error) {
      onFailure(error);
      return null;
    }
  }

  /** A gateway is there for others only while what they tell it arrives. */
  #beat(): void {
    if (!this.#inbox.isOpen) return;
    if (this.#heard < this.#beats) return this.#inbox.renew();
    this.#beats += 1;
    void this.#signal();
  }

  #opened(): void {
    if (this.#wasOpen) this.#reopenedMs = Date.now();
    this.#wasOpen = true;
    this.#heard = this.#beats;
    this.announce();
  }

  async #signal(): Promise<void> {
    const key = this.#aliveKey(this.node);
    await this.#quietly(this.#options.send(["SET", key, "", "EX", String(ALIVE_SECONDS)]));
    await this.#publish(this.node, { kind: "beat" });
  }

  async #quietly(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #aliveKey(node: string): string {
    return `${this.#options.tag}:gateway:${node}`;
  }

  #channel(node: string): string {
    return `${this.#options.tag}:to:${node}`;
  }
}
