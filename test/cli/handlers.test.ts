import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal } from "./captured-terminal.js";

const route = (path: string, operationId: string): string => `  ${path}:
    get:
      operationId: ${operationId}
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:pets/invocations
`;
const spec = (...routes: readonly string[]): string =>
  `openapi: 3.0.1\ninfo: { title: Pets, version: "1" }\npaths:\n${routes.join("")}`;
const pets = route("/pets", "listPets");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gen-gateway-handlers-"));
});

async function run(text: string, ...args: readonly string[]) {
  writeFileSync(join(folder, "api.yaml"), text);
  const terminal = captureTerminal();
  const code = await runCommand(
    [join(folder, "api.yaml"), "-o", join(folder, "out"), ...args],
    terminal,
  );
  return { code, out: terminal.outText(), err: terminal.errText() };
}
const handler = (): string => join(folder, "out/src/handlers/pets.ts");

test("a handler without its export is reported with its place, and gets it when asked", async () => {
  await run(spec(pets));
  const own = "// mine\nexport const other = 1;\n";
  writeFileSync(handler(), own);
  const told = await run(spec(pets));
  expect(told.code).toBe(0);
  expect(told.err).toContain(
    `${folder}/out/src/handlers/pets.ts:1:1 warning GG920: the module has no export handler`,
  );
  expect(told.err).toContain("> 1 | // mine");
  expect(told.err).toContain("--fix-handlers");
  expect(readFileSync(handler(), "utf8")).toBe(own);

  const dry = await run(spec(pets), "--fix-handlers", "--dry-run");
  expect(dry.out).toContain("src/handlers/pets.ts");
  expect(readFileSync(handler(), "utf8")).toBe(own);

  const fixed = await run(spec(pets), "--fix-handlers");
  expect(fixed.code).toBe(0);
  expect(fixed.err).toContain("src/handlers/pets.ts: yours: what was missing is added");
  expect(fixed.err).not.toContain("GG920");
  const after = readFileSync(handler(), "utf8");
  expect(after).toContain(own);
  expect(after).toContain(
    "export async function handler(event: ProxyEvent<ListPets, StageVariables>)",
  );
  expect(await run(spec(pets), "--check")).toMatchObject({ code: 0, err: "" });
});

test("a renamed operation is followed into the handlers when asked", async () => {
  await run(spec(pets));
  const renamed = spec(route("/pets", "findPets"));
  const told = await run(renamed);
  expect(told.err).toContain("GG922: ListPets is called FindPets now");
  // the record has the new name by now; the handler still has the old one
  const fixed = await run(renamed, "--fix-handlers");
  expect(fixed.err).not.toContain("GG922");
  expect(readFileSync(handler(), "utf8")).toContain("import type { FindPets } from");
});

test("a handler of a removed route stays and is told once", async () => {
  const cats = route("/cats", "listCats").replace("function:pets", "function:cats");
  await run(spec(pets, cats));
  const told = await run(spec(cats));
  expect(told.err).toContain("GG923");
  expect(readFileSync(handler(), "utf8")).toContain("handler");
  expect((await run(spec(cats))).err).toBe("");
});

test("reports for programs have the places of handlers", async () => {
  await run(spec(pets));
  writeFileSync(handler(), "export const a = 1;\n");
  const { out } = await run(spec(pets), "--format", "github");
  expect(out).toContain("out/src/handlers/pets.ts,line=1");
});
