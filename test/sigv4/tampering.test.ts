import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { START_MS, type ProtectedGateway } from "../runtime/access/protected-gateway.js";
import { alice, iamGateway, send, session } from "./iam-gateway.js";
import { presignWithSdk, signWithSdk, type PlannedRequest, type WireRequest } from "./signers.js";

const planned: PlannedRequest = {
  method: "POST",
  path: "/dev/pets/a%2Fb/c",
  query: ["tag", "b c", "tag", "a+b", "empty", "", "q", "x;y&z"],
  headers: { "content-type": "application/json", "x-custom": "one two" },
  body: '{"name":"Rex","price":249.99}',
};

const gateway: ProtectedGateway = iamGateway();
let requests: Readonly<Record<"header" | "session" | "presigned", WireRequest>>;
beforeAll(async () => {
  requests = {
    header: await signWithSdk(planned, alice, START_MS),
    session: await signWithSdk(planned, session, START_MS),
    presigned: await presignWithSdk(planned, session, START_MS),
  };
  for (const request of Object.values(requests)) {
    expect((await send(gateway, request)).status).toBe(200);
  }
});

/** A part of a request, as text of one byte a character, and how to put another one in its place. */
interface Part {
  readonly text: string;
  with(text: string): WireRequest;
  /** What is the same to every reader, spelled in one way. */
  plain(text: string): string;
}

const asIs = (text: string): string => text;

/** The query as pairs without an order among names: `a` is `a=`, and escapes have two cases. */
function plainTarget(target: string): string {
  const [path = "", ...query] = target.split("?");
  const pairs = new URLSearchParams(query.join("?").replaceAll(";", "&"));
  pairs.sort();
  return query.length === 0 ? path : `${path}?${pairs.toString()}`;
}

/** Blanks and tabs around and between words. */
function plainHeader(value: string): string {
  return value
    .replace(/[ \t]+/g, " ")
    .replace(/, ?/g, ",")
    .trim();
}

/** The bytes of every part that is signed, or that is the signature. */
function partsOf(request: WireRequest): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>([
    ["method", { text: request.method, with: (method) => ({ ...request, method }), plain: asIs }],
    [
      "target",
      { text: request.target, with: (target) => ({ ...request, target }), plain: plainTarget },
    ],
    ["body", { text: request.body, with: (body) => ({ ...request, body }), plain: asIs }],
  ]);
  for (let i = 0; i < request.headers.length; i += 2) {
    parts.set(`header ${request.headers[i]}`, {
      text: request.headers[i + 1] ?? "",
      with: (value) => ({ ...request, headers: request.headers.with(i + 1, value) }),
      plain: plainHeader,
    });
  }
  return parts;
}

async function isRefused(part: Part, at: number, character: string): Promise<boolean> {
  const changed = part.text.slice(0, at) + character + part.text.slice(at + 1);
  if (part.plain(changed) === part.plain(part.text)) return true;
  const { status } = await send(gateway, part.with(changed));
  return status >= 400 && status < 500;
}

describe.each(["header", "session", "presigned"] as const)("a signature (%s)", (kind) => {
  test("is refused with any one bit turned over", async () => {
    for (const [name, part] of partsOf(requests[kind])) {
      for (let at = 0; at < part.text.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const character = String.fromCharCode(part.text.charCodeAt(at) ^ (1 << bit));
          if (!(await isRefused(part, at, character))) {
            expect.fail(`${name}, byte ${at} as ${JSON.stringify(character)} passes`);
          }
        }
      }
    }
  });

  test("is refused with any one byte another, one left out, or one put in", async () => {
    const parts = partsOf(requests[kind]);
    const nameOfPart = fc.constantFrom(
      ...[...parts].filter(([, { text }]) => text !== "").map(([name]) => name),
    );
    const change = fc.constantFrom("replace", "remove", "insert");
    const property = fc.asyncProperty(
      nameOfPart,
      fc.nat(),
      fc.nat(255),
      change,
      async (name, position, byte, how) => {
        const part = parts.get(name);
        if (part === undefined) throw new Error(`no part ${name}`);
        const at = position % part.text.length;
        const rest = part.text.slice(how === "insert" ? at : at + 1);
        const changed =
          part.text.slice(0, at) + (how === "remove" ? "" : String.fromCharCode(byte)) + rest;
        // the canonical path has no empty and no `.` segments, by the rules of the signature
        const isSame =
          part.plain(changed) === part.plain(part.text) ||
          (name === "target" && /\/[/.]/.test(changed));
        fc.pre(!isSame);
        const { status } = await send(gateway, part.with(changed));
        expect([400, 403]).toContain(status);
      },
    );
    await fc.assert(property, { seed: 20_231_114, numRuns: 2000 });
  });
});

describe("what a signature covers is what the gateway reads", () => {
  const get: PlannedRequest = {
    method: "GET",
    path: "/dev/pets",
    query: ["a", "1;b=2", "c", "d+e"],
  };
  const status = async (request: WireRequest): Promise<number> =>
    (await send(gateway, request)).status;
  const both = async (plan: PlannedRequest): Promise<readonly WireRequest[]> => [
    await signWithSdk(plan, alice, START_MS),
    await presignWithSdk(plan, alice, START_MS),
  ];
  const withHeaders = (request: WireRequest, ...headers: readonly string[]): WireRequest => ({
    ...request,
    headers: [...request.headers, ...headers],
  });

  test.each([
    ["a separator that was escaped", "%3B", ";"],
    ["a plus sign that was escaped", "%2B", "+"],
  ])("%s", async (_name, escaped, plain) => {
    for (const request of await both(get)) {
      const target = request.target.replace(escaped, plain);
      expect(target).not.toBe(request.target);
      expect(await status({ ...request, target })).toBe(403);
    }
  });

  test("a method that is put over the one that was signed", async () => {
    for (const request of await both(get)) {
      expect(await status(request)).toBe(200);
      expect(await status(withHeaders(request, "X-HTTP-Method-Override", "DELETE"))).toBe(403);
    }
    for (const request of await both({ ...get, headers: { "x-http-method-override": "DELETE" } })) {
      expect(await status(request)).toBe(200);
    }
  });

  test("white space that HTTP does not know", async () => {
    const request = await signWithSdk(
      { ...get, headers: { "x-custom": "one two" } },
      alice,
      START_MS,
    );
    const swap = (space: string): WireRequest => ({
      ...request,
      headers: request.headers.map((text) => (text === "one two" ? `one${space}two` : text)),
    });
    expect(await status(swap("  "))).toBe(200);
    for (const space of ["\u00a0", "\u000b", "\u000c", "\u0085"]) {
      expect(await status(swap(space))).toBe(403);
    }
  });

  test.each<[name: string, headers: readonly string[]]>([
    ["a second Authorization", ["Authorization", "Bearer x"]],
    ["another date", ["X-Amz-Date", "20231114T221320Z"]],
    ["another host", ["Host", "other.example"]],
    ["a session token", ["X-Amz-Security-Token", "t"]],
    ["a hash of another body", ["X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"]],
    ["another value of a signed header", ["x-custom", "three"]],
  ])("%s beside a signed request", async (_name, headers) => {
    const plan = { ...planned, headers: { "x-custom": "one" } };
    const request = await signWithSdk(plan, alice, START_MS);
    expect(await status(request)).toBe(200);
    expect([400, 403]).toContain(await status(withHeaders(request, ...headers)));
  });

  test("a header that Connection takes away was still signed", async () => {
    const request = await signWithSdk(get, alice, START_MS);
    expect(await status(withHeaders(request, "Connection", "authorization, x-amz-date"))).toBe(200);
    const without = request.headers.flatMap((text, index) =>
      index % 2 === 0 && text.toLowerCase() !== "authorization"
        ? [text, request.headers[index + 1] ?? ""]
        : [],
    );
    expect(await status({ ...request, headers: without })).toBe(403);
  });

  test("two signatures are none", async () => {
    const [inHeader, inQuery] = await both(get);
    const mixed = {
      ...(inQuery ?? (await signWithSdk(get, alice, START_MS))),
      headers: inHeader?.headers ?? [],
    };
    expect(await status(mixed)).toBe(403);
  });
});
