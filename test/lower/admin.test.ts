import { describe, expect, test } from "vitest";
import type { Deployment } from "../../src/ir/deployment.js";
import { documentWith, lowerGood, lowerText, summary } from "./lower-text.js";

describe("the admin listener", () => {
  const deployment = async (runtime: object): Promise<Deployment> =>
    (await lowerGood(documentWith({}), { version: 1, runtime })).deployment;
  const admin = async (runtime: object): Promise<unknown> => (await deployment(runtime)).admin;

  test("there is none unless the settings say its port", async () => {
    expect(await admin({})).toBeUndefined();
  });

  test("it is on the loopback, with paths of its own", async () => {
    expect(await deployment({ adminPort: 9464 })).toMatchObject({
      admin: { port: 9464, host: "127.0.0.1" },
      health: { live: "/health/live", ready: "/health/ready" },
      metrics: { path: "/metrics", listener: undefined },
    });
  });

  test("address and paths of health checks", async () => {
    const health = { live: "/livez", ready: "/readyz" };
    expect(await deployment({ adminPort: 1, adminHost: "0.0.0.0", health })).toMatchObject({
      admin: { port: 1, host: "0.0.0.0" },
      health,
    });
  });

  test("settings of a listener that is not there are reported", async () => {
    const runtime = { adminHost: "0.0.0.0", health: { live: "/livez" } };
    const { diagnostics } = await lowerText(documentWith({}), { version: 1, runtime });
    expect(summary(diagnostics)).toEqual([
      "warning GG043 #/runtime/adminHost",
      "warning GG043 #/runtime/health",
    ]);
  });

  test.each([
    { adminPort: "9464" },
    { adminPort: 70_000 },
    { adminHost: "http://127.0.0.1" },
    { adminHost: "" },
    { health: { live: "livez" } },
    { health: { live: "/a?b" } },
  ])("%j is refused", async (runtime) => {
    const { diagnostics } = await lowerText(documentWith({}), { version: 1, runtime });
    expect(diagnostics.some(({ severity }) => severity === "error")).toBe(true);
  });
});
