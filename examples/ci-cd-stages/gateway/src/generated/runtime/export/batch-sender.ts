// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { setTimeout as sleep } from "node:timers/promises";
import { errorText, type Logger } from "../logger.js";

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
  const queue: T[] = [];
  let dropped = 0;
  let told = 0;
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> | null = null;
  let isClosing = false;

  const drop = (count: number, reason: string): void => {
    // the first of a row is told, and then every tenfold
    const isTold = dropped === 0 || dropped + count >= told * 10;
    dropped += count;
    if (!isTold) return;
    told = dropped;
    logger.warn("what was to be sent is dropped", { what: name, dropped, reason });
  };
  const sendAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize);
      const problem = await attempt(options, batch, () => isClosing);
      if (problem !== null) drop(batch.length, problem);
    }
  };
  const start = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    sending ??= sendAll().finally(() => {
      sending = null;
      if (queue.length > 0 && !isClosing) schedule();
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
      isClosing = true;
      start();
      await sending;
      await (queue.length > 0 ? sendAll() : null);
    },
  };
}

/** Null: the batch has arrived; else why it has not. */
async function attempt<T>(
  options: BatchOptions<T>,
  batch: readonly T[],
  isClosing: () => boolean,
): Promise<string | null> {
  const { body, headers = {} } = options.encode(batch);
  let waitMs = options.retryMs ?? 500;
  for (let tries = 1; ; tries += 1) {
    const outcome = await post(options, body, headers);
    if (outcome.isDone) return outcome.problem;
    if (tries === ATTEMPTS || isClosing()) return outcome.problem;
    await sleep(waitMs, undefined, { ref: false });
    waitMs *= 2;
  }
}

interface Outcome {
  /** Another attempt would change nothing. */
  readonly isDone: boolean;
  readonly problem: string | null;
}

async function post<T>(
  { url, headers, timeoutMs = 5000 }: BatchOptions<T>,
  body: string,
  own: Readonly<Record<string, string>>,
): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers, ...own },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer();
    if (response.ok) return { isDone: true, problem: null };
    const problem = `the other side answers ${response.status}`;
    return { isDone: !RETRYABLE.has(response.status), problem };
  } catch (error) {
    return { isDone: false, problem: errorText(error) };
  }
}
