// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isIP } from "node:net";
import { AdminError } from "./admin-error.js";

/**
 * Refuses what a web page in a browser on this machine may send. A page may call any loopback port:
 * its requests carry `Origin` or say by `Sec-Fetch-Site` that a site made them, and a host name that
 * was rebound to 127.0.0.1 stands in `Host`. Clients of the admin listener send neither header.
 */
export function refuseWebPages(headers: {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly "sec-fetch-site"?: string | readonly string[] | undefined;
}): void {
  if (!isLoopbackAuthority(headers.host ?? "")) {
    throw new AdminError("AccessDeniedException", "the Host header does not name the loopback");
  }
  const site = headers["sec-fetch-site"] ?? "none";
  // "none": somebody typed the address
  if (headers.origin !== undefined || site !== "none") {
    throw new AdminError("AccessDeniedException", "web pages may not use the admin listener");
  }
}

/** Whether an address to listen on is reached from this machine alone. */
export function isLoopbackHost(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** The port is free to choose: it may be forwarded. */
function isLoopbackAuthority(authority: string): boolean {
  const [, name, v6] = /^(?:([^:[\]]+)|\[([0-9a-f:]+)\])(?::\d{1,5})?$/i.exec(authority) ?? [];
  return isLoopbackHost((name ?? v6 ?? "").toLowerCase());
}
