/**
 * npm run readmes: follows the README of every example literally, in the folder of the example. What
 * keeps running (`node servers.js`, `gen-gateway dev`, `npm run dev`) is a terminal of its own; of each
 * call the status in its comment is compared, 2xx where it has none. The ports are those of the
 * examples.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const examples = join(root, "examples");
/** Lets `npx gen-gateway` find this very version. */
const bin = mkdtempSync(join(tmpdir(), "gen-gateway-bin-"));
symlinkSync(join(root, "bin/gen-gateway.js"), join(bin, "gen-gateway"));
const environment = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
const START_TIMEOUT_MS = 120_000;

interface Outcome {
  readonly checked: number;
  readonly wrong: readonly string[];
}

/** A terminal that keeps running, and what it exported. */
interface Running {
  readonly child: ChildProcess;
  readonly exported: readonly string[];
}

async function followReadme(name: string): Promise<Outcome> {
  const folder = join(examples, name);
  const text = readFileSync(join(folder, "README.md"), "utf8");
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
  const running: Running[] = [];
  const session: string[] = [];
  const wrong: string[] = [];
  let checked = 0;
  try {
    for (const block of blocks) {
      if (/\bnode (?:servers|backend)\.js|\bgen-gateway dev |\bnpm run dev\b/.test(block)) {
        const started = await startTerminal(block, folder);
        running.push(started);
        session.push(...started.exported);
        continue;
      }
      for (const line of block.split("\n").filter((item) => item.trim() !== "")) {
        const problem = followLine(line, session, folder);
        if (problem === undefined) session.push(...kept(line));
        else wrong.push(problem);
        checked++;
      }
    }
  } catch (error) {
    wrong.push(String(error));
  } finally {
    await Promise.all(running.map(({ child }) => endTerminal(child)));
  }
  return { checked, wrong };
}

/** Lines that later ones build on. */
function kept(line: string): readonly string[] {
  return /^(?:export |[A-Z_]+=|[a-z]+\(\) \{|cd )/.test(line) ? [line] : [];
}

/** What a terminal says when all that was started in it answers. */
function readyPattern(block: string): RegExp {
  if (/\bnpm run dev\b/.test(block)) return /The gateway listens on/;
  return /\bgen-gateway dev /.test(block)
    ? / · \d+ routes?/
    : /https?:\/\/[\w.]+:\d+|listens on \d+/;
}

async function startTerminal(block: string, folder: string): Promise<Running> {
  const script = block.replaceAll("npx gen-gateway", "gen-gateway");
  const child = spawn("bash", ["-e"], {
    cwd: folder,
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin?.end(script);
  let output = "";
  const listen = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on("data", listen);
  child.stderr?.on("data", listen);
  const deadline = Date.now() + START_TIMEOUT_MS;
  const isReady = readyPattern(block);
  while (!isReady.test(output)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`did not start: ${block.trim()}\n${output.slice(-800)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // what a server prints for the next terminal comes with its first words
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { child, exported: output.split("\n").filter((line) => line.startsWith("export ")) };
}

/** Ends a terminal with all that it started. */
async function endTerminal(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGTERM");
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))]);
}

function followLine(line: string, session: readonly string[], folder: string): string | undefined {
  const [, command = line, comment = ""] = /^(.*?)(?:\s{2,}#\s*(.*))?$/.exec(line) ?? [];
  const script = [
    "set -e",
    // the status of each call, behind what the README's own call prints
    `curl() { command curl --silent --show-error --max-time 20 -w '\\n<%{http_code}>' "$@"; }`,
    ...session,
    command.replaceAll("npx gen-gateway", "gen-gateway"),
  ].join("\n");
  const run = spawnSync("bash", { input: script, cwd: folder, env: environment, encoding: "utf8" });
  const output = run.stdout + run.stderr;
  const statuses = [...run.stdout.matchAll(/<(\d{3})>/g)].map(([, status]) => status ?? "");
  if (/-w '%\{http_code\} '/.test(command)) {
    const wanted = comment.split(" ").filter((word) => /^\d{3}$/.test(word));
    const seen = run.stdout.match(/\b\d{3}\b/g) ?? [];
    return wanted.every((status, index) => seen[index] === status)
      ? undefined
      : `${line}\n    answered ${seen.join(" ")}`;
  }
  if (statuses.length === 0) {
    return run.status === 0
      ? undefined
      : `${line}\n    ended with ${run.status}: ${output.slice(-400)}`;
  }
  const wanted = /^(\d{3})\b/.exec(comment)?.[1];
  const status = statuses.at(-1) ?? "";
  const isRight = wanted === undefined ? status.startsWith("2") : status === wanted;
  return isRight ? undefined : `${line}\n    answered ${status}: ${output.slice(0, 400)}`;
}

let failed = 0;
try {
  for (const name of readdirSync(examples)) {
    if (!existsSync(join(examples, name, "README.md"))) continue;
    const { checked, wrong } = await followReadme(name);
    failed += wrong.length;
    console.log(
      `${wrong.length === 0 ? "✓" : "✗"} ${name}: ${checked} lines, ${wrong.length} wrong`,
    );
    for (const problem of wrong) console.log(`  ${problem}`);
  }
} finally {
  rmSync(bin, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
