import type { Authorizer } from "../ir/authorizer.js";
import type { Gateway } from "../ir/gateway.js";

/** Authorizers that some operation asks for, in document order. */
export function usedAuthorizers({ api }: Gateway): readonly Authorizer[] {
  const names = new Set(
    api.operations.flatMap(({ authorization }) =>
      authorization.kind === "authorizer" ? [authorization.authorizer] : [],
    ),
  );
  return api.authorizers.filter(({ name }) => names.has(name));
}
