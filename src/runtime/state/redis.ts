import { errorText } from "../logger.js";
import type { Logger } from "../logger.js";
import { dayOf } from "../limits/quota-period.js";
import { quotaLeft } from "../limits/quota-state.js";
import type { QuotaState } from "../limits/quota-state.js";
import { msToQuota } from "../limits/retry.js";
import type { ConnectionHolder, ConnectionHub } from "./connections.js";
import { isRedisUrl } from "./redis-connection.js";
import type { RedisAddress } from "./redis-connection.js";
import { RedisHub } from "./redis-hub.js";
import { isUnknownScript, RedisLink } from "./redis-link.js";
import { ADMIT, CHANGE_RECORD, FLUSH, RECORDS, TELL_NODE } from "./redis-scripts.js";
import type { RedisScript } from "./redis-scripts.js";
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

export interface RedisStoreOptions extends RedisAddress {
  /** In front of every key. */
  readonly keyPrefix: string;
  /** All keys of one API share a hash tag: a claim may span its stages, and takes one round trip. */
  readonly apiId: string;
  /** What happens to requests that have a quota while Redis cannot be reached. */
  readonly onFailure: "open" | "closed";
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly logger: Logger;
}

/** What happened since the store was opened. */
export interface RedisCounters {
  /** Round trips of admissions, caches and reports. */
  readonly commands: number;
  /** Requests that passed without their limits. */
  readonly unlimited: number;
  /** Requests that were refused because their quotas could not be reached. */
  readonly unavailable: number;
  /** Reads of a cache that missed, and changes that were lost, because Redis failed. */
  readonly cacheFailures: number;
  /** How often the link went down. */
  readonly interruptions: number;
  /** How often a script had to be sent. */
  readonly scriptLoads: number;
}

export interface RedisStore extends StateStore {
  /** Resolves when the first attempt to connect succeeded or failed. */
  readonly opened: Promise<void>;
  counters(): RedisCounters;
}

export const REDIS_DEFAULTS = {
  cluster: false,
  tls: false,
  ca: null,
  keyPrefix: "gen-gateway:",
  onFailure: "open",
  connectTimeoutMs: 1000,
  commandTimeoutMs: 250,
} as const;

/**
 * A store that many gateways share; see docs/state.md for what it does when Redis fails. It connects
 * at once. Requests that come before are waiting for the first attempt, which takes at most
 * `connectTimeoutMs` and the time of a command; when it fails, the store goes on trying.
 * @throws TypeError when an address is not one, or the API's id cannot be a hash tag.
 */
export function createRedisStore(
  options: Partial<RedisStoreOptions> & Pick<RedisStoreOptions, "urls" | "apiId" | "logger">,
): RedisStore {
  return new RedisState({ ...REDIS_DEFAULTS, ...options });
}

const ADMITTED = { outcome: "admitted", quotaRemaining: null, limited: true } as const;
const ADMITTED_UNLIMITED = { ...ADMITTED, limited: false } as const;
const UNAVAILABLE = { outcome: "unavailable" } as const;
const FLUSH_ROUND = "1000";
/** Failures while the link is up are logged no more often. */
const LOGGED_EVERY_MS = 10_000;

class RedisState implements RedisStore {
  readonly opened: Promise<void>;
  readonly #options: RedisStoreOptions;
  readonly #link: RedisLink;
  readonly #tag: string;
  /** Claims are prepared once for many requests, and so are their commands. */
  readonly #commands = new WeakMap<Claim, readonly (string | Buffer)[]>();
  #hub: RedisHub | null = null;
  #unlimited = 0;
  #unavailable = 0;
  #cacheFailures = 0;
  #interruptions = 0;
  #scriptLoads = 0;
  #loggedAtMs = -Infinity;

  constructor(options: RedisStoreOptions) {
    checkAddress(options);
    this.#options = options;
    this.#tag = `${options.keyPrefix}{${options.apiId}}`;
    this.#link = new RedisLink({
      address: options,
      connectTimeoutMs: options.connectTimeoutMs,
      commandTimeoutMs: options.commandTimeoutMs,
      probeKey: `${this.#tag}:probe`,
      onChange: (cause) => this.#linkChanged(cause),
    });
    this.opened = this.#link.open();
  }

  admit(claim: Claim): Admission | Promise<Admission> {
    const { buckets, quotas, usage } = claim;
    if (buckets.length === 0 && quotas.length === 0 && usage === null) return ADMITTED;
    return this.#link.isDown ? this.#unchecked(claim) : this.#ask(claim);
  }

  async read(space: CacheSpace, key: string): Promise<Buffer | null> {
    const answer = await this.#cacheCommand(["GET", this.#cacheKey(space, key)]);
    return Buffer.isBuffer(answer) ? answer : null;
  }

  async write(
    space: CacheSpace,
    key: string,
    value: Buffer,
    ttlSeconds: number,
  ): Promise<undefined> {
    const ttlMs = String(Math.ceil(ttlSeconds * 1000));
    await this.#cacheCommand(["SET", this.#cacheKey(space, key), value, "PX", ttlMs]);
  }

  async remove(space: CacheSpace, key: string): Promise<undefined> {
    await this.#cacheCommand(["UNLINK", this.#cacheKey(space, key)]);
  }

  async flush(space: CacheSpace, prefix: string): Promise<number> {
    const pattern = `${globEscaped(this.#cacheKey(space, prefix))}*`;
    let cursor = "0";
    let removed = 0;
    try {
      do {
        const answer = await this.#run(FLUSH, [this.#tag], [cursor, pattern, FLUSH_ROUND]);
        const [next, count] = Array.isArray(answer) ? answer : [];
        cursor = String(next ?? "0");
        removed += Number(count ?? 0);
      } while (cursor !== "0");
    } catch (error) {
      this.#cacheFailed(error);
    }
    return removed;
  }

  async usage(
    counter: string,
    firstDay: DayNumber,
    lastDay: DayNumber,
  ): Promise<readonly number[] | null> {
    const days: string[] = [];
    for (let day = firstDay; day <= lastDay; day++) days.push(String(day));
    if (days.length === 0) return [];
    const counts = await this.#report(["HMGET", this.#usageKey(counter), ...days]);
    return Array.isArray(counts) ? counts.map((count: unknown) => Number(count ?? 0)) : null;
  }

  async remaining(quota: QuotaClaim): Promise<number | null> {
    const state = await this.#report(["GET", this.#quotaKey(quota.id)]);
    if (state === undefined) return null;
    const kept = Buffer.isBuffer(state) ? quotaState(state.toString()) : null;
    return Math.max(0, quotaLeft(quota, kept, dayOf(Date.now())));
  }

  async tokens({ id, rateLimit, burstLimit }: BucketClaim): Promise<number | null> {
    const state = await this.#report(["GET", this.#bucketKey(id)]);
    if (state === undefined) return null;
    const [had, atMicros] = Buffer.isBuffer(state) ? state.toString().split(" ").map(Number) : [];
    if (had === undefined || atMicros === undefined) return burstLimit;
    const gained = (Math.max(0, Date.now() - atMicros / 1000) * rateLimit) / 1000;
    return Math.min(burstLimit, had + gained);
  }

  async records(known: Records | null): Promise<Records | null> {
    try {
      const answer = await this.#run(RECORDS, [this.#recordsKey()], [known?.version ?? ""]);
      return recordsOf(known, answer);
    } catch (error) {
      this.#logFailure(error);
      return null;
    }
  }

  async changeRecord(
    id: string,
    before: string | null,
    after: string | null,
  ): Promise<boolean | null> {
    const optional = (text: string | null): string[] => (text === null ? ["0", ""] : ["1", text]);
    const args = [id, ...optional(before), ...optional(after)];
    try {
      return (await this.#run(CHANGE_RECORD, [this.#recordsKey()], args)) === 1;
    } catch (error) {
      this.#logFailure(error);
      return null;
    }
  }

  joinConnections(holder: ConnectionHolder): ConnectionHub {
    const { connectTimeoutMs } = this.#options;
    this.#hub = new RedisHub({
      address: this.#options,
      tag: this.#tag,
      connectTimeoutMs,
      holder,
      send: (command) => this.#link.send(this.#tag, command),
      tell: (aliveKey, channel, message) => this.#run(TELL_NODE, [aliveKey], [channel, message]),
      isDown: () => this.#link.isDown,
      onFailure: (error) => this.#logFailure(error),
    });
    return this.#hub;
  }

  ready(): Promise<boolean> {
    return this.#link.probe();
  }

  close(): Promise<void> {
    this.#link.close();
    return Promise.resolve();
  }

  counters(): RedisCounters {
    return {
      commands: this.#link.commands,
      unlimited: this.#unlimited,
      unavailable: this.#unavailable,
      cacheFailures: this.#cacheFailures,
      interruptions: this.#interruptions,
      scriptLoads: this.#scriptLoads,
    };
  }

  async #ask(claim: Claim): Promise<Admission> {
    try {
      const command = this.#admitCommand(claim);
      return admission(claim, await this.#evaluate(ADMIT, this.#tag, command));
    } catch (error) {
      this.#logFailure(error);
      return this.#unchecked(claim);
    }
  }

  #unchecked(claim: Claim): Admission {
    if (this.#options.onFailure === "closed" && claim.quotas.length > 0) {
      this.#unavailable++;
      return UNAVAILABLE;
    }
    this.#unlimited++;
    return ADMITTED_UNLIMITED;
  }

  #admitCommand(claim: Claim): readonly (string | Buffer)[] {
    let command = this.#commands.get(claim);
    if (command === undefined) {
      command = scriptCommand(ADMIT, this.#admitKeys(claim), admitArguments(claim));
      this.#commands.set(claim, command);
    }
    return command;
  }

  #admitKeys({ buckets, quotas, usage }: Claim): readonly string[] {
    return [
      ...buckets.map(({ id }) => this.#bucketKey(id)),
      ...quotas.map(({ id }) => this.#quotaKey(id)),
      ...(usage === null ? [] : [this.#usageKey(usage)]),
    ];
  }

  #bucketKey(id: string): string {
    return `${this.#tag}:bucket:${id}`;
  }

  #quotaKey(id: string): string {
    return `${this.#tag}:quota:${id}`;
  }

  #usageKey(counter: string): string {
    return `${this.#tag}:usage:${counter}`;
  }

  #recordsKey(): string {
    return `${this.#tag}:records`;
  }

  #cacheKey(space: CacheSpace, key: string): string {
    return `${this.#tag}:${space}:${key}`;
  }

  #run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<unknown> {
    return this.#evaluate(script, this.#tag, scriptCommand(script, keys, args));
  }

  /** By its digest; the text is sent when the server does not know it. */
  async #evaluate(
    script: RedisScript,
    key: string,
    command: readonly (string | Buffer)[],
  ): Promise<unknown> {
    try {
      return await this.#link.send(key, command);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
    }
    this.#scriptLoads++;
    return this.#link.send(key, ["EVAL", script.text, ...command.slice(2)]);
  }

  /** Null where Redis failed. */
  async #cacheCommand(command: readonly (string | Buffer)[]): Promise<unknown> {
    try {
      return await this.#link.send(this.#tag, command);
    } catch (error) {
      this.#cacheFailed(error);
      return null;
    }
  }

  #cacheFailed(error: unknown): void {
    this.#cacheFailures++;
    this.#logFailure(error);
  }

  /** Undefined where Redis failed. */
  async #report(command: readonly string[]): Promise<unknown> {
    try {
      return await this.#link.send(this.#tag, command);
    } catch (error) {
      this.#logFailure(error);
      return undefined;
    }
  }

  #linkChanged(cause: unknown): void {
    if (cause === null) this.#hub?.announce();
    const { logger, onFailure } = this.#options;
    if (cause !== null) {
      this.#interruptions++;
      logger.error("Redis cannot be used: throttling is off, caches miss", {
        cause: errorText(cause),
        quotas: onFailure,
      });
      return;
    }
    if (this.#interruptions === 0) return;
    logger.warn("Redis is back", {
      passedUnlimited: this.#unlimited,
      refusedUnavailable: this.#unavailable,
    });
  }

  /** While the link is down, that was logged when it went down. */
  #logFailure(error: unknown): void {
    const nowMs = Date.now();
    if (this.#link.isDown || nowMs - this.#loggedAtMs < LOGGED_EVERY_MS) return;
    this.#loggedAtMs = nowMs;
    this.#options.logger.error("a Redis command failed", { cause: errorText(error) });
  }
}

function checkAddress({ urls, apiId }: RedisStoreOptions): void {
  if (apiId === "" || /[{}]/.test(apiId)) throw new TypeError(`"${apiId}" cannot be a hash tag`);
  if (urls.length === 0) throw new TypeError("there is no address of Redis");
  if (!urls.every(isRedisUrl)) {
    throw new TypeError("an address of Redis is not redis://USER:PASSWORD@HOST:PORT/DATABASE");
  }
}

function scriptCommand(
  { sha1 }: RedisScript,
  keys: readonly string[],
  args: readonly (string | Buffer)[],
): readonly (string | Buffer)[] {
  return ["EVALSHA", sha1, String(keys.length), ...keys, ...args];
}

function admitArguments({ buckets, quotas }: Claim): readonly string[] {
  return [
    String(buckets.length),
    String(quotas.length),
    String(USAGE_DAYS),
    ...buckets.flatMap(({ rateLimit, burstLimit }) => [String(rateLimit), String(burstLimit)]),
    ...quotas.flatMap(({ limit, offset, period }) => [String(limit), String(offset), period]),
  ];
}

/** Reads the answer of the script `ADMIT`. */
function admission({ buckets, quotas }: Claim, answer: unknown): Admission {
  const [kind, value, waitMs]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  if (typeof value !== "number") throw new TypeError("Redis gave an answer of another script");
  if (kind === 0) return value < 0 ? ADMITTED : { ...ADMITTED, quotaRemaining: value };
  const bucket = buckets[value - 1];
  if (kind === 1 && bucket !== undefined) {
    const retryAfterMs = typeof waitMs === "number" && waitMs >= 0 ? waitMs : Infinity;
    return { outcome: "throttled", id: bucket.id, retryAfterMs };
  }
  const quota = quotas[value - 1];
  if (quota === undefined) throw new TypeError("Redis gave an answer to another claim");
  return { outcome: "quota-exceeded", id: quota.id, retryAfterMs: msToQuota(quota, Date.now()) };
}

function quotaState(text: string): QuotaState {
  const [start = 0, used = 0, initial = 0] = text.split(" ").map(Number);
  return { start, used, initial: initial === 1 };
}

/** Reads the answer of the script `RECORDS`. */
function recordsOf(known: Records | null, answer: unknown): Records {
  const [version, fields]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  if (!Buffer.isBuffer(version)) throw new TypeError("Redis gave an answer of another script");
  if (!Array.isArray(fields)) {
    if (known !== null) return known;
    throw new TypeError("Redis gave no records");
  }
  const byId = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const id = String(fields[i]);
    if (id !== "") byId.set(id, String(fields[i + 1]));
  }
  return { version: version.toString(), byId };
}

function globEscaped(text: string): string {
  return text.replace(/[*?[\]\\]/g, "\\$&");
}
