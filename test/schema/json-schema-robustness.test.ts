import { afterAll, describe, expect, test } from "vitest";
import { createCompiler, drafts, hasSuite, suiteFiles } from "./suite.js";

const MAX_MS = 50;

/**
 * Optional groups ask for more than a gateway promises (formats, arbitrary precision, other drafts): nothing is
 * said here about what they find valid, only that nothing crashes, hangs or is refused without a word.
 */
describe.skipIf(!hasSuite)(
  "optional groups of the JSON Schema test suite: no crash, no hang (skipped where ../shared/json-schema is missing)",
  () => {
    const compiler = createCompiler();
    afterAll(() => compiler.dispose());

    describe.each(drafts)("$draft in OpenAPI $openapi", ({ draft, openapi }) => {
      test.each(suiteFiles(`${draft}/optional`, true))("$file", async ({ groups }) => {
        const wrong: string[] = [];
        for (const { description, schema, tests } of groups) {
          const compiled = await compiler.compile(schema, openapi);
          if (compiled.refusal !== undefined) {
            if (compiled.refusal.length === 0) wrong.push(`${description}: refused without a word`);
            continue;
          }
          for (const item of tests) {
            const start = performance.now();
            const isValid = compiled.validate(item.data);
            const ms = performance.now() - start;
            if (typeof isValid !== "boolean" || ms > MAX_MS)
              wrong.push(`${description}: ${item.description}: ${ms.toFixed(0)} ms`);
          }
        }
        expect(wrong).toEqual([]);
      });
    });
  },
);
