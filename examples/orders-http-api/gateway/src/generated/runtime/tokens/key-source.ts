// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isRecord } from "../json-record.js";
import { errorText, type Logger } from "../logger.js";
import { readKeySet, type KeySet } from "./key-set.js";
import { TokenProblem } from "./token.js";

/** The keys of one issuer, fetched when they are first needed and kept up to date. */
export interface KeySource {
  /**
   * The key set that holds a key id, or the newest one when none does.
   * @throws TokenProblem `keys-unavailable`
   */
  find(keyId: string): KeySet | Promise<KeySet>;
}

export interface KeySourceOptions {
  /** Where keys are found: an issuer that says so itself, or the key set's own address. */
  readonly address: { readonly issuer: string } | { readonly jwksUri: string };
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly logger: Logger;
}

/** Two hours, 1500 ms, 150,000 bytes. Source: developer guide, "JWT authorizers", "Quotas". */
const KEPT_MS = 2 * 3600_000;
const FETCH_TIMEOUT_MS = 1500;
const LONGEST_ANSWER = 150_000;
/** An unknown key id makes the set be fetched anew, but not more often than this; assumed. */
const ROTATION_PAUSE_MS = 60_000;
/** Pauses between attempts while the issuer fails: 1, 2, 4 ... seconds. */
const FIRST_BACK_OFF_MS = 1000;
const LONGEST_BACK_OFF_MS = 60_000;

/** Keeps the keys of one issuer. Requests that need them at the same time share one fetch. */
export function createKeySource({ address, clock, logger }: KeySourceOptions): KeySource {
  let keys: KeySet | null = null;
  let fetchedMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let retryMs = Number.NEGATIVE_INFINITY;
  let underway: Promise<KeySet> | null = null;

  const fetchKeys = async (): Promise<KeySet> => {
    try {
      keys = await fetchKeySet(address);
      fetchedMs = clock();
      failures = 0;
      return keys;
    } catch (error) {
      const pause = Math.min(FIRST_BACK_OFF_MS * 2 ** failures, LONGEST_BACK_OFF_MS);
      failures += 1;
      retryMs = clock() + pause;
      logger.warn("the keys of an issuer cannot be fetched", {
        address: "issuer" in address ? address.issuer : address.jwksUri,
        reason: errorText(error),
      });
      return keptKeys();
    }
  };
  /** Keys that are still good although newer ones could not be had. */
  const keptKeys = (): KeySet => {
    if (keys !== null && clock() - fetchedMs < KEPT_MS) return keys;
    throw new TokenProblem("keys-unavailable", "the issuer's keys cannot be fetched");
  };
  const refresh = (): KeySet | Promise<KeySet> => {
    if (clock() < retryMs) return keptKeys();
    return (underway ??= fetchKeys().finally(() => (underway = null)));
  };
  /** The keys may become too old while a fetch fails; then it is the next request that hears of it. */
  const refreshUnasked = (): void => {
    const fresh = refresh();
    if (fresh instanceof Promise) fresh.catch(() => undefined);
  };
  return {
    find: (keyId) => {
      const age = clock() - fetchedMs;
      if (keys === null || age >= KEPT_MS) return refresh();
      if (!keys.has(keyId)) return age < ROTATION_PAUSE_MS ? keys : refresh();
      // in good time, so that an issuer may be down for a while; nobody waits for it
      const current = keys;
      if (age >= KEPT_MS / 2) refreshUnasked();
      return current;
    },
  };
}

async function fetchKeySet(address: KeySourceOptions["address"]): Promise<KeySet> {
  const uri = "jwksUri" in address ? address.jwksUri : await discover(address.issuer);
  return readKeySet(await fetchText(uri));
}

/** The address of an issuer's key set, as the issuer publishes it. */
async function discover(issuer: string): Promise<string> {
  const text = await fetchText(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const configuration: unknown = JSON.parse(text);
  const { issuer: named, jwks_uri: uri } = isRecord(configuration) ? configuration : {};
  if (named !== issuer) throw new Error("the configuration is that of another issuer");
  if (typeof uri !== "string") throw new Error("the configuration names no key set");
  if (isLoopbackHttp(uri) && !isLoopbackHttp(issuer)) {
    throw new Error("the key set of a public issuer lies on this machine");
  }
  return uri;
}

async function fetchText(uri: string): Promise<string> {
  if (!isAllowedAddress(uri)) throw new Error(`${uri} is not an https address`);
  const response = await fetch(uri, {
    redirect: "error",
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    headers: { accept: "application/json" },
  });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`${uri} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > LONGEST_ANSWER) throw new Error(`${uri} answered too much`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Keys must come over TLS; plain HTTP is good enough within this machine. */
export function isAllowedAddress(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, username, password } = new URL(uri);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || isLoopbackHttp(uri);
}

function isLoopbackHttp(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname } = new URL(uri);
  return protocol === "http:" && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
