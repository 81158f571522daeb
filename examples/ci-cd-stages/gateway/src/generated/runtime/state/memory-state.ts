// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createMemoryStore } from "./memory.js";
import type { StatePart } from "./state-part.js";

/** State of this process, on the gateway's clock. */
export const memoryState: StatePart = ({ around }) => {
  const store = createMemoryStore({ clock: around.clock });
  return { store, encrypted: () => store };
};
