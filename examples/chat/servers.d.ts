/** Serves the page and hands out tickets. Port 0 is a free one. */
export declare function startPage(
  key: string,
  port?: number,
): Promise<{ readonly url: string; close(): Promise<void> }>;

export declare function ticketOf(name: string, key: string): string;
