// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessTable, ApiTable, StageTable, UsagePlanTable } from "../contracts.js";
import type { AuthorizerTrial, ManagedGateway, Trial, TriedAuthorizer } from "../gateway.js";
import type { GatewayRequest, GatewayResponse } from "../http/message.js";
import type { HashedApiKeys } from "../limits/api-keys.js";
import { managedKeys, type ManagedKey } from "../limits/managed-keys.js";
import { readSettingsKeys } from "../limits/settings-keys.js";
import type { Records, StateStore } from "../state/store.js";
import { conflict, notFound, unavailable } from "./admin-error.js";

/** How often a record is read again that somebody else changed in the meantime. */
const ATTEMPTS = 5;

/** The gateway under administration. Its methods throw the control plane's errors. */
export class Administered {
  readonly api: ApiTable;
  readonly tables: Pick<AccessTable, "apiKeys" | "usagePlans">;
  readonly store: StateStore;
  readonly sockets: ManagedGateway["sockets"];
  readonly #gateway: ManagedGateway;
  #settingsKeys: HashedApiKeys | null = null;

  constructor(gateway: ManagedGateway) {
    this.#gateway = gateway;
    this.api = gateway.api;
    this.tables = gateway.api.access ?? { apiKeys: {}, usagePlans: {} };
    this.store = gateway.store;
    this.sockets = gateway.sockets;
  }

  /** Sends a request to one route, without the checks of callers, limits and caches. */
  tryRoute(request: GatewayRequest, trial: Trial): Promise<GatewayResponse> {
    return Promise.resolve(this.#gateway.tryRoute(request, trial));
  }

  /** Asks one authorizer by itself. */
  tryAuthorizer(request: GatewayRequest, trial: AuthorizerTrial): Promise<TriedAuthorizer> {
    return this.#gateway.tryAuthorizer(request, trial);
  }

  /** Milliseconds since 1970. */
  nowMs(): number {
    return this.#gateway.clock();
  }

  /** The keys of the settings with hashes of their values. */
  settingsKeys(): HashedApiKeys {
    // the gateway itself has warned about short keys
    const logger = { warn: () => undefined, error: () => undefined };
    return (this.#settingsKeys ??= readSettingsKeys(this.tables, this.#gateway.secrets, logger));
  }

  async records(): Promise<Records> {
    const records = await this.store.records(null);
    if (records === null) throw unavailable();
    return records;
  }

  async keys(): Promise<readonly ManagedKey[]> {
    return managedKeys(this.tables, await this.records());
  }

  async key(id: string): Promise<ManagedKey> {
    return keyIn(await this.keys(), id);
  }

  plan(id: string): UsagePlanTable {
    const plan = Object.hasOwn(this.tables.usagePlans, id) ? this.tables.usagePlans[id] : undefined;
    if (plan !== undefined) return plan;
    throw notFound("Invalid Usage Plan ID specified");
  }

  /** Checks that an id is that of this API. */
  checkApi(id: string): void {
    if (id === this.api.apiId) return;
    throw notFound(`Invalid API identifier specified ${this.api.accountId}:${id}`);
  }

  stage(name: string): StageTable {
    const stage = Object.hasOwn(this.api.stages, name) ? this.api.stages[name] : undefined;
    if (stage !== undefined) return stage;
    throw notFound("Invalid stage identifier specified");
  }

  /**
   * Changes a record by what it says now; again when somebody else changed it in the meantime.
   * @param next the record's new text; null: it goes. May throw to refuse.
   */
  async change(
    recordId: string,
    next: (records: Records, text: string | null) => string | null,
  ): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const records = await this.records();
      const text = records.byId.get(recordId) ?? null;
      const isDone = await this.store.changeRecord(recordId, text, next(records, text));
      if (isDone === null) throw unavailable();
      if (isDone) return;
    }
    throw conflict("Unable to complete operation due to concurrent modification");
  }
}

export function keyIn(keys: readonly ManagedKey[], id: string): ManagedKey {
  const key = keys.find((one) => one.id === id);
  if (key !== undefined) return key;
  throw notFound("Invalid API Key identifier specified");
}
