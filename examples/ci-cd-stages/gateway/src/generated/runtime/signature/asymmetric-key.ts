// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createECDH, createHmac, createPublicKey, verify, type KeyObject } from "node:crypto";
import { remembered } from "../remembered.js";
import { ASYMMETRIC } from "./signing-key.js";

/** Keys of this many credentials are kept; making one takes a multiplication on the curve. */
const KEPT_KEYS = 1000;

/** Checks signatures of version 4a: ECDSA over P-256, with a key that is made of the secret. */
export interface AsymmetricVerifier {
  /** `signature`: DER, in hexadecimal of small letters. */
  isSigned(accessKeyId: string, secret: string, text: string, signature: string): boolean;
}

export function createAsymmetricVerifier(): AsymmetricVerifier {
  const keys = new Map<string, KeyObject>();
  return {
    isSigned(accessKeyId, secret, text, signature) {
      if (!/^(?:[0-9a-f]{2})+$/.test(signature)) return false;
      const make = (): KeyObject => publicKey(privateKey(accessKeyId, secret));
      const key = remembered(keys, KEPT_KEYS, accessKeyId, make);
      return verify("sha256", Buffer.from(text), key, Buffer.from(signature, "hex"));
    },
  };
}

/** The order of the curve, less two. */
const LARGEST = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254fn;

/**
 * 32 bytes. A derivation that gives no number of the curve, which happens once in 2^32, is done again
 * with the next counter. Source: the signing library of the AWS Common Runtime, `key_derivation.c`,
 * after NIST SP 800-108 in counter mode.
 */
function privateKey(accessKeyId: string, secret: string): Buffer {
  for (let counter = 1; counter < 255; counter++) {
    const input = Buffer.concat([
      Buffer.from([0, 0, 0, 1]),
      Buffer.from(`${ASYMMETRIC}\0${accessKeyId}`),
      Buffer.from([counter, 0, 0, 1, 0]),
    ]);
    const digest = createHmac("sha256", `AWS4A${secret}`).update(input).digest("hex");
    const number = BigInt(`0x${digest}`);
    if (number <= LARGEST) return Buffer.from((number + 1n).toString(16).padStart(64, "0"), "hex");
  }
  throw new Error("no key of version 4a can be made of a credential");
}

function publicKey(secret: Buffer): KeyObject {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(secret);
  // 04, then both coordinates
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) =>
    part.toString("base64url"),
  );
  return createPublicKey({
    key: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" },
    format: "jwk",
  });
}
