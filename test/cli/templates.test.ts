import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parseCommandLine } from "../../src/cli/command-line.js";
import { runCommand } from "../../src/cli/run.js";
import { explainUsage } from "../../src/cli/usage.js";
import { builtInNames } from "../../src/emit/template/names.js";
import { printBase, readBase } from "../../src/templates/base.js";
import { captureTerminal } from "./captured-terminal.js";

const route = (name: string): string => `
  /${name}:
    get:
      operationId: ${name}
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:${name}/invocations`;
const spec = (...names: readonly string[]): string => `openapi: 3.0.1
info: { title: Pets, version: "1" }
paths:${names.map(route).join("")}
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gen-gateway-templates-cli-"));
  write("api.yaml", spec("pets"));
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Words with a `/` in front are paths in the folder of the test. */
async function run(line: string): Promise<Run> {
  const terminal = captureTerminal();
  const args = line.split(" ").map((word) => (word.startsWith("/") ? folder + word : word));
  const code = await runCommand(args, terminal);
  const plain = (text: string): string => text.replaceAll(folder, "");
  return { code, out: plain(terminal.outText()), err: plain(terminal.errText()) };
}

describe("command lines", () => {
  const input = {
    config: undefined,
    overlays: [],
    resource: undefined,
    allowRemoteRefs: [],
    refRoots: [],
    quiet: false,
  };
  test.each<[line: string, options: object]>([
    ["list", { action: "list", folder: "templates", json: false }],
    ["list -t t --json", { action: "list", folder: "t", json: true }],
    ["show README.md", { action: "show", name: "README.md" }],
    ["eject README.md --templates t", { action: "eject", folder: "t", name: "README.md" }],
    ["status --check", { action: "status", folder: "templates", json: false, check: true }],
    [
      "upgrade",
      {
        action: "upgrade",
        folder: "templates",
        markers: false,
        dryRun: false,
        input: undefined,
        out: undefined,
      },
    ],
    [
      "upgrade a.yaml -o out -t t --conflict-markers --dry-run",
      {
        action: "upgrade",
        folder: "t",
        markers: true,
        dryRun: true,
        input: { ...input, spec: "a.yaml" },
        out: "out",
      },
    ],
    [
      "data a.yaml README.md",
      {
        action: "data",
        input: { ...input, spec: "a.yaml" },
        name: "README.md",
        templates: undefined,
      },
    ],
  ])("templates %s", async (line, options) => {
    const args = ["templates", ...line.split(" ")];
    expect(parseCommandLine(args)).toEqual({ kind: "templates", options });
    expect(await explainUsage(args, "1.0.0", 100)).toMatchObject({
      text: "the command line is not understood",
    });
  });

  test.each([
    ["templates", /Not enough|action/],
    ["templates lst", /Choices|list/],
    ["templates show", /say which template/],
    ["templates eject a b", /say which template/],
    ["templates list a", /takes no operand/],
    ["templates upgrade a b", /one document/],
    ["templates data", /say which document/],
    ["templates status --jsn", /jsn/],
  ])("%s is explained", async (line, text) => {
    const args = line.split(" ");
    expect(parseCommandLine(args)).toBeUndefined();
    const explanation = await explainUsage(args, "1.0.0", 100);
    expect(explanation.kind).toBe("fault");
    expect(explanation.text).toMatch(text);
  });

  test.each([
    "show README.md --json",
    "eject README.md --check",
    "data a.yaml --dry-run",
    "list --check",
  ])("an option of another action is not taken: templates %s", (line) => {
    expect(parseCommandLine(["templates", ...line.split(" ")])).toBeUndefined();
  });
});

describe("list and show", () => {
  test("tell what there is, and what of it is the user's", async () => {
    write("t/README.md.hbs", "# {{title}}\n");
    const { code, out } = await run("templates list -t /t");
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(builtInNames.length);
    expect(lines.filter((line) => line.includes("overridden"))).toEqual([
      expect.stringMatching(/^README\.md +how to run .* · once · overridden$/),
    ]);
    const json: unknown = JSON.parse((await run("templates list -t /t --json")).out);
    expect(json).toContainEqual({
      name: "README.md",
      makes: "how to run the project, its routes",
      ownership: "once",
      isOverridden: true,
    });
  });

  test("print a built-in template, or the nearest name", async () => {
    expect((await run("templates show handler-body")).out).toBe(
      "{{#each body}}\n  {{this}}\n{{/each}}\n",
    );
    const wrong = await run("templates show REDME.md");
    expect(wrong).toMatchObject({ code: 2, out: "" });
    expect(wrong.err).toContain("hint: did you mean README.md?");
  });
});

describe("a template's life", () => {
  const handler = "templates/src/handlers/handler.ts.hbs";

  test("eject, change, regenerate, upgrade", async () => {
    const ejected = await run("templates eject src/handlers/handler.ts -t /templates");
    expect(ejected).toMatchObject({ code: 0, out: `✓ /${handler}\n` });
    expect((await run("templates status -t /templates --check")).code).toBe(0);

    // an ejected template changes nothing
    await run("/api.yaml -o /out");
    expect((await run("/api.yaml -o /out --check")).code).toBe(0);
    const before = read("out/src/handlers/pets.ts");
    const first = await run("/api.yaml -o /out -t /templates");
    expect(first.code).toBe(0);
    expect(read("out/src/handlers/pets.ts")).toBe(before);

    // changed, it makes what is new; what the user has is kept
    write(handler, `// ours\n${read(handler)}`);
    write("api.yaml", spec("pets", "shops"));
    expect((await run("/api.yaml -o /out -t /templates --check")).code).toBe(1);
    expect((await run("/api.yaml -o /out -t /templates")).code).toBe(0);
    expect(read("out/src/handlers/pets.ts")).toBe(before);
    expect(read("out/src/handlers/shops.ts")).toMatch(/^\/\/ ours\n/);
    expect((await run("/api.yaml -o /out -t /templates --check")).code).toBe(0);

    // a later version has another built-in one: it was ejected from what is older
    moveOn("src/handlers/handler.ts", (text) => `${text}// gone in the new version\n`);
    const status = await run("templates status -t /templates --check");
    expect(status.code).toBe(1);
    expect(status.out).toContain("edited, and the built-in one has changed");
    expect((await run("/api.yaml -o /out -t /templates")).err).toContain("GG910");

    const dry = await run("templates upgrade -t /templates /api.yaml --dry-run");
    expect(dry.code).toBe(0);
    expect(dry.out).toContain("-// gone in the new version\n");
    expect(dry.out).toContain("~ src/handlers/shops.ts\n");
    expect(read(handler)).toContain("gone in");
    const upgraded = await run("templates upgrade -t /templates");
    expect(upgraded).toMatchObject({
      code: 0,
      out: "src/handlers/handler.ts: your edits are kept\n✓ /templates · 1 changed\n",
    });
    expect(read(handler)).toMatch(/^\/\/ ours\n/);
    expect(read(handler)).not.toContain("gone in");
    expect((await run("templates status -t /templates --check")).code).toBe(0);
    expect((await run("templates upgrade -t /templates")).out).toBe("✓ /templates · up to date\n");
  });

  /** Has the folder remember another text, and both sides start from it. */
  function moveOn(name: string, older: (text: string) => string): void {
    const base = readBase(join(folder, "templates"));
    const text = older(base.get(name) ?? "");
    write("templates/.base.json", printBase(new Map([...base, [name, text]])));
    write(`templates/${name}.hbs`, older(read(`templates/${name}.hbs`)));
  }

  test("an upgrade refuses what does not go together, and marks it when asked", async () => {
    await run("templates eject handler-body -t /templates");
    const base = readBase(join(folder, "templates")).get("partials/handler-body") ?? "";
    const older = base.replace("  {{this}}", "  {{old}}");
    write("templates/.base.json", printBase(new Map([["partials/handler-body", older]])));
    const mine = base.replace("  {{this}}", "  {{mine}}");
    write("templates/partials/handler-body.hbs", mine);

    const refused = await run("templates upgrade -t /templates");
    expect(refused).toMatchObject({ code: 3, out: "" });
    expect(refused.err).toContain("1 template cannot be merged · nothing was written");
    expect(read("templates/partials/handler-body.hbs")).toBe(mine);

    const marked = await run("templates upgrade -t /templates --conflict-markers");
    expect(marked.code).toBe(3);
    expect(read("templates/partials/handler-body.hbs")).toContain("<<<<<<< yours\n  {{mine}}\n");
    const generated = await run("/api.yaml -o /out -t /templates");
    expect(generated.code).toBe(1);
    expect(generated.err).toMatch(/handler-body\.hbs:2:1 error GG902: .* left to decide/);
    expect(existsSync(join(folder, "out"))).toBe(false);

    write("templates/partials/handler-body.hbs", base);
    expect((await run("templates status -t /templates --json")).out).toBe(
      '[{"name":"partials/handler-body","state":"same"}]\n',
    );
    expect((await run("/api.yaml -o /out -t /templates")).code).toBe(0);
  });

  test("eject overwrites nothing", async () => {
    write("templates/README.md.hbs", "mine");
    const { code, err } = await run("templates eject README.md -t /templates");
    expect(code).toBe(3);
    expect(err).toBe("✗ /templates/README.md.hbs is there already and is kept\n");
    expect(read("templates/README.md.hbs")).toBe("mine");
    expect(existsSync(join(folder, "templates/.base.json"))).toBe(false);
  });

  test("what is remembered holds no place of this machine and no time", async () => {
    for (const name of ["src/main.ts", "README.md", "banner"]) {
      await run(`templates eject ${name} -t /templates`);
    }
    const text = read("templates/.base.json");
    expect(text).not.toContain(folder);
    expect(text).toBe(printBase(readBase(join(folder, "templates"))));
    expect([...readBase(join(folder, "templates")).keys()]).toEqual([
      "README.md",
      "partials/banner",
      "src/main.ts",
    ]);
  });

  test("a folder that is not there", async () => {
    const { code, err } = await run("templates status -t /none");
    expect(code).toBe(2);
    expect(err).toBe("✗ the folder of templates cannot be read: it does not exist\n");
  });
});

describe("data", () => {
  test("prints what a template is given", async () => {
    const { code, out } = await run("templates data /api.yaml src/handlers/handler.ts");
    expect(code).toBe(0);
    const data = JSON.parse(out) as {
      readonly "@project": { readonly operations: readonly { readonly name: string }[] };
      readonly templates: Readonly<
        Record<string, readonly { readonly path: string; readonly view: object }[]>
      >;
    };
    expect(data["@project"].operations.map(({ name }) => name)).toEqual(["pets"]);
    expect(Object.keys(data.templates)).toEqual(["src/handlers/handler.ts"]);
    const [view] = data.templates["src/handlers/handler.ts"] ?? [];
    expect(view?.path).toBe("src/handlers/pets.ts");
    expect(view?.view).toMatchObject({
      name: { code: "handler" },
      parameter: { code: "event: ProxyEvent<Pets, StageVariables>" },
    });
  });

  test("of all templates, and of none", async () => {
    const all = await run("templates data /api.yaml");
    expect(Object.keys((JSON.parse(all.out) as { templates: object }).templates)).toContain(
      "README.md",
    );
    const none = await run("templates data /api.yaml src/generated/websocket.ts");
    expect(none.code).toBe(2);
    expect(none.err).toContain("no file of this document is made by src/generated/websocket.ts");
    write("bad.yaml", "openapi: [");
    expect((await run("templates data /bad.yaml")).code).toBe(1);
  });
});
