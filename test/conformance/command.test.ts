import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COPIED_CASES, readCaseFiles, readDisputedCases } from "./case-files.js";
import { runConformanceCommand } from "./command.js";
import { printReport } from "./report.js";
import { runCases, type CaseResult } from "./runner.js";
import { parseCaseFile } from "./case-format.js";
import { scriptedTarget } from "./scripted-target.js";
import { NotSupportedError } from "./target.js";

/** A file of three cases: the scripted gateway passes the first, fails the second, refuses the third's API. */
const FILE = {
  format: 1,
  group: "g",
  topic: "t",
  title: "T",
  apis: {
    main: { protocol: "REST", document: {} },
    later: { protocol: "WEBSOCKET", document: {} },
  },
  cases: ["good", "bad", "later"].map((name) => ({
    id: `g/${name}`,
    title: `The ${name} one`,
    source: { kind: "documented", how: name === "bad" ? "reported" : "guide" },
    api: name === "later" ? "later" : "main",
    stage: { name: "dev" },
    request: { method: "GET", path: `/${name}` },
    expect: { response: { status: 200, body: { empty: true } } },
  })),
};

const target = scriptedTarget((request) => ({
  calls: [],
  response: {
    status: request.target === "/dev/bad" ? 500 : 200,
    headers: [],
    body: Buffer.alloc(0),
  },
}));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conformance-"));
  writeFileSync(join(folder, "g.json"), JSON.stringify(FILE));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function command(
  args: readonly string[],
  cases = folder,
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runConformanceCommand(args, {
    environment: { CONFORMANCE_CASES: cases },
    print: (text) => out.push(text),
    complain: (text) => err.push(text),
    createTarget: (name) => ({
      ...target,
      name,
      prepare: (input) =>
        input.protocol === "WEBSOCKET"
          ? Promise.reject(new NotSupportedError("WebSocket APIs"))
          : target.prepare(input),
    }),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

describe("exit code", () => {
  test.each<[name: string, args: string[], code: number]>([
    ["a case failed", [], 1],
    ["none of those asked for failed", ["--case", "g/good,g/later"], 0],
    ["unsupported counts when strict", ["--case", "g/good,g/later", "--strict"], 1],
    ["help", ["--help"], 0],
    ["unknown option", ["--nope"], 2],
    ["unknown topic", ["--topic", "nope"], 2],
    ["unknown case", ["--case", "g/good,g/nope"], 2],
    ["unknown target", ["--target", "nope"], 2],
    ["no concurrency", ["--concurrency", "0"], 2],
  ])("%s", async (_name, args, code) => {
    const result = await command(args);
    expect(result.code).toBe(code);
    expect(result.err === "").toBe(code !== 2);
  });

  test("a folder that is not there", async () => {
    expect(await command([], join(folder, "nope"))).toMatchObject({ code: 2, out: "" });
  });

  test("an id in two folders", async () => {
    expect((await command([], `${folder}:${folder}`)).err).toBe(
      "conformance: g/good: there are two cases of this id",
    );
  });
});

test("prints failures with what differs, then a line for each topic and target", async () => {
  expect((await command(["--target", "memory"])).out).toBe(
    [
      "✗ g/bad (memory) [weak source]: The bad one",
      "    response.status: expected 200, got 500",
      "",
      "topic       target  passed  failed  unsupported  notes",
      "t           memory       1       1            1  1 of the failures from a weak source",
      "all topics  memory       1       1            1  1 of the failures from a weak source",
    ].join("\n"),
  );
});

test("lists every case when verbose", async () => {
  const { out } = await command(["--target", "project", "--verbose"]);
  expect(out).toContain("✓ g/good (project): The good one\n");
  expect(out).toContain(
    "– g/later (project): The later one\n    not supported yet: WebSocket APIs\n",
  );
});

test("prints JSON", async () => {
  const report: unknown = JSON.parse((await command(["--json"])).out);
  expect(report).toMatchObject({
    topics: [
      { target: "memory", topic: "t", passed: 1, failed: 1, unsupported: 1 },
      { target: "project", topic: "t", passed: 1, failed: 1, unsupported: 1 },
    ],
    cases: [
      { id: "g/good", weak: false },
      { id: "g/bad", weak: true },
      { id: "g/later" },
      {},
      {},
      {},
    ],
  });
});

describe("disputed cases", () => {
  test("fail all the same, and are marked", async () => {
    const results: CaseResult[] = await runCases(
      [parseCaseFile(JSON.stringify(FILE), "g.json")],
      target,
      { concurrency: 1 },
    );
    const report = printReport(results, {
      disputed: [{ id: "g/bad", evidence: "page X" }],
      verbose: false,
    });
    expect(report).toContain("✗ g/bad (scripted) [weak source] [disputed: page X]: The bad one");
    expect(report).toContain("1 of the failures from a weak source, 1 of the failures disputed");
  });

  test("are cases that exist", () => {
    const ids = readCaseFiles([COPIED_CASES]).flatMap((file) => file.cases.map((one) => one.id));
    const unknown = readDisputedCases().filter((one) => !ids.includes(one.id));
    expect(unknown).toEqual([]);
  });

  test.each([`{}`, `[{"id":"x"}]`, `[{"id":"x","evidence":""}]`])("%s is refused", (text) => {
    const path = join(folder, "disputed.txt");
    writeFileSync(path, text);
    expect(() => readDisputedCases(path)).toThrow(path);
  });
});

test("the copied cases are read as a whole", async () => {
  const { out, code } = await command(["--topic", "import", "--target", "memory"], COPIED_CASES);
  expect([code, out.split("\n").at(-1)?.replaceAll(/\s+/g, " ")]).toEqual([
    0,
    "all topics memory 0 0 16",
  ]);
});
