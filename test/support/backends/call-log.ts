import type { BackendCall } from "./behaviour.js";

/** The calls of all backends in the order in which they arrived. */
export interface CallLog {
  readonly calls: readonly BackendCall[];
  record(call: BackendCall): void;
  clear(): void;
  /** Resolves with true once `isEnough` holds, asked again at every call; with false after `timeoutMs`. */
  waitFor(
    isEnough: (calls: readonly BackendCall[]) => boolean,
    timeoutMs: number,
  ): Promise<boolean>;
}

export function createCallLog(): CallLog {
  let calls: BackendCall[] = [];
  const listeners = new Set<() => void>();
  return {
    get calls() {
      return calls;
    },
    record(call) {
      calls = [...calls, call];
      for (const listener of listeners) listener();
    },
    clear() {
      calls = [];
    },
    waitFor(isEnough, timeoutMs) {
      if (isEnough(calls)) return Promise.resolve(true);
      return new Promise((resolve) => {
        const finish = (enough: boolean): void => {
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(enough);
        };
        const listener = (): void => {
          if (isEnough(calls)) finish(true);
        };
        const timer = setTimeout(() => finish(false), timeoutMs);
        listeners.add(listener);
      });
    },
  };
}
