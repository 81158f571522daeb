import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal } from "./captured-terminal.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const example = join(root, "examples/aws-services");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gen-gateway-eject-"));
  for (const name of ["openapi.yaml", "gateway.config.yaml"]) {
    cpSync(join(example, name), join(folder, name));
  }
});

async function run(...args: readonly string[]) {
  const terminal = captureTerminal();
  const code = await runCommand(args, terminal);
  return { code, out: terminal.outText(), err: terminal.errText() };
}
const spec = (): string => join(folder, "openapi.yaml");
const out = (): string => join(folder, "out");
const eject = (route: string) => run("eject", "mapping", route, spec(), "-o", out());
const read = (path: string): string => readFileSync(join(folder, path), "utf8");

describe("eject mapping", () => {
  test(
    "makes the functions the user's, and the gateway uses them",
    { timeout: 120_000 },
    async () => {
      const settings = read("gateway.config.yaml");
      await run(spec(), "-o", out());
      const done = await eject("GET /orders/{id}");
      expect(done).toMatchObject({ code: 0, err: "" });
      expect(done.out).toContain("src/mappings/get-order.ts is yours");
      expect(read("gateway.config.yaml")).toBe(
        `${settings}generator:\n  mappings:\n    - getOrder\n`,
      );
      expect(read("out/src/generated/integrations.ts")).toContain("own_getOrder.requestJson");
      const own = read("out/src/mappings/get-order.ts");
      expect(own).toContain("export const requestJson: Template");
      expect(own).not.toContain("Edits are lost");

      symlinkSync(join(root, "node_modules"), join(out(), "node_modules"));
      expect(typeCheck()).toBe("");
      expect(runTest("get-order-mappings")).toMatchObject({ passed: 3, failed: 0 });

      const edited = own.replaceAll("No such order", "No order of that number");
      writeFileSync(join(out(), "src/mappings/get-order.ts"), edited);
      expect(runTest("get-order-mappings")).toMatchObject({ passed: 2, failed: 1 });
      expect(await run(spec(), "-o", out(), "--check")).toMatchObject({ code: 0 });
      expect(read("out/src/mappings/get-order.ts")).toBe(edited);
    },
  );

  test("adds to the routes that are ejected already", async () => {
    await eject("getOrder");
    await eject("putOrder");
    expect(read("gateway.config.yaml")).toMatch(/mappings:\n\s+- getOrder\n\s+- putOrder\n$/);
    expect(existsSync(join(out(), "src/mappings/put-order.ts"))).toBe(true);
    expect((await eject("getOrder")).out).toContain("is yours already");
  });

  test("makes a settings file where there is none", async () => {
    writeFileSync(join(folder, "bare.yaml"), read("openapi.yaml"));
    const bare = mkdtempSync(join(tmpdir(), "gen-gateway-eject-"));
    cpSync(join(folder, "openapi.yaml"), join(bare, "openapi.yaml"));
    const done = await run("eject", "mapping", "notify", join(bare, "openapi.yaml"), "-o", out());
    expect(done.code).toBe(0);
    expect(readFileSync(join(bare, "gateway.config.yaml"), "utf8")).toBe(
      "generator:\n  mappings:\n    - notify\n",
    );
  });

  test.each([
    ["a route that there is not", "getOrders", 'did you mean "getOrder"?'],
    ["a route without templates", "plain", "no mapping template"],
  ])("refuses %s", async (_name, route, words) => {
    writeFileSync(
      spec(),
      read("openapi.yaml").replace(/^components:/m, `${plainRoute}components:`),
    );
    const before = read("gateway.config.yaml");
    const { code, err } = await eject(route);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(read("gateway.config.yaml")).toBe(before);
    expect(existsSync(out())).toBe(false);
  });
});

/** A route that maps nothing, for the document's paths. */
const plainRoute = `  /plain:
    get:
      operationId: plain
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: "http://a.example" }
`;

function typeCheck(): string {
  const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", out(), "--noEmit"], {
    encoding: "utf8",
  });
  return stdout;
}

function runTest(name: string) {
  const { stdout } = spawnSync(
    join(root, "node_modules/.bin/tsx"),
    ["--test", `test/${name}.test.ts`],
    { cwd: out(), encoding: "utf8" },
  );
  const count = (what: string): number =>
    Number(new RegExp(`^(?:#|ℹ) ${what} (\\d+)`, "m").exec(stdout)?.[1]);
  return { passed: count("pass"), failed: count("fail") };
}
