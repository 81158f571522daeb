// npm run specs: generates every real spec of ../shared/specs, lists its diagnostics, type-checks all output at once.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSpecs, listSpecs, typeCheck } from "../test/specs/generate-specs.js";

const verbose = process.argv.includes("--verbose");
const out = mkdtempSync(join(tmpdir(), "gen-gateway-specs-"));
const outcomes = await generateSpecs(listSpecs(), out);

for (const { spec, diagnostics, crash } of outcomes) {
  const count = (severity: string): number =>
    diagnostics.filter((item) => item.severity === severity).length;
  const counts = ["error", "warning", "info"].map((severity) => `${count(severity)} ${severity}`);
  console.log(`${spec}: ${crash === undefined ? counts.join(", ") : "CRASH"}`);
  if (crash !== undefined) console.log(crash);
  if (!verbose) continue;
  for (const { code, severity, message, position } of diagnostics) {
    const place = position === undefined ? "" : `${position.line}:${position.column} `;
    console.log(`  ${place}${severity} ${code} ${message}`);
  }
}

const has = (severity: string): number =>
  outcomes.filter(({ diagnostics }) => diagnostics.some((item) => item.severity === severity))
    .length;
const clean = outcomes.filter(({ diagnostics }) =>
  diagnostics.every(({ severity }) => severity === "info"),
).length;
const problems = typeCheck(out);
console.log(problems === "" ? "all emitted projects compile as one program" : problems);
console.log(
  `${outcomes.length} specs: ${clean} clean, ${has("warning")} with warnings, ${has("error")} refused, ` +
    `${outcomes.filter(({ crash }) => crash !== undefined).length} crashed`,
);
rmSync(out, { recursive: true, force: true });
process.exitCode = problems === "" && outcomes.every(({ crash }) => crash === undefined) ? 0 : 1;
