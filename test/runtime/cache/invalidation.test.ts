import { describe, expect, test } from "vitest";
import { decideCacheUse } from "../../../src/runtime/cache/invalidation.js";
import type { CacheUse, UnauthorizedStrategy } from "../../../src/runtime/cache/invalidation.js";

const strategies: readonly [UnauthorizedStrategy, CacheUse][] = [
  ["FAIL_WITH_403", "refuse"],
  ["SUCCEED_WITH_RESPONSE_HEADER", "use-with-warning"],
  ["SUCCEED_WITHOUT_RESPONSE_HEADER", "use"],
];

describe("Cache-Control: max-age=0", () => {
  test.each(strategies)("without permission, %s: %s", (unauthorizedStrategy, want) => {
    const settings = { requireAuthorization: true, unauthorizedStrategy };
    expect(decideCacheUse(["max-age=0"], settings, () => false)).toBe(want);
    expect(decideCacheUse(["max-age=0"], settings, () => true)).toBe("refresh");
    expect(decideCacheUse(["max-age=1"], settings, () => false)).toBe("use");
  });

  test("anybody may where no permission is required, and no policy is asked", () => {
    const settings = {
      requireAuthorization: false,
      unauthorizedStrategy: "FAIL_WITH_403",
    } as const;
    const asked = (): never => {
      throw new Error("asked");
    };
    expect(decideCacheUse(["max-age=0"], settings, asked)).toBe("refresh");
    expect(decideCacheUse([], settings, asked)).toBe("use");
  });

  test.each<[values: readonly string[], refreshes: boolean]>([
    [[], false],
    [[""], false],
    [["max-age=0"], true],
    [["Max-Age=0"], true],
    [["no-transform, max-age=0"], true],
    [["no-transform,max-age = 0 ,x"], true],
    [['max-age="0"'], true],
    [["max-age=00"], true],
    [["no-transform", "max-age=0"], true],
    [["no-cache"], false],
    [["no-store"], false],
    [["max-age=10"], false],
    [["max-age=0.5"], false],
    [["max-age"], false],
    [["s-max-age=0"], false],
    [["x-max-age=0"], false],
  ])("%j: %s", (values, refreshes) => {
    const settings = {
      requireAuthorization: false,
      unauthorizedStrategy: "FAIL_WITH_403",
    } as const;
    expect(decideCacheUse(values, settings, () => false)).toBe(refreshes ? "refresh" : "use");
  });
});
