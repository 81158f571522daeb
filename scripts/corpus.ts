// npm run corpus: the built command over every real document, each in a process of its own, twice; all output type-checked.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { installPeers } from "../test/bench/peers.js";
import { corpusTable, runCorpus } from "../test/specs/corpus.js";

const table = resolve(process.argv[2] ?? "reports/corpus.md");
const only = process.env["CORPUS"] ?? "";
const out = mkdtempSync(join(tmpdir(), "gen-gateway-corpus-"));
const isTerminal = process.stderr.isTTY;

installPeers();
const report = await runCorpus({
  out,
  only,
  atOnce: cpus().length,
  onProgress: (text) => {
    if (isTerminal) process.stderr.write(`\r\u001b[K${text}`);
  },
});
if (isTerminal) process.stderr.write("\r\u001b[K");
rmSync(out, { recursive: true, force: true });

mkdirSync(dirname(table), { recursive: true });
writeFileSync(table, corpusTable(report));
const { rows, problems } = report;
for (const problem of problems) console.log(`✗ ${problem}`);
const count = (wanted: string): number => rows.filter(({ outcome }) => outcome === wanted).length;
console.log(
  `${rows.length} documents: ${count("generated")} generated, ${count("in part")} without what has errors (--keep-going), ` +
    `${count("refused")} refused with a place; ` +
    `${report.checkedBy.map(({ compiler, projects }) => `${projects} projects type-checked by TypeScript ${compiler}`).join(", ")}; ` +
    `${problems.length} problems; ${table}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
