import { describe, expect, test } from "vitest";
import { createVerifier } from "../../../src/runtime/signature/verify.js";
import {
  createSigner,
  sha256,
  stringToSign,
  type CredentialScope,
} from "../../../src/runtime/signature/signing-key.js";
import { canonicalRequest } from "../../../src/runtime/signature/canonical-request.js";
import { takeApart, type ArrivedRequest } from "../../../src/runtime/signature/received-request.js";
import { refusalOf } from "./refusal-of.js";

const DATE = "20130524T000000Z";
const credential = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: null,
};
const scope: CredentialScope = { date: "20130524", region: "us-east-1", service: "s3" };
const verifier = createVerifier({
  lookup: () => credential,
  service: "s3",
  region: "us-east-1",
  clock: () => Date.parse("2013-05-24T00:00:00Z"),
  normalizePath: false,
});

function sign(text: string): string {
  return createSigner().sign("", credential.secretAccessKey, scope, text);
}

/** The PUT of the examples in the S3 API reference, with the signature they give for it. */
function put(form: string, signature: string, more: readonly string[] = []): ArrivedRequest {
  const headers = [
    ["Content-Encoding", "aws-chunked"],
    ["Host", "s3.amazonaws.com"],
    ["x-amz-content-sha256", form],
    ["x-amz-date", DATE],
    ["x-amz-decoded-content-length", "66560"],
    ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
    ...(more.length === 0 ? [["Content-Length", "66824"]] : [more]),
  ];
  const names = headers.map(([name = ""]) => name.toLowerCase()).sort();
  const authorization = [
    `AWS4-HMAC-SHA256 Credential=${credential.accessKeyId}/20130524/us-east-1/s3/aws4_request`,
    `SignedHeaders=${names.join(";")}`,
    `Signature=${signature}`,
  ].join(",");
  return {
    method: "PUT",
    target: "/examplebucket/chunkObject.txt",
    headers: [...headers.flat(), "Authorization", authorization],
  };
}

/** A request whose signature is right, whatever its headers are. */
function signedPut(form: string, more: readonly string[] = []): ArrivedRequest {
  const request = put(form, "-", more);
  const signedHeaders = request.headers
    .filter((_, index) => index % 2 === 0)
    .map((name) => name.toLowerCase())
    .filter((name) => name !== "authorization")
    .sort();
  const canonical = canonicalRequest(takeApart(request), {
    signedHeaders,
    payloadHash: form,
    leftOut: new Set(),
    normalizePath: false,
  });
  const seed = sign(stringToSign("AWS4-HMAC-SHA256", DATE, scope, sha256(canonical)));
  return put(form, seed, more);
}

function seedOf({ headers }: ArrivedRequest): string {
  return /Signature=(\w+)/.exec(headers.at(-1) ?? "")?.[1] ?? "";
}

function chunk(size: number, signature: string): string {
  return `${size.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(size)}`;
}

/** Chunks of `sizes` bytes, each with the signature that it should have. */
function chunked(seed: string, ...sizes: readonly number[]): { body: string; last: string } {
  let before = seed;
  const body = sizes.map((size) => {
    const text = [before, sha256(""), sha256("a".repeat(size))];
    before = sign(stringToSign("AWS4-HMAC-SHA256-PAYLOAD", DATE, scope, ...text));
    return `${chunk(size, before)}\r\n`;
  });
  return { body: body.join(""), last: before };
}

async function outcome(request: ArrivedRequest, body: string): Promise<string> {
  return refusalOf(verifier.verify(request, async () => Buffer.from(body)));
}

const SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const WITH_TRAILER = `${SIGNED}-TRAILER`;
const UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const CHECKSUM = "x-amz-checksum-crc32c:sOO8/Q==";

describe("the example of the S3 API reference", () => {
  const request = put(SIGNED, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
  const first = chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
  const second = chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
  const end = chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
  const body = `${first}\r\n${second}\r\n${end}\r\n`;

  test("is accepted as it stands", async () => {
    expect(Buffer.byteLength(body)).toBe(66_824);
    expect(await outcome(request, body)).toBe("accepted");
  });

  test.each<[name: string, body: string]>([
    ["a byte of the first chunk changed", body.replace("aaaa", "aaba")],
    ["the chunks in another order", `${second}\r\n${first}\r\n${end}\r\n`],
    ["a chunk left out", `${first}\r\n${end}\r\n`],
    ["cut off before its end", `${first}\r\n${second}\r\n`],
    ["something behind its end", `${body}x`],
    ["a chunk twice", `${first}\r\n${first}\r\n${second}\r\n${end}\r\n`],
    ["no chunks", "a".repeat(66_560)],
    ["empty", ""],
    ["a size of more than there is", body.replace("400;", "ffffffff;")],
    ["a negative size", body.replace("400;", "-400;")],
  ])("is refused with a body: %s", async (_name, changed) => {
    expect(changed).not.toBe(body);
    expect(await outcome(request, changed)).toMatch(/^403 InvalidSignatureException: The .*chunk/);
  });
});

test("the example with trailers of the S3 API reference is accepted as it stands", async () => {
  const seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
  const trailer = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
  const body = [
    chunk(65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
    chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
    // the line feed in front of the line's end is that of the example, too
    `${chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")}${CHECKSUM}\n`,
    `x-amz-trailer-signature:${trailer}`,
    "\r\n",
  ].join("\r\n");
  const request = put(WITH_TRAILER, seed, ["x-amz-trailer", "x-amz-checksum-crc32c"]);
  expect(await outcome(request, body)).toBe("accepted");
});

describe("a chunked body", () => {
  test("is not read when the request's own signature is wrong", async () => {
    let isRead = false;
    const read = async (): Promise<Buffer> => ((isRead = true), Buffer.from(""));
    const verified = verifier.verify(put(SIGNED, "0".repeat(64)), read);
    expect(await refusalOf(verified)).toMatch(/^403 InvalidSignatureException: The request/);
    expect(isRead).toBe(false);
  });

  test.each<[name: string, sizes: readonly number[], want: RegExp]>([
    ["as many bytes as the header says", [65_536, 1024, 0], /^accepted$/],
    ["another length than the header's", [65_536, 0], /decoded-content-length/],
    ["small chunks", [1024, 65_536, 0], /shorter than 8192/],
  ])("%s", async (_name, sizes, want) => {
    const request = signedPut(SIGNED);
    expect(await outcome(request, chunked(seedOf(request), ...sizes).body)).toMatch(want);
  });

  test("with trailers needs their signature", async () => {
    const request = signedPut(WITH_TRAILER, ["x-amz-trailer", "x-amz-checksum-crc32c"]);
    const { body, last } = chunked(seedOf(request), 65_536, 1024, 0);
    const chunks = body.slice(0, -2);
    const kind = "AWS4-HMAC-SHA256-TRAILER";
    const signature = sign(stringToSign(kind, DATE, scope, last, sha256(`${CHECKSUM}\n`)));
    const signatureLine = `x-amz-trailer-signature:${signature}`;
    expect(await outcome(request, `${chunks}${CHECKSUM}\r\n${signatureLine}\r\n\r\n`)).toBe(
      "accepted",
    );
    for (const trailers of [
      "",
      "\r\n",
      `${CHECKSUM}\r\n\r\n`,
      `${signatureLine}\r\n\r\n`,
      `${CHECKSUM.replace("sOO8", "tOO8")}\r\n${signatureLine}\r\n\r\n`,
      `${CHECKSUM}\r\n${CHECKSUM}\r\n${signatureLine}\r\n\r\n`,
      `${CHECKSUM}\r\n${signatureLine}\r\n\r\nx`,
      `${CHECKSUM}\r\n${signatureLine}`,
    ]) {
      expect(await outcome(request, `${chunks}${trailers}`)).toMatch(/^403 InvalidSignature/);
    }
  });

  test("without signatures is checked for its form and length", async () => {
    const request = signedPut(UNSIGNED, ["x-amz-trailer", "x-amz-checksum-crc32c"]);
    const data = `${(66_560).toString(16)}\r\n${"b".repeat(66_560)}\r\n`;
    const end = `0\r\n${CHECKSUM}\r\n\r\n`;
    expect(await outcome(request, `${data}${end}`)).toBe("accepted");
    for (const body of ["", end, data, data + data + end, `${data}${end}x`, `${data}0;a=b\r\n`]) {
      expect(await outcome(request, body)).toMatch(/^403 InvalidSignatureException/);
    }
  });

  test("in a form that is not known is refused", async () => {
    const request = signedPut("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD");
    expect(await outcome(request, "")).toMatch(/^403 .*is not supported/);
  });
});
