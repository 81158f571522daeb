// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { RandomSource } from "./ids.js";

const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;
const PARENT = /(?:^|;)\s*Parent=([0-9a-f]{16})(?:;|$)/;
const SAMPLED = /(?:^|;)\s*Sampled=([01])(?:;|$)/;

/**
 * `X-Amzn-Trace-Id` of a request: what the client sent is kept, what is missing is made.
 * A value without a well-formed root counts as absent.
 */
export function traceHeader(client: string | null, nowMs: number, random: RandomSource): string {
  const root = client === null ? undefined : ROOT.exec(client)?.[1];
  if (client === null || root === undefined) {
    return `Root=${newRoot(nowMs, random)};Parent=${random.hex(8)};Sampled=0`;
  }
  const parent = PARENT.exec(client)?.[1] ?? random.hex(8);
  return `Root=${root};Parent=${parent};Sampled=${SAMPLED.exec(client)?.[1] ?? "0"}`;
}

function newRoot(nowMs: number, random: RandomSource): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, "0");
  return `1-${seconds}-${random.hex(12)}`;
}
