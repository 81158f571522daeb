import { describe, expect, test } from "vitest";
import { caseFiles, caseFolders, readCaseLines } from "./case-files.js";
import { knownDifferences } from "./known-differences.js";
import { meetsTarget } from "./report.js";
import { runPathCases, runTemplateCases } from "./run-cases.js";

/** Every expected text was printed by the original engines, or recorded from the service. */
describe.each(caseFiles)("%s.jsonl", (file) => {
  const lines = readCaseLines(file, caseFolders);

  test.skipIf(lines === undefined)(
    "compiled templates print what the engine prints (skipped without ../shared)",
    { timeout: 60_000 },
    async () => {
      const cases = lines ?? [];
      const results = await (file === "jsonpath" ? runPathCases(cases) : runTemplateCases(cases));
      const unexplained = results.filter(({ passed, id }) => !passed && !knownDifferences.has(id));
      expect(unexplained).toEqual([]);
      expect(meetsTarget(file, results)).toBe(true);
    },
  );
});
