import { describe, expect, test } from "vitest";
import { createTextCleaner, startBody } from "../../../src/runtime/http/body.js";
import { readRequestHeaders, wireHeaderValue } from "../../../src/runtime/http/headers.js";
import {
  firstAccepted,
  mediaType,
  prepareBinaryTypes,
} from "../../../src/runtime/http/media-type.js";
import { Query, forwardableQuery } from "../../../src/runtime/http/query.js";

describe("query string", () => {
  test.each<[raw: string, pairs: string[]]>([
    ["", []],
    ["a=1", ["a", "1"]],
    ["a=1&a=2&b", ["a", "1", "a", "2", "b", ""]],
    ["a=1;b=2", ["a", "1", "b", "2"]],
    ["a=x+y%20z%2B", ["a", "x y z+"]],
    ["a=b=c&=d&&", ["a", "b=c", "", "d"]],
    ["%61=%e2%98%83", ["a", "☃"]],
    ["a=%ff%41", ["a", "\ufffdA"]],
    ["a=100%&b=%zz", ["a", "100%", "b", "%zz"]],
    ["__proto__=1", ["__proto__", "1"]],
  ])("%s", (raw, pairs) => expect(new Query(raw).pairs).toEqual(pairs));

  test("last value, all values", () => {
    const query = new Query("a=1&b=2&a=3");
    expect(query.last("a")).toBe("3");
    expect(query.all("a")).toEqual(["1", "3"]);
    expect(query.last("c")).toBeUndefined();
  });

  test.each([
    ["a=1&b=%20+x", "a=1&b=%20+x"],
    ["a=1;b=2", "a=1&b=2"],
    ['a="<|>"', "a=%22%3C%7C%3E%22"],
    ["a=\u00e9", "a=%E9"],
  ])("%s goes on as %s", (raw, want) => expect(forwardableQuery(raw)).toBe(want));
});

describe("request headers", () => {
  test("what the service drops, spells its own way, or keeps", () => {
    const dropped = [
      "Connection",
      "Content-Length",
      "Content-MD5",
      "Expect",
      "Max-Forwards",
      "Proxy-Authenticate",
      "Server",
      "TE",
      "Transfer-Encoding",
      "Trailer",
      "Upgrade",
      "WWW-Authenticate",
    ];
    const kept = [
      "Accept",
      "Accept-Charset",
      "Accept-Encoding",
      "Age",
      "Content-Encoding",
      "Content-Type",
      "Date",
      "Host",
      "Pragma",
      "Range",
      "Referer",
      "Via",
      "tEsT-HEADeR",
    ];
    const pairs = (names: string[]): string[] => names.flatMap((name) => [name, "v"]);
    const headers = readRequestHeaders([
      ...pairs([...dropped, ...kept]),
      "authorization",
      "x",
      "user-agent",
      "y",
    ]);
    expect(headers.pairs).toEqual([...pairs(kept), "Authorization", "x", "User-Agent", "y"]);
  });

  test.each<[why: string, raw: string[], pairs: string[]]>([
    ["a signature is used up", ["Authorization", "AWS4-HMAC-SHA256 Credential=x"], []],
    [
      "what Connection names ends here",
      ["Connection", "close, X-Private", "x-private", "1", "X-B", "2"],
      ["X-B", "2"],
    ],
    ["repeated names stay", ["A", "1", "a", "2", "A", "3"], ["A", "1", "a", "2", "A", "3"]],
    [
      "the gateway's own are taken out",
      ["X-Forwarded-For", "1.2.3.4", "X-Forwarded-Port", "1", "x-amzn-trace-id", "t"],
      [],
    ],
  ])("%s", (_why, raw, pairs) => expect(readRequestHeaders(raw).pairs).toEqual(pairs));

  test.each<[value: string, want: string | null]>([
    ["plain\ttext", "plain\ttext"],
    ["caf\u00e9", "caf\u00e9"],
    ["\u2603", "\u00e2\u0098\u0083"],
    ["a\r\nb: c", null],
    ["a\0b", null],
    ["a\u007f", null],
    ["\u010a", "\u00c4\u008a"],
  ])("%j on the wire", (value, want) => expect(wireHeaderValue(value)).toBe(want));
});

describe("media types", () => {
  test.each([
    ["application/json; charset=utf-8", "application/json"],
    [" Text/HTML ", "text/html"],
    ["", null],
    [null, null],
  ])("%s", (header, want) => expect(mediaType(header)).toBe(want));

  test("the first accepted type counts alone", () => {
    expect(firstAccepted("image/webp;q=0.1, image/png")).toBe("image/webp");
  });

  test.each<[entries: string[], type: string | null, want: boolean]>([
    [["image/png"], "image/png", true],
    [["image/png"], "image/*", false],
    [["image/png"], "*/*", false],
    [["image/png"], null, false],
    [["application/*"], "application/whatever", true],
    [["application/*"], "application/*", true],
    [["application/*"], "application", false],
    [["*/test"], "random/test", false],
    [["*/test"], "*/test", true],
    [["*/*"], "anything/else", true],
    [["*/*"], null, true],
    [[], "image/png", false],
  ])("%j and %s", (entries, type, want) => {
    expect(prepareBinaryTypes(entries).includes(type)).toBe(want);
  });
});

describe("bodies", () => {
  async function* chunks(...parts: (string | Buffer)[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield Buffer.from(part);
  }

  test("what ends early is whole, the rest a stream, too much an error", async () => {
    expect(await startBody(chunks("ab", "c"), 10, 20)).toEqual(Buffer.from("abc"));
    const stream = await startBody(chunks("abc", "def", "ghi"), 4, 20);
    expect(Buffer.isBuffer(stream)).toBe(false);
    const read: Uint8Array[] = [];
    for await (const chunk of stream as AsyncIterable<Uint8Array>) read.push(chunk);
    expect(Buffer.concat(read).toString()).toBe("abcdefghi");
    await expect(startBody(chunks("abc", "def"), 10, 5)).rejects.toMatchObject({
      type: "REQUEST_TOO_LARGE",
    });
  });

  test("text is cleaned the same however it is cut", () => {
    const bytes = Buffer.concat([
      Buffer.from("aé€𝄞"),
      Buffer.from([0xff, 0xe2, 0x82, 0x41, 0xf0, 0x9d]),
      Buffer.from("é"),
      Buffer.from([0xe2, 0x82]),
    ]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const cleaner = createTextCleaner();
      const out: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        out.push(cleaner.push(bytes.subarray(at, at + size)));
      }
      out.push(cleaner.end());
      expect(Buffer.concat(out).toString("utf8")).toBe(bytes.toString("utf8"));
    }
  });
});
