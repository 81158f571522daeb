import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtPage } from "./built-page.js";
import { planted, Shop } from "./shop.js";

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) =>
  existsSync(path),
);
const note = browserPath === undefined ? " (skipped: no Chromium on this machine)" : "";
/** Where pictures of all panels go; undefined: none are taken. */
const pictures = process.env["CONSOLE_PICTURES"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const limitMs = 8_000;

describe.skipIf(browserPath === undefined)(`the page in a browser${note}`, () => {
  const shop = new Shop();
  let browser: Browser;
  let statuses: readonly number[];
  /** What the page complained of on its own console. */
  const complaints: string[] = [];
  /** All that the console's listener sent. */
  let bytes = "";

  beforeAll(async () => {
    await shop.start(await builtPage());
    statuses = await shop.traffic();
    browser = await chromium.launch({ executablePath: browserPath ?? "", args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await shop.stop();
  });

  async function open(
    panel: string,
    look: { readonly width?: number; readonly colorScheme?: "light" | "dark" } = {},
  ): Promise<Page> {
    const { width = 1280, colorScheme = "light" } = look;
    const context: BrowserContext = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(limitMs);
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("response", (response) => {
      if (response.url().includes("/api/") && !response.url().endsWith("/events")) {
        void response.text().then(
          (text) => (bytes += text),
          () => undefined,
        );
      }
    });
    await page.goto(`${shop.consoleUrl}#/${panel}`);
    await page.getByRole("navigation").waitFor();
    await page.locator(".connection.live").waitFor();
    return page;
  }

  test("the traffic is as it was meant", () => {
    expect(statuses).toEqual([200, 201, 400, 400, 200, 200, 200, 403, 200, 401, 403, 403, 403]);
  });

  test("lists requests newest first, filters and pauses", async () => {
    const page = await open("requests");
    const rows = page.getByRole("listbox", { name: "Requests" }).getByRole("option");
    await rows.nth(12).waitFor();
    expect(await rows.first().innerText()).toContain("/dev/nothing");
    await page.keyboard.press("/");
    await page.keyboard.type("teas bad_request");
    await expect.poll(() => rows.count()).toBe(2);
    await page.keyboard.press("Escape");
    await expect.poll(() => rows.count()).toBeGreaterThan(12);
    await page.getByRole("button", { name: "Pause" }).click();
    const before = await rows.count();
    await shop.call("GET", "/teas");
    await page.getByRole("button", { name: "Resume (1 new)" }).waitFor();
    expect(await rows.count()).toBe(before);
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(() => rows.count()).toBe(before + 1);
    expect(await rows.first().innerText()).toContain("/dev/teas");
    await page.getByRole("button", { name: "Refused only" }).click();
    await expect.poll(() => rows.count()).toBe(7);
    await page.context().close();
  });

  test("shows the steps of a request, moved through by the keyboard", async () => {
    const page = await open("requests");
    const list = page.getByRole("listbox", { name: "Requests" });
    await list.getByRole("option").nth(12).waitFor();
    await list.focus();
    await page.keyboard.press("End");
    const detail = page.getByRole("region", { name: "Details" });
    const steps = detail.locator(".timeline .name");
    await expect
      .poll(() => steps.allInnerTexts())
      .toEqual([
        "route",
        "policies",
        "resource policy",
        "limits",
        "integration request",
        "integration",
        "integration response",
        "answer",
        "sent",
      ]);
    await page.keyboard.press("ArrowUp");
    await detail.getByText("POST").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Choose a request").waitFor();
    await page.context().close();
  });

  test.each([
    [
      "NoVault",
      "/dev/vault",
      "ACCESS_DENIED at authorization",
      "statement NoVault",
      /shop\.yaml:9$/,
    ],
    [
      "parameters",
      "/dev/teas 400 parameters",
      "BAD_REQUEST_PARAMETERS at method request",
      "shelf",
      /shop\.yaml:\d+$/,
    ],
    [
      "schema",
      "/dev/teas 400 body",
      "BAD_REQUEST_BODY at method request",
      "does not fit",
      /shop\.yaml:\d+$/,
    ],
    ["a key", "/dev/orders 403", "INVALID_API_KEY at limits", "No API key", /shop\.yaml:\d+$/],
    [
      "an authorizer",
      "/dev/account 401",
      "UNAUTHORIZED at authorization",
      "function",
      /shop\.yaml:\d+$/,
    ],
  ])("says why a request was refused: %s", async (_name, filter, title, text, place) => {
    const page = await open("requests");
    await page.getByRole("searchbox").fill(filter);
    await page.locator(".list [role=option]").first().click();
    const why = page.getByRole("region", { name: "Why it was refused" });
    await why.getByRole("heading").waitFor();
    expect(await why.getByRole("heading").innerText()).toContain(title);
    expect(await why.innerText()).toContain(text);
    expect(await why.locator(".place").innerText()).toMatch(place);
    await page.context().close();
  });

  test("shows the method execution of a route, each box with its place", async () => {
    const page = await open("routes");
    await page.getByRole("option", { name: /addTea/ }).click();
    const way = page.locator(".way > li");
    await expect.poll(() => way.count()).toBe(7);
    expect(await way.first().innerText()).toMatch(/query shelf is required\s+shop\.yaml:\d+/);
    expect(await page.locator(".way .limits").innerText()).toContain("dev: 200 a second");
    await page.context().close();
  });

  test("tries a route as the holder of a key, and leads to what became of it", async () => {
    const page = await open("try/placeOrder");
    await page.getByRole("combobox", { name: "As", exact: true }).selectOption("acme");
    await page.getByLabel("Body", { exact: true }).fill('{"tea":"sencha"}');
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.getByText("200", { exact: true }).waitFor();
    await answer.getByRole("link", { name: "What became of it" }).click();
    await page.getByRole("region", { name: "Details" }).getByText("key acme").waitFor();
    await page.context().close();
  });

  test("tries a signed route as a principal, and one with parameters", async () => {
    const page = await open("try/getLedger");
    await page.getByRole("combobox", { name: "As", exact: true }).selectOption("billing");
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.getByText("200", { exact: true }).waitFor();
    await page.getByRole("combobox", { name: "Route", exact: true }).selectOption("getTea");
    await page.getByRole("textbox", { name: "teaId in the path" }).fill("a b/c");
    await page.getByText("/teas/a%20b%2Fc").waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    await answer.getByText("200", { exact: true }).waitFor();
    await page.context().close();
  });

  test("renders a template, line by line", async () => {
    const page = await open("mappings/listTeas");
    await page
      .getByLabel("Body", { exact: true })
      .fill('{"teas":[{"name":"matcha"},{"name":"oolong"}]}');
    await page.getByLabel("What comes out").getByText('"count": 2').waitFor();
    const line = page.locator(".source li", { hasText: "$tea.name" });
    await expect
      .poll(() => line.locator("samp").allInnerTexts())
      .toEqual(['····"matcha",', '····"oolong"']);
    await page.context().close();
  });

  test("shows throttles, quotas and caches", async () => {
    for (let i = 0; i < 4; i++) {
      await shop.call("GET", "/account", { headers: { authorization: planted.authorization } });
    }
    const page = await open("limits");
    const quota = page.getByRole("meter", { name: "acme, used of the quota" });
    await quota.waitFor();
    expect(await quota.getAttribute("aria-valuetext")).toMatch(/^[12] of 5 a day, [34] left$/);
    await page.getByText("throttled").first().waitFor();
    const cache = page.getByRole("meter", { name: "getTea, answered by the cache" });
    expect(await cache.getAttribute("aria-valuetext")).toMatch(/^[12] by the cache, 1 not$/);
    await page.context().close();
  });

  test("shows how much of a bucket is left, and the last seconds", async () => {
    const page = await open("limits");
    const bucket = page.getByRole("meter", { name: "getAccount, used of the bucket" });
    await bucket.waitFor();
    expect(await bucket.getAttribute("aria-valuetext")).toBe("0 of 3 at once left");
    const history = page.getByRole("img", { name: /^getAccount: \d+ requests in the last 30/ });
    expect(await history.locator("rect").count()).toBe(60);
    await page.context().close();
  });

  test("shows a request that hangs, with its age and its step, until it is answered", async () => {
    const page = await open("requests");
    const held = shop.call("GET", "/teas?kind=held");
    const underWay = page.getByRole("region", { name: "Under way" });
    await underWay.getByText("waits for the answer of GET").waitFor();
    expect(await underWay.innerText()).toMatch(/\/dev\/teas/);
    expect(await underWay.innerText()).toMatch(/integration for \d/);
    shop.release();
    expect(await held).toBe(200);
    await underWay.waitFor({ state: "detached" });
    const rows = page.getByRole("listbox", { name: "Requests" }).getByRole("option");
    expect(await rows.first().innerText()).toContain("/dev/teas");
    await page.context().close();
  });

  test("searches the logs", async () => {
    const page = await open("logs");
    const lines = page.locator("ol[aria-label=Lines] li");
    await lines.nth(20).waitFor();
    await page.getByRole("searchbox").fill("Invalid request body");
    await expect.poll(() => lines.count()).toBe(1);
    await lines.first().getByRole("link").click();
    await page.getByRole("region", { name: "Why it was refused" }).waitFor();
    await page.context().close();
  });

  test("keeps the theme that somebody chose", async () => {
    const page = await open("routes", { colorScheme: "dark" });
    const ground = (): Promise<string> =>
      page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    const dark = await ground();
    await page.getByLabel("Theme").selectOption("light");
    await expect.poll(ground).not.toBe(dark);
    await page.reload();
    await expect.poll(ground).not.toBe(dark);
    await page.getByLabel("Theme").selectOption("system");
    await expect.poll(ground).toBe(dark);
    await page.context().close();
  });

  const panels = [
    "requests",
    "requests/hanging",
    "requests/refused",
    "requests/served",
    "routes/addTea",
    "try/addTea",
    "mappings/listTeas",
    "limits",
    "logs",
  ];
  const looks = (["light", "dark"] as const).flatMap((colorScheme) =>
    [1280, 380].map((width) => ({ colorScheme, width })),
  );

  test.each(looks)(
    "is accessible, $colorScheme at $width px",
    { timeout: 120_000 },
    async (look) => {
      const { requests } = (await (await fetch(`${shop.consoleUrl}api/requests`)).json()) as {
        readonly requests: readonly {
          readonly number: number;
          readonly operation: string;
          readonly status: number;
        }[];
      };
      const numberOf = (operation: string, status: number): number =>
        requests.find((one) => one.operation === operation && one.status === status)?.number ?? 0;
      for (const panel of panels) {
        const held = panel.endsWith("/hanging") ? shop.call("GET", "/teas?kind=held") : null;
        const address = panel
          .replace("/hanging", "")
          .replace("/refused", `/${numberOf("getVault", 403)}`)
          .replace("/served", `/${numberOf("listTeas", 200)}`);
        const page = await open(address, look);
        if (held !== null) await page.getByRole("region", { name: "Under way" }).waitFor();
        else if (panel.startsWith("requests/")) await page.locator(".timeline").waitFor();
        if (panel === "requests/served") await page.locator("summary").nth(1).click();
        if (panel.startsWith("mappings")) await page.getByLabel("What comes out").waitFor();
        if (panel === "limits") await page.getByRole("meter").first().waitFor();
        if (panel.startsWith("try")) {
          await page.getByRole("button", { name: "Send" }).click();
          await page.getByRole("link", { name: "What became of it" }).waitFor();
        }
        if (pictures !== undefined) {
          mkdirSync(pictures, { recursive: true });
          const name = `${panel.replace("/", "-")}-${look.colorScheme}-${look.width}.png`;
          await page.screenshot({ path: join(pictures, name) });
        }
        expect(await violations(page), panel).toEqual([]);
        const wide = await page.evaluate<boolean>(
          "document.documentElement.scrollWidth > innerWidth",
        );
        expect(wide, `${panel} is wider than the window`).toBe(false);
        shop.release();
        await held;
        await page.context().close();
      }
    },
  );

  test("shows no secret, and complains of nothing", async () => {
    await shop.traffic();
    const stream = await fetch(`${shop.consoleUrl}api/events`);
    const reader = stream.body?.getReader();
    let sent = "";
    while (reader !== undefined && !sent.includes("\n\n")) {
      sent += Buffer.from((await reader.read()).value ?? []).toString();
    }
    await reader?.cancel();
    expect(sent).toContain("/dev/nothing");
    const page = await open("logs");
    await page.locator("ol[aria-label=Lines] li").nth(20).waitFor();
    await page.goto(`${shop.consoleUrl}#/requests`);
    for (const summary of await page.locator(".list [role=option]").all()) {
      await summary.click();
      for (const step of await page.locator("summary").all()) await step.click();
      bytes += await page.content();
    }
    for (const [name, secret] of Object.entries(planted)) {
      const word = secret.replace(/^.*[ =]/, "");
      expect(sent.includes(word), `${name} in the stream`).toBe(false);
      expect(bytes.includes(word), `${name} in an answer or on the page`).toBe(false);
    }
    expect(bytes).toContain("sencha");
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 120_000);
});

/** What axe finds serious or critical. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Found {
      readonly id: string;
      readonly impact: string | null;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }
    const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: Found[] }> } }).axe;
    const found = (await run.run()).violations;
    return found
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`,
      );
  });
}
