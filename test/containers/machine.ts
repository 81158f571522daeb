import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What of the machine is needed to build and run an image without an engine, and is not there. */
export function whatIsMissing(): readonly string[] {
  if (process.platform !== "linux") return ["Linux"];
  const missing = ["buildah", "runc", "ldd"].filter(
    (program) => spawnSync(program, ["--version"]).error !== undefined,
  );
  if (process.getuid?.() !== 0) return [...missing, "the rights of root"];
  if (missing.length > 0) return missing;
  const problem = trySmallest();
  return problem === null ? [] : [`a machine where runc may run (it says: ${problem})`];
}

/** Runs the smallest container there is, of this machine's own files; null: that works. */
function trySmallest(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-runc-"));
  mkdirSync(join(folder, "root"));
  const bind = (path: string): object => ({
    destination: path,
    type: "bind",
    source: path,
    options: ["rbind", "ro"],
  });
  const config = {
    ociVersion: "1.0.2",
    process: { user: { uid: 65534, gid: 65534 }, args: ["/usr/bin/env"], env: [], cwd: "/" },
    root: { path: "root", readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs" },
      ...["/usr", "/lib", "/lib64"].filter((path) => existsSync(path)).map(bind),
    ],
    linux: { namespaces: ["pid", "mount", "ipc", "uts"].map((type) => ({ type })) },
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const words = ["--root", join(folder, "state"), "run", "--bundle", folder, `try-${process.pid}`];
  const { status, stderr } = spawnSync("runc", words, { encoding: "utf8" });
  rmSync(folder, { recursive: true, force: true });
  return status === 0 ? null : (stderr.trim().split("\n").at(-1) ?? "nothing");
}
