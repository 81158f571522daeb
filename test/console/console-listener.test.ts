import { request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EventReader } from "../../src/console/event-source.js";
import type { UnderWay } from "../../src/runtime/console/wire.js";
import { planted, Shop } from "./shop.js";

const page = { html: "<p>page</p>", script: "// script", style: "/* style */" };
const shop = new Shop();
beforeAll(() => shop.start(page), 60_000);
afterAll(() => shop.stop());

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** As a client that sets any header, which `fetch` does not. */
function ask(
  path: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, shop.consoleUrl), { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

const json = { "Content-Type": "application/json" };

describe("the listener", () => {
  test("serves the page with a strict policy, and leads to it", async () => {
    const html = await ask("/console/");
    expect([html.status, html.text]).toEqual([200, page.html]);
    const policy = String(html.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    const { status, headers } = await ask("/console");
    expect([status, headers["location"]]).toEqual([308, "/console/"]);
    expect((await ask("/console/console.js", { method: "HEAD" })).text).toBe("");
    const etag = String((await ask("/console/console.css")).headers["etag"]);
    expect((await ask("/console/console.css", { headers: { "If-None-Match": etag } })).status).toBe(
      304,
    );
  });

  test.each([
    ["of another origin", { Origin: "http://evil.example" }],
    ["of no origin", { Origin: "null" }],
    ["of another port", { Origin: "http://127.0.0.1:1" }],
    ["of another site", { "Sec-Fetch-Site": "cross-site" }],
    ["of the same site", { "Sec-Fetch-Site": "same-site" }],
    ["by a name that was rebound", { Host: "evil.example" }],
    ["by a name that begins like the loopback", { Host: "127.0.0.1.evil.example" }],
  ])("refuses requests %s", async (_name, headers) => {
    for (const path of ["/console/", "/console/api/requests", "/console/api/api"]) {
      expect((await ask(path, { headers })).status).toBe(403);
    }
    const invoked = await ask("/console/api/invoke", {
      method: "POST",
      headers: { ...json, ...headers },
      body: JSON.stringify({ method: "GET", path: "/teas", headers: [] }),
    });
    expect(invoked.status).toBe(403);
  });

  test("takes what its own page sends", async () => {
    const { host, origin } = new URL(shop.consoleUrl);
    const headers = { ...json, Host: host, Origin: origin, "Sec-Fetch-Site": "same-origin" };
    const body = JSON.stringify({ method: "GET", path: "/teas", headers: [] });
    const { status, text } = await ask("/console/api/invoke", { method: "POST", headers, body });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ status: 200 });
  });

  test.each([
    ["a form", { "Content-Type": "text/plain" }, "{}", "Content-Type"],
    ["no JSON", json, "{", "JSON"],
    ["a path without a slash", json, '{"method":"GET","path":"teas","headers":[]}', "slash"],
    ["a path with a line break", json, '{"method":"GET","path":"/a\\r\\nb","headers":[]}', "slash"],
    [
      "a header with a line break",
      json,
      '{"method":"GET","path":"/","headers":[["a","b\\r\\nc: d"]]}',
      "malformed",
    ],
    [
      "an unknown stage",
      json,
      '{"method":"GET","path":"/","headers":[],"stage":"no"}',
      "there is no stage",
    ],
    [
      "an unknown caller",
      json,
      '{"method":"GET","path":"/","headers":[],"as":"acm"}',
      "did you mean",
    ],
  ])("refuses to try %s", async (_name, headers, body, message) => {
    const answer = await ask("/console/api/invoke", { method: "POST", headers, body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });

  test("has nothing elsewhere, and the gateway has nothing of it", async () => {
    expect((await ask("/console/api/other")).status).toBe(404);
    expect((await ask("/console/../package.json")).status).toBe(404);
    const response = await fetch(`${shop.url}/console/`);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("Missing Authentication Token");
  });

  test("hides the credentials of a tried request, and what comes back of them", async () => {
    const { text } = await ask("/console/api/invoke", {
      method: "POST",
      headers: json,
      body: JSON.stringify({
        method: "GET",
        path: `/teas/7?token=${planted.queryToken}`,
        headers: [["authorization", planted.authorization]],
        body: null,
        stage: "dev",
        as: null,
      }),
    });
    expect(JSON.parse(text)).toMatchObject({ status: 200 });
    expect(text).not.toContain(planted.queryToken);
    expect(text).toContain("token=***");
  });
});

describe("the stream", () => {
  test("begins with what was, and goes on with what comes", { timeout: 20_000 }, async () => {
    await shop.call("GET", "/teas?kind=before");
    const controller = new AbortController();
    const response = await fetch(`${shop.consoleUrl}api/events`, { signal: controller.signal });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    let text = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString();
        if (text.includes('"kind","after"')) return;
      }
    })();
    await expect.poll(() => text).toContain("event: hello");
    await shop.call("GET", "/teas?kind=after");
    await reading;
    controller.abort();
    expect(text.indexOf("event: hello")).toBe(0);
    expect(text.indexOf('"kind","before"')).toBeLessThan(text.indexOf("event: request"));
    expect(text.match(/"query":\["kind","before"\]/g)).toHaveLength(1);
  });

  test(
    "that nobody reads holds up no request, and tells later what it left out",
    {
      timeout: 60_000,
    },
    async () => {
      const { hostname, port } = new URL(shop.consoleUrl);
      const stuck = request({ hostname, port, path: "/console/api/events" });
      stuck.on("error", () => undefined);
      stuck.end();
      const [answer] = (await once(stuck, "response")) as [IncomingMessage];
      answer.pause();
      const statuses = new Set<number>();
      const sent = 1000;
      for (let i = 0; i < sent / 25; i++) {
        const round = Array.from({ length: 25 }, () => shop.call("POST", "/teas?shelf=1"));
        for (const status of await Promise.all(round)) statuses.add(status);
      }
      // throttled or served, but answered
      expect([...statuses].every((status) => [201, 400, 429].includes(status))).toBe(true);
      // from here on it is read again: each request was shown, or is counted
      const reader = new EventReader();
      let [shown, missed] = [0, 0];
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        for (const { name, data } of reader.read(chunk)) {
          if (name === "request") shown += 1;
          if (name === "missed") missed += (JSON.parse(data) as { readonly count: number }).count;
        }
      });
      answer.resume();
      await expect.poll(() => shown + missed, { timeout: 20_000 }).toBe(sent);
      stuck.destroy();
    },
  );
});

describe("requests under way", () => {
  const underWay = async (): Promise<UnderWay> =>
    JSON.parse((await ask("/console/api/under-way")).text) as UnderWay;

  test("are told of with the step that they are in, until they are answered", async () => {
    const before = await underWay();
    expect(before).toEqual({ requests: [], others: 0 });
    const held = shop.call("GET", `/teas?kind=held&token=${planted.queryToken}`);
    await expect.poll(async () => (await underWay()).requests[0]?.station).toBe("integration");
    const { requests } = await underWay();
    expect(requests).toEqual([
      {
        id: expect.any(Number) as unknown,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        method: "GET",
        path: "/dev/teas",
        stage: "dev",
        operation: "listTeas",
        ageMs: expect.any(Number) as unknown,
        station: "integration",
        waitsMs: expect.any(Number) as unknown,
        text: expect.stringMatching(
          /^waits for the answer of GET http:.*\/teas\?kind=held/,
        ) as unknown,
      },
    ]);
    expect(JSON.stringify(requests)).not.toContain(planted.queryToken);
    const [request] = requests;
    expect(request?.ageMs).toBeGreaterThanOrEqual(request?.waitsMs ?? 0);
    shop.release();
    expect(await held).toBe(200);
    expect(await underWay()).toEqual(before);
  });
});
