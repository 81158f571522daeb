import { setTimeout as sleep } from "node:timers/promises";
import { errorText, type Logger } from "../logger.js";
import { createPoster, type Poster } from "./post.js";

export interface BatchOptions<T> {
  /** What is sent, for the log: `access log`. */
  readonly name: string;
  readonly url: string;
  /** Sent with every batch. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body of a batch, and headers of its own. */
  readonly encode: (items: readonly T[]) => EncodedBatch;
  readonly logger: Logger;
  /** Most items of one batch. */
  readonly batchSize?: number;
  /** Longest time that an item waits for others. */
  readonly waitMs?: number;
  /** Items that wait while the other side is slow or away; more are dropped, and counted. */
  readonly queueSize?: number;
  readonly timeoutMs?: number;
  /** Between two attempts, doubled after each. */
  readonly retryMs?: number;
}

export interface EncodedBatch {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends items in batches over HTTP, one batch at a time, and holds nobody up. */
export interface BatchSender<T> {
  add(item: T): void;
  /** Items that were lost: the queue was full, or no attempt went well. */
  readonly dropped: number;
  /** Sends what waits, once. */
  close(): Promise<void>;
}

const ATTEMPTS = 3;

/** Statuses after which another attempt may go well. Source: OTLP specification, "Retryable response codes". */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function createBatchSender<T>(options: BatchOptions<T>): BatchSender<T> {
  const { batchSize = 500, waitMs = 1000, queueSize = 5000, logger, name } = options;
  const poster = createPoster(options.url, options.timeoutMs ?? 5000);
  const queue: T[] = [];
  let dropped = 0;
  let told = 0;
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> | null = null;
  const closing = new AbortController();

  const drop = (count: number, reason: string): void => {
    // the first of a row is told, and then every tenfold
    const isTold = dropped === 0 || dropped + count >= told * 10;
    dropped += count;
    if (!isTold) return;
    told = dropped;
    logger.warn("what was to be sent is dropped", { what: name, dropped, reason });
  };
  /** Sends what waits; what comes meanwhile, and fills no batch, waits for others. */
  const sendWaiting = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize);
      const problem = await attempt(options, poster, batch, closing.signal);
      if (problem !== null) drop(batch.length, problem);
      if (queue.length < batchSize && !closing.signal.aborted) return;
    }
  };
  const start = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    sending ??= sendWaiting().finally(() => {
      sending = null;
      if (queue.length > 0 && !closing.signal.aborted) schedule();
    });
  };
  const schedule = (): void => {
    timer ??= setTimeout(start, waitMs);
    // a process that has nothing else to do ends; what waits is sent by `close`
    timer.unref();
  };
  return {
    add: (item) => {
      if (queue.length >= queueSize) return drop(1, "the queue is full");
      queue.push(item);
      if (sending !== null) return;
      if (queue.length >= batchSize) start();
      else schedule();
    },
    get dropped() {
      return dropped;
    },
    close: async () => {
      closing.abort();
      start();
      await sending;
      await sendWaiting();
      poster.close();
    },
  };
}

/** Null: the batch has arrived; else why it has not. */
async function attempt<T>(
  options: BatchOptions<T>,
  poster: Poster,
  batch: readonly T[],
  closing: AbortSignal,
): Promise<string | null> {
  const { body, headers = {} } = options.encode(batch);
  const sent = { "Content-Type": "application/json", ...options.headers, ...headers };
  let waitMs = options.retryMs ?? 500;
  for (let tries = 1; ; tries += 1) {
    const outcome = await send(poster, sent, body);
    if (outcome.isDone) return outcome.problem;
    if (tries === ATTEMPTS || closing.aborted) return outcome.problem;
    await pause(waitMs, closing);
    waitMs *= 2;
  }
}

/** The wait keeps no process alive, and ends when the sender closes: one last attempt is made then. */
async function pause(waitMs: number, closing: AbortSignal): Promise<void> {
  try {
    await sleep(waitMs, undefined, { ref: false, signal: closing });
  } catch {
    // closing
  }
}

interface Outcome {
  /** Another attempt would change nothing. */
  readonly isDone: boolean;
  readonly problem: string | null;
}

async function send(
  { post }: Poster,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Outcome> {
  try {
    const status = await post(headers, body);
    if (status >= 200 && status < 300) return { isDone: true, problem: null };
    return { isDone: !RETRYABLE.has(status), problem: `the other side answers ${status}` };
  } catch (error) {
    return { isDone: false, problem: errorText(error) };
  }
}
