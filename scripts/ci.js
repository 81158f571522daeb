// Runs every check of the project and counts: `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const steps = [
  ["types", ["npx", "tsc"]],
  ["lint", ["npm", "run", "--silent", "lint"]],
  ["format", ["npm", "run", "--silent", "format:check"]],
];

let passed = 0;
let failed = 0;

for (const [name, [command, ...args]] of steps) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  console.log(`${status === 0 ? "ok" : "FAILED"} ${name}`);
  if (status === 0) passed++;
  else failed++;
}

// a line for each proof: "ok …", "FAILED …", or one that says what is skipped
const containers = spawnSync("npm", ["run", "--silent", "containers"], {
  stdio: ["ignore", "pipe", "inherit"],
  encoding: "utf8",
});
process.stdout.write(containers.stdout);
const broken = containers.stdout.match(/^FAILED /gm)?.length ?? 0;
passed += containers.stdout.match(/^ok /gm)?.length ?? 0;
failed += broken;
if (containers.status !== 0 && broken === 0) failed++;

const report = join(mkdtempSync(join(tmpdir(), "gen-gateway-ci-")), "tests.json");
const tests = spawnSync(
  "npx",
  ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  { stdio: "inherit" },
);
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  for (const line of skippedLines(testResults)) console.log(line);
  passed += numPassedTests;
  failed += numFailedTests;
  if (numFailedTests === 0 && (numFailedTestSuites > 0 || tests.status !== 0)) failed++;
} catch (error) {
  console.error(`the tests left no report: ${error.message}`);
  failed++;
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** What was not tried, and what would be needed for it: a name that ends so says what is not there. */
function skippedLines(files) {
  const names = new Map();
  for (const { assertionResults } of files) {
    for (const { fullName, status } of assertionResults) {
      if (status === "passed" || status === "failed") continue;
      const note = /\((skipped[^()]*|[^()]* is not installed)\)/.exec(fullName)?.[1];
      const reason = note?.replace(/^skipped: /, "") ?? "no reason is given";
      names.set(reason, [...(names.get(reason) ?? []), fullName]);
    }
  }
  return [...names].flatMap(([reason, own]) => [
    `${own.length} skipped: ${reason}`,
    ...own.map((name) => `  ${name}`),
  ]);
}
