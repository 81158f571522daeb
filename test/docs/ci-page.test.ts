import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { comparable, followPage } from "./documented-path.js";

const page = fileURLToPath(new URL("../../docs/ci.md", import.meta.url));

// UPDATE_DOCS=1 writes what the commands print into the page
test("every command of docs/ci.md prints what the page says", () => {
  const { steps, text } = followPage(page);
  if (process.env["UPDATE_DOCS"] === "1") {
    writeFileSync(page, text);
    return;
  }
  expect(steps.length).toBeGreaterThan(20);
  for (const { command, documented, printed } of steps) {
    expect(comparable(printed), command).toBe(comparable(documented));
  }
});

test("the samples for CI are YAML, and run commands that the page has shown", () => {
  const samples = [...readFileSync(page, "utf8").matchAll(/^```yaml\n([^]*?)^```/gm)]
    .map(([, text = ""]) => parse(text) as Readonly<Record<string, unknown>>)
    .filter((value) => "jobs" in value || "phases" in value);
  expect(samples.map((sample) => Object.keys(sample))).toEqual([
    ["name", "on", "permissions", "jobs"],
    ["version", "phases", "cache"],
  ]);
  for (const sample of samples) {
    const commands = JSON.stringify(sample);
    expect(commands).toContain("npx gen-gateway openapi.yaml -o gateway --check");
    expect(commands).toContain("npx gen-gateway lint openapi.yaml");
  }
});
