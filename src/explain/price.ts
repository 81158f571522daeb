/**
 * Price of one million requests in USD: us-east-1, first tier of a month, without data transfer. HTTP APIs
 * count every 512 KB begun as a request. Source: "Amazon API Gateway pricing" and AWS whitepaper "Best
 * Practices for Designing Amazon API Gateway Private APIs", table 4; read in November 2026.
 */
export const pricePerMillion = { rest: 3.5, http: 1 } as const;

/** Requests a month up to which the price holds. */
export const firstTier = { rest: 333_000_000, http: 300_000_000 } as const;

/** Bytes of request or answer that an HTTP API counts as one request. */
export const meteredBytes = 512 * 1024;
