import { describe, expect, test } from "vitest";
import { parseCommandLine } from "../../src/cli/command-line.js";
import { explainUsage } from "../../src/cli/usage.js";

const input = {
  spec: "a.yaml",
  config: undefined,
  overlays: [],
  resource: undefined,
  allowRemoteRefs: [],
  refRoots: [],
  quiet: false,
};
const generate = {
  ...input,
  templates: undefined,
  out: "out",
  mode: "write",
  edits: "refuse",
  frozen: false,
  fixHandlers: false,
  keepGoing: false,
  format: "text",
};
const dev = {
  ...input,
  templates: undefined,
  out: undefined,
  port: undefined,
  host: undefined,
  console: true,
  keepGoing: false,
};

const lint = { ...input, target: "both", format: "text", maxWarnings: undefined };
const diff = {
  before: "a.yaml",
  after: "b.yaml",
  beforeConfig: undefined,
  afterConfig: undefined,
  beforeOverlays: [],
  afterOverlays: [],
  resource: undefined,
  allowRemoteRefs: [],
  refRoots: [],
  quiet: false,
  format: "text",
  failOn: "breaking",
};

describe("a right command line", () => {
  test.each<[line: string, kind: string, options: object]>([
    ["a.yaml -o out", "generate", generate],
    ["generate a.yaml --out out", "generate", generate],
    ["--out=out a.yaml", "generate", generate],
    ["- -o out", "generate", { ...generate, spec: "-" }],
    ["./dev -o out", "generate", { ...generate, spec: "./dev" }],
    ["12 -o 34", "generate", { ...generate, spec: "12", out: "34" }],
    ["a.yaml -o out --check", "generate", { ...generate, mode: "check" }],
    [
      "a.yaml -o out --dry-run --json",
      "generate",
      { ...generate, mode: "dry-run", format: "json" },
    ],
    ["a.yaml -o out --force -q", "generate", { ...generate, edits: "force", quiet: true }],
    ["a.yaml -o out -t t", "generate", { ...generate, templates: "t" }],
    ["dev a.yaml --templates t", "dev", { ...dev, templates: "t" }],
    ["a.yaml -o out --merge", "generate", { ...generate, edits: "merge" }],
    ["a.yaml -o out --merge --check", "generate", { ...generate, edits: "merge", mode: "check" }],
    [
      "a.yaml -o out --merge --conflict-markers",
      "generate",
      { ...generate, edits: "merge-markers" },
    ],
    ["a.yaml -o out --frozen", "generate", { ...generate, frozen: true }],
    ["a.yaml -o out --format sarif", "generate", { ...generate, format: "sarif" }],
    ["a.yaml -o out -c c.yaml", "generate", { ...generate, config: "c.yaml" }],
    [
      "a.yaml -o out --allow-remote-refs https://a --allow-remote-refs https://b --ref-root ..",
      "generate",
      { ...generate, allowRemoteRefs: ["https://a", "https://b"], refRoots: [".."] },
    ],
    [
      "a.yaml -o out --overlay o.yaml --overlay p.yaml --resource Api",
      "generate",
      { ...generate, overlays: ["o.yaml", "p.yaml"], resource: "Api" },
    ],
    [
      "lint a.yaml --overlay o.yaml -r Api",
      "lint",
      { ...lint, overlays: ["o.yaml"], resource: "Api" },
    ],
    [
      "diff a.yaml b.yaml --overlay o --old-overlay p --new-overlay q -r Api",
      "diff",
      { ...diff, beforeOverlays: ["o", "p"], afterOverlays: ["o", "q"], resource: "Api" },
    ],
    ["--ref-root .. a.yaml -o out", "generate", { ...generate, refRoots: [".."] }],
    ["explain a.yaml", "explain", { ...input, json: false, svg: false, request: undefined }],
    [
      "explain a.yaml get /pets/7 --svg",
      "explain",
      { ...input, json: false, svg: true, request: { method: "GET", path: "/pets/7" } },
    ],
    [
      "invoke a.yaml post /pets?a=b -H X-A:1 -H X-B: -d {} --stage prod --as acme --json",
      "invoke",
      {
        ...input,
        templates: undefined,
        method: "POST",
        path: "/pets?a=b",
        headers: ["X-A", "1", "X-B", ""],
        body: "{}",
        bodyFile: undefined,
        stage: "prod",
        as: "acme",
        out: undefined,
        json: true,
      },
    ],
    [
      "explain - --json -c c.yaml",
      "explain",
      { ...input, spec: "-", config: "c.yaml", json: true, svg: false, request: undefined },
    ],
    ["lint a.yaml", "lint", lint],
    ["lint - -t aws --json", "lint", { ...lint, spec: "-", target: "aws", format: "json" }],
    [
      "lint a.yaml --max-warnings 0 --format sarif",
      "lint",
      { ...lint, maxWarnings: 0, format: "sarif" },
    ],
    ["lint --rules", "lint-rules", { json: false }],
    ["lint --rules --json", "lint-rules", { json: true }],
    ["diff a.yaml b.yaml", "diff", diff],
    ["diff - b.yaml --json -q", "diff", { ...diff, before: "-", format: "json", quiet: true }],
    [
      "diff a.yaml b.yaml --old-config c --new-config d --fail-on any --format markdown",
      "diff",
      { ...diff, beforeConfig: "c", afterConfig: "d", failOn: "any", format: "markdown" },
    ],
    ["dev a.yaml", "dev", dev],
    ["dev a.yaml --no-console", "dev", { ...dev, console: false }],
    ["dev a.yaml -p 0 --host ::1 -o out", "dev", { ...dev, port: 0, host: "::1", out: "out" }],
  ])("%s", async (line, kind, options) => {
    const args = line.split(" ");
    expect(parseCommandLine(args)).toEqual({ kind, options });
    // yargs, which explains command lines that are not understood, finds nothing to explain
    expect(await explainUsage(args, "1.0.0", 100)).toMatchObject({
      text: "the command line is not understood",
    });
  });

  test("operands after --", () => {
    expect(parseCommandLine(["-o", "out", "--", "-a.yaml"])).toEqual({
      kind: "generate",
      options: { ...generate, spec: "-a.yaml" },
    });
  });

  test("--version", () => {
    expect(parseCommandLine(["--version"])).toEqual({ kind: "version" });
  });
});

describe("a wrong command line", () => {
  test.each<[line: string, words: string]>([
    ["a.yaml", "Say where the project goes: -o <folder>"],
    ["generate", "Not enough non-option arguments"],
    ["-o out", "Not enough non-option arguments"],
    ["dev", "Not enough non-option arguments"],
    ["a.yaml b.yaml -o out", "b.yaml"],
    ["a.yaml -o out --nope", "nope"],
    ["a.yaml -o out -x", "x"],
    ["a.yaml -o out --no-json", "no-json"],
    ["a.yaml -o out --json.x", "json"],
    ["a.yaml -o", "o"],
    ["a.yaml -o out --check --dry-run", "mutually exclusive"],
    ["a.yaml -o out --check --force", "mutually exclusive"],
    ["a.yaml -o out --check --frozen", "mutually exclusive"],
    ["a.yaml -o out --merge --force", "mutually exclusive"],
    ["a.yaml -o out --merge --frozen", "mutually exclusive"],
    ["a.yaml -o out --conflict-markers", "conflict-markers -> merge"],
    ["a.yaml -o out --format xml", "Invalid values"],
    ["a.yaml -o out --json --format sarif", "mutually exclusive"],
    ["dev a.yaml --port http", "http is not a port"],
    ["dev a.yaml --port 65536", "65536 is not a port"],
    ["dev a.yaml --port -1", "port"],
    ["dev a.yaml --check", "check"],
    ["dev -", "it must be a file"],
    ["lint", "Say which document"],
    ["lint a.yaml --rules", "leave the document out"],
    ["lint a.yaml b.yaml", "b.yaml"],
    ["lint a.yaml --target gcp", "Invalid values"],
    ["lint a.yaml --max-warnings few", "few is not a number"],
    ["lint a.yaml --json --format sarif", "mutually exclusive"],
    ["diff a.yaml", "Not enough non-option arguments"],
    ["diff a.yaml b.yaml c.yaml", "c.yaml"],
    ["diff - -", "not both"],
    ["diff a.yaml b.yaml --format sarif", "Invalid values"],
    ["diff a.yaml b.yaml --fail-on all", "Invalid values"],
    ["diff a.yaml b.yaml --json --format text", "mutually exclusive"],
    ["diff a.yaml b.yaml -c c.yaml", "c"],
  ])("%s", async (line, words) => {
    const args = line.split(" ");
    expect(parseCommandLine(args)).toBeUndefined();
    const { kind, text } = await explainUsage(args, "1.0.0", 100);
    expect(kind).toBe("fault");
    expect(text).toContain(words);
    expect(text).not.toMatch(/\n\s+at /);
  });

  test("an option given twice", async () => {
    const args = ["a.yaml", "-o", "x", "-o", "y"];
    expect(parseCommandLine(args)).toBeUndefined();
    expect((await explainUsage(args, "1.0.0", 100)).kind).toBe("fault");
  });
});

describe("help", () => {
  test.each([
    ["--help"],
    ["-h"],
    ["generate --help"],
    ["dev --help"],
    ["lint --help"],
    ["diff --help"],
  ])("%s", async (line) => {
    const args = line.split(" ");
    expect(parseCommandLine(args)).toBeUndefined();
    const { kind, text } = await explainUsage(args, "1.0.0", 100);
    expect(kind).toBe("help");
    expect(text).toContain("gen-gateway");
    expect(text).toContain("Examples:");
    expect(text).not.toContain("__proto__");
  });

  test("shows both commands, what they need and what exit statuses mean", async () => {
    const { text } = await explainUsage(["--help"], "1.0.0", 100);
    for (const words of ["generate <spec>", "dev <spec>", "--out", "--check", "Exit status"]) {
      expect(text).toContain(words);
    }
  });
});
