import type { SecretReference, StateUse } from "../contracts.js";
import { resolveSecret, SecretProblem, variableName, type SecretSource } from "../secrets.js";
import { encryptedStore } from "./encrypted.js";
import { createMemoryStore } from "./memory.js";
import { partlyShared } from "./partly-shared.js";
import { createRedisStore } from "./redis.js";
import type { StatePart } from "./state-part.js";
import type { StateStore } from "./store.js";

/** Where Redis is found, and what happens without it. */
export interface RedisSettings {
  /** Address, several with commas between them, or the secret that holds it. */
  readonly url: string | SecretReference;
  readonly keyPrefix: string | null;
  readonly tls: boolean;
  readonly cluster: boolean;
  /** What happens to requests under a quota while Redis cannot be asked. */
  readonly onFailure: "open" | "closed";
  /** What each process keeps by itself; default: nothing. */
  readonly local?: readonly StateUse[];
}

/** The secret with the key of encrypted caches: 32 bytes in base64. */
const CACHE_KEY = "gateway/cache-key";
const KEY_BYTES = 32;

/** State that all gateways with the same Redis share; see docs/state.md. */
export function redisState(settings: RedisSettings): StatePart {
  return ({ around, secrets }) => {
    const { url, keyPrefix, tls, cluster, onFailure, local = [] } = settings;
    const addresses = typeof url === "string" ? url : resolveSecret(url, secrets);
    const store = createRedisStore({
      urls: addresses.split(",").map((address) => address.trim()),
      apiId: around.api.apiId,
      logger: around.logger,
      tls,
      cluster,
      onFailure,
      ...(keyPrefix === null ? {} : { keyPrefix }),
    });
    const encrypted = (): StateStore => encryptedStore(store, cacheKey(secrets));
    if (local.length === 0) return { store, encrypted };
    const own = createMemoryStore({ clock: around.clock });
    const isCacheOwn = local.includes("cache");
    return {
      store: partlyShared(store, own, new Set(local)),
      // only what leaves the process is encrypted
      encrypted: isCacheOwn ? () => own : encrypted,
    };
  };
}

function cacheKey(secrets: SecretSource): Buffer {
  const key = Buffer.from(resolveSecret({ secret: CACHE_KEY, key: null }, secrets), "base64");
  if (key.byteLength === KEY_BYTES) return key;
  throw new SecretProblem(
    `the secret "${CACHE_KEY}" (${variableName(CACHE_KEY)}) is not ${KEY_BYTES} bytes in base64`,
  );
}
