import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const TESTS = fileURLToPath(new URL("..", import.meta.url));
const SHARED = fileURLToPath(new URL("../../../shared", import.meta.url));

/** Files beside the clone that are somebody else's work and are read where they are, if at all. */
const NOT_COPIED: Readonly<Record<string, readonly string[]>> = {
  conformance: [],
  jwt: [],
  "iam-policy": [],
  vtl: ["aws-recorded.jsonl", "velocity-suite.jsonl"],
};

describe.each(Object.entries(NOT_COPIED))("copy of the %s cases", (folder, notCopied) => {
  const shared = join(SHARED, folder);
  const copy = join(TESTS, folder, "cases");

  test.runIf(existsSync(shared))("equals ../shared (skipped in a clone without it)", () => {
    const files = (path: string): string[] =>
      readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isFile() && !notCopied.includes(entry.name))
        .map((entry) => entry.name)
        .toSorted();
    expect(files(copy)).toEqual(files(shared));
    const differing = files(copy).filter(
      (name) => !readFileSync(join(copy, name)).equals(readFileSync(join(shared, name))),
    );
    expect(differing).toEqual([]);
  });

  test("holds cases", () => {
    expect(readdirSync(copy).some((name) => /\.jsonl?$/.test(name))).toBe(true);
  });
});
