import { createHash, createHmac } from "node:crypto";

/** What a signature is made for. */
export interface CredentialScope {
  /** `20150830`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const ALGORITHM = "AWS4-HMAC-SHA256";

export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

export function stringToSign(dateTime: string, scope: CredentialScope, canonical: string): string {
  return [ALGORITHM, dateTime, scopeText(scope), sha256(canonical)].join("\n");
}

export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Keys of this many credentials and days are kept; making one takes four HMACs. */
const KEPT_KEYS = 1000;

/** Makes the signatures of known credentials. */
export interface Signer {
  /** 32 bytes. `identity` names the credential. */
  sign(identity: string, secret: string, scope: CredentialScope, text: string): Buffer;
}

export function createSigner(): Signer {
  const keys = new Map<string, Buffer>();
  return {
    sign(identity, secret, scope, text) {
      const name = `${identity}/${scopeText(scope)}`;
      let key = keys.get(name);
      if (key === undefined) {
        if (keys.size >= KEPT_KEYS) keys.clear();
        key = signingKey(secret, scope);
        keys.set(name, key);
      }
      return hmac(key, text);
    },
  };
}

function signingKey(secret: string, { date, region, service }: CredentialScope): Buffer {
  const parts = [date, region, service, "aws4_request"];
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
