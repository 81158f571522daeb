// npm run sigv4: the signatures of SIGV4_CASES, else of ../shared/sigv4, else of the copies.
import { readSignatureCases, runSignatureCase } from "../test/sigv4/run-cases.js";

let failed = 0;
let total = 0;
for (const [file, cases] of readSignatureCases()) {
  const outcomes = await Promise.all(cases.map(runSignatureCase));
  const wrong = outcomes.filter(({ passed }) => !passed);
  total += outcomes.length;
  failed += wrong.length;
  console.log(`${file}: ${outcomes.length - wrong.length} passed, ${wrong.length} failed`);
  for (const { id, seen } of wrong) console.log(`  ${id}: ${seen}`);
}
process.exitCode = failed === 0 && total > 0 ? 0 : 1;
