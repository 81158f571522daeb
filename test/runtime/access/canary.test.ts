import { describe, expect, test } from "vitest";
import type { CanaryTable } from "../../../src/runtime/contracts.js";
import { createRandomSource } from "../../../src/runtime/context/ids.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { call } from "../support/client.js";
import { functionProxy, stage } from "../support/table.js";
import {
  authorizer,
  methodSettings,
  noting,
  openedBy,
  protectedGateway,
  type ProtectedGateway,
} from "./protected-gateway.js";

/** Parts of a request's random number, 0 to 1. */
interface Draw {
  share: number;
}

function canaryGateway(canary: Partial<CanaryTable> | null, draw: Draw = { share: 0 }) {
  const { events, handler } = noting(() => allow("me", "*"));
  const integration = functionProxy("echo");
  const cache = {
    ttlSeconds: 60,
    encrypted: false,
    requireAuthorization: true,
    unauthorizedStrategy: "FAIL_WITH_403",
    keyParameters: [],
    namespace: "abc123",
  } as const;
  const gateway = protectedGateway(
    {
      "GET /pets": { integration },
      "GET /cached": { integration },
      "GET /opened": openedBy("auth", { integration }),
    },
    {
      api: {
        stages: {
          dev: stage({
            variables: { backend: "old", same: "1" },
            methods: { "GET /cached": methodSettings({ cache }) },
            canary:
              canary === null
                ? null
                : {
                    percentTraffic: 10,
                    variables: { backend: "new", same: "1" },
                    useStageCache: false,
                    ...canary,
                  },
          }),
        },
      },
      access: { authorizers: { auth: authorizer("request") } },
      functions: {
        authorizer: handler,
        echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }),
      },
      random: {
        ...createRandomSource(),
        hex: (bytes) =>
          Math.floor(draw.share * 2 ** (8 * bytes - 1) * 2)
            .toString(16)
            .padStart(bytes * 2, "0"),
      },
    },
  );
  return { gateway, events, draw };
}

interface SeenEvent {
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly requestContext: { readonly isCanaryRequest?: string; readonly requestId: string };
}

async function seen(gateway: ProtectedGateway, path: string): Promise<SeenEvent> {
  const { text } = await call(gateway, "GET", path, { headers: ["Authorization", "t"] });
  return JSON.parse(text) as SeenEvent;
}

describe("a canary", () => {
  test("takes its share, with its own variables", async () => {
    const { gateway, draw } = canaryGateway({ percentTraffic: 10 });
    for (const [share, isCanary] of [
      [0, "true"],
      [0.0999, "true"],
      [0.1001, "false"],
      [0.9999, "false"],
    ] as const) {
      draw.share = share;
      const event = await seen(gateway, "/dev/pets");
      expect(event.requestContext.isCanaryRequest).toBe(isCanary);
      expect(event.stageVariables).toEqual({
        backend: isCanary === "true" ? "new" : "old",
        same: "1",
      });
    }
  });

  test.each([
    [0, 0, "false"],
    [100, 0.99999, "true"],
  ])("of %i percent", async (percentTraffic, share, isCanary) => {
    const { gateway } = canaryGateway({ percentTraffic }, { share });
    expect((await seen(gateway, "/dev/pets")).requestContext.isCanaryRequest).toBe(isCanary);
  });

  test("that is not there is not mentioned", async () => {
    const { gateway } = canaryGateway(null);
    expect((await seen(gateway, "/dev/pets")).requestContext).not.toHaveProperty("isCanaryRequest");
  });

  test("has answers of its own in the cache", async () => {
    const { gateway, draw } = canaryGateway({});
    const ids: string[] = [];
    for (const share of [0, 0.5, 0, 0.5]) {
      draw.share = share;
      ids.push((await seen(gateway, "/dev/cached")).requestContext.requestId);
    }
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  });

  test("uses the stage's where it is told to", async () => {
    const { gateway, draw } = canaryGateway({ useStageCache: true });
    const first = await seen(gateway, "/dev/cached");
    draw.share = 0.5;
    expect(await seen(gateway, "/dev/cached")).toEqual(first);
  });

  test("has results of its own of authorizers, which may depend on variables", async () => {
    const { gateway, draw, events } = canaryGateway({});
    for (const share of [0, 0.5, 0, 0.5]) {
      draw.share = share;
      await seen(gateway, "/dev/opened");
    }
    expect(events.map(({ stageVariables }) => stageVariables)).toEqual([
      { backend: "new", same: "1" },
      { backend: "old", same: "1" },
    ]);
  });
});
