// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createHmac, hash } from "node:crypto";
import { remembered } from "../remembered.js";

/** Signatures by a shared secret, and by an elliptic curve (version 4a). */
export type Algorithm = typeof SYMMETRIC | typeof ASYMMETRIC;
export const SYMMETRIC = "AWS4-HMAC-SHA256";
export const ASYMMETRIC = "AWS4-ECDSA-P256-SHA256";

/** What a signature is made for. */
export interface CredentialScope {
  /** `20150830`. */
  readonly date: string;
  /** Null: of version 4a, whose regions stand elsewhere. */
  readonly region: string | null;
  readonly service: string;
}

export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region === null ? "" : `${region}/`}${service}/aws4_request`;
}

/** `kind`: the algorithm, or what it is used for in a chunked body. `rest`: what is signed, hashed. */
export function stringToSign(
  kind: string,
  dateTime: string,
  scope: CredentialScope,
  ...rest: readonly string[]
): string {
  return [kind, dateTime, scopeText(scope), ...rest].join("\n");
}

export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data);
}

/** Keys of this many credentials and days are kept; making one takes four HMACs. */
const KEPT_KEYS = 1000;

/** Makes the signatures of known credentials. */
export interface Signer {
  /** In hexadecimal. `identity` names the credential. */
  sign(identity: string, secret: string, scope: CredentialScope, text: string): string;
}

export function createSigner(): Signer {
  const keys = new Map<string, Buffer>();
  return {
    sign(identity, secret, scope, text) {
      const name = `${identity}/${scopeText(scope)}`;
      const key = remembered(keys, KEPT_KEYS, name, () => signingKey(secret, scope));
      return createHmac("sha256", key).update(text).digest("hex");
    },
  };
}

function signingKey(secret: string, { date, region, service }: CredentialScope): Buffer {
  const parts = [date, region ?? "", service, "aws4_request"];
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
