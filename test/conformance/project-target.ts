import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { variableName } from "../../src/runtime/secrets.js";
import { writeProject } from "../../src/write/write-project.js";
import { createSigner } from "../../src/runtime/aws/sign.js";
import {
  completeRequest,
  sendRaw,
  type RawHeader,
  type RawRequest,
  type RawResponse,
} from "../support/raw-client.js";
import { openWebSocket } from "../support/websocket-client.js";
import { provideAwsCredentials } from "./aws-credentials.js";
import {
  generateApi,
  generateDocument,
  manager,
  refuseUnservedAnswer,
  secretValues,
  type GeneratedApi,
} from "./generated-api.js";
import { gatewayResponseView } from "./gateway-response-view.js";
import { importView } from "./import-view.js";
import type { DeployInput, GatewayTarget } from "./target.js";
import { withinTime } from "./within-time.js";

const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
const START_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 10_000;

/**
 * Runs the generated project as its users do: written to a folder, bundled as its own build.mjs does
 * (but for the packages, which are linked), started as a process, talked to over a socket. One process
 * serves the cases of a document; each case is a start of its own, with its own gateway and port.
 */
export function projectTarget(): GatewayTarget {
  provideAwsCredentials();
  return {
    name: "project",
    async prepare(input) {
      const api = await generateApi(input);
      const folder = await mkdtemp(join(tmpdir(), "gen-gateway-case-"));
      try {
        return preparedProject(api, folder, await startProject(api, folder, environmentOf(input)));
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    },
    importModel: importView,
    gatewayResponseTable: async (document) => gatewayResponseView(await generateDocument(document)),
  };
}

const signer = createSigner({
  service: "execute-api",
  region: "us-east-1",
  credentials: () => Promise.resolve(manager),
});

/** A request to `@connections`, as an SDK client sends it. */
async function sendSigned(request: RawRequest, port: number): Promise<RawResponse> {
  const { method, target, body } = request;
  const signed = await signer({
    method,
    origin: `http://127.0.0.1:${port}`,
    path: target,
    query: [],
    headers: [],
    body,
  });
  const headers = signed.flatMap((name, index): RawHeader[] =>
    index % 2 === 0 ? [[name, signed[index + 1] ?? ""]] : [],
  );
  const complete = completeRequest({ ...request, headers }, `127.0.0.1:${port}`);
  return sendRaw(complete, { host: "127.0.0.1", port });
}

function preparedProject(
  api: GeneratedApi,
  folder: string,
  project: ProjectProcess,
): Awaited<ReturnType<GatewayTarget["prepare"]>> {
  return {
    async start() {
      const port = await project.open();
      return {
        host: `127.0.0.1:${port}`,
        request: async (request) =>
          refuseUnservedAnswer(api, await sendRaw(request, { host: "127.0.0.1", port })),
        connect: ({ target, headers }) => openWebSocket(`ws://127.0.0.1:${port}${target}`, headers),
        management: (request) => sendSigned(request, port),
        executionLog: () => project.log(),
        close: () => project.shut(),
      };
    },
    async dispose() {
      await project.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const logging = `import { ExecutionLog, testInvokeLines } from "./generated/runtime/logs/execution-log.js";

let logged = [];
const trace = () => {
  const log = new ExecutionLog({ level: "INFO", dataTrace: true, clock: Date.now });
  return (event) => {
    log.add(event);
    if (event.kind === "answered") logged.push(...testInvokeLines(log));
  };
};`;
/** HTTP APIs have no execution logs. */
const noLogging = `let logged = [];
const trace = () => null;`;

/**
 * Stands in the place of the project's main.ts: it starts the gateway when it is told to, and says on
 * which port.
 */
const entryOf = (
  files: GeneratedApi["files"],
): string => `import { start } from "./generated/start.js";
${files.some(({ path }) => path.endsWith("/logs/execution-log.ts")) ? logging : noLogging}
const logger = { warn() {}, error() {} };
const open = () =>
  start({ entry: import.meta.url, port: 0, host: "127.0.0.1", gateway: { trace, logger } });
if (process.send) {
  let server;
  process.on("message", async (message) => {
    if (message === "log") process.send({ port: 0, lines: logged });
    else if (message === "open") {
      logged = [];
      server = await open();
      process.send({ port: server.port });
    } else {
      await server.stop();
      process.send({ port: 0 });
    }
  });
  process.once("SIGTERM", () => process.disconnect());
  process.send({ port: 0 });
} else {
  await open();
}
`;

/** The secrets of a case, as the environment of its process. */
function environmentOf(input: DeployInput): NodeJS.ProcessEnv {
  const values = [...secretValues(input)].map(([name, value]): [string, string] => [
    variableName(name),
    value,
  ]);
  return { ...process.env, ...Object.fromEntries(values) };
}

async function startProject(
  { files }: GeneratedApi,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<ProjectProcess> {
  const result = await writeProject(files, {
    out: folder,
    mode: "write",
    generator: "conformance",
    inputDigest: "",
  });
  if (result.kind !== "done") throw new Error(`not written: ${JSON.stringify(result)}`);
  await symlink(packages, join(folder, "node_modules"), "dir");
  await writeFile(join(folder, "src/conformance.ts"), entryOf(files));
  const outfile = join(folder, "dist/conformance.mjs");
  await build({
    absWorkingDir: folder,
    entryPoints: ["src/conformance.ts"],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  return startProcess(outfile, environment);
}

interface ProjectProcess {
  /** Starts a gateway and gives its port. */
  open(): Promise<number>;
  /** Lines of that gateway's execution log. */
  log(): Promise<readonly string[]>;
  /** Stops that gateway. */
  shut(): Promise<void>;
  /** Ends the process. */
  end(): Promise<void>;
}

async function startProcess(file: string, env: NodeJS.ProcessEnv): Promise<ProjectProcess> {
  const child = fork(file, { env, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const complaints: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
  const ask = async (message: "open" | "shut" | "log"): Promise<ProjectMessage> => {
    const answer = nextMessage(child, complaints);
    // a project that has ended is told by its exit, not by the closed channel
    child.send(message, () => {});
    return answer;
  };
  await nextMessage(child, complaints);
  return {
    open: async () => (await ask("open")).port,
    log: async () => (await ask("log")).lines ?? [],
    shut: async () => {
      await ask("shut");
    },
    end: () => end(child),
  };
}

/** What the entry says when it has done what it was told. */
interface ProjectMessage {
  readonly port: number;
  readonly lines?: readonly string[];
}

function nextMessage(child: ChildProcess, complaints: readonly string[]): Promise<ProjectMessage> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.reject(new Error(`the project ended: ${complaints.join("").slice(-2000)}`));
  }
  const told = new Promise<ProjectMessage>((resolve, reject) => {
    const onMessage = (message: ProjectMessage): void => {
      child.off("exit", onExit);
      resolve(message);
    };
    const onExit = (): void => {
      child.off("message", onMessage);
      reject(new Error(`the project ended: ${complaints.join("").slice(-2000)}`));
    };
    child.once("message", onMessage);
    child.once("exit", onExit);
  });
  return withinTime(told, START_TIMEOUT_MS, "the project's answer");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  try {
    await withinTime(exited, END_TIMEOUT_MS, "ending the project");
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}
