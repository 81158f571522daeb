import { SignatureV4a } from "@smithy/signature-v4a";
import { describe, expect, test } from "vitest";
import { NodeSha256 } from "../../../src/runtime/aws/sha256.js";
import type { ArrivedRequest } from "../../../src/runtime/signature/received-request.js";
import { createVerifier } from "../../../src/runtime/signature/verify.js";
import { refusalOf } from "./refusal-of.js";

const NOW_MS = Date.parse("2023-11-14T22:13:20Z");
const BODY = '{"a":1}';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}
const lasting: Key = {
  accessKeyId: "AKIAALICE",
  secretAccessKey: "alice/secret+key",
  sessionToken: null,
};
const session: Key = { accessKeyId: "ASIASESSION", secretAccessKey: "s", sessionToken: "t/+=" };

/** The signer of the AWS SDK for JavaScript. */
async function signed(
  key: Key,
  region = "us-east-1",
  unsigned: readonly string[] = [],
): Promise<ArrivedRequest> {
  const { sessionToken, ...rest } = key;
  const signer = new SignatureV4a({
    service: "execute-api",
    region,
    credentials: sessionToken === null ? rest : { ...rest, sessionToken },
    sha256: NodeSha256,
  });
  const { headers } = await signer.sign(
    {
      method: "POST",
      protocol: "https:",
      hostname: "api.example",
      path: "/dev/a%20b",
      query: { q: "1 2" },
      headers: { host: "api.example" },
      body: BODY,
    },
    { signingDate: new Date(NOW_MS), unsignableHeaders: new Set(unsigned) },
  );
  return {
    method: "POST",
    target: "/dev/a%20b?q=1%202",
    headers: Object.entries(headers).flatMap(([name, value]) => [name, String(value)]),
  };
}

function verify(request: ArrivedRequest, body = BODY): Promise<string> {
  const keys = new Map([lasting, session].map((key) => [key.accessKeyId, key]));
  const verifier = createVerifier({
    lookup: (accessKeyId) => keys.get(accessKeyId),
    service: "execute-api",
    region: "us-east-1",
    clock: () => NOW_MS,
  });
  return refusalOf(verifier.verify(request, async () => Buffer.from(body)));
}

function changed(
  request: ArrivedRequest,
  from: RegExp,
  to: string | ((found: string) => string),
): ArrivedRequest {
  const replaced = typeof to === "string" ? () => to : to;
  const headers = request.headers.map((text) => text.replace(from, replaced));
  expect(headers).not.toEqual(request.headers);
  return { ...request, headers };
}

describe("version 4a", () => {
  test.each([
    ["a lasting key", lasting],
    ["a session token", session],
  ])("signs with %s", async (_name, key) => {
    expect(await verify(await signed(key))).toBe("accepted");
  });

  test("signs with keys of any secret", async () => {
    for (let count = 0; count < 40; count++) {
      const key = { ...lasting, secretAccessKey: "x".repeat(count + 1) };
      const verifier = createVerifier({
        lookup: () => key,
        service: "execute-api",
        region: "us-east-1",
        clock: () => NOW_MS,
      });
      const verified = verifier.verify(await signed(key), async () => Buffer.from(BODY));
      expect(await refusalOf(verified)).toBe("accepted");
    }
  });

  test.each([
    ["*", "accepted"],
    ["us-*", "accepted"],
    ["eu-west-1,us-east-1", "accepted"],
    ["eu-west-1, us-east-*", "accepted"],
    ["eu-west-1", "403 InvalidSignatureException"],
    ["eu-*", "403 InvalidSignatureException"],
    ["us-east", "403 InvalidSignatureException"],
  ])("for the regions %s", async (regions, want) => {
    expect((await verify(await signed(lasting, regions))).split(":", 1)).toEqual([want]);
  });

  test.each<[name: string, change: (request: ArrivedRequest) => ArrivedRequest]>([
    ["another path", (request) => ({ ...request, target: "/dev/a%20c?q=1%202" })],
    ["another method", (request) => ({ ...request, method: "PUT" })],
    ["other regions", (request) => changed(request, /^us-east-1$/, "us-east-*")],
    ["regions that are not signed", (request) => changed(request, /;x-amz-region-set/, "")],
    [
      "a byte more in the signature",
      (request) => changed(request, /Signature=\w+/, (found) => `${found}00`),
    ],
    [
      "something in the signature that is no digit",
      (request) => changed(request, /Signature=30/, "Signature=3O"),
    ],
    [
      "capital letters in the signature",
      (request) => changed(request, /(?<=Signature=)\w+/, (found) => found.toUpperCase()),
    ],
    ["the other algorithm", (request) => changed(request, /ECDSA-P256/, "HMAC")],
    [
      "a scope with a region",
      (request) => changed(request, /\/execute-api/, "/us-east-1/execute-api"),
    ],
  ])("is refused with %s", async (_name, change) => {
    expect(await verify(change(await signed(lasting)))).toMatch(
      /^403 (?:Invalid|Incomplete)SignatureException/,
    );
  });

  test("is refused with another body, another secret, and each bit of the signature changed", async () => {
    const request = await signed(lasting);
    expect(await verify(request, "{}")).toMatch(/^403 InvalidSignatureException/);
    const foreign = await signed({ ...lasting, secretAccessKey: "another" });
    expect(await verify(foreign)).toMatch(/^403 InvalidSignatureException/);
    const signature = /Signature=(\w+)/.exec(request.headers.join("\n"))?.[1] ?? "";
    for (let at = 0; at < signature.length; at++) {
      const digit = (Number.parseInt(signature.charAt(at), 16) ^ 1).toString(16);
      const wrong = signature.slice(0, at) + digit + signature.slice(at + 1);
      const answer = await verify(changed(request, /Signature=\w+/, `Signature=${wrong}`));
      expect(answer).toMatch(/^403 InvalidSignatureException/);
    }
  });

  test("with regions that the signature does not cover is refused", async () => {
    const request = await signed(lasting, "us-east-1", ["x-amz-region-set"]);
    expect(await verify(request)).toMatch(/'x-amz-region-set' must be a 'SignedHeader'/);
  });

  test("without regions is not complete", async () => {
    const request = changed(await signed(lasting), /^x-amz-region-set$/i, "x-other");
    expect(await verify(request)).toMatch(/^403 IncompleteSignatureException.*X-Amz-Region-Set/);
  });
});
