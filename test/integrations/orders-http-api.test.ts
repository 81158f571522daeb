import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { startCatalog, startIssuer, startQueue } from "../../examples/orders-http-api/servers.js";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { provideAwsCredentials } from "../conformance/aws-credentials.js";
import { call, type Answer } from "../runtime/support/client.js";

/** The example as it stands, with its function, its servers at free ports. */
const example = new URL("../../examples/orders-http-api/", import.meta.url);
const handler = "src/handlers/orders.ts";
const json = ["Content-Type", "application/json"];
let catalog: Awaited<ReturnType<typeof startCatalog>>;
let issuer: Awaited<ReturnType<typeof startIssuer>>;
let queue: Awaited<ReturnType<typeof startQueue>>;
let build: MemoryBuild;
let gateway: Gateway;

beforeAll(async () => {
  provideAwsCredentials();
  [catalog, issuer, queue] = await Promise.all([startCatalog(0), startIssuer(0), startQueue(0)]);
  const settings = readFileSync(new URL("gateway.config.yaml", example), "utf8")
    .replaceAll("http://127.0.0.1:9430", catalog.url)
    .replaceAll("http://127.0.0.1:9431", issuer.url)
    .replaceAll("http://127.0.0.1:9432", queue.url);
  const { files, diagnostics } = await generate({
    input: "openapi.yaml",
    text: readFileSync(new URL("openapi.yaml", example), "utf8"),
    settings: parse(settings) as object,
  });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  const own = readFileSync(new URL(`gateway/${handler}`, example), "utf8");
  build = await buildInMemory(
    files.map((file) => (file.path === handler ? { ...file, content: own } : file)),
  );
  gateway = await build.createGateway();
});

afterAll(async () => {
  await gateway.close();
  await build.dispose();
  await Promise.all([catalog.close(), issuer.close(), queue.close()]);
});

function ask(method: string, target: string, token?: string, body?: object): Promise<Answer> {
  const headers = [
    ...(token === undefined ? [] : ["Authorization", `Bearer ${token}`]),
    ...(body === undefined ? [] : json),
  ];
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return call(gateway, method, target, { headers, ...sent });
}

test("nobody without a token, and nobody without the scope of the route", async () => {
  const open = await ask("GET", "/orders");
  expect([open.status, open.header("www-authenticate")]).toEqual([401, "Bearer"]);
  const refused = await ask("POST", "/orders", issuer.readToken, { items: [] });
  expect(refused.status).toBe(403);
  expect(refused.header("www-authenticate")).toContain("insufficient_scope");
});

test("an order is placed and found by whom it belongs to", async () => {
  expect((await ask("POST", "/orders", issuer.token, { items: [] })).status).toBe(400);
  const placed = await ask("POST", "/orders", issuer.token, {
    items: [{ product: "emma", quantity: 1 }],
  });
  expect(placed.status).toBe(201);
  const order = JSON.parse(placed.text) as { id: string };
  expect(placed.header("location")).toBe(`/orders/${order.id}`);
  const found = await ask("GET", `/orders/${order.id}`, issuer.readToken);
  expect(JSON.parse(found.text)).toEqual(order);
  const open = await ask("GET", "/orders?status=open", issuer.readToken);
  expect(JSON.parse(open.text)).toEqual([order]);
  expect((await ask("GET", "/orders?status=sent", issuer.readToken)).text).toBe("[]");
  expect((await ask("GET", "/orders/none", issuer.readToken)).status).toBe(404);
});

test("an event goes into the queue, with the order as an attribute", async () => {
  const sent = await ask("POST", "/orders/o-1/events", issuer.token, { event: "packed" });
  expect(sent.status).toBe(200);
  expect(sent.text).toContain("<SendMessageResult>");
  expect(queue.messages.at(-1)).toMatchObject({
    Action: "SendMessage",
    MessageBody: '{"event":"packed"}',
    "MessageAttribute.1.Name": "order",
    "MessageAttribute.1.Value.StringValue": "o-1",
  });
});

test("the catalogue is asked in its own way, and answers in the shop's", async () => {
  const books = await ask("GET", "/catalog/books?debug=1&page=2");
  expect([books.status, books.header("cache-control")]).toEqual([200, "public, max-age=60"]);
  expect(JSON.parse(books.text)).toMatchObject({ shop: "main", asked: "/v2/books?page=2" });
  expect((await ask("GET", "/catalog/none")).status).toBe(410);
});
