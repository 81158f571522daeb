import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { openGateway, type Invoked } from "../../src/dev/invoke.js";
import { planConsoleView } from "../../src/plan/console-view.js";
import { generate } from "../../src/generate.js";
import type { ExampleView, RouteView } from "../../src/runtime/console/wire.js";
import { captureTerminal } from "../cli/captured-terminal.js";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const examples = readdirSync(folder).flatMap((name) => {
  const spec = ["openapi.yaml", "asyncapi.yaml"]
    .map((file) => join(folder, name, file))
    .find((file) => existsSync(file));
  return spec === undefined ? [] : [{ name, spec }];
});

async function routesOf(spec: string): Promise<readonly RouteView[]> {
  const { plan } = await generate({ input: spec });
  if (plan === undefined) throw new Error(`${spec} has errors`);
  return planConsoleView(plan, (at) => at).routes;
}

/** The path of a route with its example's values. */
function pathOf({ path }: RouteView, example: ExampleView): string {
  const filled = path.replace(/\{(\w+)\+?\}/g, (_whole, name: string) =>
    encodeURIComponent(example.path[name] ?? "sample"),
  );
  if (example.query.length === 0) return filled;
  const query = new URLSearchParams(
    example.query.map(([name, value]): [string, string] => [name, value]),
  );
  return `${filled}?${query.toString()}`;
}

/** What is to be said of answers of a gateway whose backends, callers and credentials are not there. */
const HINTS: Readonly<Record<number, RegExp>> = {
  401: /^the authorizer \S+ looks at /,
  403: /^the route asks for (?:a signature|an API key): /,
  500: /^calls of services are signed: /,
  503: /^nothing answers at /,
  504: /^nothing answers at /,
};

beforeAll(() => {
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) {
    vi.stubEnv(name, join(folder, "none"));
  }
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) {
    vi.stubEnv(name, undefined);
  }
});
afterAll(() => {
  vi.unstubAllEnvs();
});

describe("every route of every example", () => {
  test.each(examples)("$name is called", { timeout: 120_000 }, async ({ spec }) => {
    const opened = await openGateway({ input: spec });
    if (opened.kind !== "open") {
      expect(opened).toMatchObject({ message: "a WebSocket API has connections, not calls" });
      return;
    }
    try {
      const routes = planConsoleView(opened.plan, (at) => at).routes;
      expect(routes.length).toBeGreaterThan(0);
      for (const route of routes) {
        const { example } = route;
        if (example === null) throw new Error(`${route.operation} has no example`);
        const result = await opened.invoke({
          method: example.method,
          path: pathOf(route, example),
          headers: example.headers.flat(),
          body: example.body === null ? undefined : Buffer.from(example.body),
          stage: undefined,
          as: undefined,
        });
        expect(result.kind, route.operation).toBe("invoked");
        const { status, hint, log, route: served } = result as Invoked;
        expect(served?.operation).toBe(route.operation);
        expect(served?.place).not.toBeNull();
        expect(log[0]).toMatch(/^Execution log for request /);
        expect(log.at(-1)).toMatch(new RegExp(`Method completed with status: ${String(status)}$`));
        const wanted = HINTS[status];
        const told = `${route.operation} answers ${String(status)}`;
        if (wanted === undefined) expect(hint, told).toBeNull();
        else expect(hint, told).toMatch(wanted);
      }
    } finally {
      await opened.close();
    }
  });

  test.each(examples)("$name is explained", { timeout: 120_000 }, async ({ spec }) => {
    for (const route of await routesOf(spec)) {
      const { example, method, path, operation } = route;
      const asked = example === null ? [method, path] : [example.method, pathOf(route, example)];
      const terminal = captureTerminal();
      const code = await runCommand(["explain", spec, ...asked], terminal);
      expect(terminal.errText(), operation).toBe("");
      expect(code, operation).toBe(0);
      const text = terminal.outText();
      for (const box of [
        "method request",
        "authorization",
        "limits",
        "integration",
        "method response",
      ]) {
        expect(text, operation).toContain(`┌─ ${box}`);
      }
      // what no settings and no document say must not look as if they did
      expect(text, operation).not.toMatch(/undefined|null|\[object|NaN/);
      const known = text.match(/\$\{stageVariables\.\w+\}/g) ?? [];
      for (const variable of known) {
        const name = variable.slice("${stageVariables.".length, -1);
        expect(text, operation).toContain(`${name} = `);
      }
    }
  });
});
