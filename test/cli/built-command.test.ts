import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../bin/gen-gateway.js", import.meta.url));
const petstore = fileURLToPath(new URL("../../examples/petstore/openapi.yaml", import.meta.url));
const onPrem = fileURLToPath(new URL("../../examples/on-prem-proxy", import.meta.url));

function run(
  args: readonly string[],
  options: { readonly uid?: number; readonly input?: string } = {},
) {
  return spawnSync(process.execPath, [bin, ...args], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, NO_COLOR: "" },
    ...options,
  });
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), "gen-gateway-built-"));
}

describe("the built command", () => {
  test("tells its version", () => {
    expect(run(["--version"])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\./),
    });
  });

  test("finds what it imports while it runs: a gateway built in memory answers", () => {
    expect(run(["invoke", petstore, "GET", "/"])).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringMatching(/^200 OK/m),
    });
  });

  test("renders a template, and compares", () => {
    const spec = join(onPrem, "openapi.yaml");
    const input = join(onPrem, "samples/order.json");
    const expected = join(onPrem, "samples/order.xml");
    const options = ["--request", "--input", input, "--expect", expected];
    expect(run(["map", spec, "createOrder", ...options])).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^✓ createOrder, request body, application\/json: as in .*\n$/),
    });
  });

  test("generates, and has nothing to do afterwards", () => {
    const out = join(folder(), "out");
    expect(run([petstore, "-o", out])).toMatchObject({ status: 0, stderr: "" });
    expect(run([petstore, "-o", out, "--check"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("(unchanged)"),
    });
  });

  describe("with nothing to do", () => {
    /** A project beside its document; `generate` says how it was done. */
    function project() {
      const home = folder();
      const spec = join(home, "openapi.yaml");
      const out = join(home, "out");
      writeFileSync(spec, readFileSync(petstore));
      const generate = (...args: readonly string[]) => {
        const ran = run([spec, "-o", out, "--json", ...args]);
        const result = JSON.parse(ran.stdout) as {
          readonly timingsMs: Readonly<Record<string, number>>;
          readonly files: readonly { readonly path: string; readonly change: string }[];
          readonly diagnostics: readonly unknown[];
        };
        return {
          ...result,
          status: ran.status,
          isAtOnce: Object.keys(result.timingsMs).length === 0,
          changed: result.files.filter(({ change }) => change !== "none").map(({ path }) => path),
        };
      };
      return { home, spec, out, generate };
    }

    test("sees so without doing it, and tells the same", () => {
      const { generate } = project();
      const first = generate();
      expect(first.isAtOnce).toBe(false);
      const second = generate();
      expect(second).toMatchObject({ isAtOnce: true, status: 0, changed: [] });
      expect(second.diagnostics).toEqual(first.diagnostics);
      expect(second.files.map(({ path }) => path)).toEqual(first.files.map(({ path }) => path));
      expect(generate("--check")).toMatchObject({ isAtOnce: true, status: 0 });
    });

    test.each<[what: string, change: (place: ReturnType<typeof project>) => void]>([
      ["the document", ({ spec }) => appendFileSync(spec, "x-a: 1\n")],
      [
        "settings that were not there",
        ({ home }) => writeFileSync(join(home, "gateway.config.yaml"), "runtime: { port: 9 }\n"),
      ],
      ["a generated file", ({ out }) => appendFileSync(join(out, "src/generated/routes.ts"), "//")],
      ["a file of the user's", ({ out }) => appendFileSync(join(out, "src/main.ts"), "//")],
      ["the manifest", ({ out }) => appendFileSync(join(out, ".gen-gateway/manifest.json"), " ")],
      [
        "what is ignored",
        ({ out }) => writeFileSync(join(out, ".gen-gatewayignore"), "src/main.ts\n"),
      ],
      ["a file that is gone", ({ out }) => rmSync(join(out, "src/generated/routes.ts"))],
    ])("notices a change of %s", (_what, change) => {
      const place = project();
      place.generate();
      place.generate();
      change(place);
      expect(place.generate().isAtOnce).toBe(false);
    });

    test("notices other options", () => {
      const { generate } = project();
      generate();
      expect(generate("--merge").isAtOnce).toBe(false);
      expect(generate("--frozen").isAtOnce).toBe(false);
      expect(generate("--fix-handlers").isAtOnce).toBe(false);
    });

    test("does its work where its memory is damaged", () => {
      const { generate } = project();
      generate();
      const cache = join(process.env["XDG_CACHE_HOME"] ?? "", "gen-gateway/runs");
      for (const name of readdirSync(cache)) writeFileSync(join(cache, name), "{");
      expect(generate()).toMatchObject({ isAtOnce: false, status: 0, changed: [] });
      expect(generate().isAtOnce).toBe(true);
    });
  });

  test("merges its keys into a package.json of the user's", () => {
    const out = join(folder(), "out");
    mkdirSync(out);
    const file = join(out, "package.json");
    const own = { dependencies: { "left-pad": "1.0.0" }, mine: true };
    writeFileSync(file, JSON.stringify(own));
    expect(run([petstore, "-o", out])).toMatchObject({ status: 0, stderr: "" });
    const merged = JSON.parse(readFileSync(file, "utf8")) as typeof own & { scripts: object };
    expect(merged).toMatchObject(own);
    expect(merged.dependencies).toHaveProperty("undici");
    expect(merged.scripts).toHaveProperty("start");
  });

  test("reads standard input", () => {
    const input = '{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{}}';
    const { status, stderr } = run(["-", "-o", join(folder(), "out")], { input });
    expect(stderr).toContain("stdin");
    expect([0, 1]).toContain(status);
  });

  // root may read everything: the command runs as somebody else then
  const reader = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const mayRun = spawnSync(process.execPath, ["--version"], reader).status === 0;

  test.skipIf(!mayRun)(
    "says that a file may not be read (skipped where only root may run Node)",
    () => {
      const file = join(folder(), "api.yaml");
      writeFileSync(file, "openapi: 3.0.1\n");
      chmodSync(file, 0);
      const { status, stderr } = run([file, "-o", join(folder(), "out")], reader);
      expect(stderr).toContain("GG001");
      expect(stderr).toMatch(/may not be read by this user|does not exist/);
      expect(stderr).not.toMatch(/^\s+at .*[:(]/m);
      expect(status).toBe(2);
    },
  );

  test("two runs at once do not disturb each other", async () => {
    const out = join(folder(), "out");
    const runs = Array.from({ length: 3 }, () =>
      statusOf(spawn(process.execPath, [bin, petstore, "-o", out])),
    );
    expect(await Promise.all(runs)).toEqual([0, 0, 0]);
    expect(run([petstore, "-o", out, "--check"]).status).toBe(0);
  });

  test("ends quietly when nobody reads on", async () => {
    const child = spawn(process.execPath, [
      bin,
      petstore,
      "-o",
      join(folder(), "out"),
      "--dry-run",
    ]);
    child.stdout.destroy();
    let complaints = "";
    child.stderr.on("data", (text: Buffer) => (complaints += text.toString()));
    expect(await statusOf(child)).toBe(0);
    expect(complaints).toBe("");
  });
});

function statusOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve) => child.once("close", resolve));
}
