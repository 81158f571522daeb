import type { Writable } from "node:stream";
import type { FeedEvents } from "./wire.js";

/** Events that may wait for a client that reads slowly. */
const WAITING = 200;
const COMMENT_MS = 15_000;

/**
 * Server-sent events to one client. Who reads slower than events come loses the oldest, and is told how
 * many. Source: WHATWG HTML, "Server-sent events".
 */
export class EventStream {
  readonly #outgoing: Writable;
  readonly #comments: ReturnType<typeof setInterval>;
  #waiting: string[] = [];
  #dropped = 0;
  #isFull = false;

  /** `onEnd`: the client has gone. */
  constructor(outgoing: Writable, onEnd: () => void) {
    this.#outgoing = outgoing;
    outgoing.on("drain", () => this.#drain());
    outgoing.on("error", () => undefined);
    // proxies and browsers notice by it that the stream lives
    this.#comments = setInterval(() => this.#send(":\n\n"), COMMENT_MS).unref();
    outgoing.once("close", () => {
      clearInterval(this.#comments);
      this.#waiting = [];
      onEnd();
    });
  }

  send<K extends keyof FeedEvents>(name: K, event: FeedEvents[K]): void {
    this.#send(eventText(name, event));
  }

  end(): void {
    this.#outgoing.end();
  }

  #send(text: string): void {
    if (this.#outgoing.destroyed || this.#outgoing.writableEnded) return;
    if (!this.#isFull) {
      this.#isFull = !this.#outgoing.write(text);
      return;
    }
    if (this.#waiting.length === WAITING) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#waiting.push(text);
  }

  #drain(): void {
    this.#isFull = false;
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.send("missed", { count: dropped });
    while (!this.#isFull && this.#waiting.length > 0) this.#send(this.#waiting.shift() ?? "");
  }
}

/** JSON has no line breaks: one line of data an event. */
function eventText<K extends keyof FeedEvents>(name: K, event: FeedEvents[K]): string {
  return `event: ${name}\ndata: ${JSON.stringify(event)}\n\n`;
}
