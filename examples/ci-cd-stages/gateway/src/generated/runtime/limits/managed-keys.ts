// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessTable } from "../contracts.js";
import { isRecord } from "../json-record.js";
import type { Records } from "../state/store.js";
import {
  createApiKeys,
  type ApiKeyPlan,
  type ApiKeys,
  type HashedApiKey,
  type HashedApiKeys,
} from "./api-keys.js";
import { limitId } from "./limit-id.js";

/** An API key as it is now: of the settings, with what was changed since, or made at run time. */
export interface ManagedKey {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly customerId: string | null;
  readonly enabled: boolean;
  readonly origin: "settings" | "run time";
  /** Milliseconds since 1970; null: the settings do not say, or nothing was changed. */
  readonly createdMs: number | null;
  readonly updatedMs: number | null;
  /** Of a key made at run time; null: the value is a secret of the settings. */
  readonly value: HashedValue | null;
  /** Plans by id, and where it is said that the key belongs to them. */
  readonly plans: ReadonlyMap<string, "settings" | "run time">;
}

/** Salt and hash of a key's value, base64. */
export interface HashedValue {
  readonly salt: string;
  readonly hash: string;
}

/** What is recorded of a key that was made at run time. */
export interface MadeKey {
  readonly name: string;
  readonly description: string | null;
  readonly customerId: string | null;
  readonly enabled: boolean;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly value: HashedValue;
}

/** What is recorded of a key of the settings: the members that were changed. */
export interface ChangedKey {
  readonly name?: string;
  readonly description?: string | null;
  readonly customerId?: string | null;
  readonly enabled?: boolean;
  readonly updatedMs: number;
}

type Tables = Pick<AccessTable, "apiKeys" | "usagePlans">;

const KEY = "api-key";
const MEMBERSHIP = "plan-key";

/** Where a key is recorded. */
export function keyRecordId(keyId: string): string {
  return limitId([KEY, keyId]);
}

/** Where it is recorded that a key belongs to a plan; the text of the record says nothing. */
export function membershipRecordId(planId: string, keyId: string): string {
  return limitId([MEMBERSHIP, planId, keyId]);
}

/**
 * All keys, those of the settings first. A record that cannot be read opens nothing: a key of the
 * settings is disabled by it, another one is not there. What the settings disable stays disabled.
 */
export function managedKeys(tables: Tables, records: Records): readonly ManagedKey[] {
  const memberships = membershipsByKey(tables, records);
  const plansOf = (keyId: string): ManagedKey["plans"] =>
    memberships.get(keyId) ?? new Map<string, "settings">();
  const settings = Object.entries(tables.apiKeys).map(([id, key]): ManagedKey => {
    const { name, customerId, enabled } = key;
    const table = { id, name, customerId, enabled, description: null, createdMs: null };
    const changed = readChange(records.byId.get(keyRecordId(id)));
    return {
      ...table,
      updatedMs: null,
      ...changed,
      enabled: enabled && (changed.enabled ?? true),
      origin: "settings",
      value: null,
      plans: plansOf(id),
    };
  });
  const made = [...records.byId].flatMap(([recordId, text]): readonly ManagedKey[] => {
    const [kind, id, more] = namesOf(recordId);
    if (kind !== KEY || id === undefined || more !== undefined) return [];
    if (Object.hasOwn(tables.apiKeys, id)) return [];
    const key = readMade(text);
    return key === null ? [] : [{ id, ...key, origin: "run time", plans: plansOf(id) }];
  });
  return [...settings, ...made.toSorted((a, b) => (a.id < b.id ? -1 : 1))];
}

/**
 * Prepares all keys for look-ups by value.
 * @param settings the keys of the settings with their hashes.
 */
export function findManagedKeys(
  tables: Tables,
  settings: HashedApiKeys,
  records: Records,
): ApiKeys {
  const hashes = new Map(settings.keys.map(({ id, hash }) => [id, hash]));
  const bySalt = new Map<string, HashedApiKey[]>([[settings.salt, []]]);
  for (const key of managedKeys(tables, records)) {
    const { id, name, customerId, enabled } = key;
    const { salt, hash } = key.value ?? { salt: settings.salt, hash: hashes.get(id) };
    if (hash === undefined) continue;
    const plans = openedStages(tables.usagePlans, [...key.plans.keys()]);
    const hashed = { id, name, customerId, enabled, hash, plans };
    const group = bySalt.get(salt);
    if (group === undefined) bySalt.set(salt, [hashed]);
    else group.push(hashed);
  }
  const tablesBySalt = [...bySalt].map(([salt, keys]) => createApiKeys({ salt, keys }));
  return {
    find(value) {
      for (const keys of tablesBySalt) {
        const key = keys.find(value);
        if (key !== null) return key;
      }
      return null;
    },
  };
}

/** The stages that plans open; the first plan of a stage counts. */
export function openedStages(
  usagePlans: AccessTable["usagePlans"],
  planIds: readonly string[],
): readonly ApiKeyPlan[] {
  const byStage = new Map<string, string>();
  for (const planId of planIds) {
    for (const stage of usagePlans[planId]?.stages ?? []) {
      if (!byStage.has(stage)) byStage.set(stage, planId);
    }
  }
  return [...byStage].map(([stage, planId]) => ({ stage, planId }));
}

function membershipsByKey(
  { usagePlans }: Tables,
  records: Records,
): ReadonlyMap<string, ReadonlyMap<string, "settings" | "run time">> {
  const byKey = new Map<string, Map<string, "settings" | "run time">>();
  const add = (keyId: string, planId: string, origin: "settings" | "run time"): void => {
    const plans = byKey.get(keyId) ?? new Map<string, "settings" | "run time">();
    byKey.set(keyId, plans);
    if (!plans.has(planId)) plans.set(planId, origin);
  };
  for (const [planId, { keys }] of Object.entries(usagePlans)) {
    for (const keyId of keys) add(keyId, planId, "settings");
  }
  for (const recordId of [...records.byId.keys()].toSorted()) {
    const [kind, planId, keyId, more] = namesOf(recordId);
    if (kind !== MEMBERSHIP || planId === undefined || keyId === undefined) continue;
    if (more === undefined && Object.hasOwn(usagePlans, planId)) add(keyId, planId, "run time");
  }
  return byKey;
}

/** The names that a record's id was made from. */
function namesOf(recordId: string): readonly string[] {
  return recordId.split("/").map((part) => part.replaceAll("%2F", "/").replaceAll("%25", "%"));
}

const UNREADABLE: ChangedKey = { enabled: false, updatedMs: 0 };

function readChange(text: string | undefined): Partial<ChangedKey> {
  if (text === undefined) return {};
  const { name, description, customerId, enabled, updatedMs } = parsed(text);
  const isChange =
    isOptional(name, isText) &&
    isOptional(description, isTextOrNull) &&
    isOptional(customerId, isTextOrNull) &&
    isOptional(enabled, isFlag) &&
    typeof updatedMs === "number";
  if (!isChange) return UNREADABLE;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(enabled === undefined ? {} : { enabled }),
    updatedMs,
  };
}

function readMade(text: string): MadeKey | null {
  const { name, description, customerId, enabled, createdMs, updatedMs, value } = parsed(text);
  const { salt, hash } = isRecord(value) ? value : {};
  const isKey = isText(name) && isTextOrNull(description) && isTextOrNull(customerId);
  if (!isKey || !isFlag(enabled) || !isText(salt) || !isText(hash)) return null;
  if (typeof createdMs !== "number" || typeof updatedMs !== "number") return null;
  if (!hasBytes(salt, 16) || !hasBytes(hash, 32)) return null;
  return { name, description, customerId, enabled, createdMs, updatedMs, value: { salt, hash } };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function hasBytes(base64: string, count: number): boolean {
  return Buffer.from(base64, "base64").byteLength === count;
}

function isOptional<T>(
  value: unknown,
  isOne: (value: unknown) => value is T,
): value is T | undefined {
  return value === undefined || isOne(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}
