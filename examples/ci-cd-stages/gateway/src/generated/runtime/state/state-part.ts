// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Surroundings } from "../exchange.js";
import type { SecretSource } from "../secrets.js";
import type { StateStore } from "./store.js";

/** What a store is made from. */
export interface StateSetup {
  readonly around: Surroundings;
  readonly secrets: SecretSource;
}

/** The state of one gateway. */
export interface State {
  readonly store: StateStore;
  /** The same store; what it keeps outside of this process is encrypted. */
  encrypted(): StateStore;
}

/** Makes the state of one gateway. */
export type StatePart = (setup: StateSetup) => State;
