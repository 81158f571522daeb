import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { startBackend, type Taken } from "../../examples/webhook-receiver/backend.js";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { call, type Answer } from "../runtime/support/client.js";

/** The example with its own authorizer, its service at a free port. */
const example = new URL("../../examples/webhook-receiver/", import.meta.url);
const key = "a-key-that-both-sides-know";
const before = process.env["WEBHOOK_KEY"];
const taken: Taken[] = [];
let backend: Awaited<ReturnType<typeof startBackend>>;
let build: MemoryBuild;
let gateway: Gateway;

beforeAll(async () => {
  process.env["WEBHOOK_KEY"] = key;
  backend = await startBackend(0, (item) => taken.push(item));
  const settings = readFileSync(new URL("gateway.config.yaml", example), "utf8");
  const { files, diagnostics } = await generate({
    input: "openapi.yaml",
    text: readFileSync(new URL("openapi.yaml", example), "utf8"),
    settings: parse(settings.replace("http://127.0.0.1:9430", backend.url)) as object,
  });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  build = await buildInMemory(files, { folder: fileURLToPath(new URL("gateway", example)) });
  gateway = await build.createGateway();
});
beforeEach(() => {
  taken.length = 0;
});
afterAll(async () => {
  if (before === undefined) delete process.env["WEBHOOK_KEY"];
  else process.env["WEBHOOK_KEY"] = before;
  await gateway.close();
  await build.dispose();
  await backend.close();
});

const sample = readFileSync(new URL("samples/delivery.json", example), "utf8");

function signed(delivery: string, secret = key, ageSeconds = 0): readonly string[] {
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  const signature = createHmac("sha256", secret).update(`${seconds}.${delivery}`).digest("hex");
  return ["X-Delivery", delivery, "X-Signature", `t=${seconds},v1=${signature}`];
}

function deliver(headers: readonly string[], body = sample): Promise<Answer> {
  return call(gateway, "POST", "/dev/hooks/payments", {
    headers: ["Content-Type", "application/json", ...headers],
    body,
  });
}

test("a delivery becomes an event", async () => {
  const answer = await deliver(signed("d-1"));
  expect([answer.status, answer.text]).toEqual([202, '{"accepted": true}']);
  expect(taken).toEqual([
    {
      idempotencyKey: "d-1",
      event: {
        event: "payment.succeeded",
        delivery: "d-1",
        provider: "payments",
        payment: { id: "pay_1", amount: "12.05", currency: "EUR" },
        receivedAt: expect.any(Number) as number,
      },
    },
  ]);
});

test.each<[name: string, headers: () => readonly string[]]>([
  ["no signature", () => ["X-Delivery", "d-2"]],
  ["the signature of another key", () => signed("d-2", "guess")],
  ["a signature that is too old", () => signed("d-2", key, 600)],
  ["the signature of another delivery", () => ["X-Delivery", "d-3", ...signed("d-2").slice(2)]],
  ["something else", () => ["X-Delivery", "d-2", "X-Signature", "t=1,v1=abc"]],
])("%s is refused before anything is read", async (_name, headers) => {
  const answer = await deliver(headers(), "no JSON");
  expect([answer.status, answer.text]).toEqual([401, '{"message":"Unauthorized"}']);
  expect(taken).toEqual([]);
});

test("a body that does not fit the model is refused", async () => {
  expect((await deliver(signed("d-4"), '{"type": "refund"}')).status).toBe(400);
  expect(taken).toEqual([]);
});
