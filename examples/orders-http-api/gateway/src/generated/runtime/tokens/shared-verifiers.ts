// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Surroundings } from "../exchange.js";
import { createKeySource, type KeySourceOptions } from "./key-source.js";
import { createTokenVerifier, type TokenVerifier } from "./verifier.js";

/** One verifier for all routes of an issuer: they share its keys and what was verified. */
export interface SharedVerifiers {
  of(
    issuer: string,
    address: KeySourceOptions["address"],
    around: Pick<Surroundings, "clock" | "logger">,
  ): TokenVerifier;
  close(): Promise<void>;
}

export function createVerifiers(): SharedVerifiers {
  const known = new Map<string, TokenVerifier>();
  return {
    of(issuer, address, { clock, logger }) {
      const key = JSON.stringify([issuer, address]);
      const before = known.get(key);
      if (before !== undefined) return before;
      const keys = createKeySource({ address, clock, logger });
      const verifier = createTokenVerifier({ issuer, keys, clock });
      known.set(key, verifier);
      return verifier;
    },
    close: () => Promise.resolve(),
  };
}
