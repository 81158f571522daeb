import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { format } from "prettier";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildConsole } from "../../scripts/build-console.js";
import { packageFile } from "../../src/emit/package-files.js";
import { readConsolePage } from "../../src/emit/console-page.js";
import { generate, type GenerateResult } from "../../src/generate.js";
import { buildProject } from "../support/built-project.js";
import { freePort, until } from "../support/redis-server.js";

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) =>
  existsSync(path),
);
const note = browserPath === undefined ? " (skipped: no Chromium on this machine)" : "";

const KEY = "the-key-of-acme-0123456789";
const TOKEN = "a-token-of-the-operator";
const document = {
  openapi: "3.0.3",
  info: { title: "Watched </script> API", version: "1" },
  components: { securitySchemes: { key: { type: "apiKey", name: "x-api-key", in: "header" } } },
  paths: {
    "/pets": {
      get: {
        operationId: "listPets",
        summary: "`${1}` 'all' \"pets\" \u2028",
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

describe("a generated project", () => {
  test("has no console unless the settings ask for it", async () => {
    const { files } = await generated({ adminPort: 0 });
    expect(files.filter(({ path }) => path.includes("console"))).toEqual([]);
  });

  test("is told that a console needs the admin listener", async () => {
    const { diagnostics, files } = await generated({ console: true });
    expect(diagnostics).toMatchObject([{ code: "GG043", severity: "warning" }]);
    expect(files.filter(({ path }) => path.includes("console"))).toEqual([]);
  });
});

describe("a generated project with a console", () => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-console-"));
  const running: ChildProcess[] = [];
  const build = async (name: string, runtime: object): Promise<string> => {
    const { files, diagnostics } = await generated(runtime);
    expect(diagnostics).toEqual([]);
    return buildProject(join(folder, name), files);
  };
  const start = async (
    program: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const port = await freePort();
    const env = { ...process.env, KEYS_ACME: KEY, PORT: "0", ADMIN_PORT: String(port), ...more };
    running.push(spawn(process.execPath, [program], { env, stdio: "ignore" }));
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/console/`).catch(() => null)) !== null);
    return url;
  };

  let loopback: string;
  let open: string;
  beforeAll(async () => {
    if (readConsolePage() === undefined) await buildConsole(packageFile("dist/console"));
    loopback = await build("loopback", { adminPort: 0, console: true });
    open = await build("open", { adminPort: 0, adminHost: "0.0.0.0", console: true });
  }, 60_000);
  afterEach(() => {
    for (const child of running.splice(0)) child.kill();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is laid out and compiles as all projects", { timeout: 120_000 }, async () => {
    const { files } = await generated({ adminPort: 0, console: true });
    for (const path of ["src/generated/console.ts", "src/generated/start.ts"]) {
      const content = files.find((file) => file.path === path)?.content ?? "";
      expect(
        content === (await format(content, { parser: "typescript", printWidth: 100 })),
        path,
      ).toBe(true);
    }
    const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
    execFileSync(process.execPath, [tsc, "--noEmit", "-p", join(folder, "loopback")]);
  });

  test(
    "serves it at the admin listener, and looks at requests while somebody watches",
    { timeout: 30_000 },
    async () => {
      const url = await start(loopback);
      expect((await fetch(`${url}/console/console.js`)).status).toBe(200);
      const api = (await (await fetch(`${url}/console/api/api`)).json()) as Record<string, unknown>;
      expect(api).toMatchObject({
        name: "Watched </script> API",
        callers: ["acme"],
        hasWorkbench: false,
      });
      const invoke = (as: string | null): Promise<Response> =>
        fetch(`${url}/console/api/invoke`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ method: "GET", path: "/pets", headers: [], as }),
        });
      const records = async (): Promise<readonly object[]> =>
        ((await (await fetch(`${url}/console/api/requests`)).json()) as { requests: object[] })
          .requests;
      expect(await (await invoke("acme")).json()).toMatchObject({ status: 200 });
      expect(await records()).toEqual([]);
      const watching = new AbortController();
      await fetch(`${url}/console/api/events`, { signal: watching.signal });
      expect(await (await invoke("acme")).json()).toMatchObject({ status: 200 });
      expect(await (await invoke(null)).json()).toMatchObject({ status: 403 });
      expect(await records()).toMatchObject([
        { operation: "listPets", status: 200, refusal: null },
        { operation: "listPets", status: 403, refusal: { by: { kind: "key" } } },
      ]);
      expect(JSON.stringify(await records())).not.toContain(KEY);
      watching.abort();
      expect(
        (await fetch(`${url}/console/api/api`, { headers: { Origin: "http://evil.example" } }))
          .status,
      ).toBe(403);
    },
  );

  test("asks for the token wherever the listener does", { timeout: 30_000 }, async () => {
    const url = await start(open, { GATEWAY_ADMIN_TOKEN: TOKEN });
    const authorized = { headers: { Authorization: `Bearer ${TOKEN}` } };
    expect((await fetch(`${url}/console/`)).status).toBe(200);
    for (const path of ["api", "requests", "gauges", "events"]) {
      expect((await fetch(`${url}/console/api/${path}`)).status).toBe(401);
    }
    expect((await fetch(`${url}/console/api/api`, authorized)).status).toBe(200);
    expect(await (await fetch(`${url}/console/api/gauges`, authorized)).json()).toMatchObject({
      quotas: [{ key: "acme", plan: "gold", quota: { limit: 9, left: 9 } }],
    });
  });

  test.skipIf(browserPath === undefined)(
    `takes the token on the page, and shows the limits${note}`,
    { timeout: 60_000 },
    async () => {
      const url = await start(open, { GATEWAY_ADMIN_TOKEN: TOKEN });
      const browser = await chromium.launch({
        executablePath: browserPath ?? "",
        args: ["--no-sandbox"],
      });
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(10_000);
        await page.goto(`${url}/console/#/limits`);
        await page.getByLabel("Bearer token").fill("a wrong token");
        await page.getByRole("button", { name: "Open" }).click();
        await page.locator(".connection.locked").waitFor();
        await page.getByLabel("Bearer token").fill(TOKEN);
        await page.getByRole("button", { name: "Open" }).click();
        await page.locator(".connection.live").waitFor();
        await page.getByRole("meter", { name: "acme, used of the quota" }).waitFor();
        await page.getByRole("link", { name: "Routes" }).click();
        await page.getByRole("option", { name: /listPets/ }).click();
        await page.getByText("openapi.json#/paths/~1pets/get", { exact: true }).first().waitFor();
      } finally {
        await browser.close();
      }
    },
  );

  test("is without it where the environment says so", { timeout: 30_000 }, async () => {
    const url = await start(loopback, { GATEWAY_CONSOLE: "0" });
    expect((await fetch(`${url}/console/`)).status).toBe(404);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });
});
