import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives a run of all tests one folder for its temporary files, and removes it at the end. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-tests-"));
  process.env["TMPDIR"] = folder;
  process.env["XDG_CACHE_HOME"] = join(folder, "cache");
  return () => rmSync(folder, { recursive: true, force: true });
}
