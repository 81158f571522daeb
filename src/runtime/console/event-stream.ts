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
  #waiting: WaitingEvent[] = [];
  #dropped = 0;
  #isFull = false;

  /** `onEnd`: the client has gone. */
  constructor(outgoing: Writable, onEnd: () => void) {
    this.#outgoing = outgoing;
    outgoing.on("drain", () => this.#drain());
    outgoing.on("error", () => undefined);
    // proxies and browsers notice by it that the stream lives
    this.#comments = setInterval(
      () => this.#send({ text: ":\n\n", stands: 0 }),
      COMMENT_MS,
    ).unref();
    outgoing.once("close", () => {
      clearInterval(this.#comments);
      this.#waiting = [];
      onEnd();
    });
  }

  send<K extends keyof FeedEvents>(name: K, event: FeedEvents[K]): void {
    const text = eventText(name, event);
    this.#send({ text, stands: "count" in event ? event.count : 1 });
  }

  end(): void {
    this.#outgoing.end();
  }

  #send(event: WaitingEvent): void {
    if (this.#outgoing.destroyed || this.#outgoing.writableEnded) return;
    if (!this.#isFull) {
      this.#isFull = !this.#outgoing.write(event.text);
      return;
    }
    // a comment says only that the stream lives, which who does not read does not hear
    if (event.stands === 0) return;
    if (this.#waiting.length === WAITING) this.#dropped += this.#waiting.shift()?.stands ?? 0;
    this.#waiting.push(event);
  }

  #drain(): void {
    this.#isFull = false;
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.send("missed", { count: dropped });
    while (!this.#isFull) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#send(next);
    }
  }
}

interface WaitingEvent {
  readonly text: string;
  /** What the client would miss without it: one event, or as many as it says were missed. */
  readonly stands: number;
}

/** JSON has no line breaks: one line of data an event. */
function eventText<K extends keyof FeedEvents>(name: K, event: FeedEvents[K]): string {
  return `event: ${name}\ndata: ${JSON.stringify(event)}\n\n`;
}
