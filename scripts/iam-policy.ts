// npm run iam-policy: the decisions of IAM_POLICY_CASES, else of ../shared/iam-policy, else of the copies.
import { readPolicyCases, runMalformedCase, runPolicyCase } from "../test/iam-policy/run-cases.js";

const cases = readPolicyCases();
const groups = [
  ["decisions", cases.cases.map((item) => runPolicyCase(item, cases))],
  ["malformed", cases.malformed.map((item) => runMalformedCase(item, cases))],
] as const;
let failed = 0;
for (const [name, outcomes] of groups) {
  const wrong = outcomes.filter(({ passed }) => !passed);
  failed += wrong.length;
  const slowestMs = Math.max(...outcomes.map(({ tookMs }) => tookMs)).toFixed(2);
  console.log(
    `${name}: ${outcomes.length - wrong.length} passed, ${wrong.length} failed, slowest ${slowestMs} ms`,
  );
  for (const { id, why, seen } of wrong) console.log(`  ${id}: ${why}; seen: ${seen}`);
}
process.exitCode = failed === 0 && cases.cases.length > 0 ? 0 : 1;
