// npm run demo: generates a gateway from examples/petstore, installs and type-checks it, starts it, calls every route.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const example = join(root, "examples/petstore");
const folder = mkdtempSync(join(tmpdir(), "gen-gateway-demo-"));
const project = join(folder, "petstore");
const started = [];

try {
  await demo();
} catch (error) {
  console.error(`\nThe demo failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const child of started.reverse()) await stop(child);
  rmSync(folder, { recursive: true, force: true });
}

async function demo() {
  const backendPort = await freePort();
  const gatewayPort = await freePort();
  const settings = join(folder, "gateway.config.yaml");
  const text = readFileSync(join(example, "gateway.config.yaml"), "utf8");
  writeFileSync(settings, text.replace("localhost:9310", `localhost:${backendPort}`));

  title("1. Generate");
  const spec = join(example, "openapi.yaml");
  run("node", [join(root, "bin/gen-gateway.js"), spec, "-o", project, "--config", settings], root);

  title("2. Install and type-check");
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], project);
  run("npm", ["run", "--silent", "typecheck"], project);
  run("npm", ["test", "--silent"], project, "ignore");
  console.log("compiles, and its contract tests pass");

  title("3. Build and start");
  run("npm", ["run", "--silent", "build"], project);
  await start("node", [join(example, "backend.js"), String(backendPort)], example, /pets on/);
  const env = { ...process.env, PORT: String(gatewayPort) };
  await start("node", ["dist/main.js"], project, /listens on/, env);

  title("4. Call every route");
  const base = `http://127.0.0.1:${gatewayPort}`;
  const json = { "content-type": "application/json" };
  await call(base, "GET", "/ping");
  await call(base, "GET", "/dev/");
  await call(base, "GET", "/dev/pets?type=dog");
  await call(base, "POST", "/dev/pets", json, '{"type":"gecko","price":12.5}');
  await call(base, "POST", "/dev/pets", json, '{"type":"cow"}');
  await call(base, "OPTIONS", "/dev/pets");
  await call(base, "GET", "/dev/pets/2");
  await call(base, "GET", "/dev/pets/99");
  await call(base, "OPTIONS", "/dev/pets/2");
  await call(base, "DELETE", "/dev/pets/2");
  console.log(
    "\nDone. `gen-gateway examples/petstore/openapi.yaml -o my-gateway` writes one to keep.",
  );
}

function title(text) {
  console.log(`\n\u001b[1m${text}\u001b[0m`);
}

function run(command, args, cwd, stdout = "inherit") {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", stdout, "inherit"] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

async function start(command, args, cwd, ready, env = process.env) {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  const lines = [];
  const isReady = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (ready.test(line)) resolve(line);
      });
    }
    setTimeout(() => reject(new Error(`${args[0]} did not start within 20 s`)), 20_000).unref();
    child.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${lines.join("\n")}`)));
  });
  console.log(await isReady);
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await once(child, "exit");
  clearTimeout(timer);
}

async function call(base, method, path, headers = {}, body = undefined) {
  const response = await fetch(base + path, { method, headers, body });
  const text = (await response.text()).trim();
  const shown = text.length > 120 ? `${text.slice(0, 117)}...` : text;
  console.log(
    `${method.padEnd(8)}${path.padEnd(24)}${response.status}  ${shown.replaceAll("\n", " ")}`,
  );
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
