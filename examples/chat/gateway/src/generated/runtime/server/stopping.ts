// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Server } from "node:http";
import { Server as NetServer } from "node:net";

export interface StopOptions {
  /**
   * How long a gateway that drains still takes connections, for those in front of it to learn that it
   * goes. Default: 0.
   */
  readonly drainDelayMs?: number | undefined;
  /** How long requests under way may still take, once no more connections are taken. Default: 25 s. */
  readonly graceMs?: number | undefined;
  /** SIGTERM drains, SIGINT stops; a second SIGINT cuts what is left. Default: true. */
  readonly handleSignals?: boolean | undefined;
}

/** What is served, as seen by what ends it. */
export interface Served {
  /** From now on the last answer on a connection says that it is closed. */
  lastAnswers(): void;
  /** Closes connections that were idle at the look before, and are still. */
  closeIdle(): void;
  /** Closes WebSockets by and by; settles when none is open. */
  drainSockets(graceMs: number): Promise<void>;
  /** Cuts what is left of WebSockets and their handshakes. */
  force(): void;
  close(): Promise<void>;
}

export interface Stopping {
  readonly stop: () => Promise<void>;
  readonly drain: () => Promise<void>;
  readonly stopped: Promise<void>;
  readonly hasBegun: () => boolean;
}

const GRACE_MS = 25_000;
/**
 * An idle connection of a gateway that drains is kept so long: the next request may be on its way
 * already, and its answer then says that the connection ends.
 */
const LINGER_MS = 1_000;
/** The same where nobody is waited for: connections whose answers were begun before. */
const LOOK_MS = 50;

/** Prepares the end of a server; the first call of either way chooses it, a stop hurries a drain. */
export function prepareStop(server: Server, served: Served, options: StopOptions): Stopping {
  const { drainDelayMs = 0, graceMs = GRACE_MS } = options;
  const { promise: stopped, resolve: settle } = withResolvers();
  const { promise: hurried, resolve: hurry } = withResolvers();
  let ending: Promise<void> | null = null;

  const cut = (): void => {
    server.closeAllConnections();
    served.force();
  };

  const run = async (lingerMs: number): Promise<void> => {
    served.lastAnswers();
    if (lingerMs > 0) await pause(drainDelayMs, hurried);
    const ended = closeListener(server);
    const force = setTimeout(cut, graceMs);
    served.closeIdle();
    if (lingerMs === 0) served.closeIdle();
    const looking = setInterval(() => served.closeIdle(), Math.max(lingerMs, LOOK_MS));
    await served.drainSockets(graceMs);
    served.force();
    await ended;
    clearTimeout(force);
    clearInterval(looking);
    await served.close();
    process.off("SIGTERM", onTerminate).off("SIGINT", onInterrupt);
    settle();
  };
  const stop = (): Promise<void> => {
    hurry();
    return (ending ??= run(0));
  };
  const drain = (): Promise<void> => (ending ??= run(LINGER_MS));
  // whoever sends it again gets no more than they asked for
  const onTerminate = (): void => void drain();
  const onInterrupt = (): void => {
    if (ending !== null) cut();
    void stop();
  };
  if (options.handleSignals ?? true) {
    process.on("SIGTERM", onTerminate).on("SIGINT", onInterrupt);
  }
  return { stop, drain, stopped, hasBegun: () => ending !== null };
}

/**
 * Closes the listener alone, when the connections that wait for it are taken: the system resets those
 * that are left. `close` of an HTTP server would close idle connections with it.
 */
async function closeListener(server: Server): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  // only its timers are left
  server.close();
}

async function pause(ms: number, hurried: Promise<void>): Promise<void> {
  if (ms <= 0) return;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([over, hurried]);
  clearTimeout(timer);
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
