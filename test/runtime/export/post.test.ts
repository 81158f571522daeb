import { spawn } from "node:child_process";
import type { IncomingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { createPoster, type Poster } from "../../../src/runtime/export/post.js";
import { eventually, httpBackend } from "../support/backend.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly port: number | undefined;
}

/** Answers with a status; null: never. */
async function receiver(status: number | null): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const backend = await httpBackend((incoming, outgoing) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    incoming.on("end", () => {
      received.push({ headers: incoming.headers, body, port: incoming.socket.remotePort });
      if (status !== null) outgoing.writeHead(status).end("answer");
    });
  });
  closers.push(backend.close);
  return { url: `${backend.origin}/v1`, received };
}

function open(url: string, timeoutMs = 5000): Poster {
  const poster = createPoster(url, timeoutMs);
  closers.push(() => poster.close());
  return poster;
}

describe("what is posted", () => {
  test("arrives with its headers and the length of its bytes, over one connection", async () => {
    const { url, received } = await receiver(202);
    const poster = open(url);
    expect(await poster.post({ "X-Key": "k" }, "grüße")).toBe(202);
    expect(await poster.post({}, "")).toBe(202);
    expect(received.map(({ body }) => body)).toEqual(["grüße", ""]);
    expect(received[0]?.headers).toMatchObject({ "x-key": "k", "content-length": "7" });
    expect(received[1]?.port).toBe(received[0]?.port);
  });

  test("by two at once keeps to the one who asked", async () => {
    const [one, other] = [await receiver(200), await receiver(503)];
    const statuses = [open(one.url).post({}, "1"), open(other.url).post({}, "2")];
    expect(await Promise.all(statuses)).toEqual([200, 503]);
    expect([one.received[0]?.body, other.received[0]?.body]).toEqual(["1", "2"]);
  });

  test("goes on when another one has closed, and after it has closed itself", async () => {
    const { url, received } = await receiver(200);
    const [one, other] = [open(url), open(url)];
    await one.post({}, "1");
    one.close();
    await other.post({}, "2");
    other.close();
    await other.post({}, "3");
    expect(received.map(({ body }) => body)).toEqual(["1", "2", "3"]);
  });

  test("is not redirected", async () => {
    const { url } = await receiver(307);
    expect(await open(url).post({}, "")).toBe(307);
  });
});

describe("fails with its reason", () => {
  test("where nobody answers in time", async () => {
    const { url } = await receiver(null);
    await expect(open(url, 50).post({}, "")).rejects.toThrow("no answer within 50 ms");
  });

  test("where nobody listens", async () => {
    await expect(open("http://127.0.0.1:1/").post({}, "")).rejects.toThrow("ECONNREFUSED");
  });

  test.each([
    ["an address that is none", "http://", {}],
    ["a header that is none", "http://127.0.0.1:1/", { "a b": "c" }],
    ["a value that is none", "http://127.0.0.1:1/", { a: "b\nc" }],
  ])("for %s", async (_name, url, headers) => {
    await expect(open(url).post(headers, "")).rejects.toThrow(/invalid|must be a valid/i);
  });

  test("when it is closed meanwhile", async () => {
    const { url, received } = await receiver(null);
    const poster = open(url);
    const posted = expect(poster.post({}, "1")).rejects.toThrow("the thread that sends has ended");
    await eventually(() => received.length > 0);
    poster.close();
    await posted;
  });
});

test.each([
  ["idle", "", ""],
  ["under way", `poster.post({}, "last").then(() => console.log("sent"));`, "sent\n"],
])("a process that has nothing else to do ends; %s", async (_name, use, printed) => {
  const { url } = await receiver(200);
  const post = fileURLToPath(new URL("../../../src/runtime/export/post.ts", import.meta.url));
  const program = `import { createPoster } from ${JSON.stringify(post)};
    const poster = createPoster(${JSON.stringify(url)}, 5000);
    ${use}`;
  const child = await run(["--import", "tsx", "--input-type=module", "-e", program]);
  expect(child).toEqual({ status: 0, stdout: printed, stderr: "" });
});

/** Beside this process, which answers meanwhile. */
async function run(args: readonly string[]): Promise<object> {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise((resolve) => child.on("close", resolve));
  return { status, stdout, stderr };
}
