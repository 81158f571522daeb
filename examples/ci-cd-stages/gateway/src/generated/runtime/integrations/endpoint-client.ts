// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { BackendConnectionTable } from "../contracts.js";
import { createHttpClient, type HttpClient } from "../http/client.js";
import { openConnection, type CertificateCheck } from "../http/connection.js";

/** Maker of the client that checks certificates, for `IntegrationSetup.resource`. */
export const openSecure = (): HttpClient => createHttpClient({ insecure: false });
const openInsecure = (): HttpClient => createHttpClient({ insecure: true });

/** Connections with settings of their own: all routes that they are for share them. */
const makers = new WeakMap<BackendConnectionTable, Map<string, () => HttpClient>>();

/** Maker of the client for one backend. `connection`: its settings, undefined where there are none. */
export function clientMaker(
  connection: BackendConnectionTable | undefined,
  check: CertificateCheck,
): () => HttpClient {
  if (connection === undefined) return plainMaker(check);
  const known = makers.get(connection) ?? new Map<string, () => HttpClient>();
  makers.set(connection, known);
  const key = JSON.stringify(check);
  const maker = known.get(key) ?? (() => openConnection(connection, check));
  known.set(key, maker);
  return maker;
}

function plainMaker({ insecure, serverName }: CertificateCheck): () => HttpClient {
  // a client of its own: connections for one name serve no other
  if (serverName !== null) return () => createHttpClient({ insecure, serverName });
  return insecure ? openInsecure : openSecure;
}

/** What the settings say of calls of a backend. */
interface LimitedBackend {
  readonly timeoutMs: number | null;
  readonly connection?: BackendConnectionTable;
}

/**
 * The limit of a call with all of its attempts. Where attempts that are too slow are made again, a limit in
 * the settings is that of an attempt.
 */
export function timeLimit(backend: LimitedBackend | null, integrationMs: number): number {
  if (backend?.timeoutMs == null) return integrationMs;
  const isOfAttempt = backend.connection?.retries?.attemptTimeoutMs != null;
  return isOfAttempt ? Math.max(integrationMs, backend.timeoutMs) : backend.timeoutMs;
}
