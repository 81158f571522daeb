// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ConnectionHolder, ConnectionHub } from "./connections.js";

/**
 * Shared state of one API: limits, counters, caches. A store in memory answers at once, one in Redis
 * later; callers wait only where there is a promise. No method rejects or throws when the state
 * cannot be reached: limits say so in their answer, caches miss.
 */
export interface StateStore {
  /**
   * Takes one token of every bucket and one request of every quota, all or nothing, and counts the
   * request's usage when it was admitted. That a refused request takes nothing is assumed: the
   * service documents neither way.
   */
  admit(claim: Claim): Admission | Promise<Admission>;
  /** Bytes kept until their time is up; null: not there. They are the store's, never to be changed. */
  read(space: CacheSpace, key: string): Buffer | null | Promise<Buffer | null>;
  /** Keeps bytes for some seconds, more than 0; they are the store's from then on. */
  write(
    space: CacheSpace,
    key: string,
    value: Buffer,
    ttlSeconds: number,
  ): undefined | Promise<undefined>;
  remove(space: CacheSpace, key: string): undefined | Promise<undefined>;
  /** Removes what is kept under keys that begin with a prefix; says how many entries that were. */
  flush(space: CacheSpace, prefix: string): number | Promise<number>;
  /**
   * Requests counted on each day from `firstDay` to `lastDay`, both included; at most
   * `USAGE_DAYS` back. Null: the state cannot be reached.
   */
  usage(
    counter: string,
    firstDay: DayNumber,
    lastDay: DayNumber,
  ): readonly number[] | Promise<readonly number[] | null>;
  /** Requests that a quota has left now; nothing is taken. Null: the state cannot be reached. */
  remaining(quota: QuotaClaim): number | Promise<number | null>;
  /** Tokens that a bucket holds now, with fractions; none is taken. Null: the state cannot be reached. */
  tokens(bucket: BucketClaim): number | Promise<number | null>;
  /** All records; `known` itself when nothing has changed since. Null: the state cannot be reached. */
  records(known: Records | null): Records | Promise<Records | null>;
  /**
   * Replaces a record that still is as the caller knows it. `before` null: there is none yet; `after`
   * null: there is none from now on. False: somebody else was first, and nothing is changed. Null: the
   * state cannot be reached; it is not known whether the record was changed.
   */
  changeRecord(
    id: string,
    before: string | null,
    after: string | null,
  ): boolean | Promise<boolean | null>;
  /** Joins the gateways that hold the connections of an API; a gateway does so once. */
  joinConnections(holder: ConnectionHolder): ConnectionHub;
  /** Whether the state can be reached, for health checks. */
  ready(): boolean | Promise<boolean>;
  close(): Promise<void>;
}

/** What is cached: results of authorizers, answers of integrations. */
export type CacheSpace = "authorizer" | "response";

/** Facts that stay until they are changed, such as the API keys that were made at run time. */
export interface Records {
  /** Another one after each change. */
  readonly version: string;
  readonly byId: ReadonlyMap<string, string>;
}

/** Days since 1970-01-01, UTC. */
export type DayNumber = number;

/** Days for which usage is kept. */
export const USAGE_DAYS = 92;

/** What one request has to be granted. Ids are texts of the caller's; each one once in a claim. */
export interface Claim {
  /** Asked in this order; the first that refuses is the one that is reported. */
  readonly buckets: readonly BucketClaim[];
  /** Asked when all buckets would grant. */
  readonly quotas: readonly QuotaClaim[];
  /** Where an admitted request is counted by day; null: nowhere. */
  readonly usage: string | null;
}

/**
 * A token bucket: holds `burstLimit` tokens and starts full, fills at `rateLimit` tokens a second,
 * which may be fractional; a request takes one. Rate and burst of 0 refuse everything.
 */
export interface BucketClaim {
  readonly id: string;
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** Requests in a calendar period. */
export interface QuotaClaim {
  readonly id: string;
  readonly limit: number;
  readonly period: QuotaPeriod;
  /**
   * Requests taken off the limit in the initial period, which is the first that the store sees of
   * the quota. Source: API Gateway API reference, "QuotaSettings".
   */
  readonly offset: number;
}

export type QuotaPeriod = "DAY" | "WEEK" | "MONTH";

export type Admission =
  | {
      readonly outcome: "admitted";
      /** Requests left of the quota that has the fewest; null: no quota was asked, or none answered. */
      readonly quotaRemaining: number | null;
      /** False: the limits could not be reached, and the request passes unlimited. */
      readonly limited: boolean;
    }
  | {
      readonly outcome: "throttled" | "quota-exceeded";
      /** The bucket or quota that refused. */
      readonly id: string;
      /** Until a request can be granted; Infinity: never. */
      readonly retryAfterMs: number;
    }
  /** The quotas could not be reached, and such requests are to be refused. */
  | { readonly outcome: "unavailable" };
