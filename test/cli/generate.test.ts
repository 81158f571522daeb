import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { nodeFileSystem, type FileSystem } from "../../src/write/file-system.js";
import { captureTerminal } from "./captured-terminal.js";

const mock = `
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200" } }`;

function spec(paths: string): string {
  return `openapi: 3.0.1
info: { title: Pets, version: "1" }
paths:
${paths}`;
}

const petsPath = `  /pets:
    get:
      operationId: listPets
      responses: { "200": { description: ok } }${mock}
`;
const pets = spec(petsPath);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gen-gateway-cli-"));
});

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  text: string | Uint8Array,
  args: readonly string[] = [],
  options: Parameters<typeof captureTerminal>[0] & { readonly fileSystem?: FileSystem } = {},
): Promise<Run> {
  const file = join(folder, "api.yaml");
  writeFileSync(file, text);
  return runOn(file, args, options);
}

async function runOn(
  file: string,
  args: readonly string[] = [],
  options: Parameters<typeof captureTerminal>[0] & { readonly fileSystem?: FileSystem } = {},
): Promise<Run> {
  const terminal = captureTerminal(options);
  const line = [file, "-o", join(folder, "out"), ...args];
  const code = await runCommand(line, terminal, options.fileSystem);
  return { code, out: terminal.outText(), err: terminal.errText() };
}

function written(): readonly string[] {
  return readdirSync(folder).filter((name) => name !== "api.yaml");
}

describe("a good document", () => {
  test("becomes a project, told in one line", async () => {
    const { code, out, err } = await run(pets);
    expect(err).toBe("");
    expect(out).toMatch(/^✓ .*out · \d+ files \(\d+ changed\) · 1 route · \d+\.\d s\n$/);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "out/src/generated/routes.ts"), "utf8")).toContain("listPets");
  });

  test("a second run changes nothing, also with the settings that the first one wrote", async () => {
    await run(pets);
    const { code, out } = await run(pets);
    expect(out).toContain("(unchanged)");
    expect(code).toBe(0);
    expect((await run(pets, ["--check"])).code).toBe(0);
  });

  test("--quiet prints nothing", async () => {
    expect(await run(pets, ["--quiet"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("--dry-run lists what would be written and writes nothing", async () => {
    const { code, out } = await run(pets, ["--dry-run"]);
    expect(out).toContain("+ src/generated/routes.ts\n");
    expect(out).toMatch(/files \(\d+ would change\)/);
    expect(code).toBe(0);
    expect(written()).toEqual([]);
  });

  test("--check on a folder that is not up to date shows the difference and ends with 1", async () => {
    await run(pets);
    const changed = pets.replace("listPets", "allPets");
    const { code, out, err } = await run(changed, ["--check"]);
    expect(code).toBe(1);
    expect(out).toContain("~ src/generated/routes.ts\n");
    expect(out).toMatch(/^\+\+\+ src\/generated\/routes\.ts$/m);
    expect(out).toMatch(/^-.*"listPets"/m);
    expect(out).toMatch(/^\+.*"allPets"/m);
    expect(err).toMatch(/^✗ .* would change\) · 1 route/);
  });

  test("an edited file ends with 3, says which and what to do, and is kept", async () => {
    await run(pets);
    const edited = join(folder, "out/src/generated/routes.ts");
    writeFileSync(edited, "mine");
    const { code, out, err } = await run(pets.replace("listPets", "allPets"));
    expect(code).toBe(3);
    expect(out).toBe("");
    expect(err).toContain("1 file of yours would be lost · nothing was written");
    expect(err).toContain("src/generated/routes.ts: a generated file that was edited");
    expect(err).toContain("hint:");
    expect(readFileSync(edited, "utf8")).toBe("mine");
    expect((await run(pets, ["--force"])).code).toBe(0);
    expect(readFileSync(edited, "utf8")).toContain("listPets");
  });

  test("--merge keeps an edit; marked places end the run with 3", async () => {
    await run(pets);
    const edited = join(folder, "out/src/generated/routes.ts");
    const generated = readFileSync(edited, "utf8");
    writeFileSync(edited, `// mine\n${generated}`);
    const merged = await run(pets.replace("listPets", "allPets"), ["--merge"]);
    expect(merged).toMatchObject({ code: 0 });
    expect(merged.err).toContain("src/generated/routes.ts: edited: your edits are kept");
    const text = readFileSync(edited, "utf8");
    expect(text.startsWith("// mine\n")).toBe(true);
    expect(text).toContain("allPets");
    writeFileSync(edited, text.replaceAll('operation: "allPets"', 'operation: "mine"'));
    const refused = await run(pets, ["--merge"]);
    expect(refused).toMatchObject({ code: 3, out: "" });
    expect(refused.err).toContain("hint: use --merge --conflict-markers");
    const marked = await run(pets, ["--merge", "--conflict-markers"]);
    expect(marked.code).toBe(3);
    expect(marked.err).toContain("1 place for you to decide");
    expect(readFileSync(edited, "utf8")).toMatch(/^<<<<<<< yours$/m);
  });

  test("--frozen refuses another output than the recorded one", async () => {
    expect(await run(pets, ["--frozen"])).toMatchObject({ code: 1, out: "" });
    expect(written()).toEqual([]);
    await run(pets);
    expect((await run(pets, ["--frozen"])).code).toBe(0);
    const { code, err } = await run(pets.replace("listPets", "allPets"), ["--frozen"]);
    expect(code).toBe(1);
    expect(err).toContain("not what .gen-gateway/manifest.json records");
    expect(err).toContain("update src/generated/routes.ts");
  });

  test("files that .gen-gatewayignore names are counted", async () => {
    await run(pets);
    writeFileSync(join(folder, "out/.gen-gatewayignore"), "build.mjs\n");
    writeFileSync(join(folder, "out/build.mjs"), "mine");
    const { code, out } = await run(pets);
    expect(out).toMatch(/files \(unchanged, 1 ignored\)/);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "out/build.mjs"), "utf8")).toBe("mine");
  });

  test("--format sarif tells problems and files that are out of date, with their places", async () => {
    await run(pets);
    const text = `${pets.replace("listPets", "allPets")}x-amazon-apigateway-binary-media-types: [nope]\n`;
    const { code, out, err } = await run(text, ["--check", "--format", "sarif"]);
    expect(code).toBe(1);
    expect(err).toBe("");
    const log = JSON.parse(out) as { runs: { tool: object; results: { ruleId: string }[] }[] };
    const [{ tool, results } = { tool: {}, results: [] }] = log.runs;
    expect(tool).toMatchObject({ driver: { name: "gen-gateway" } });
    const place = (uri: string, region?: object): object => ({
      physicalLocation: { artifactLocation: { uri }, ...(region && { region }) },
    });
    expect(results).toContainEqual(
      expect.objectContaining({
        ruleId: "out-of-date",
        level: "error",
        locations: [place(`${folder}/out/src/generated/routes.ts`)],
      }),
    );
    const problem = results.find(({ ruleId }) => ruleId.startsWith("GG"));
    expect(problem).toMatchObject({
      level: "warning",
      locations: [place(`${folder}/api.yaml`, { startLine: 12, startColumn: 42 })],
    });
  });

  test("--format github prints commands that a workflow shows beside the lines", async () => {
    await run(pets);
    const text = `${pets.replace("listPets", "allPets")}x-amazon-apigateway-binary-media-types: [nope]\n`;
    const { code, out } = await run(text, ["--check", "--format", "github"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^::warning file=.*api\.yaml,line=12,col=42,title=gen-gateway GG\d{3}::/m);
    expect(out).toMatch(/^::error file=.*routes\.ts,title=gen-gateway out-of-date::out of date/m);
  });

  test("--json prints files, diagnostics and timings as one line", async () => {
    const { code, out, err } = await run(pets, ["--json"]);
    expect(err).toBe("");
    expect(out.trimEnd()).not.toContain("\n");
    const result = JSON.parse(out) as { files: object[]; timingsMs: object };
    expect(result).toMatchObject({ exitCode: 0, mode: "write", routes: 1, diagnostics: [] });
    expect(result.files).toContainEqual({
      path: "src/main.ts",
      ownership: "once",
      change: "create",
    });
    expect(Object.keys(result.timingsMs)).toEqual(["load", "lower", "plan", "emit", "write"]);
    expect(code).toBe(0);
  });

  test("progress is drawn on a terminal, and taken away in the end", async () => {
    const { err } = await run(pets, [], { isTerminal: true });
    expect(err).toContain("load ...");
    expect(err).toContain("write ...");
    expect(err.endsWith("\r\u001b[2K")).toBe(true);
  });

  test("colours come with the terminal only", async () => {
    expect((await run(pets)).out).not.toContain("\u001b");
    expect((await run(pets, [], { hasColors: true })).out).toContain("\u001b[32m✓\u001b[39m");
  });
});

describe("a document with errors", () => {
  test.each<[name: string, text: string | Uint8Array, code: number, place: string, words: string]>([
    ["bad YAML", "openapi: 3.0.1\npaths: [\n", 1, "api.yaml:3:1", "not YAML"],
    ["an empty file", "", 1, "api.yaml:1:1", "empty"],
    [
      "a binary file",
      new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]),
      1,
      "api.yaml:1:1",
      "binary",
    ],
    ["something else", "hello: world\n", 1, "api.yaml:1:1", "not an OpenAPI document"],
    ["a list", "- a\n- b\n", 1, "api.yaml:1:1", "not an OpenAPI document"],
    [
      "an unknown integration type",
      pets.replace("type: mock", "type: mokc"),
      1,
      "api.yaml:9:9",
      '"mokc"',
    ],
    [
      "a cycle of references",
      spec(`  /a: { $ref: "#/paths/~1b" }\n  /b: { $ref: "#/paths/~1a" }\n`),
      1,
      "api.yaml:4:",
      "circle",
    ],
    ["a file of 100 MB", new Uint8Array(100 * 1024 * 1024), 2, "api.yaml:1:1", "larger than"],
  ])("%s", async (_name, text, code, place, words) => {
    const result = await run(text);
    expect(result.out).toBe("");
    expect(result.err).toContain(place);
    expect(result.err).toContain(words);
    expect(result.err).toMatch(
      /✗ .*api\.yaml · \d errors?(?:, 1 warning)? · nothing was written\n$/,
    );
    expect(result.err).not.toMatch(/^\s+at .*[:(]/m);
    expect(result.code).toBe(code);
    expect(written()).toEqual([]);
  });

  test("missing responses are told with their place", async () => {
    const text = pets.replace('      responses: { "200": { description: ok } }\n', "");
    const missing = text.replace('responses: { "200": { description: ok } }', "");
    const { code, err } = await run(missing);
    expect(code).toBe(1);
    expect(written()).toEqual([]);
    expect(err).toContain("GG209");
    expect(err).toMatch(/api\.yaml:\d+:\d+/);
  });

  test.each<[name: string, file: string, words: string]>([
    ["a missing file", "nope.yaml", "does not exist"],
    ["a folder", ".", "is a folder, not a file"],
    ["a name that is too long", "x".repeat(300), "too long a name"],
  ])("%s ends with 2", async (_name, file, words) => {
    const { code, err } = await runOn(join(folder, file));
    expect(err).toContain(words);
    expect(code).toBe(2);
    expect(written()).toEqual([]);
  });

  test("shows place, code, pointer, source and hint", async () => {
    const { err } = await run(pets.replace("type: mock", "type: mokc"));
    expect(err).toMatch(/^.*api\.yaml:9:9 error GG402: .*"mokc".*$/m);
    expect(err).toContain("  at /paths/~1pets/get/x-amazon-apigateway-integration/type\n");
    expect(err).toContain("  >  9 |         type: mokc\n");
    expect(err).toMatch(/^ {2}hint: .*mock/m);
  });

  test("does not flood: the rest of one code is counted, and --json has all", async () => {
    const path = (index: number): string =>
      petsPath
        .replace("/pets", `/pets${index}`)
        .replace("listPets", `list${index}`)
        .replace("type: mock", "type: mokc");
    const text = spec(Array.from({ length: 100 }, (_none, index) => path(index)).join(""));
    const { err } = await run(text);
    expect(err.match(/error GG402/g)).toHaveLength(20);
    expect(err).toContain("... and 80 more of GG402; --json lists all\n");
    expect(err).toContain("100 errors");
    const { diagnostics } = JSON.parse((await run(text, ["--json"])).out) as {
      diagnostics: readonly object[];
    };
    expect(diagnostics).toHaveLength(100);
    expect(diagnostics[0]).toMatchObject({
      code: "GG402",
      severity: "error",
      position: { file: "api.yaml", line: 9, column: 9 },
      pointer: "api.yaml#/paths/~1pets0/get/x-amazon-apigateway-integration/type",
    });
  });

  test.each<[name: string, text: string]>([
    ["an escape sequence", "\\e]0;owned\\a\\e[2J"],
    ["a C1 control sequence", "\\u009b31m"],
    ["a line that looks like another message", "x\\nerror GG000"],
    ["a character that turns text around", "\\u202e txt"],
  ])("makes %s harmless", async (_name, text) => {
    const hostile = pets.replace("type: mock", `type: "${text}"`);
    for (const args of [[], ["--json"]]) {
      const { err, out } = await run(hostile, args);
      expect(err + out).toContain("GG402");
      // oxlint-disable-next-line no-control-regex
      expect(err + out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(err).not.toMatch(/^error GG000/m);
    }
  });
});

describe("an output folder that cannot be written", () => {
  test("it is a file", async () => {
    writeFileSync(join(folder, "out"), "mine");
    const { code, out, err } = await run(pets);
    expect(err).toMatch(/^✗ .*out is a file, not a folder\n {2}hint: .*--out/);
    expect(out).toBe("");
    expect(code).toBe(2);
    expect(readFileSync(join(folder, "out"), "utf8")).toBe("mine");
  });

  test("a part of it leads elsewhere", async () => {
    await run(pets, ["--dry-run"]);
    writeFileSync(join(folder, "victim"), "V");
    const out = join(folder, "out");
    nodeFileSystem.makeFolder(out);
    symlinkSync("..", join(out, "src"));
    const { code, err } = await run(pets);
    expect(err).toContain("a link that leads out of the output folder");
    expect(code).toBe(2);
    expect(readdirSync(out)).toEqual(["src"]);
  });

  test.each<[code: string, words: string]>([
    ["ENOSPC", "the disk is full"],
    ["EACCES", "this user has no permission"],
    ["EROFS", "the file system is read-only"],
  ])("%s", async (code, words) => {
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      create: (path) => {
        throw Object.assign(new Error(code), { code, path, syscall: "open" });
      },
    };
    const { code: exit, err } = await run(pets, [], { fileSystem });
    expect(err).toMatch(/^✗ cannot write to .*; nothing was changed\n$/);
    expect(err).toContain(words);
    expect(exit).toBe(2);
    expect(written()).toEqual([]);
  });
});

describe("a fault of the program itself", () => {
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    create: () => {
      throw new TypeError("no such thing\u001b[2J");
    },
  };

  test("is one line that says how to report it", async () => {
    const { code, err } = await run(pets, [], { fileSystem });
    expect(err).toMatch(
      /^gen-gateway \S+: a fault of the program, .*no such thing.*GEN_GATEWAY_DEBUG=1\.\n$/,
    );
    expect(err).not.toContain("\u001b");
    expect(code).toBe(2);
  });

  test("shows its stack when that is asked for", async () => {
    const { err } = await run(pets, [], { fileSystem, debug: true });
    expect(err).toMatch(/^\s+at /m);
  });
});

describe("usage", () => {
  test.each<[name: string, args: readonly string[], code: number, words: string]>([
    ["no arguments", [], 2, "Examples:"],
    ["--help", ["--help"], 0, "Examples:"],
    ["--version", ["--version"], 0, "0."],
    ["an unknown option", ["a.yaml", "-o", "x", "--colour"], 2, "Unknown argument: colour"],
    ["no folder", ["a.yaml"], 2, "Say where the project goes: -o <folder>"],
  ])("%s", async (_name, args, code, words) => {
    const terminal = captureTerminal();
    expect(await runCommand(args, terminal)).toBe(code);
    expect(terminal.outText() + terminal.errText()).toContain(words);
  });
});
