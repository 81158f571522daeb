import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The command as it is shipped, which starts from code that was compiled before. */
function run(...args: readonly string[]): { status: number | null; out: string; errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/gen-gateway.js", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, out: stdout, errors: stderr };
}

test("what it imports while it runs is found: a gateway built in memory answers", () => {
  const { status, out, errors } = run("invoke", "examples/petstore/openapi.yaml", "GET", "/");
  expect([status, errors]).toEqual([0, ""]);
  expect(out).toMatch(/^200 OK/m);
});

test("a template is rendered, and compared", () => {
  const example = "examples/on-prem-proxy";
  const input = `${example}/samples/order.json`;
  const expected = `${example}/samples/order.xml`;
  const options = ["--request", "--input", input, "--expect", expected];
  const { status, errors } = run("map", `${example}/openapi.yaml`, "createOrder", ...options);
  expect([status, errors]).toEqual([
    0,
    `✓ createOrder, request body, application/json: as in ${expected}\n`,
  ]);
});
