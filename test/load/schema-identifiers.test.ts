import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { loadDocument } from "../../src/load/load-document.js";
import { descend, root } from "../../src/pointer.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-identifiers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const schemas = (members: string): string =>
  `openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: {}\ncomponents: { schemas: ${members} }\n`;

/** Where a reference that stands in schema `A` leads, and what was reported. */
async function target(
  files: Readonly<Record<string, string>>,
  ref: string,
  from = "api.yaml",
): Promise<readonly [place: string, codes: readonly string[]]> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const sink = createDiagnosticSink();
  const document = await loadDocument({ input: join(folder, "api.yaml"), settings: {} }, sink);
  const at = from === "api.yaml" ? descend(root(from), ["components", "schemas", "A"]) : root(from);
  const found = document?.resolve(ref, at);
  return [
    found?.kind === "found" ? found.at : (found?.kind ?? "none"),
    sink.list().map(({ code }) => code),
  ];
}

const a = "api.yaml#/components/schemas/A";
test.each<[name: string, members: string, ref: string, place: string]>([
  [
    "its own URI",
    "{ A: { $id: 'https://x.test/a', $ref: 'https://x.test/a' } }",
    "https://x.test/a",
    a,
  ],
  ["the schema around", "{ A: { $id: 'https://x.test/a' } }", "#", a],
  [
    "a part of it",
    "{ A: { $id: 'https://x.test/a', $defs: { d: {} } } }",
    "#/$defs/d",
    `${a}/$defs/d`,
  ],
  [
    "an anchor of the document",
    "{ A: {}, B: { $anchor: b } }",
    "#b",
    "api.yaml#/components/schemas/B",
  ],
  [
    "a relative URI",
    "{ A: { $id: 'https://x.test/a', $ref: b, $defs: { d: { $id: b } } } }",
    "b",
    `${a}/$defs/d`,
  ],
  [
    "a URN",
    "{ A: { $ref: 'urn:x:b' }, B: { $id: 'urn:x:b' } }",
    "urn:x:b",
    "api.yaml#/components/schemas/B",
  ],
  [
    "a pointer of the document from inside of a URI",
    "{ A: { $id: 'https://x.test/a' }, B: {} }",
    "#/components/schemas/B",
    "api.yaml#/components/schemas/B",
  ],
  ["no anchor of a property's name", "{ A: { properties: { $anchor: {} } } }", "#b", "dangling"],
  ["nothing inside of an example", "{ A: { example: { $anchor: b } } }", "#b", "dangling"],
  [
    "an anchor that its schema does not have",
    "{ A: { $id: 'https://x.test/a' } }",
    "#b",
    "dangling",
  ],
])("%s", async (_name, members, ref, place) => {
  expect(await target({ "api.yaml": schemas(members) }, ref)).toEqual([place, []]);
});

test("a file with a URI of its own still finds the file beside it", async () => {
  const files = {
    "api.yaml": schemas("{ A: { $ref: ./a.json } }"),
    "a.json": '{ "$id": "https://x.test/a.json", "items": { "$ref": "b.json" } }',
    "b.json": '{ "$id": "https://x.test/b.json", "type": "string" }',
  };
  expect(await target(files, "b.json", "a.json")).toEqual(["b.json#", []]);
});

test.each([
  ["escapes", '{ A: { "\\u0024ref": ./b.json } }'],
  ["an explicit key", "{ A: {\n ? $ref\n : ./b.json\n } }"],
])("a reference written with %s is read", async (_name, members) => {
  const files = { "api.yaml": schemas(members), "b.json": '{ "type": "string" }' };
  expect(await target(files, "./b.json")).toEqual(["b.json#", []]);
});

test("a property called default may lie in another file", async () => {
  const files = {
    "api.yaml": schemas("{ A: { properties: { default: { $ref: ./b.json } } } }"),
    "b.json": '{ "type": "string" }',
  };
  expect(await target(files, "./b.json")).toEqual(["b.json#", []]);
});
