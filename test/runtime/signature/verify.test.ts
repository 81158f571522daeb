import { describe, expect, test } from "vitest";
import type { ArrivedRequest } from "../../../src/runtime/signature/received-request.js";
import { createVerifier } from "../../../src/runtime/signature/verify.js";
import { presignWithSdk, signWithSdk, type WireRequest } from "../../sigv4/signers.js";
import { refusalOf } from "./refusal-of.js";

const NOW_MS = Date.parse("2023-11-14T22:13:20Z");
const alice = { accessKeyId: "AKIAALICE", secretAccessKey: "wJalrXUtnFEMI" };
const planned = { method: "POST", path: "/dev/pets", query: ["a", "1"], body: "{}" };

async function outcome(request: WireRequest, nowMs = NOW_MS): Promise<string> {
  const verifier = createVerifier({
    lookup: (id) => (id === alice.accessKeyId ? { ...alice, sessionToken: null } : undefined),
    service: "execute-api",
    region: "us-east-1",
    clock: () => nowMs,
  });
  return refusalOf(verifier.verify(request, async () => Buffer.from(request.body)));
}

/** The request with an `Authorization` of its own. */
async function authorized(change: (header: string) => string): Promise<WireRequest> {
  const request = await signWithSdk(planned, alice, NOW_MS);
  const headers = request.headers.map((text) =>
    text.startsWith("AWS4-HMAC-SHA256 ") ? change(text) : text,
  );
  return { ...request, headers };
}

/** Source of the texts: reference of the service's errors, and answers of the service. */
describe("the words of a refusal", () => {
  test.each<[name: string, change: (header: string) => string, want: string]>([
    [
      "a bearer token",
      () => "Bearer x",
      "403 IncompleteSignatureException: 'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer x'.",
    ],
    [
      "one word",
      () => "x",
      "403 IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=x",
    ],
    [
      "a credential of three elements",
      () => "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
      "403 IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c'. Authorization=AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
    ],
    [
      "another region",
      (header) => header.replace("us-east-1", "eu-west-1"),
      "403 InvalidSignatureException: Credential should be scoped to a valid region, not 'eu-west-1'. ",
    ],
    [
      "another service",
      (header) => header.replace("execute-api", "s3"),
      "403 InvalidSignatureException: Credential should be scoped to correct service: 'execute-api'. ",
    ],
    [
      "another day",
      (header) => header.replace("20231114/", "20231113/"),
      "403 InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20231113' != '20231114', from '20231114T221320Z'.",
    ],
    [
      "another key",
      (header) => header.replace("AKIAALICE", "AKIABOB"),
      "403 UnrecognizedClientException: The security token included in the request is invalid.",
    ],
    [
      "the host not signed",
      (header) => header.replace("host;", ""),
      "403 InvalidSignatureException: 'host' must be a 'SignedHeader' in the AWS Authorization.",
    ],
  ])("%s", async (_name, change, want) => {
    expect(await outcome(await authorized(change))).toBe(want);
  });

  test("no signature", async () => {
    const request = { ...(await signWithSdk(planned, alice, NOW_MS)), headers: ["host", "a"] };
    expect(await outcome(request)).toBe(
      "403 MissingAuthenticationTokenException: Missing Authentication Token",
    );
  });

  test("a signature that is late, and one that is early", async () => {
    const request = await signWithSdk(planned, alice, NOW_MS);
    expect(await outcome(request, NOW_MS + 301_000)).toBe(
      "403 InvalidSignatureException: Signature expired: 20231114T221320Z is now earlier than 20231114T221321Z (20231114T221821Z - 5 min.)",
    );
    expect(await outcome(request, NOW_MS - 301_000)).toBe(
      "403 InvalidSignatureException: Signature not yet current: 20231114T221320Z is still later than 20231114T221319Z (20231114T220819Z + 5 min.)",
    );
  });

  test("a signature that does not match shows what should have been signed", async () => {
    const request = await signWithSdk(planned, alice, NOW_MS);
    const refusal = await outcome({ ...request, method: "PUT" });
    expect(refusal).toMatch(
      /^403 InvalidSignatureException: The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\. Consult the service documentation for details\.\n\nThe Canonical String for this request should have been\n'PUT\n\/dev\/pets\na=1\n/,
    );
    expect(refusal).toContain("\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n");
    expect(refusal).not.toContain(alice.secretAccessKey);
  });
});

describe("the body", () => {
  const read = (request: ArrivedRequest): Promise<boolean> => {
    let isRead = false;
    const verifier = createVerifier({
      lookup: () => ({ ...alice, sessionToken: null }),
      service: "execute-api",
      region: "us-east-1",
      clock: () => NOW_MS,
    });
    const body = async (): Promise<Buffer> => ((isRead = true), Buffer.from("{}"));
    return refusalOf(verifier.verify(request, body)).then(() => isRead);
  };

  test("is read when its hash was signed, once the signature is right", async () => {
    const request = await signWithSdk(planned, alice, NOW_MS);
    expect(request.headers).toContain("x-amz-content-sha256");
    expect(await read(request)).toBe(true);
    expect(await read({ ...request, method: "PUT" })).toBe(false);
  });

  test("is not read when it was not signed", async () => {
    const headers = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    expect(await read(await signWithSdk({ ...planned, headers }, alice, NOW_MS))).toBe(false);
  });

  test.each([
    "UNSIGNED-PAYLOAD",
    "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  ])("of a presigned address may be named in the query: %s", async (hash) => {
    const headers = { "x-amz-content-sha256": hash };
    const request = await presignWithSdk({ ...planned, headers }, alice, NOW_MS);
    expect(await outcome(request)).toBe("accepted");
    const other = await outcome({ ...request, body: "{ }" });
    expect(other).toMatch(hash === "UNSIGNED-PAYLOAD" ? /^accepted$/ : /^403 Invalid/);
  });
});

test("nothing can be put in front of the signature's parameters by another separator", async () => {
  const header = await signWithSdk(planned, alice, NOW_MS);
  const presigned = await presignWithSdk(planned, alice, NOW_MS);
  for (const request of [header, presigned]) {
    expect(await outcome(request)).toBe("accepted");
    for (const more of ["&X-Amz-Signature=0", ";X-Amz-Signature=0", ";X-Amz-Expires=9"]) {
      expect(await outcome({ ...request, target: `${request.target}${more}` })).toMatch(/^403 /);
    }
  }
});
