import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildInMemory } from "../../../src/dev/memory-bundle.js";
import { generate, type GenerateResult } from "../../../src/generate.js";
import { buildProject } from "../../support/built-project.js";
import { freePort, until } from "../../support/redis-server.js";
import { call } from "../support/client.js";

const hasCli = spawnSync("aws", ["--version"]).status === 0;
const cliNote = hasCli ? "" : " (skipped: no AWS CLI on this machine)";
const run = promisify(execFile);

const KEY = "the-key-of-acme-0123456789";
const document = {
  openapi: "3.0.3",
  info: { title: "Limited", version: "1" },
  components: { securitySchemes: { key: { type: "apiKey", name: "x-api-key", in: "header" } } },
  paths: {
    "/pets": {
      get: {
        operationId: "listPets",
        security: [{ key: [] }],
        responses: { "200": { description: "ok" } },
        "x-amazon-apigateway-integration": {
          type: "mock",
          requestTemplates: { "application/json": '{"statusCode": 200}' },
          responses: { default: { statusCode: "200" } },
        },
      },
    },
  },
};

function generated(runtime: object): Promise<GenerateResult> {
  return generate({
    input: "openapi.json",
    text: JSON.stringify(document),
    settings: {
      version: 1,
      stages: { dev: {} },
      usagePlans: { gold: { stages: ["dev"], keys: ["acme"], quota: { limit: 9, period: "DAY" } } },
      apiKeys: { acme: { value: { secret: "keys/acme" } } },
      runtime,
    },
  });
}

describe("a generated project with an admin listener", () => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-admin-"));
  let running: ChildProcess[] = [];

  const build = async (name: string, runtime: object): Promise<string> => {
    const { files, diagnostics } = await generated(runtime);
    expect(diagnostics).toEqual([]);
    return buildProject(join(folder, name), files);
  };
  const start = (program: string, port: number): ChildProcess => {
    const env = { ...process.env, KEYS_ACME: KEY, PORT: "0", ADMIN_PORT: String(port) };
    const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "pipe"] });
    running.push(child);
    return child;
  };
  const status = async (url: string): Promise<number | null> => {
    const answer = await fetch(url).catch(() => null);
    return answer?.status ?? null;
  };

  let loopback: string;
  let elsewhere: string;
  beforeAll(async () => {
    loopback = await build("loopback", { adminPort: 9464, health: { ready: "/readyz" } });
    elsewhere = await build("elsewhere", { adminPort: 9464, adminHost: "0.0.0.0" });
  });
  afterEach(async () => {
    for (const child of running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    running = [];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("it starts and stops with the gateway, on the port of the environment", async () => {
    const port = await freePort();
    const child = start(loopback, port);
    await until(async () => (await status(`http://127.0.0.1:${port}/readyz`)) === 200);
    expect(await status(`http://127.0.0.1:${port}/health/live`)).toBe(200);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(await status(`http://127.0.0.1:${port}/health/live`)).toBeNull();
  });

  test("beyond the loopback it does not start without a token", async () => {
    const child = start(elsewhere, await freePort());
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(said).toBe(
      'the secret "gateway/admin-token" is not set: set GATEWAY_ADMIN_TOKEN or put it into GATEWAY_SECRETS_DIR\n',
    );
  });

  test("a port that is taken ends the program", async () => {
    const port = await freePort();
    start(loopback, port);
    await until(async () => (await status(`http://127.0.0.1:${port}/readyz`)) === 200);
    const [code] = await once(start(loopback, port), "exit");
    expect(code).toBe(1);
  });

  test.skipIf(!hasCli)(`the AWS CLI administers it${cliNote}`, async () => {
    const port = await freePort();
    start(loopback, port);
    await until(async () => (await status(`http://127.0.0.1:${port}/readyz`)) === 200);
    const aws = async (...words: readonly string[]): Promise<unknown> => {
      const args = ["apigateway", ...words, "--endpoint-url", `http://127.0.0.1:${port}`];
      const env = {
        ...process.env,
        AWS_ACCESS_KEY_ID: "any",
        AWS_SECRET_ACCESS_KEY: "any",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_MAX_ATTEMPTS: "1",
        AWS_PAGER: "",
      };
      const { stdout } = await run("aws", [...args, "--output", "json"], { env });
      return stdout === "" ? null : JSON.parse(stdout);
    };
    expect(await aws("get-usage-plans")).toMatchObject({ items: [{ id: "gold" }] });
    const patch = ["--patch-operations", "op=replace,path=/enabled,value=false"];
    expect(await aws("update-api-key", "--api-key", "acme", ...patch)).toMatchObject({
      enabled: false,
    });
    const today = new Date().toISOString().slice(0, 10);
    const days = ["--start-date", today, "--end-date", today];
    expect(await aws("get-usage", "--usage-plan-id", "gold", ...days)).toMatchObject({
      items: { acme: [[0, 9]] },
    });
    await expect(aws("get-api-key", "--api-key", "nobody")).rejects.toThrow(
      /NotFoundException.*Invalid API Key identifier specified/,
    );
  });

  test("served without a project it listens nowhere else", async () => {
    const { files } = await generated({ adminPort: 1, metrics: { port: 2 } });
    const bundle = await buildInMemory(files);
    const gateway = await bundle.createGateway({ secrets: () => KEY });
    const answer = await call(gateway, "GET", "/dev/pets", { headers: ["x-api-key", KEY] });
    expect(answer.status).toBe(200);
    await gateway.close();
    await bundle.dispose();
  });
});
