import { createHash } from "node:crypto";

const crlf = Buffer.from("\r\n");
/** A content is compared, recorded and remembered: its digest is worked out once. */
const known = new WeakMap<Buffer, string>();

/**
 * SHA-256 of a file, in hexadecimal. `\r\n` counts as `\n`: git may check out the lines of a generated
 * file that way, and nobody has edited it then. The content must not change afterwards.
 */
export function digestOf(content: Buffer): string {
  const digest = known.get(content) ?? compute(content);
  known.set(content, digest);
  return digest;
}

function compute(content: Buffer): string {
  const hash = createHash("sha256");
  if (!content.includes(crlf)) return hash.update(content).digest("hex");
  // latin1 keeps every byte as it is
  return hash.update(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1").digest("hex");
}
