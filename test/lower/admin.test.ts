import { describe, expect, test } from "vitest";
import { documentWith, lowerGood, lowerText, summary } from "./lower-text.js";

describe("the admin listener", () => {
  const admin = async (runtime: object): Promise<unknown> =>
    (await lowerGood(documentWith({}), { version: 1, runtime })).deployment.admin;

  test("there is none unless the settings say its port", async () => {
    expect(await admin({})).toBeUndefined();
  });

  test("it is on the loopback, with paths of its own", async () => {
    expect(await admin({ adminPort: 9464 })).toEqual({
      port: 9464,
      host: "127.0.0.1",
      live: "/health/live",
      ready: "/health/ready",
    });
  });

  test("address and paths of health checks", async () => {
    const health = { live: "/livez", ready: "/readyz" };
    expect(await admin({ adminPort: 1, adminHost: "0.0.0.0", health })).toEqual({
      port: 1,
      host: "0.0.0.0",
      ...health,
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
