/** A server on this machine. */
export interface Started {
  /** Origin. */
  readonly url: string;
  close(): Promise<void>;
}

/** Ports: 0 is a free one. */
export declare function startStations(port?: number): Promise<Started>;

export declare function startIssuer(port?: number): Promise<
  Started & {
    readonly identityToken: string;
    /** With the scope `stations/write`. */
    readonly accessToken: string;
  }
>;
