import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { generate } from "../../src/generate.js";
import { variableName } from "../../src/runtime/secrets.js";
import { writeProject } from "../../src/write/write-project.js";

/** Lines of the access log are gathered for a much shorter time. */
const QUIET_MS = 200;

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** A generated gateway that runs as a process of its own. */
export interface GatewayProcess {
  readonly port: number;
  isRunning(): boolean;
  /** Memory that the process holds, in bytes. */
  memory(): Promise<number>;
  /** What it wrote on its standard output since the last call, once it writes no more. */
  takeOutput(): Promise<string>;
  end(): Promise<void>;
}

/** Stands in the place of the project's main.ts, and tells its port and its memory. */
const entry = `import { start } from "./generated/start.js";
const server = await start({ entry: import.meta.url, port: 0, host: "127.0.0.1" });
if (process.send) {
  process.on("message", () => process.send(process.memoryUsage.rss()));
  process.send(server.port);
}
`;

/** The API key of the cases, as the gateway finds it. */
export const hostileKey = { name: "hostile/key", value: "good-key-0123456789" };

/** Generates, writes, bundles and starts the gateway of a document. */
export async function startGateway(text: string, settings: object): Promise<GatewayProcess> {
  const { files, plan, diagnostics } = await generate({ input: "spec.yaml", text, settings });
  if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const folder = await mkdtemp(join(tmpdir(), "gen-gateway-hostile-"));
  const options = { out: folder, mode: "write", generator: "test", inputDigest: "" } as const;
  const written = await writeProject(files, options);
  if (written.kind !== "done") throw new Error(`not written: ${JSON.stringify(written)}`);
  await symlink(packages, join(folder, "node_modules"), "dir");
  await writeFile(join(folder, "src/hostile.ts"), entry);
  const outfile = join(folder, "dist/hostile.mjs");
  await build({
    absWorkingDir: folder,
    entryPoints: ["src/hostile.ts"],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  const child = fork(outfile, {
    env: { ...process.env, [variableName(hostileKey.name)]: hostileKey.value },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  return gatewayProcess(child, folder);
}

async function gatewayProcess(child: ChildProcess, folder: string): Promise<GatewayProcess> {
  let output = "";
  let complaints = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const told = async (): Promise<number> => {
    const result: unknown[] = await Promise.race([
      once(child, "message"),
      once(child, "exit").then(() => Promise.reject(new Error(`ended: ${complaints}`))),
    ]);
    return Number(result[0]);
  };
  const port = await told();
  return {
    port,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    memory: () => {
      const answer = told();
      child.send("memory");
      return answer;
    },
    takeOutput: async () => {
      let before: string;
      do {
        before = output;
        await sleep(QUIET_MS);
      } while (output !== before);
      output = "";
      return before;
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
