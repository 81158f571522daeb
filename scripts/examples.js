// npm run examples: brings the generated project of every example up to date.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const examples = join(root, "examples");

for (const name of readdirSync(examples)) {
  const spec = ["openapi.yaml", "asyncapi.yaml"]
    .map((file) => join(examples, name, file))
    .find((file) => existsSync(file));
  if (spec === undefined) continue;
  const { status } = spawnSync(
    process.execPath,
    [join(root, "bin/gen-gateway.js"), spec, "-o", join(examples, name, "gateway")],
    { cwd: root, stdio: "inherit" },
  );
  if (status !== 0) process.exitCode = 1;
}
