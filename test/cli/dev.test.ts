import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal, type CapturedTerminal } from "./captured-terminal.js";

const document = `openapi: 3.0.1
info: { title: Dev, version: "1" }
paths:
  /answer:
    get:
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200" } }
`;

interface Running {
  readonly terminal: CapturedTerminal;
  readonly ended: Promise<number>;
  readonly file: string;
  /** Settles once a text has been printed. */
  printed(words: RegExp): Promise<RegExpExecArray>;
}

function startDev(text: string, args: readonly string[] = []): Running {
  const file = join(mkdtempSync(join(tmpdir(), "gen-gateway-cli-dev-")), "api.yaml");
  writeFileSync(file, text);
  let told = (): void => undefined;
  const terminal = captureTerminal({ onText: () => told() });
  const printed = (words: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve) => {
      told = () => {
        const match = words.exec(terminal.outText() + terminal.errText());
        if (match !== null) resolve(match);
      };
      told();
    });
  const ended = runCommand(["dev", file, "--host", "127.0.0.1", ...args], terminal);
  return { terminal, ended, file, printed };
}

test("says where it serves, follows an edit, and ends with 0 when it is stopped", async () => {
  const { terminal, ended, file, printed } = startDev(document, ["--port", "0"]);
  const [, url = ""] = await printed(/✓ (http:\/\/127\.0\.0\.1:\d+) · 1 route · .*api\.yaml\n/);
  expect((await fetch(`${url}/answer`)).status).toBe(200);
  writeFileSync(file, document.replace("mock", "mokc"));
  await printed(/api\.yaml:8:9 error GG402[^]* · the last good version is served\n/);
  expect((await fetch(`${url}/answer`)).status).toBe(200);
  terminal.interrupt();
  expect(await ended).toBe(0);
  await expect(fetch(`${url}/answer`)).rejects.toThrow();
});

test("waits for a change while there is nothing to serve", async () => {
  const { terminal, ended, printed } = startDev("paths: [", ["--port", "0"]);
  await printed(/error GG006[^]* · waiting for a change\n/);
  terminal.interrupt();
  expect(await ended).toBe(0);
});

test("ends with 2 when the port is taken", async () => {
  const first = startDev(document, ["--port", "0"]);
  const [, port = ""] = await first.printed(/:(\d+) · 1 route/);
  const second = startDev(document, ["--port", port]);
  expect(await second.ended).toBe(2);
  expect(second.terminal.errText()).toContain(`port ${port} is in use; choose another with --port`);
  first.terminal.interrupt();
  await first.ended;
});
