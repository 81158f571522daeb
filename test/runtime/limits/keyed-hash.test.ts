import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createKeyedHash } from "../../../src/runtime/limits/keyed-hash.js";

test("is HMAC-SHA-256, whatever the key and the text", () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.string({ unit: "binary", maxLength: 200 }), { maxLength: 3 }),
    (key, texts) => {
      const hashed = createKeyedHash(Buffer.from(key));
      for (const text of texts) {
        expect(hashed(text)).toBe(createHmac("sha256", key).update(text).digest("base64"));
      }
    },
  );
  fc.assert(property, { seed: 1, numRuns: 300 });
});
