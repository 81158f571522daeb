import { describe, expect, test } from "vitest";
import { diffDocuments, type DiffReport } from "../../src/diff/diff-documents.js";
import { hasSpecs, listSpecs } from "../specs/generate-specs.js";

const diff = (before: string, after: string): Promise<DiffReport> =>
  diffDocuments({ before: { input: before }, after: { input: after }, renderTemplates: false });

describe.skipIf(!hasSpecs)("real specs (skipped where ../shared/specs is missing)", () => {
  const specs = hasSpecs ? listSpecs() : [];

  test("none differs from itself", { timeout: 120_000 }, async () => {
    for (const path of specs) expect((await diff(path, path)).changes ?? [], path).toEqual([]);
  });

  test("each is compared with the next without a throw", { timeout: 120_000 }, async () => {
    let compared = 0;
    for (const [index, path] of specs.entries()) {
      const next = specs[(index + 1) % specs.length] ?? path;
      const cpu = process.cpuUsage();
      const { changes } = await diff(path, next);
      const { user, system } = process.cpuUsage(cpu);
      expect((user + system) / 1000, path).toBeLessThan(3000);
      if (changes === undefined) continue;
      compared++;
      for (const { message, before, after, beforePosition, afterPosition } of changes) {
        expect(message).not.toMatch(/\n|undefined|\[object/);
        expect(before === undefined || beforePosition !== undefined, `${before}`).toBe(true);
        expect(after === undefined || afterPosition !== undefined, `${after}`).toBe(true);
      }
    }
    expect(compared).toBeGreaterThan(150);
  });
});
