// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { setTimeout as delay } from "node:timers/promises";
import { GatewayError } from "../errors/gateway-error.js";
import type { ApiKey, ApiKeys } from "../limits/api-keys.js";
import { findManagedKeys } from "../limits/managed-keys.js";
import { readSettingsKeys } from "../limits/settings-keys.js";
import type { Records } from "../state/store.js";
import type { AccessSetup } from "./access.js";
import { limitsWith, type KeyFinder, type KeyRing } from "./request-limits.js";
import type { LimitsPart } from "./route-access.js";

/** Limits with the API keys of the settings, and with those made or changed at run time. */
export const managedRequestLimits: LimitsPart = limitsWith(createManagedRing);

/** How often a store in another process is asked whether keys were changed. */
const ASKED_EVERY_MS = 1000;

function createManagedRing(): KeyRing {
  let keys: ManagedKeyFinder | null = null;
  return {
    of: (setup) => (keys ??= new ManagedKeyFinder(setup)),
    close: () => {
      keys?.close();
      return Promise.resolve();
    },
  };
}

/**
 * Looks keys up without a round trip: a store in this process is asked each time, another one once a
 * second, beside the requests. While it cannot be asked, keys stay as they were known last. When it
 * could never be asked, requests with a key are refused: it is not known which ones were disabled.
 */
class ManagedKeyFinder implements KeyFinder {
  readonly #setup: AccessSetup;
  readonly #tables;
  readonly #settings;
  readonly #closing = new AbortController();
  /** Of a store in another process, its first answer; null: the store answers at once. */
  readonly #opened: Promise<void> | null;
  #records: Records | null = null;
  #keys: ApiKeys | null = null;

  constructor(setup: AccessSetup) {
    const { api, secrets, around, state } = setup;
    this.#setup = setup;
    this.#tables = api.access ?? { apiKeys: {}, usagePlans: {} };
    this.#settings = readSettingsKeys(this.#tables, secrets, around.logger);
    const records = state.store.records(null);
    if (records instanceof Promise) {
      this.#opened = records.then((first) => this.#use(first));
      void this.#opened.then(() => this.#follow());
    } else {
      this.#opened = null;
      this.#use(records);
    }
  }

  find(value: string): ApiKey | null | Promise<ApiKey | null> {
    if (this.#opened === null) this.#askNow();
    const keys = this.#keys;
    if (keys !== null) return keys.find(value);
    return (this.#opened ?? Promise.resolve()).then(() => this.#known().find(value));
  }

  close(): void {
    this.#closing.abort();
  }

  #askNow(): void {
    const records = this.#setup.state.store.records(this.#records);
    if (!(records instanceof Promise)) this.#use(records);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      await delay(ASKED_EVERY_MS, null, { signal, ref: false }).catch(() => null);
      if (signal.aborted) return;
      this.#use(await this.#setup.state.store.records(this.#records));
    }
  }

  #use(records: Records | null): void {
    if (records === null || records === this.#records) return;
    this.#keys = findManagedKeys(this.#tables, this.#settings, records);
    this.#records = records;
  }

  #known(): ApiKeys {
    if (this.#keys !== null) return this.#keys;
    throw new GatewayError("DEFAULT_5XX", {
      status: 503,
      message: "Service Unavailable",
      detail: "it is not known which API keys were changed",
    });
  }
}
