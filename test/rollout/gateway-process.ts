import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { freePort } from "../support/redis-server.js";
import type { Backend } from "./balancer.js";

/** A generated gateway in a process of its own. */
export interface GatewayProcess extends Backend {
  readonly child: ChildProcess;
  /** Its errors, by the line. */
  readonly complaints: readonly string[];
}

/** Starts a built project on free ports. Rejects when it ends before it listens. */
export async function startGatewayProcess(program: string, name: string): Promise<GatewayProcess> {
  const adminPort = await freePort();
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, PORT: "0", ADMIN_PORT: String(adminPort) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => complaints.push(line));
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), once(child, "exit")]);
  const port = Number(/:(\d+)/.exec(String(first[0]))?.[1]);
  if (!Number.isInteger(port)) throw new Error(`${name} ended: ${complaints.join("\n")}`);
  lines.on("line", () => undefined);
  return { name, port, readyUrl: `http://127.0.0.1:${adminPort}/health/ready`, child, complaints };
}

/** Tells it to stop as an orchestrator does; gives the status with which it ended. */
export async function terminate({ child }: GatewayProcess): Promise<number | null> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  return child.exitCode;
}

/** Ends it at once, if it is still there. */
export async function kill({ child }: GatewayProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
