import { spawnSync } from "node:child_process";

/** What of the machine is needed to build and run an image without an engine, and is not there. */
export function whatIsMissing(): readonly string[] {
  const missing: string[] = [];
  for (const program of ["buildah", "runc", "ldd"]) {
    if (spawnSync(program, ["--version"]).error !== undefined) missing.push(program);
  }
  if (process.platform !== "linux") missing.push("Linux");
  if (process.getuid?.() !== 0) missing.push("the rights of root");
  else if (!mayMount()) missing.push("mount namespaces");
  return missing;
}

function mayMount(): boolean {
  const words = ["--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/tmp"];
  return spawnSync("unshare", words).status === 0;
}
