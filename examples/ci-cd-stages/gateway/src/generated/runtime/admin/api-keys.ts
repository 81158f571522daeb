// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { randomInt } from "node:crypto";
import { isRecord } from "../json-record.js";
import { hashApiKey, LONGEST_KEY, newSalt, SHORTEST_KEY } from "../limits/api-keys.js";
import {
  findManagedKeys,
  keyRecordId,
  managedKeys,
  membershipRecordId,
  type ChangedKey,
  type MadeKey,
  type ManagedKey,
} from "../limits/managed-keys.js";
import type { Records } from "../state/store.js";
import { badRequest, conflict } from "./admin-error.js";
import {
  ACCEPTED,
  ok,
  type AdminAnswer,
  type AdminCall,
  type AdminOperation,
  type JsonObject,
} from "./admin-operation.js";
import { keyIn, type Administered } from "./administered.js";
import { checkedText, checkMembers, flagMember, textMember } from "./body.js";
import { listOf, page } from "./paging.js";

/**
 * API keys. Values are kept as salted hashes: the answer to `CreateApiKey` shows one for the only
 * time, `includeValue` and `includeValues` show none. Texts of errors are assumed where the service's
 * are not known.
 */
export const apiKeyOperations: readonly AdminOperation[] = [
  { method: "GET", path: "/apikeys", answer: getApiKeys },
  { method: "POST", path: "/apikeys", answer: createApiKey },
  {
    method: "GET",
    path: "/apikeys/{apiKey}",
    answer: async (call) => ok(shown(await call.administered.key(call.segment("apiKey")))),
  },
  { method: "PATCH", path: "/apikeys/{apiKey}", answer: updateApiKey },
  { method: "DELETE", path: "/apikeys/{apiKey}", answer: deleteApiKey },
];

/** `value` only where the key was made just now. */
function shown(key: ManagedKey, value?: string): JsonObject {
  const { id, name, description, customerId, enabled, createdMs, updatedMs } = key;
  return {
    id,
    value,
    name: name === "" ? undefined : name,
    customerId: customerId ?? undefined,
    description: description ?? undefined,
    enabled,
    createdDate: seconds(createdMs),
    lastUpdatedDate: seconds(updatedMs ?? createdMs),
    stageKeys: [],
  };
}

/** Times are seconds since 1970. */
function seconds(timeMs: number | null): number | undefined {
  return timeMs === null ? undefined : Math.floor(timeMs / 1000);
}

async function getApiKeys(call: AdminCall): Promise<AdminAnswer> {
  const { parameter, administered } = call;
  const [prefix, customerId] = [parameter("name") ?? "", parameter("customerId")];
  const keys = (await administered.keys()).filter(
    (key) => key.name.startsWith(prefix) && (customerId === null || key.customerId === customerId),
  );
  const warnings =
    parameter("includeValues") === "true"
      ? ["The values of API keys are kept as hashes and cannot be shown"]
      : [];
  const list = listOf(
    page(keys, ({ id }) => id, call),
    (key) => shown(key),
  );
  return ok({ warnings, ...list });
}

const creatable = [
  "name",
  "description",
  "customerId",
  "enabled",
  "value",
  "generateDistinctId",
  "stageKeys",
] as const;

async function createApiKey({ administered, body, parameter }: AdminCall): Promise<AdminAnswer> {
  if (parameter("mode") !== null) throw badRequest("ImportApiKeys is not supported");
  checkMembers(body, creatable);
  const { stageKeys } = body;
  if (Array.isArray(stageKeys) && stageKeys.length > 0) {
    throw badRequest("stageKeys is not supported: usage plans open stages");
  }
  // its kind of id is the same either way
  flagMember(body, "generateDistinctId");
  const value = checkedValue(textMember(body, "value") ?? randomText(VALUE_CHARACTERS, 40));
  const nowMs = administered.nowMs();
  const key = {
    name: textMember(body, "name") ?? "",
    description: textMember(body, "description") ?? null,
    customerId: textMember(body, "customerId") ?? null,
    enabled: flagMember(body, "enabled") ?? false,
    createdMs: nowMs,
    updatedMs: nowMs,
  };
  const id = randomText(ID_CHARACTERS, 10);
  await administered.change(keyRecordId(id), (records, text) => {
    if (text !== null || isTaken(administered, records, value)) {
      throw conflict("API Key already exists");
    }
    const salt = saltOf(administered, records);
    const made: MadeKey = { ...key, value: { salt, hash: hashApiKey(value, salt) } };
    return JSON.stringify(made);
  });
  return { status: 201, body: shown(await administered.key(id), value) };
}

function checkedValue(value: string): string {
  if (value.length > LONGEST_KEY) throw badRequest("API Key value exceeds maximum size");
  if (value.length >= SHORTEST_KEY) return value;
  throw badRequest(`API Key value should be at least ${SHORTEST_KEY} characters`);
}

function isTaken(administered: Administered, records: Records, value: string): boolean {
  const settings = administered.settingsKeys();
  return findManagedKeys(administered.tables, settings, records).find(value) !== null;
}

/** One salt for all keys that are made: a look-up costs one hash for each salt. */
function saltOf({ tables }: Administered, records: Records): string {
  const made = managedKeys(tables, records).find(({ value }) => value !== null);
  return made?.value?.salt ?? newSalt();
}

const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const VALUE_CHARACTERS = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${ID_CHARACTERS}`;

function randomText(characters: string, length: number): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join("");
}

async function updateApiKey({ administered, body, segment }: AdminCall): Promise<AdminAnswer> {
  const id = segment("apiKey");
  const patch = readPatch(body);
  const { tables } = administered;
  await administered.change(keyRecordId(id), (records, text) => {
    const key = keyIn(managedKeys(tables, records), id);
    const change = { ...patch, updatedMs: administered.nowMs() };
    if (key.origin === "run time") return JSON.stringify(madeWith(key, change));
    if (patch.enabled === true && tables.apiKeys[id]?.enabled === false) {
      throw badRequest("the settings disable the API key");
    }
    return JSON.stringify({ ...changesIn(text), ...change });
  });
  return ok(shown(await administered.key(id)));
}

function madeWith(key: ManagedKey, change: ChangedKey): MadeKey {
  const { name, description, customerId, enabled, createdMs, value } = key;
  if (value === null || createdMs === null) throw new Error("the key is one of the settings");
  return { name, description, customerId, enabled, createdMs, value, ...change };
}

function changesIn(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const changes: unknown = JSON.parse(text ?? "{}");
    return isRecord(changes) ? changes : {};
  } catch {
    return {};
  }
}

type Patch = Omit<ChangedKey, "updatedMs">;

function readPatch(body: AdminCall["body"]): Patch {
  checkMembers(body, ["patchOperations"]);
  const operations = body["patchOperations"] ?? [];
  if (!Array.isArray(operations)) throw badRequest("patchOperations is not a list");
  return Object.assign({}, ...operations.map(readPatchOperation)) as Patch;
}

function readPatchOperation(operation: unknown): Patch {
  const { op, path, value } = isRecord(operation) ? operation : {};
  if (op !== "replace") throw badRequest(`Invalid patch operation: only "replace" is supported`);
  if (typeof value !== "string") throw badRequest("the value of a patch operation is not a text");
  switch (path) {
    case "/enabled":
      if (value !== "true" && value !== "false") throw badRequest("enabled is not true or false");
      return { enabled: value === "true" };
    case "/name":
      return { name: checkedText("name", value) };
    case "/description":
      return { description: checkedText("description", value) };
    case "/customerId":
      return { customerId: checkedText("customerId", value) };
    default:
      throw badRequest(
        "Invalid patch path: it is none of /customerId, /description, /enabled, /name",
      );
  }
}

async function deleteApiKey({ administered, segment }: AdminCall): Promise<AdminAnswer> {
  const id = segment("apiKey");
  const key = await administered.key(id);
  if (key.origin === "settings") {
    throw badRequest("the API key is one of the settings: disable it, or remove it there");
  }
  await administered.change(keyRecordId(id), () => null);
  // what is left behind by a failure belongs to nobody: an id is never given twice
  for (const planId of key.plans.keys()) {
    await administered.change(membershipRecordId(planId, id), () => null);
  }
  return ACCEPTED;
}
