/** What the service got. */
export interface Taken {
  readonly idempotencyKey: string | undefined;
  readonly event: unknown;
}

/** Starts the service; port 0 is a free one. */
export declare function startBackend(
  port?: number,
  take?: (taken: Taken) => void,
): Promise<{ readonly url: string; close(): Promise<void> }>;
