import type { StatePart } from "./state-part.js";

/** For an API that limits and keeps nothing. A step that needs a store all the same fails its request. */
export const noState: StatePart = () => {
  const missing = (): never => {
    throw new Error('the API needs the part "state", which is not wired');
  };
  return {
    admit: missing,
    read: missing,
    write: missing,
    remove: missing,
    flush: missing,
    usage: missing,
    remaining: missing,
    ready: () => true,
    close: () => Promise.resolve(),
  };
};
