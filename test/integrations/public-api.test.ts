import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { startIssuer, startStations } from "../../examples/public-api/servers.js";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { call, type Answer } from "../runtime/support/client.js";

/** The example as it stands, its servers at free ports, on a clock that the test sets. */
const example = new URL("../../examples/public-api/", import.meta.url);
const keys = new Map([
  ["stations/keys/trial", "trial-key-of-twenty-and-more"],
  ["stations/keys/acme", "acme-key-of-twenty-and-more"],
]);
const time = { nowMs: Date.now() };
let stations: Awaited<ReturnType<typeof startStations>>;
let issuer: Awaited<ReturnType<typeof startIssuer>>;
let build: MemoryBuild;
let gateway: Gateway;

beforeAll(async () => {
  stations = await startStations(0);
  issuer = await startIssuer(0);
  const settings = readFileSync(new URL("gateway.config.yaml", example), "utf8")
    .replace("http://127.0.0.1:9420", stations.url)
    .replace("http://127.0.0.1:9421", issuer.url);
  const { files, diagnostics } = await generate({
    input: "openapi.yaml",
    text: readFileSync(new URL("openapi.yaml", example), "utf8"),
    settings: parse(settings) as object,
  });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  build = await buildInMemory(files);
  gateway = await build.createGateway({
    secrets: (name) => keys.get(name),
    clock: () => time.nowMs,
  });
});

afterAll(async () => {
  await gateway.close();
  await build.dispose();
  await Promise.all([stations.close(), issuer.close()]);
});

function get(path: string, headers: readonly string[] = []): Promise<Answer> {
  return call(gateway, "GET", `/v1${path}`, { headers });
}

const withKey = (value: string | undefined): readonly string[] => ["X-Api-Key", value ?? ""];
const partner = withKey(keys.get("stations/keys/acme"));

describe("open data", () => {
  test("without a key nothing is told, in words that a browser may read", async () => {
    const answer = await get("/stations");
    expect([answer.status, answer.text]).toEqual([403, '{"message":"Forbidden"}']);
    expect(answer.header("Access-Control-Allow-Origin")).toBe("*");
  });

  test("the list is kept for a minute, readings by station and unit for ten seconds", async () => {
    const first = await get("/stations", partner);
    expect([first.status, JSON.parse(first.text)]).toEqual([
      200,
      { asked: 1, stations: [{ id: "north" }, { id: "south" }] },
    ]);
    expect((await get("/stations?any=1", partner)).text).toBe(first.text);
    const north = await get("/stations/north/readings?unit=celsius", partner);
    const south = await get("/stations/south/readings?unit=celsius", partner);
    const warmer = await get("/stations/north/readings?unit=fahrenheit", partner);
    expect([north, south, warmer].map(({ text }) => JSON.parse(text) as object)).toMatchObject([
      { asked: 2, station: "north", readings: [21.5] },
      { asked: 3, station: "south" },
      { asked: 4, station: "north", readings: [70.7] },
    ]);
    time.nowMs += 11_000;
    expect((await get("/stations", partner)).text).toBe(first.text);
    const later = await get("/stations/north/readings?unit=celsius", partner);
    expect(JSON.parse(later.text)).toMatchObject({ asked: 5, station: "north" });
  });

  test("a trial key is held to its plan, a partner's is not", async () => {
    const trial = withKey(keys.get("stations/keys/trial"));
    const statuses: number[] = [];
    for (let time = 0; time < 6; time++) statuses.push((await get("/stations", trial)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    const refused = await get("/stations", trial);
    expect(refused.text).toBe('{"message":"Too Many Requests"}');
    expect(refused.header("x-amzn-ErrorType")).toBe("TooManyRequestsException");
    expect((await get("/stations", partner)).status).toBe(200);
    time.nowMs += 1000;
    expect((await get("/stations", trial)).status).toBe(200);
  });

  test("a browser's question is answered without a key", async () => {
    const answer = await call(gateway, "OPTIONS", "/v1/stations");
    expect(answer.status).toBe(200);
    expect(answer.header("Access-Control-Allow-Headers")).toContain("X-Api-Key");
  });
});

describe("people", () => {
  test("an identity token says who somebody is", async () => {
    const answer = await get("/me", ["Authorization", issuer.identityToken]);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { id: "ada", email: "ada@example.com" },
    ]);
  });

  test.each<[name: string, headers: () => readonly string[]]>([
    ["no token", () => []],
    ["a token of the other kind", () => ["Authorization", issuer.accessToken]],
    ["a token with another signature", () => ["Authorization", `${issuer.identityToken}AA`]],
  ])("%s is not enough", async (_name, headers) => {
    const answer = await get("/me", headers());
    expect([answer.status, answer.text]).toEqual([401, '{"message":"Unauthorized"}']);
  });

  test("a reading needs the scope, then a body that fits", async () => {
    const post = (token: string, body: string): Promise<Answer> =>
      call(gateway, "POST", "/v1/stations/north/readings", {
        headers: ["Authorization", `Bearer ${token}`, "Content-Type", "application/json"],
        body,
      });
    const good = await post(issuer.accessToken, '{"temperature": 20}');
    expect([good.status, JSON.parse(good.text)]).toEqual([202, { station: "north", by: "ada" }]);
    expect((await post(issuer.accessToken, '{"temperature": "hot"}')).status).toBe(400);
    // who may not call learns nothing of the model
    expect((await post(issuer.identityToken, '{"temperature": "hot"}')).status).toBe(401);
  });

  test("an expired token is told apart", async () => {
    time.nowMs += 2 * 3600_000;
    const answer = await get("/me", ["Authorization", issuer.identityToken]);
    expect([answer.status, answer.text]).toEqual([
      401,
      '{"message":"The incoming token has expired"}',
    ]);
  });
});
