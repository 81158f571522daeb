/** A server on this machine. */
export interface Started {
  /** Origin. */
  readonly url: string;
  close(): Promise<void>;
}

/** Ports: 0 is a free one. */
export declare function startCatalog(port?: number): Promise<Started>;

export declare function startIssuer(port?: number): Promise<
  Started & {
    /** With the scope `orders/read` alone. */
    readonly readToken: string;
    /** With `orders/write`, too. */
    readonly token: string;
  }
>;

export declare function startQueue(port?: number): Promise<
  Started & {
    /** Parameters of each message that was sent. */
    readonly messages: readonly Readonly<Record<string, string>>[];
  }
>;
