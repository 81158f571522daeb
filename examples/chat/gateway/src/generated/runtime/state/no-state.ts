// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { localHub } from "./connections.js";
import type { StatePart } from "./state-part.js";
import type { StateStore } from "./store.js";

/** For an API that limits and keeps nothing. A step that needs a store all the same fails its request. */
export const noState: StatePart = () => {
  const missing = (): never => {
    throw new Error('the API needs the part "state", which is not wired');
  };
  const store: StateStore = {
    admit: missing,
    read: missing,
    write: missing,
    remove: missing,
    flush: missing,
    usage: missing,
    remaining: missing,
    tokens: missing,
    records: missing,
    changeRecord: missing,
    // the connections of one process need no state but its own
    joinConnections: localHub,
    ready: () => true,
    close: () => Promise.resolve(),
  };
  return { store, encrypted: missing };
};
