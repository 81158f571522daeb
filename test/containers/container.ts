import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageConfig } from "./image.js";

/** What a command in a container came to. */
export interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/**
 * A container as `docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges`
 * makes one, by the same run-time beneath: its own processes and mounts, the network of this machine.
 */
export class Container {
  readonly #name: string;
  readonly #state: string;
  readonly #child: ChildProcess;
  #said = "";

  /** `folder`: where its bundle and state are kept; `root`: of the image; `environment`: beside the image's. */
  constructor(folder: string, root: string, image: ImageConfig, environment: readonly string[]) {
    this.#name = `gen-gateway-${process.pid}`;
    this.#state = join(folder, "runc");
    const bundle = join(folder, "bundle");
    mkdirSync(bundle);
    writeFileSync(join(bundle, "config.json"), JSON.stringify(bundleOf(root, image, environment)));
    const words = ["--root", this.#state, "run", "--bundle", bundle, this.#name];
    this.#child = spawn("runc", words, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.#said += chunk.toString()));
    }
  }

  /** What its main process printed. */
  get said(): string {
    return this.#said;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Id of the main process, outside of the container. */
  pid(): number {
    const { stdout } = this.#runc("state", this.#name);
    return (JSON.parse(stdout) as { readonly pid: number }).pid;
  }

  /** Fields of `/proc/PID/status` of the main process. */
  status(): ReadonlyMap<string, string> {
    const lines = readFileSync(`/proc/${this.pid()}/status`, "utf8").split("\n");
    return new Map(
      lines.map((line) => {
        const [name = "", value = ""] = line.split(/:\s*(.*)/s);
        return [name, value] as const;
      }),
    );
  }

  /** What the main process runs, as a path in the container. */
  program(): string {
    return readlinkSync(`/proc/${this.pid()}/exe`);
  }

  /** Runs a command inside, as the image's user unless another is named. */
  execute(command: readonly string[], { user, environment = [] }: ExecuteOptions = {}): Ended {
    const words = [
      ...(user === undefined ? [] : ["--user", user]),
      ...environment.flatMap((variable) => ["--env", variable]),
    ];
    const { status, stdout, stderr } = this.#runc("exec", ...words, this.#name, ...command);
    return { status, text: `${stdout}${stderr}`.trim() };
  }

  signal(name: string): void {
    this.#runc("kill", this.#name, name);
  }

  /** The status of the main process when it has ended by itself. */
  async ended(): Promise<number | null> {
    if (!this.hasEnded) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  /** Ends it, whatever it does; waits for nothing. */
  remove(): void {
    if (!this.hasEnded) this.#runc("delete", "--force", this.#name);
  }

  #runc(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync("runc", ["--root", this.#state, ...words], { encoding: "utf8" });
  }
}

interface ExecuteOptions {
  readonly user?: string;
  readonly environment?: readonly string[];
}

/** Source: the run-time specification of the Open Container Initiative, 1.0.2. */
function bundleOf(root: string, image: ImageConfig, environment: readonly string[]): object {
  const [uid = "", gid = uid] = image.User.split(":");
  const none: readonly string[] = [];
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: Number(uid), gid: Number(gid) },
      args: [...(image.Entrypoint ?? []), ...image.Cmd],
      env: [...image.Env, ...environment],
      cwd: image.WorkingDir,
      capabilities: {
        bounding: none,
        effective: none,
        permitted: none,
        inheritable: none,
        ambient: none,
      },
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    hostname: "gateway",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      {
        destination: "/dev",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
      },
      {
        destination: "/tmp",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "nodev", "noexec", "mode=1777", "size=64m"],
      },
      // an engine puts files of its own there
      ...["/etc/hosts", "/etc/resolv.conf"].map((path) => ({
        destination: path,
        type: "bind",
        source: path,
        options: ["bind", "ro", "nosuid", "nodev", "noexec"],
      })),
    ],
    linux: { namespaces: ["pid", "mount", "ipc", "uts"].map((type) => ({ type })) },
  };
}
