import type { Surroundings } from "../exchange.js";
import type { SecretSource } from "../secrets.js";
import type { StateStore } from "./store.js";

/** What a store is made from. */
export interface StateSetup {
  readonly around: Surroundings;
  readonly secrets: SecretSource;
}

/** Makes the store of one gateway. */
export type StatePart = (setup: StateSetup) => StateStore;
