// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Who asks, as policies name him. */
export interface PolicyPrincipal {
  readonly arn: string;
  /** Twelve digits. */
  readonly account: string;
  /** Of a session, the role that was assumed. */
  readonly roleArn?: string;
}

/** What a policy is asked. */
export interface PolicyRequest {
  /** `execute-api:Invoke`. */
  readonly action: string;
  /** ARN of the method. */
  readonly resource: string;
  /** Null: somebody without credentials. */
  readonly principal: PolicyPrincipal | null;
  /** Values of a condition key, by its name in lower case; empty: the request has none. */
  context(key: string): readonly string[];
}
