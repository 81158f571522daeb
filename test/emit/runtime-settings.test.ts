import { format } from "prettier";
import { expect, test } from "vitest";
import { generate } from "../../src/generate.js";
import { documentWith } from "../lower/lower-text.js";

async function gatewayModule(runtime: object, others: object = {}): Promise<string> {
  const { files, diagnostics } = await generate({
    input: "openapi.json",
    text: JSON.stringify(documentWith({})),
    settings: { version: 1, runtime, ...others },
  });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  const path = "src/generated/gateway.ts";
  const text = files.find((file) => file.path === path)?.content ?? "";
  expect(text).toBe(await format(text, { filepath: path, printWidth: 100 }));
  return text;
}

test("the longest body is that of the settings, unless whoever makes the gateway says otherwise", async () => {
  expect(await gatewayModule({ maxRequestBytes: 10_485_760 })).toContain(
    "return createGateway(api, { ...parts, functions }, { maxRequestBytes: 10485760, ...options });",
  );
  expect(await gatewayModule({})).toContain(
    "return createGateway(api, { ...parts, functions }, options);",
  );
});

test("the store is told what each process keeps by itself", async () => {
  const redis = { driver: "redis", url: "redis://redis:6379" };
  const limited = { defaults: { throttle: { rateLimit: 10, burstLimit: 20 } } };
  const local = { state: { ...redis, use: { throttle: false, quota: true, cache: false } } };
  expect(await gatewayModule(local, limited)).toMatch(
    /redisState\(\{[^}]*local: \["throttle", "cache"\]/,
  );
  expect(await gatewayModule({ state: redis }, limited)).toMatch(/redisState\(\{(?![^}]*local)/);
});
