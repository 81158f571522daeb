// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** What an authorizer found out about a caller: `$context.authorizer`. */
export interface AuthorizerOutcome {
  readonly principalId: string | null;
  /** Texts by name, in the order the authorizer gave them. */
  readonly context: ReadonlyMap<string, string>;
  /** The same with their own types, where events of HTTP APIs show them; null: texts are all. */
  readonly values: Readonly<Record<string, unknown>> | null;
  /** Claims of a token as texts; null: the authorizer reads no tokens. */
  readonly claims: ReadonlyMap<string, string> | null;
  /** Scopes that the route asks for; null: none, or the authorizer knows none. */
  readonly scopes: readonly string[] | null;
  /** The API key that the caller counts for, where the API takes keys from authorizers. */
  readonly usageIdentifierKey: string | null;
  /** Milliseconds that the authorizer took; 0 for a kept result. */
  readonly latencyMs: number;
  /** What the function's call is called where it runs; null: it was not called, or is no function. */
  readonly requestId: string | null;
}

/** What a signature says about its signer: `$context.identity`. */
export interface SignerIdentity {
  readonly accessKey: string;
  /** Account of the caller, twelve digits. */
  readonly accountId: string;
  /** Unique id of the principal. */
  readonly caller: string;
  readonly user: string;
  readonly userArn: string;
  readonly principalOrgId: string | null;
}

/** The API key that a request was counted for: `$context.identity.apiKey`, `apiKeyId`. */
export interface ApiKeyIdentity {
  readonly id: string;
  readonly value: string;
}
