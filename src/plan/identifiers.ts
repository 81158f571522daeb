import { createHash } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Ten letters and digits for an API, the same for the same name on every machine. */
export function apiId(apiName: string): string {
  return stableId(`api ${apiName}`, 10);
}

/** Six letters and digits for a resource of an API. */
export function resourceId(apiName: string, path: string): string {
  return stableId(`resource ${apiName} ${path}`, 6);
}

function stableId(text: string, length: number): string {
  const digest = createHash("sha256").update(text).digest();
  return Array.from(digest.subarray(0, length), (byte) => alphabet[byte % 36] ?? "a").join("");
}
