// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** How a request that may not refresh an entry is answered. */
export type UnauthorizedStrategy =
  "FAIL_WITH_403" | "SUCCEED_WITH_RESPONSE_HEADER" | "SUCCEED_WITHOUT_RESPONSE_HEADER";

/** What becomes of a request to a cached method. */
export type CacheUse =
  /** Answered from the cache where possible. */
  | "use"
  /** Answered by the integration; its answer replaces the entry. */
  | "refresh"
  /** Refused with 403. */
  | "refuse"
  /** As `use`, and the answer carries `IGNORED_WARNING`. */
  | "use-with-warning";

/** `Warning` header of an answer to a request whose wish to refresh was ignored; its text is assumed. */
export const IGNORED_WARNING = "199 cache-control ignored because of unauthorized";

/**
 * Decides what `Cache-Control: max-age=0` does. Other directives and other ages do nothing.
 * Source: developer guide, "Invalidate an API Gateway cache entry".
 * @param cacheControl all values of the request's header.
 * @param mayInvalidate whether a policy allows `execute-api:InvalidateCache`; asked only when needed.
 */
export function decideCacheUse(
  cacheControl: readonly string[],
  settings: {
    readonly requireAuthorization: boolean;
    readonly unauthorizedStrategy: UnauthorizedStrategy;
  },
  mayInvalidate: () => boolean,
): CacheUse {
  if (!asksForRefresh(cacheControl)) return "use";
  if (!settings.requireAuthorization || mayInvalidate()) return "refresh";
  switch (settings.unauthorizedStrategy) {
    case "FAIL_WITH_403":
      return "refuse";
    case "SUCCEED_WITH_RESPONSE_HEADER":
      return "use-with-warning";
    case "SUCCEED_WITHOUT_RESPONSE_HEADER":
      return "use";
  }
}

/** Directives are a list with commas; names in any case, the age quoted or not (RFC 9111, 5.2). */
function asksForRefresh(cacheControl: readonly string[]): boolean {
  return cacheControl.some((value) =>
    value.split(",").some((directive) => /^\s*max-age\s*=\s*(?:0+|"0+")\s*$/i.test(directive)),
  );
}
