import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../../src/diagnostics.js";
import { generate } from "../../../src/generate.js";
import { loadDocument } from "../../../src/load/load-document.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-overlay-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(work, "case-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const document = `openapi: 3.0.1
info: { title: t, version: "1" }
tags: [{ name: a }, { name: b }, { name: c }]
paths:
  /pets:
    get: &shared
      summary: list
      parameters:
        - { name: id, in: query, schema: { type: string } }
      responses: { "200": { description: ok } }
  /others:
    get: *shared
`;

async function overlay(
  actions: string,
  version = "1.1.0",
  head = "",
): Promise<{
  root: Record<string, unknown> | undefined;
  said: readonly string[];
}> {
  const text = `overlay: ${version}\ninfo: { title: o, version: "1" }\n${head}actions:\n${actions}`;
  const folder = folderWith({ "api.yaml": document, "o.yaml": text });
  const sink = createDiagnosticSink();
  const options = { input: join(folder, "api.yaml"), overlays: [join(folder, "o.yaml")] };
  const loaded = await loadDocument(options, sink);
  const said = sink.list().map(({ code, severity, position }) => {
    const place = position && `${position.file}:${position.line}:${position.column}`;
    return `${severity} ${code} ${place}`;
  });
  return { root: loaded?.root, said };
}

describe("changes", () => {
  test.each<[name: string, actions: string, path: readonly string[], want: unknown]>([
    [
      "a member is added",
      "  - { target: $.info, update: { x-a: 1 } }",
      ["info"],
      { title: "t", version: "1", "x-a": 1 },
    ],
    [
      "a member is replaced",
      "  - { target: $.info, update: { title: new } }",
      ["info", "title"],
      "new",
    ],
    [
      "a plain value is replaced",
      "  - { target: $.info.title, update: new }",
      ["info", "title"],
      "new",
    ],
    [
      "an item is appended",
      "  - { target: $.tags, update: { name: d } }",
      ["tags"],
      [{ name: "a" }, { name: "b" }, { name: "c" }, { name: "d" }],
    ],
    [
      "items are appended",
      "  - { target: $.tags, update: [{ name: d }] }",
      ["tags", "3"],
      { name: "d" },
    ],
    [
      "lists inside objects grow",
      "  - { target: $, update: { tags: [{ name: d }] } }",
      ["tags", "3"],
      { name: "d" },
    ],
    [
      "a member is removed",
      "  - { target: \"$.paths['/others']\", remove: true }",
      ["paths", "/others"],
      undefined,
    ],
    [
      "items are removed",
      "  - { target: \"$.tags[?@.name != 'b']\", remove: true }",
      ["tags"],
      [{ name: "b" }],
    ],
    [
      "an alias is changed in one place",
      "  - { target: \"$.paths['/others'].get\", update: { summary: other } }",
      ["paths", "/pets", "get", "summary"],
      "list",
    ],
    [
      "actions see those before them",
      "  - { target: $.paths, update: { /new: {} } }\n  - { target: \"$.paths['/new']\", update: { summary: s } }",
      ["paths", "/new"],
      { summary: "s" },
    ],
    [
      "copies stand alone",
      "  - { target: $.paths, update: { /new: {} } }\n  - { target: \"$.paths['/new']\", copy: \"$.paths['/pets']\" }\n  - { target: \"$.paths['/new'].get\", update: { summary: copied } }",
      ["paths", "/pets", "get", "summary"],
      "list",
    ],
    [
      "prototypes stay",
      '  - { target: $.info, update: { "__proto__": { polluted: true } } }',
      ["polluted"],
      undefined,
    ],
  ])("%s", async (_name, actions, path, want) => {
    const { root, said } = await overlay(actions);
    expect(said).toEqual([]);
    const value = path.reduce<unknown>(
      (node, key) => (node as Record<string, unknown> | undefined)?.[key],
      root,
    );
    expect(value).toEqual(want);
  });

  test("a list is one item before 1.1", async () => {
    const { root } = await overlay("  - { target: $.tags, update: [x] }", "1.0.0");
    expect(root?.["tags"]).toMatchObject({ 3: ["x"] });
  });
});

describe("problems, each at its place in the overlay", () => {
  test.each<[name: string, actions: string, want: string, version?: string]>([
    ["nothing is selected", "  - target: $.nope\n    update: {}", "warning GG018 o.yaml:4:5"],
    ["no query", "  - target: pets\n    update: {}", "error GG017 o.yaml:4:5"],
    ["no target", "  - update: {}", "error GG016 o.yaml:4:5"],
    ["another kind", "  - target: $.info\n    update: text", "error GG028 o.yaml:5:5"],
    [
      "several kinds",
      "  - target: $.info.*\n    update: text\n  - target: $.*\n    update: text",
      "error GG028 o.yaml:6:5",
    ],
    [
      "what cannot be merged",
      "  - target: $\n    update:\n      info:\n        title: [x]",
      "error GG028 o.yaml:7:9",
    ],
    [
      "a plain value before 1.1",
      "  - target: $.info.title\n    update: x",
      "error GG028 o.yaml:5:5",
      "1.0.0",
    ],
    ["copy before 1.1", "  - target: $.info\n    copy: $.info", "error GG016 o.yaml:5:5", "1.0.0"],
    ["copy of several", "  - target: $.info\n    copy: $.*", "error GG028 o.yaml:5:5"],
    ["the whole document", "  - target: $\n    remove: true", "error GG028 o.yaml:4:5"],
    ["an action without effect", "  - target: $.info", "warning GG016 o.yaml:4:5"],
    ["an unknown version", "  - target: $.info\n    update: {}", "error GG016 o.yaml:1:1", "2.0.0"],
    [
      "an unknown member",
      "  - target: $.info\n    updates: {}\n    update: {}",
      "warning GG016 o.yaml:5:5",
    ],
    [
      "settings",
      "  - target: $\n    update: { x-gateway-config: {} }",
      "warning GG043 api.yaml:1:1",
    ],
    [
      "doubling",
      "  - target: $\n    update: { xl: { a: 1 } }\n" +
        "  - { target: $.xl, copy: $ }\n".repeat(40),
      "error GG028",
    ],
  ])("%s", async (_name, actions, want, version) => {
    const { said } = await overlay(actions, version);
    expect(said.length).toBe(1);
    expect(said[0]).toContain(want);
  });

  test.each<[target: string, want: readonly string[]]>([
    ["./api.yaml", []],
    ["https://example.com/specs/api.yaml", []],
    ["other.yaml", ["warning GG016 o.yaml:3:1"]],
  ])("extends %s", async (target, want) => {
    const action = "  - { target: $.info, update: { x-a: 1 } }";
    expect((await overlay(action, "1.0.0", `extends: ${target}\n`)).said).toEqual(want);
  });
});

test("what is wrong with a node stands where the node was written", async () => {
  const actions = `overlay: 1.0.0
info: { title: o, version: "1" }
actions:
  - target: $.tags[0]
    remove: true
  - target: $.paths
    update:
      /new:
        trace: { responses: {} }
`;
  const folder = folderWith({
    "api.yaml": document.replace("{ name: c }", "5"),
    "o.yaml": actions,
  });
  const overlays = [join(folder, "o.yaml")];
  const { diagnostics } = await generate({ input: join(folder, "api.yaml"), overlays });
  const trace = diagnostics.find(({ code }) => code === "GG218");
  expect(trace?.position).toEqual({ file: "o.yaml", line: 9, column: 9 });
  expect(trace?.at).toBe("api.yaml#/paths/~1new/trace");

  const sink = createDiagnosticSink();
  const loaded = await loadDocument({ input: join(folder, "api.yaml"), overlays }, sink);
  // the last tag has moved to the front by one
  expect(loaded?.locate("api.yaml#/tags/1" as never)).toEqual({
    file: "api.yaml",
    line: 3,
    column: 34,
  });
});

test("several overlays in order; those of the settings first; placeholders; references; digest", async () => {
  const of = (update: string): string =>
    `overlay: 1.0.0\ninfo: { title: o, version: "1" }\nactions: [{ target: $.info, update: ${update} }]\n`;
  const folder = folderWith({
    "api.yaml": document,
    "gateway.config.yaml": "parameters: { Name: pets }\napi: { overlays: [overlays/a.yaml] }\n",
    "overlays/a.yaml": of('{ title: "from ${Name}", description: a }'),
    "b.yaml": of('{ description: b, x-more: { $ref: "more.yaml#/x" } }'),
    "more.yaml": "x: 1\n",
  });
  const read: string[] = [];
  const options = {
    input: join(folder, "api.yaml"),
    overlays: [join(folder, "b.yaml")],
    onRead: (path: string) => void read.push(path),
  };
  const sink = createDiagnosticSink();
  const loaded = await loadDocument(options, sink);
  expect(sink.list()).toEqual([]);
  expect(loaded?.root["info"]).toMatchObject({ title: "from pets", description: "b" });
  expect(loaded?.resolve("more.yaml#/x", loaded.at)).toMatchObject({ kind: "found", value: 1 });
  for (const name of ["overlays/a.yaml", "b.yaml", "more.yaml"]) {
    expect(read).toContain(join(folder, name));
  }

  writeFileSync(join(folder, "b.yaml"), of("{ description: c }"));
  const again = await loadDocument(options, createDiagnosticSink());
  expect(again?.digest).not.toBe(loaded?.digest);
});

test("settings lead to no overlay outside of the document's folder", async () => {
  const folder = folderWith({
    "in/api.yaml": `${document}x-gateway-config: { api: { overlays: [../o.yaml] } }\n`,
    "o.yaml": "overlay: 1.0.0\n",
  });
  const sink = createDiagnosticSink();
  expect(await loadDocument({ input: join(folder, "in/api.yaml") }, sink)).toBeUndefined();
  expect(sink.list().map(({ code }) => code)).toEqual(["GG022"]);
});
