// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Connections are closed so far apart while a gateway drains, if its grace time allows. */
const MS_EACH = 10;
const TICK_MS = 25;
/** So much of the grace time is spent closing; the rest is for what is under way then. */
const SHARE = 0.75;

/** Something that closes as soon as it has nothing to do. */
interface Drained {
  drain(): void;
}

/**
 * Closes connections one after the other, in random order, so that their clients do not come back
 * all at once. Gives what stops it.
 */
export function drainInTurn(sessions: Iterable<Drained>, graceMs: number): () => void {
  const left = shuffled([...sessions]);
  const spanMs = Math.min(graceMs * SHARE, left.length * MS_EACH);
  const each = Math.ceil(left.length / Math.max(1, Math.floor(spanMs / TICK_MS)));
  const drainSome = (): void => {
    for (const session of left.splice(0, each)) session.drain();
  };
  drainSome();
  const timer = setInterval(drainSome, TICK_MS);
  return () => clearInterval(timer);
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ value }) => value);
}

/** Waits for some work, but no longer than so. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
