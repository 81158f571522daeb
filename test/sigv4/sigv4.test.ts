import { describe, expect, test } from "vitest";
import { readSignatureCases, runSignatureCase } from "./run-cases.js";

describe.each(readSignatureCases())("signatures of %s", (_file, cases) => {
  test.each(cases.map((item) => [item.id, item] as const))("%s", async (_id, item) => {
    expect(await runSignatureCase(item)).toMatchObject({ passed: true });
  });
});
