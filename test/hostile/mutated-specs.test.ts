import { expect, test } from "vitest";
import { liveCanaries } from "./inert.js";
import { runMutations } from "./mutated-specs.js";

const count = Number(process.env["MUTATIONS"] ?? 1400);
const seed = Number(process.env["SEED"] ?? 20_261_130);

test("nothing of a canary runs or becomes structure", { timeout: 300_000 }, async () => {
  const report = await runMutations({ count, seed, compileEvery: 150 });
  expect(report.faults).toEqual([]);
  expect(report.generated).toBeGreaterThan(count / 4);
  expect(report.compiled).toBeGreaterThan(0);
  expect(report.customised).toBe(Math.ceil(count / 7));
});

test.each([
  ["src/a.ts", "export const a = `${globalThis.__pwned=1}`;"],
  ["src/a.ts", "/* a */globalThis.__pwned=1/* */"],
  ["src/a.ts", 'export const a = "";globalThis.__pwned=1;//";'],
  ["src/a.ts", 'export const a = "'],
  ["gateway.config.yaml", "stages:\n  dev: {}\nx-pwned: true\n"],
  ["package.json", '{"scripts":{"x-pwned":"true"}}'],
  ["Dockerfile", "FROM node\nRUN touch PWNED-FILE\n"],
  ["main.tf", 'a = "%{ if true }x-pwned%{ endif }"'],
  ["README.md", "A title <script>globalThis.__pwned=1</script>"],
  ["README.md", "[a](javascript:globalThis.__pwned=1)"],
  ["../PWNED-TRAVERSAL", ""],
])("a canary that is live in %s is seen: %s", (path, content) => {
  expect(liveCanaries([{ path, content, ownership: "owned" }])).not.toEqual([]);
});
