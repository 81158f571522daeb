import { format } from "prettier";
import { describe, expect, test } from "vitest";
import { generate } from "../../src/generate.js";
import { documentWith } from "../lower/lower-text.js";

async function startModule(runtime: object): Promise<string> {
  const text = JSON.stringify(documentWith({}));
  const { files, diagnostics } = await generate({
    input: "openapi.json",
    text,
    settings: { version: 1, runtime },
  });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  const path = "src/generated/start.ts";
  const start = files.find((file) => file.path === path)?.content ?? "";
  expect(start).toBe(await format(start, { filepath: path, printWidth: 100 }));
  return start;
}

describe("how the gateway is started", () => {
  const listeners = [
    {},
    { adminPort: 9464 },
    { metrics: { port: 9465 } },
    { adminPort: 9464, metrics: { port: 9465 } },
  ];

  test.each(listeners)("without times of a stop it is the server's own: %j", async (beside) => {
    expect(await startModule(beside)).toContain(
      "startServer(gateway, { port, host: options.host })",
    );
  });

  test.each(listeners)("the times of a stop are those of the settings: %j", async (beside) => {
    const times = { drainDelay: "10s", shutdownGrace: "1.5m" };
    expect(await startModule({ ...beside, ...times })).toContain(
      "const listening = { port, host: options.host, drainDelayMs: 10000, graceMs: 90000 };",
    );
    expect(await startModule({ ...beside, drainDelay: "250ms" })).toContain(
      "const listening = { port, host: options.host, drainDelayMs: 250 };",
    );
  });

  test("the time of a request is that of the settings", async () => {
    expect(await startModule({ requestTimeout: "30s", drainDelay: "1s" })).toContain(
      "const listening = { port, host: options.host, requestTimeoutMs: 30000, drainDelayMs: 1000 };",
    );
  });

  test("proxies are trusted that the settings name", async () => {
    const named = await startModule({ trustProxy: ["10.0.0.0/8"], drainDelay: "1s" });
    expect(named).toContain('const trustProxy = trustedProxies(["10.0.0.0/8"]);');
    expect(named).toContain("host: options.host, drainDelayMs: 1000, trustProxy };");
    expect(await startModule({ trustProxy: true })).toContain('trustedProxies("all")');
    expect(await startModule({ trustProxy: false })).not.toContain("trust");
    const many = Array.from({ length: 12 }, (_, index) => `10.${index}.0.0/16`);
    expect(await startModule({ trustProxy: many })).toContain('    "10.11.0.0/16",\n');
  });
});
