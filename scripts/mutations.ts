// npm run mutations: thousands of documents with canaries in their strings; nothing of them may run or become structure.
import { runMutations } from "../test/hostile/mutated-specs.js";

const count = Number(process.env["MUTATIONS"] ?? 20_000);
const seed = Number(process.env["SEED"] ?? 20_261_130);
const isTerminal = process.stderr.isTTY;
const report = await runMutations({
  count,
  seed,
  compileEvery: 100,
  onProgress: (done) => {
    if (isTerminal && done % 100 === 0) process.stderr.write(`\r${done} of ${count}`);
  },
});
if (isTerminal) process.stderr.write("\r");
for (const fault of report.faults) console.log(`✗ ${fault}`);
const { generated, inPart, refused, places, customised, compiled, slowest } = report;
console.log(
  `${count} mutants (seed ${seed}): ${generated} generated, ${inPart} of them without what has errors, ${refused} refused with a place; ` +
    `${places.used} of ${places.all} strings held a canary; ${customised} by templates of a user; ` +
    `${compiled} type-checked and imported; slowest ${Math.round(slowest.ms)} ms (mutant ${slowest.number}); ` +
    `${report.faults.length} faults`,
);
process.exitCode = report.faults.length === 0 ? 0 : 1;
