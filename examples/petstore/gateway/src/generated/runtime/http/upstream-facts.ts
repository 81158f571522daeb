// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Connections to backends at one moment. */
export interface UpstreamFacts {
  readonly busy: number;
  readonly free: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
  /** Circuit breakers that keep calls away. */
  readonly openBreakers: number;
}

export const NO_UPSTREAM: UpstreamFacts = { busy: 0, free: 0, waiting: 0, openBreakers: 0 };

export function sumUpstream(facts: readonly UpstreamFacts[]): UpstreamFacts {
  return facts.reduce(
    (sum, one) => ({
      busy: sum.busy + one.busy,
      free: sum.free + one.free,
      waiting: sum.waiting + one.waiting,
      openBreakers: sum.openBreakers + one.openBreakers,
    }),
    NO_UPSTREAM,
  );
}
