import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { targets } from "../../src/ir/manifest.js";
import { captureTerminal } from "./captured-terminal.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-deploy-files-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const spec = join(work, "openapi.yaml");
writeFileSync(
  spec,
  `openapi: 3.0.1
info: { title: Orders, version: "1" }
paths:
  /orders:
    get:
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: GET
        uri: https://orders.example/
`,
);

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const terminal = captureTerminal();
  const code = await runCommand(["deploy-files", ...args], terminal);
  return { code, out: terminal.outText(), err: terminal.errText() };
}

describe("deploy-files", () => {
  test("writes the targets that are named, and a second run nothing", async () => {
    const out = join(work, "two");
    const first = await run(spec, "--target", "kubernetes,docker", "-o", out);
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(first.out).toContain("docker, kubernetes");
    expect(existsSync(join(out, "deploy/kubernetes/base/gateway.yaml"))).toBe(true);
    expect(existsSync(join(out, "deploy/docker/Dockerfile"))).toBe(true);
    expect(existsSync(join(out, "deploy/cloudformation"))).toBe(false);
    expect(existsSync(join(out, "src"))).toBe(false);
    expect((await run(spec, "-t", "kubernetes,docker", "-o", out)).out).toContain("unchanged");
    expect((await run(spec, "-t", "kubernetes,docker", "-o", out, "--check")).code).toBe(0);
  });

  test("without a target those of the settings, and --check sees a change", async () => {
    const out = join(work, "chosen");
    expect((await run(spec, "-o", out)).code).toBe(0);
    expect(existsSync(join(out, "deploy/cloudformation/template.yaml"))).toBe(true);
    writeFileSync(join(out, "deploy/docker/Dockerfile"), "FROM scratch\n");
    expect((await run(spec, "-o", out, "--check")).code).toBe(3);
    rmSync(join(out, "deploy/docker/Dockerfile"));
    expect((await run(spec, "-o", out, "--check")).code).toBe(1);
  });

  test("values of parameters stay", async () => {
    const out = join(work, "parameters");
    await run(spec, "-t", "cloudformation", "-o", out);
    const path = join(out, "deploy/cloudformation/parameters/dev.json");
    writeFileSync(path, '{ "Parameters": { "StageName": "dev", "ManageAccountRole": "true" } }\n');
    expect((await run(spec, "-t", "cloudformation", "-o", out)).code).toBe(0);
    expect(readFileSync(path, "utf8")).toContain('"ManageAccountRole": "true"');
  });

  test("a whole project is left alone", async () => {
    const out = join(work, "project");
    expect(await runCommand([spec, "-o", out, "-q"], captureTerminal())).toBe(0);
    const { code, err } = await run(spec, "-t", "docker", "-o", out);
    expect(code).toBe(2);
    expect(err).toContain("holds a whole project");
    expect(existsSync(join(out, "src/generated/gateway.ts"))).toBe(true);
  });

  test("a document with errors gives nothing", async () => {
    const bad = join(work, "bad.yaml");
    writeFileSync(bad, readFileSync(spec, "utf8").replace("http_proxy", "nonsense"));
    const out = join(work, "bad");
    const { code, err } = await run(bad, "-t", "docker", "-o", out);
    expect(code).toBe(1);
    expect(err).toContain("GG402");
    expect(existsSync(out)).toBe(false);
  });

  test("lists the targets", async () => {
    const text = await run("--list");
    expect(
      text.out
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual([...targets]);
    const json = await run("--list", "--json");
    expect(Object.keys(JSON.parse(json.out) as object)).toEqual([...targets]);
  });

  test.each([
    [["x.yaml"], "Say where the manifests go"],
    [["x.yaml", "-o", "out", "--target", "docker,x"], "x is not a target"],
    [["x.yaml", "-o", "out", "--json"], "--json goes with --list"],
    [["x.yaml", "--list"], "--list lists the targets"],
    [["-o", "out"], "Say which document"],
  ])("%j is not understood", async (args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
