import fc from "fast-check";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { generate } from "../../../src/generate.js";
import { parseYaml } from "../../../src/load/yaml-text.js";

const seed = Number(process.env["SEED"] ?? 20_261_130);

/** Templates that use a bit of everything, to be damaged. */
const templates = ["rest.yaml", "sam.yaml", "http.yaml"].map((name) => {
  const path = fileURLToPath(new URL(`templates/${name}`, import.meta.url));
  const parsed = parseYaml(readFileSync(path, "utf8"));
  if (parsed.problem) throw new Error(parsed.problem.message);
  return parsed.value;
});

interface Member {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function membersOf(value: unknown): readonly Member[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...membersOf(holder[key])]);
}

const anything = fc.constantFrom<unknown>(
  null,
  0,
  true,
  "",
  "text",
  "${Api}",
  [],
  [null],
  {},
  { Ref: "Api" },
  { "Fn::If": ["C", 1] },
  { "Fn::Transform": { Name: "AWS::Include" } },
  { "Fn::GetAtt": [] },
  { __proto__: null, constructor: 1 },
);

test("a template with any member replaced is read without a throw, and every problem has its place", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...templates),
      fc.nat(),
      fc.nat(),
      anything,
      anything,
      async (template, one, other, value, second) => {
        const copy = structuredClone(template);
        for (const [at, next] of [
          [one, value],
          [other, second],
        ] as const) {
          const members = membersOf(copy);
          const member = members[at % members.length];
          if (member) member.holder[member.key] = structuredClone(next);
        }
        const text = JSON.stringify(copy, null, 1);
        const { diagnostics } = await generate({ input: "template.json", text, settings: {} });
        for (const { message, position } of diagnostics) {
          expect(message).not.toMatch(/"undefined"|Symbol\(/);
          expect(position?.line).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 300, seed },
  );
}, 120_000);
