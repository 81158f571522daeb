import { existsSync, readFileSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPage } from "../../examples/chat/servers.js";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import { startServer, type GatewayServer } from "../../src/runtime/server/node.js";

/** The example as it stands: its functions in this process, its page in a browser. */
const example = new URL("../../examples/chat/", import.meta.url);
const own = [
  "src/handlers/chat.ts",
  "src/handlers/ticket.ts",
  "src/rooms.ts",
  "src/rooms-table.ts",
];
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) =>
  existsSync(path),
);
const note = browserPath === undefined ? " (skipped: no Chromium on this machine)" : "";

let page: Awaited<ReturnType<typeof startPage>>;
let build: MemoryBuild;
let server: GatewayServer;

beforeAll(async () => {
  const { files, diagnostics } = await generate({
    input: "asyncapi.yaml",
    text: readFileSync(new URL("asyncapi.yaml", example), "utf8"),
    settings: { stages: { dev: {} }, runtime: { functions: "in-thread" } },
  });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  const written = own.map((path) => ({
    path,
    content: readFileSync(new URL(`gateway/${path}`, example), "utf8"),
    ownership: "once" as const,
  }));
  build = await buildInMemory([...files.filter(({ path }) => !own.includes(path)), ...written]);
  process.env["TICKET_KEY"] = "a key for this test";
  page = await startPage("a key for this test", 0);
  server = await startServer(await build.createGateway(), {
    port: 0,
    host: "127.0.0.1",
    handleSignals: false,
    graceMs: 500,
  });
});

afterAll(async () => {
  await server.stop();
  await build.dispose();
  await page.close();
  delete process.env["TICKET_KEY"];
});

describe.skipIf(browserPath === undefined)(`two browsers${note}`, () => {
  let browsers: readonly Browser[];
  beforeAll(async () => {
    const start = (): Promise<Browser> =>
      chromium.launch({ executablePath: browserPath ?? "", args: ["--no-sandbox"] });
    browsers = await Promise.all([start(), start()]);
  }, 30_000);
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
  });

  test("talk in a room", { timeout: 30_000 }, async () => {
    const [first, second] = browsers;
    const ada = await enter(first, "ada");
    await shows(ada, "You are alone here.");
    expect(await ada.getByRole("button", { name: "Enter" }).isVisible()).toBe(false);
    const bob = await enter(second, "bob");
    await shows(ada, "bob came in.");
    await shows(bob, "Here: ada, bob");
    await say(ada, "Is anybody there?");
    await shows(bob, "Is anybody there?");
    await say(bob, '<b>I am</b>, with & and "quotes"');
    await shows(ada, '<b>I am</b>, with & and "quotes"');
    expect(await ada.locator("#messages li.own").count()).toBe(1);
    const picture = process.env["CHAT_SCREENSHOT"];
    if (picture !== undefined) await ada.screenshot({ path: picture });
    await bob.close();
    await shows(ada, "bob has left.");
  });

  test("are told when the gateway goes away", { timeout: 30_000 }, async () => {
    const refused = await enterPage(browsers[0], "ws://127.0.0.1:1/dev");
    await refused.getByLabel("Your name").fill("eve");
    await refused.getByRole("button", { name: "Enter" }).click();
    await refused.getByText("the connection has ended (1006)").waitFor({ timeout: 10_000 });
  });
});

async function enterPage(browser: Browser | undefined, gateway: string): Promise<Page> {
  if (browser === undefined) throw new Error("the browser was not started");
  const opened = await browser.newPage({ viewport: { width: 640, height: 560 } });
  await opened.goto(`${page.url}/?gateway=${encodeURIComponent(gateway)}`);
  return opened;
}

async function enter(browser: Browser | undefined, name: string): Promise<Page> {
  const opened = await enterPage(browser, `ws://127.0.0.1:${server.port}/dev`);
  await opened.getByLabel("Your name").fill(name);
  await opened.getByRole("button", { name: "Enter" }).click();
  await opened.getByText(`${name} in lobby`).waitFor({ timeout: 10_000 });
  return opened;
}

async function say(opened: Page, text: string): Promise<void> {
  await opened.getByLabel("Message", { exact: true }).fill(text);
  await opened.getByRole("button", { name: "Send" }).click();
}

async function shows(opened: Page, text: string): Promise<void> {
  await opened.locator("#messages li", { hasText: text }).waitFor({ timeout: 10_000 });
}
