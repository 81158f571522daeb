// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { dayOf, periodStart } from "../limits/quota-period.js";
import { msToQuota, msToToken } from "../limits/retry.js";
import { quotaLeft } from "../limits/quota-state.js";
import { localHub } from "./connections.js";
import { USAGE_DAYS } from "./store.js";
import type {
  Admission,
  BucketClaim,
  CacheSpace,
  Claim,
  DayNumber,
  QuotaClaim,
  Records,
  StateStore,
} from "./store.js";

export interface MemoryStoreOptions {
  /** Bytes that cached values, their keys and their bookkeeping may take together. */
  readonly maxCacheBytes: number;
  /** Milliseconds since 1970, may be fractional. */
  readonly clock: () => number;
}

/** A store that answers at once. */
export interface MemoryStore extends StateStore {
  admit(claim: Claim): Admission;
  read(space: CacheSpace, key: string): Buffer | null;
  write(space: CacheSpace, key: string, value: Buffer, ttlSeconds: number): undefined;
  remove(space: CacheSpace, key: string): undefined;
  flush(space: CacheSpace, prefix: string): number;
  usage(counter: string, firstDay: DayNumber, lastDay: DayNumber): readonly number[];
  remaining(quota: QuotaClaim): number;
  tokens(bucket: BucketClaim): number;
  records(known: Records | null): Records;
  changeRecord(id: string, before: string | null, after: string | null): boolean;
  ready(): boolean;
}

const DEFAULTS: MemoryStoreOptions = { maxCacheBytes: 64 * 1024 * 1024, clock: Date.now };

/** State of one process; it is gone when the process ends. */
export function createMemoryStore(options: Partial<MemoryStoreOptions> = {}): MemoryStore {
  const { maxCacheBytes, clock } = { ...DEFAULTS, ...options };
  const limits = new Limits();
  const cache = new ByteCache(maxCacheBytes);
  let records: Records = { version: "0", byId: new Map() };
  return {
    admit: (claim) => limits.admit(claim, clock()),
    read: (space, key) => cache.read(`${space}/${key}`, clock()),
    write: (space, key, value, ttlSeconds) =>
      cache.write(`${space}/${key}`, value, clock() + ttlSeconds * 1000),
    remove: (space, key) => cache.remove(`${space}/${key}`),
    flush: (space, prefix) => cache.flush(`${space}/${prefix}`),
    usage: (counter, firstDay, lastDay) => limits.usage(counter, firstDay, lastDay),
    remaining: (quota) => limits.remaining(quota, clock()),
    tokens: (bucket) => limits.tokens(bucket, clock()),
    records: () => records,
    changeRecord: (id, before, after) => {
      if ((records.byId.get(id) ?? null) !== before) return false;
      records = changed(records, id, after);
      return true;
    },
    joinConnections: localHub,
    ready: () => true,
    close: () => Promise.resolve(),
  };
}

function changed({ version, byId }: Records, id: string, after: string | null): Records {
  const next = new Map(byId);
  if (after === null) next.delete(id);
  else next.set(id, after);
  return { version: String(Number(version) + 1), byId: next };
}

interface Bucket {
  tokens: number;
  atMs: number;
  rateLimit: number;
  burstLimit: number;
}

interface Quota {
  start: DayNumber;
  used: number;
  initial: boolean;
}

/** Rounding must not cost a token that is due. */
const NEARLY_ONE = 1 - 1e-9;
const SWEPT_EVERY_MS = 60_000;

const ADMITTED = { outcome: "admitted", quotaRemaining: null, limited: true } as const;

class Limits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #quotas = new Map<string, Quota>();
  readonly #usage = new Map<string, Map<DayNumber, number>>();
  #sweptAtMs = -Infinity;

  admit(claim: Claim, nowMs: number): Admission {
    this.#sweep(nowMs);
    for (const wanted of claim.buckets) {
      const tokens = this.tokens(wanted, nowMs);
      if (tokens < NEARLY_ONE) return throttled(wanted, tokens);
    }
    const today = dayOf(nowMs);
    for (const wanted of claim.quotas) {
      if (this.#left(wanted, today) < 1) return exceeded(wanted, nowMs);
    }
    for (const wanted of claim.buckets) this.#take(wanted, nowMs);
    const quotaRemaining = this.#count(claim.quotas, today);
    if (claim.usage !== null) this.#countUsage(claim.usage, today);
    return quotaRemaining === null ? ADMITTED : { ...ADMITTED, quotaRemaining };
  }

  remaining(wanted: QuotaClaim, nowMs: number): number {
    return Math.max(0, this.#left(wanted, dayOf(nowMs)));
  }

  usage(counter: string, firstDay: DayNumber, lastDay: DayNumber): readonly number[] {
    const days = this.#usage.get(counter);
    const counted: number[] = [];
    for (let day = firstDay; day <= lastDay; day++) counted.push(days?.get(day) ?? 0);
    return counted;
  }

  /** What a bucket holds by now. */
  tokens({ id, rateLimit, burstLimit }: BucketClaim, nowMs: number): number {
    const bucket = this.#buckets.get(id);
    if (bucket === undefined) return burstLimit;
    // a clock that was set back gives nothing, and from then on counts
    if (nowMs < bucket.atMs) bucket.atMs = nowMs;
    const gained = ((nowMs - bucket.atMs) * rateLimit) / 1000;
    return Math.min(burstLimit, bucket.tokens + gained);
  }

  #take(wanted: BucketClaim, nowMs: number): void {
    const { id, rateLimit, burstLimit } = wanted;
    const tokens = Math.max(0, this.tokens(wanted, nowMs) - 1);
    const bucket = this.#buckets.get(id);
    if (bucket === undefined) this.#buckets.set(id, { tokens, atMs: nowMs, rateLimit, burstLimit });
    else Object.assign(bucket, { tokens, atMs: nowMs, rateLimit, burstLimit });
  }

  #left(quota: QuotaClaim, today: DayNumber): number {
    return quotaLeft(quota, this.#quotas.get(quota.id) ?? null, today);
  }

  /** Counts one request for each quota; gives what the one with the fewest has left. */
  #count(quotas: readonly QuotaClaim[], today: DayNumber): number | null {
    let fewest: number | null = null;
    for (const quota of quotas) {
      this.#countOne(quota, periodStart(quota.period, today));
      const left = this.#left(quota, today);
      if (fewest === null || left < fewest) fewest = left;
    }
    return fewest;
  }

  #countOne({ id }: QuotaClaim, start: DayNumber): void {
    const quota = this.#quotas.get(id);
    if (quota === undefined) this.#quotas.set(id, { start, used: 1, initial: true });
    else if (quota.start >= start) quota.used++;
    else Object.assign(quota, { start, used: 1, initial: false });
  }

  #countUsage(counter: string, today: DayNumber): void {
    let days = this.#usage.get(counter);
    if (days === undefined) this.#usage.set(counter, (days = new Map<DayNumber, number>()));
    const counted = days.get(today);
    days.set(today, (counted ?? 0) + 1);
    if (counted !== undefined) return;
    for (const day of days.keys()) if (day <= today - USAGE_DAYS) days.delete(day);
  }

  /** Forgets buckets that would be full by now: they start full anyway. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < SWEPT_EVERY_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [id, { tokens, atMs, rateLimit, burstLimit }] of this.#buckets) {
      if (tokens + ((nowMs - atMs) * rateLimit) / 1000 >= burstLimit) this.#buckets.delete(id);
    }
  }
}

function throttled(bucket: BucketClaim, tokens: number): Admission {
  return { outcome: "throttled", id: bucket.id, retryAfterMs: msToToken(bucket, tokens) };
}

function exceeded(quota: QuotaClaim, nowMs: number): Admission {
  return { outcome: "quota-exceeded", id: quota.id, retryAfterMs: msToQuota(quota, nowMs) };
}

interface Entry {
  readonly value: Buffer;
  readonly expiresAtMs: number;
  readonly bytes: number;
}

/** What an entry costs beside its key and value, about. */
const BYTES_PER_ENTRY = 160;

/** Keeps values until their time is up; the least recently used ones go when there is no room. */
class ByteCache {
  // a Map keeps the order in which its keys were set: the first one was used longest ago
  readonly #entries = new Map<string, Entry>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  read(key: string, nowMs: number): Buffer | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.expiresAtMs <= nowMs) {
      this.remove(key);
      return null;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  write(key: string, value: Buffer, expiresAtMs: number): undefined {
    this.remove(key);
    const bytes = value.byteLength + 2 * key.length + BYTES_PER_ENTRY;
    if (bytes > this.#maxBytes) return;
    this.#entries.set(key, { value: detached(value), expiresAtMs, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.remove(oldest);
    }
  }

  remove(key: string): undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  flush(prefix: string): number {
    const keys = [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys) this.remove(key);
    return keys.length;
  }
}

/** The bytes alone: a slice would keep all of the memory that it was cut from. */
function detached(value: Buffer): Buffer {
  if (value.buffer.byteLength === value.byteLength) return value;
  const copy = Buffer.allocUnsafeSlow(value.byteLength);
  value.copy(copy);
  return copy;
}
