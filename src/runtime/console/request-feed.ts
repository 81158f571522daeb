import type { RedactionTable } from "../contracts.js";
import type { GatewayRequest } from "../http/message.js";
import type { TracedRequest, TraceSink } from "../trace.js";
import { RequestCounts } from "./request-counts.js";
import { requestRecord, type HeardEvent, type HeardRequest } from "./request-record.js";
import { openRecord, type OpenRequest } from "./open-request.js";
import type { LogLineRecord, OpenRequestRecord, RequestRecord, UnderWay } from "./wire.js";

export interface RequestFeedOptions {
  /** False: requests are looked at only while somebody watches. */
  readonly always: boolean;
  /** What the logs of a stage hide beside credentials; `stage` null: no stage is known. */
  readonly redact: (stage: string | null) => RedactionTable | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** A request that somebody follows. */
export interface Followed {
  /** Complete when the request is answered; null: no route serves it. */
  matched: TracedRequest | null;
}

/** Told what is new. Must not throw. */
export interface FeedListener {
  request(record: RequestRecord): void;
  line(line: LogLineRecord): void;
  missed(count: number): void;
}

/** Records and lines that are kept. */
export const KEPT = 200;
/** Records that are written at once, and those a millisecond that a gateway under load writes. */
const BURST = 200;
const RATE = 0.3;
const PAUSE_MS = 100;
/** Events of one request that are kept: a stream of events that never ends must not fill the memory. */
const MOST_EVENTS = 100;
/** Requests under way that are looked after; of more it is known only how many they are. */
const MOST_OPEN = 2000;
/** Those of them that are shown. */
const SHOWN_OPEN = 50;

/**
 * Hears the requests of a gateway for those who watch. A request only leaves its events; they are
 * written down later, in pauses, and what comes faster than that is counted and forgotten.
 */
export class RequestFeed {
  readonly counts: RequestCounts;
  readonly #options: RequestFeedOptions;
  readonly #clock: () => number;
  readonly #listeners = new Set<FeedListener>();
  #records: RequestRecord[] = [];
  #lines: LogLineRecord[] = [];
  #waiting: HeardRequest[] = [];
  #number = 0;
  #missed = 0;
  /** Records that may be written now. */
  #budget = BURST;
  #budgetAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** In the order in which they began. */
  readonly #open = new Set<OpenRequest>();
  readonly #followed = new WeakMap<GatewayRequest, Followed>();
  #untracked = 0;
  #begun = 0;

  constructor(options: RequestFeedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.counts = new RequestCounts(this.#clock);
  }

  /** Listens to a request; the gateway's `trace`. */
  readonly trace = (request: GatewayRequest): TraceSink | null => {
    const followed = this.#followed.get(request) ?? null;
    if (!this.#options.always && this.#listeners.size === 0) {
      if (followed === null) return null;
      return (event) => {
        if (event.kind === "matched") followed.matched = event.request;
      };
    }
    const startedMs = this.#clock();
    const startedAt = performance.now();
    const { method, target, rawHeaders } = request;
    const heard: HeardEvent[] = [];
    const sent = { method, target, rawHeaders };
    const open = { id: ++this.#begun, request: sent, startedAt, heard };
    const isTracked = this.#open.size < MOST_OPEN;
    if (isTracked) this.#open.add(open);
    else this.#untracked += 1;
    return (event) => {
      if (heard.length < MOST_EVENTS || event.kind === "answered" || event.kind === "sent") {
        heard.push({ atMs: performance.now() - startedAt, event });
      }
      this.counts.add(event, heard[0]?.event);
      if (followed !== null && event.kind === "matched") followed.matched = event.request;
      // some of it is worked out from the connection, which is gone later
      if (event.kind === "answered" && heard[0]?.event.kind === "matched") {
        void heard[0].event.request.allHeaders;
      }
      if (event.kind !== "sent") return;
      if (isTracked) this.#open.delete(open);
      else this.#untracked -= 1;
      this.#wait({ number: ++this.#number, request: sent, startedMs, heard });
    };
  };

  /** Called before a request is sent: gives what becomes known of it on its way. */
  follow(request: GatewayRequest): Followed {
    const followed: Followed = { matched: null };
    this.#followed.set(request, followed);
    return followed;
  }

  /** A line of the gateway's own log; it was redacted by who wrote it. */
  addLine(line: LogLineRecord): void {
    this.#lines = [...this.#lines, line].slice(-KEPT);
    for (const listener of this.#listeners) listener.line(line);
  }

  /** The last requests, oldest first, those included that still wait to be written down. */
  records(): readonly RequestRecord[] {
    this.#write();
    return this.#records;
  }

  /** What has begun since somebody looks on and is not answered; a backend that hangs is seen by it. */
  underWay(): UnderWay {
    const now = performance.now();
    const requests: OpenRequestRecord[] = [];
    for (const open of this.#open) {
      if (requests.length === SHOWN_OPEN) break;
      requests.push(openRecord(open, now, this.#redact(open)));
    }
    return { requests, others: this.#open.size + this.#untracked - requests.length };
  }

  lines(): readonly LogLineRecord[] {
    return this.#lines;
  }

  /** Gives the function that ends it. */
  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#options.always || this.#listeners.size > 0) return;
      // nobody watches: nothing is kept
      this.#records = [];
      this.#waiting = [];
      this.#missed = 0;
    };
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = [];
    this.#listeners.clear();
  }

  #wait(request: HeardRequest): void {
    this.#waiting.push(request);
    if (this.#waiting.length > this.#budget) {
      this.#waiting.shift();
      this.#missed += 1;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#write();
    }, PAUSE_MS).unref();
  }

  #write(): void {
    const waiting = this.#waiting;
    const missed = this.#missed;
    this.#waiting = [];
    this.#missed = 0;
    const now = performance.now();
    const left = this.#budget - waiting.length + (now - this.#budgetAt) * RATE;
    this.#budget = Math.min(BURST, Math.max(1, left));
    this.#budgetAt = now;
    const written = waiting.map((heard) => requestRecord(heard, this.#redact(heard)));
    this.#records = [...this.#records, ...written].slice(-KEPT);
    for (const listener of this.#listeners) {
      if (missed > 0) listener.missed(missed);
      for (const record of written) listener.request(record);
    }
  }

  #redact({ heard }: Pick<HeardRequest, "heard">): RedactionTable | undefined {
    const matched = heard.find(({ event }) => event.kind === "matched")?.event;
    return this.#options.redact(matched?.kind === "matched" ? matched.stage : null);
  }
}
