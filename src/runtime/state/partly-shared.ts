import type { StateUse } from "../contracts.js";
import type { Admission, CacheSpace, Claim, StateStore } from "./store.js";

/**
 * A shared store, of which some uses stay in this process. Keys and plans that were made at run time are
 * always shared. Where throttles and quotas are in different places a request that its quota refuses has
 * taken its tokens.
 */
export function partlyShared(
  shared: StateStore,
  own: StateStore,
  local: ReadonlySet<StateUse>,
): StateStore {
  const storeOf = (use: StateUse): StateStore => (local.has(use) ? own : shared);
  const throttle = storeOf("throttle");
  const quota = storeOf("quota");
  const caches: Readonly<Record<CacheSpace, StateStore>> = {
    authorizer: storeOf("authorizerCache"),
    response: storeOf("cache"),
  };
  return {
    admit:
      throttle === quota
        ? (claim) => throttle.admit(claim)
        : (claim) => admitInTurn(throttle, quota, claim),
    read: (space, key) => caches[space].read(space, key),
    write: (space, key, value, ttlSeconds) => caches[space].write(space, key, value, ttlSeconds),
    remove: (space, key) => caches[space].remove(space, key),
    flush: (space, prefix) => caches[space].flush(space, prefix),
    usage: (counter, firstDay, lastDay) => quota.usage(counter, firstDay, lastDay),
    remaining: (claim) => quota.remaining(claim),
    tokens: (bucket) => throttle.tokens(bucket),
    records: (known) => shared.records(known),
    changeRecord: (id, before, after) => shared.changeRecord(id, before, after),
    joinConnections: (holder) => storeOf("connections").joinConnections(holder),
    ready: () => shared.ready(),
    close: async () => {
      await Promise.all([shared.close(), own.close()]);
    },
  };
}

function admitInTurn(
  throttle: StateStore,
  quota: StateStore,
  { buckets, quotas, usage }: Claim,
): Admission | Promise<Admission> {
  const afterwards = (admission: Admission): Admission | Promise<Admission> => {
    if (admission.outcome !== "admitted") return admission;
    if (quotas.length === 0 && usage === null) return admission;
    const counted = quota.admit({ buckets: [], quotas, usage });
    return counted instanceof Promise
      ? counted.then((other) => joined(admission, other))
      : joined(admission, counted);
  };
  if (buckets.length === 0) return quota.admit({ buckets, quotas, usage });
  const admission = throttle.admit({ buckets, quotas: [], usage: null });
  return admission instanceof Promise ? admission.then(afterwards) : afterwards(admission);
}

/** Limited only where both could be asked. */
function joined(first: Admission, second: Admission): Admission {
  if (first.outcome !== "admitted" || second.outcome !== "admitted") return second;
  return { ...second, limited: first.limited && second.limited };
}
