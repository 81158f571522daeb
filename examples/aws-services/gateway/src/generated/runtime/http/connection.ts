// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { readFileSync } from "node:fs";
import type { BackendConnectionTable } from "../contracts.js";
import { errorText } from "../logger.js";
import { createHttpClient, type HttpClient } from "./client.js";
import { protectedClient } from "./protected-client.js";

/** What an integration says of the certificates of its backend. */
export interface CertificateCheck {
  readonly insecure: boolean;
  /** The name that they must show; null: that of the host. */
  readonly serverName: string | null;
}

/**
 * A client for one backend, as the settings want its connections. What the integration says of
 * certificates counts where they say nothing. Throws when the file of certificates cannot be read.
 */
export function openConnection(
  table: BackendConnectionTable,
  { insecure, serverName }: CertificateCheck,
): HttpClient {
  const { tls, keepAlive, maxConcurrency } = table;
  const name = tls?.serverName ?? serverName;
  const client = createHttpClient({
    insecure: insecure || (tls?.insecureSkipVerification ?? false),
    keepAlive,
    ...(maxConcurrency === null ? {} : { maxConnections: maxConcurrency }),
    ...(name === null ? {} : { serverName: name }),
    ...(tls?.caFile == null ? {} : { ca: readCertificates(tls.caFile) }),
  });
  return protectedClient(client, table);
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`the certificates of a backend cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  }
}
