import { expect, test } from "vitest";
import { COPIED_CASES, readCaseFiles } from "./case-files.js";
import { countOutcomes } from "./report.js";
import { runCases, selectCases } from "./runner.js";
import { createTarget, TARGET_NAMES } from "./targets.js";

/** Topics whose cases pass as far as the product serves their APIs at all. */
const topics = [
  "routing",
  "lambda-proxy-event",
  "lambda-proxy-response",
  "header-remapping",
  "validation",
  "gateway-responses",
  "tracing",
  "stages",
  "http-integration",
  "mock",
  "lambda-custom",
  "passthrough",
  "websocket",
];

test.each(TARGET_NAMES)(
  "no case of the served topics fails: %s",
  async (name) => {
    const files = selectCases(readCaseFiles([COPIED_CASES]), {
      topics,
      groups: undefined,
      cases: undefined,
    });
    const target = createTarget(name);
    const results = await runCases(files, target, { concurrency: 2 });
    await target.close?.();
    const failed = results.filter(({ outcome }) => outcome.kind === "failed");
    expect(failed.map(({ id, outcome }) => ({ id, outcome }))).toEqual([]);
    expect(countOutcomes(results).passed).toBeGreaterThan(75);
  },
  120_000,
);
