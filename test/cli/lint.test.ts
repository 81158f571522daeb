import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { lintRules } from "../../src/lint/rules.js";
import { captureTerminal } from "./captured-terminal.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-lint-cli-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const open = `openapi: 3.0.1
info: { title: Orders, version: "1" }
paths:
  /orders:
    post:
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: POST
        uri: http://orders.example/
`;
const guarded = open
  .replace("      responses", "      x-amazon-apigateway-auth: { type: AWS_IAM }\n      responses")
  .replace("http://", "https://");

async function lint(
  text: string,
  args: readonly string[] = [],
): Promise<{ code: number; out: string; err: string; file: string }> {
  const file = join(work, "openapi.yaml");
  writeFileSync(file, text);
  const terminal = captureTerminal();
  const code = await runCommand(["lint", file, ...args], terminal);
  return { code, out: terminal.outText(), err: terminal.errText(), file };
}

describe("lint", () => {
  test("says what it found, file by file, and sums up", async () => {
    const { code, out, err, file } = await lint(open);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(
      [
        file,
        "  5:5  warning  POST /orders changes data and is open to everybody  open-write",
        `${" ".repeat(16)}hint: give it an authorizer or AWS_IAM by security`,
        '  7:7  warning  POST /orders calls its backend without encryption: "http://orders.example/"  plain-http-backend',
        `${" ".repeat(16)}hint: use https://`,
        "",
        `✓ ${file} · 2 warnings`,
        "",
      ].join("\n"),
    );
  });

  test("says that there is nothing", async () => {
    const { code, out, file } = await lint(guarded);
    expect([code, out]).toEqual([0, `✓ ${file} · nothing found\n`]);
  });

  test.each<[args: readonly string[], code: number]>([
    [[], 0],
    [["--max-warnings", "2"], 0],
    [["--max-warnings", "1"], 1],
    [["--max-warnings", "0", "-q"], 1],
  ])("%j ends with %i", async (args, code) => {
    expect((await lint(open, args)).code).toBe(code);
  });

  test("an error makes it fail, and quiet shows errors alone", async () => {
    const settings = "x-gateway-config: { lint: { rules: { open-write: error } } }\n";
    const { code, out, file } = await lint(`${open}${settings}`, ["-q"]);
    expect(code).toBe(1);
    expect(out).toContain("open-write");
    expect(out).not.toContain("plain-http-backend");
    expect(out).toContain(`✗ ${file} · 1 error`);
  });

  test("what is ignored is counted", async () => {
    const text = open.replace(
      "    post:\n",
      "    post:\n      x-gateway-lint-ignore: [{ rule: open-write, reason: public form }]\n",
    );
    expect((await lint(text)).out).toContain("1 warning · 1 ignored");
    expect(JSON.parse((await lint(text, ["--json"])).out)).toMatchObject({
      exitCode: 0,
      target: "both",
      isComplete: true,
      counts: { error: 0, warning: 1, info: 0, ignored: 1 },
      findings: [{ code: "plain-http-backend", position: { line: 8, column: 7 } }],
      ignored: [{ code: "open-write", reason: "public form" }],
    });
  });

  test("as SARIF has the rules with their sentences", async () => {
    const { code, out } = await lint(open, ["--format", "sarif"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              rules: [
                { id: "open-write", shortDescription: { text: lintRules["open-write"].text } },
                { id: "plain-http-backend" },
              ],
            },
          },
          results: [
            {
              ruleId: "open-write",
              level: "warning",
              locations: [{ physicalLocation: { region: { startLine: 5, startColumn: 5 } } }],
            },
            { ruleId: "plain-http-backend" },
          ],
        },
      ],
    });
  });

  test("as annotations of a workflow", async () => {
    const { out, file } = await lint(open, ["--format", "github"]);
    expect(out.split("\n")[0]).toBe(
      `::warning file=${file},line=5,col=5,title=gen-gateway open-write::POST /orders changes data and is open to everybody%0Ahint: give it an authorizer or AWS_IAM by security`,
    );
  });

  test("a document with errors is refused, with their places", async () => {
    const { code, out } = await lint(open.replace("type: http_proxy", "type: nothing"));
    expect(code).toBe(1);
    expect(out).toMatch(/ 8:\d+ +error .* GG402\n/);
    expect(out).toContain("the rules of lint run once these errors are gone");
  });

  test("a name cannot steer the terminal", async () => {
    const { out } = await lint(open.replace("/orders:", '"/\\u001b[2J":'));
    expect(out).not.toContain("\u001b");
  });

  test("a document that is not there", async () => {
    const terminal = captureTerminal();
    expect(await runCommand(["lint", join(work, "none.yaml")], terminal)).toBe(2);
    expect(terminal.outText()).toContain("GG001");
  });

  test("lists its rules", async () => {
    const terminal = captureTerminal();
    expect(await runCommand(["lint", "--rules"], terminal)).toBe(0);
    expect(terminal.outText().split("\n").length).toBe(Object.keys(lintRules).length + 1);
    expect(terminal.outText()).toMatch(/^open-write +warning +A method that changes data/m);
    const json = captureTerminal();
    await runCommand(["lint", "--rules", "--json"], json);
    expect(JSON.parse(json.outText())).toHaveLength(Object.keys(lintRules).length);
  });
});
