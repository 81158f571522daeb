import type { IncomingHttpHeaders } from "node:http";
import { AdminError } from "../admin/admin-error.js";

/**
 * Refuses what other web pages send: the console's own page is the only one that may ask. Its requests say
 * `same-origin` by `Sec-Fetch-Site`, and their `Origin` is what stands in `Host`; an address that somebody
 * typed says `none`. On the loopback a name that was rebound to 127.0.0.1 would stand in `Host`.
 */
export function refuseOtherPages(headers: IncomingHttpHeaders, isLoopback: boolean): void {
  const { host = "", origin } = headers;
  if (isLoopback && !isLoopbackAuthority(host)) {
    throw refusal("the Host header does not name the loopback");
  }
  const site = headers["sec-fetch-site"] ?? "none";
  if (site !== "none" && site !== "same-origin")
    throw refusal("other web pages may not use the console");
  if (origin === undefined) return;
  const own = [`http://${host}`, `https://${host}`];
  if (!own.includes(origin.toLowerCase())) throw refusal("other web pages may not use the console");
}

/** A form of another page can send text, but no JSON without asking first. */
export function requireJson({ "content-type": type = "" }: IncomingHttpHeaders): void {
  if (/^application\/json\s*(?:;|$)/i.test(type)) return;
  throw new AdminError("BadRequestException", "the Content-Type is not application/json");
}

function refusal(message: string): AdminError {
  return new AdminError("AccessDeniedException", message);
}

/** The port is free to choose: it may be forwarded. */
function isLoopbackAuthority(authority: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(authority);
}
