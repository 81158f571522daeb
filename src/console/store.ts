import { useEffect, useState } from "preact/hooks";
import type { ApiView, LogLineRecord, RequestRecord } from "../runtime/console/wire.js";
import { readApi, readEvents, Refused, type FeedEvent } from "./api.js";

export type Connection = "connecting" | "live" | "lost" | "locked";

export interface ConsoleState {
  readonly connection: Connection;
  readonly api: ApiView | null;
  /** Newest first. */
  readonly records: readonly RequestRecord[];
  /** Lines of the gateway itself, oldest first. */
  readonly lines: readonly LogLineRecord[];
  /** Requests that were served but not shown. */
  readonly missed: number;
  /** Why the last build is not the one that is served. */
  readonly problem: string | null;
}

const KEPT = 200;
const RETRY_MS = 1000;

/** All that the page knows of the gateway. */
export class Store {
  state: ConsoleState = {
    connection: "connecting",
    api: null,
    records: [],
    lines: [],
    missed: 0,
    problem: null,
  };
  readonly #listeners = new Set<() => void>();
  #frame = 0;
  #stop: AbortController | null = null;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Connects, and connects again whenever the stream ends. */
  start(): void {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    void this.#follow(stop.signal);
  }

  clear(): void {
    this.#set({ records: [], missed: 0 });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#set({ api: await readApi() });
        await readEvents((event) => this.#take(event), signal);
        this.#set({ connection: "lost" });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && error.status === 401) {
          this.#set({ connection: "locked" });
          return;
        }
        this.#set({ connection: "lost" });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #take(event: FeedEvent): void {
    const { records, lines, missed } = this.state;
    switch (event.name) {
      case "hello":
        return this.#set({
          connection: "live",
          records: event.data.records.toReversed(),
          lines: event.data.lines,
          missed: 0,
        });
      case "request":
        return this.#set({ records: [event.data, ...records].slice(0, KEPT) });
      case "line":
        return this.#set({ lines: [...lines, event.data].slice(-KEPT) });
      case "missed":
        return this.#set({ missed: missed + event.data.count });
      case "build":
        this.#set({ problem: event.data.problem });
        if (event.data.problem === null)
          void readApi().then(
            (api) => this.#set({ api }),
            () => undefined,
          );
    }
  }

  /** Listeners are told once a frame, however many events came. */
  #set(change: Partial<ConsoleState>): void {
    this.state = { ...this.state, ...change };
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const listener of this.#listeners) listener();
    });
  }
}

export const store = new Store();

export function useConsole(): ConsoleState {
  const [state, setState] = useState(store.state);
  useEffect(() => store.subscribe(() => setState(store.state)), []);
  return state;
}
