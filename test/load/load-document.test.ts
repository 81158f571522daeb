import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics.js";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import type { LoadedDocument } from "../../src/load/document.js";
import type { LoadOptions } from "../../src/load/load-document.js";
import { loadDocument } from "../../src/load/load-document.js";
import { child, descend, root } from "../../src/pointer.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-load-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Writes files into a new folder and gives its path. */
function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(work, "case-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

interface Loaded {
  readonly document: LoadedDocument | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

async function load(options: LoadOptions): Promise<Loaded> {
  const sink = createDiagnosticSink();
  const document = await loadDocument(options, sink);
  return { document, diagnostics: sink.list() };
}

const small = "openapi: 3.0.1\ninfo: { title: t, version: '1' }\npaths: {}\n";

describe("input that is no document: one message, with its place", () => {
  test.each<[name: string, file: string, content: string | Buffer, code: string]>([
    ["empty", "a.yaml", "", "GG004"],
    ["white space", "a.yaml", " \n\n", "GG004"],
    ["binary", "a.yaml", Buffer.from([0, 1, 2, 3]), "GG003"],
    ["not UTF-8", "a.yaml", Buffer.from([0x6f, 0xff, 0x61]), "GG003"],
    ["UTF-16", "a.yaml", Buffer.from("\ufeffopenapi: 3.0.1", "utf16le"), "GG003"],
    ["bad YAML", "a.yaml", "a: [1\nb: 2", "GG006"],
    ["bad JSON", "a.json", '{"openapi": "3.0.1",}', "GG005"],
    ["YAML in a JSON file", "a.json", small, "GG005"],
    ["a list", "a.yaml", "- a", "GG010"],
    ["another document", "package.json", '{"name": "x"}', "GG010"],
    ["an unknown version", "a.yaml", "openapi: 2.5.0\npaths: {}", "GG011"],
    ["a version to come", "a.yaml", "openapi: 3.2.0\npaths: {}", "GG011"],
    ["a version that is no text", "a.yaml", "openapi: [3]\npaths: {}", "GG011"],
    ["deep JSON", "a.json", "[".repeat(100_000), "GG008"],
    ["deep YAML", "a.yaml", `a: ${"[".repeat(100_000)}`, "GG008"],
  ])("%s", async (_name, file, content, code) => {
    const { document, diagnostics } = await load({
      input: join(folderWith({ [file]: content }), file),
    });
    expect(document).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.severity)).toEqual(["error"]);
    expect(diagnostics[0]?.code).toBe(code);
    expect(diagnostics[0]?.position).toMatchObject({ file });
    expect(diagnostics[0]?.message).not.toContain("\n");
  });

  test.each<[name: string, make: (folder: string) => string, code: string]>([
    ["missing", (folder) => join(folder, "gone.yaml"), "GG001"],
    ["a folder", (folder) => folder, "GG001"],
    ["too much YAML", (folder) => largeFile(join(folder, "large.yaml"), 21_000_000), "GG002"],
    ["too large", (folder) => sparseFile(join(folder, "large.json"), 100 * 1024 * 1024), "GG002"],
  ])("%s", async (_name, make, code) => {
    const { document, diagnostics } = await load({ input: make(folderWith({})) });
    expect(document).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });

  test.skipIf(process.getuid?.() === 0)(
    "unreadable (skipped for root, who reads everything)",
    async () => {
      const path = join(folderWith({ "a.yaml": small }), "a.yaml");
      chmodSync(path, 0o000);
      const { diagnostics } = await load({ input: path });
      expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["GG001"]);
    },
  );
});

function largeFile(path: string, bytes: number): string {
  writeFileSync(path, Buffer.alloc(bytes, "# comment\n"));
  return path;
}

function sparseFile(path: string, bytes: number): string {
  writeFileSync(path, "");
  truncateSync(path, bytes);
  return path;
}

test("there is nothing to choose in a document", async () => {
  const { document, diagnostics } = await load({ input: "a.yaml", text: small, resource: "Api" });
  expect(document).toBeDefined();
  expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["warning GG013"]);
});

describe("versions", () => {
  test.each<[head: string, family: string]>([
    ["swagger: '2.0'", "2.0"],
    ["swagger: 2.0", "2.0"],
    ["openapi: 3.0.3", "3.0"],
    ["openapi: 3.1", "3.1"],
    ["openapi: 3.1.0", "3.1"],
    ["openapi: 3.0.1-rc2", "3.0"],
  ])("%s", async (head, family) => {
    const { document } = await load({ input: "a.yaml", text: `${head}\npaths: {}\n` });
    expect(document?.version.family).toBe(family);
  });

  test("a document without version is taken as what it looks like", async () => {
    const { document, diagnostics } = await load({
      input: "a.yaml",
      text: "paths: {}\nsecurityDefinitions: {}\n",
    });
    expect(document?.version).toEqual({ text: "2.0", family: "2.0" });
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "warning GG011",
    ]);
  });
});

describe("places", () => {
  test("JSON and YAML give line and column, and a frame", async () => {
    const yaml = await load({ input: "a.yaml", text: small });
    const json = await load({
      input: "a.json",
      text: '{\n  "openapi": "3.0.1",\n  "paths": {}\n}',
    });
    expect(yaml.document?.locate(child(root("a.yaml"), "info"))).toEqual({
      file: "a.yaml",
      line: 2,
      column: 1,
    });
    expect(json.document?.locate(child(root("a.json"), "paths"))).toEqual({
      file: "a.json",
      line: 3,
      column: 3,
    });
    expect(json.document?.frame({ file: "a.json", line: 3, column: 3 })).toBe(
      ['  2 |   "openapi": "3.0.1",', '> 3 |   "paths": {}', "    |   ^", "  4 | }"].join("\n"),
    );
  });

  test("a branch of a condition is found behind Fn::If", async () => {
    const text =
      "openapi: 3.0.1\npaths:\n  /a:\n    Fn::If:\n      - C\n      - get: {}\n      - post: {}\n";
    const { document } = await load({
      input: "a.yaml",
      text,
      settings: { parameters: { C: false } },
    });
    const at = descend(root("a.yaml"), ["paths", "/a", "post"]);
    expect(document?.locate(at)).toEqual({ file: "a.yaml", line: 7, column: 9 });
  });
});

describe("references", () => {
  const refers = (ref: string): string =>
    `openapi: 3.0.1\npaths:\n  /a:\n    $ref: ${JSON.stringify(ref)}\n`;
  const item = "get: { responses: {} }\n";

  test("other files, relative to the file that names them", async () => {
    const folder = folderWith({
      "api.yaml": refers("paths/a.yaml#/item"),
      "paths/a.yaml": "item:\n  get: { parameters: [{ $ref: '../parameters/p.json' }] }\n",
      "parameters/p.json": '{ "name": "q", "in": "query" }',
    });
    const { document, diagnostics } = await load({ input: join(folder, "api.yaml") });
    expect(diagnostics).toEqual([]);
    const first = document?.resolve("paths/a.yaml#/item", root("api.yaml"));
    expect(first).toMatchObject({ kind: "found", at: "paths/a.yaml#/item" });
    const second = document?.resolve("../parameters/p.json", root("paths/a.yaml"));
    expect(second).toMatchObject({ kind: "found", value: { name: "q" }, at: "parameters/p.json#" });
  });

  test("examples and other data are not followed", async () => {
    const text = "openapi: 3.0.1\npaths: {}\nx-a: { example: { $ref: http://a.example/ } }\n";
    expect((await load({ input: "a.yaml", text })).diagnostics).toEqual([]);
  });

  test.each<[name: string, ref: string, code: string]>([
    ["a file outside", "../outside.yaml", "GG022"],
    ["an absolute path", "/etc/hostname", "GG022"],
    ["a file URL", "file:///etc/hostname", "GG022"],
    ["a file URL of another host", "file://server/share/x.yaml", "GG022"],
    ["an encoded path", "..%2foutside.yaml", "GG022"],
    ["a link that leads outside", "link.yaml", "GG022"],
    ["the network", "http://127.0.0.1:9/x.yaml", "GG023"],
    ["another scheme", "ftp://a.example/x.yaml", "GG023"],
    ["a missing file", "gone.yaml", "GG020"],
    ["a folder", "folder", "GG001"],
  ])("%s", async (_name, ref, code) => {
    const folder = folderWith({
      "in/api.yaml": refers(ref),
      "in/folder/x": "",
      "outside.yaml": item,
    });
    symlinkSync(join(folder, "outside.yaml"), join(folder, "in/link.yaml"));
    const { diagnostics } = await load({ input: join(folder, "in/api.yaml") });
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.at])).toEqual([
      [code, "api.yaml#/paths/~1a/$ref"],
    ]);
  });

  test("a folder that is allowed", async () => {
    const folder = folderWith({ "in/api.yaml": refers("../shared/a.yaml"), "shared/a.yaml": item });
    const input = join(folder, "in/api.yaml");
    const { diagnostics } = await load({ input, refRoots: [join(folder, "shared")] });
    expect(diagnostics).toEqual([]);
  });

  test("an origin that is allowed, but not where it redirects to", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/moved.yaml") response.writeHead(302, { Location: "/a.yaml" }).end();
      else response.end(item);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const good = await load({
        input: "a.yaml",
        text: refers(`${origin}/a.yaml`),
        allowRemoteRefs: [origin],
      });
      expect(good.diagnostics).toEqual([]);
      expect(good.document?.resolve(`${origin}/a.yaml`, root("a.yaml"))).toMatchObject({
        kind: "found",
      });
      const moved = await load({
        input: "a.yaml",
        text: refers(`${origin}/moved.yaml`),
        allowRemoteRefs: [origin],
      });
      expect(moved.diagnostics.map(({ code }) => code)).toEqual(["GG020"]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  /** Objects each of which refers to a member of the next. */
  function chain(key: string, length: number): object[] {
    return Array.from({ length }, (_, n) =>
      n === length - 1 ? { x: { deep: 3 } } : { x: { $ref: `#/${key}/${n + 1}/x` } },
    );
  }

  const inner = {
    openapi: "3.0.1",
    paths: { "/a b": { get: { x: { y: 1 } } } },
    "x-chain": chain("x-chain", 20),
    "x-long": chain("x-long", 5000),
    components: {
      schemas: {
        A: { $ref: "#/components/schemas/B" },
        B: { deep: { est: 2 } },
        C: { $ref: "#/components/schemas/C" },
      },
    },
  };
  test.each<[ref: string, want: object]>([
    ["#/paths/~1a%20b/get/x", { kind: "found", value: { y: 1 } }],
    [
      "#/components/schemas/A/deep",
      { kind: "found", value: { est: 2 }, at: "a.json#/components/schemas/B/deep" },
    ],
    ["#/components/schemas/C/deep", { kind: "dangling" }],
    ["#/components/schemas/constructor", { kind: "dangling" }],
    ["#/paths/~1a%20b/get/x/y/z", { kind: "dangling" }],
    ["#/x-chain/0/x/deep", { kind: "found", value: 3 }],
    ["#/x-long/0/x/deep", { kind: "dangling" }],
    ["#anchor", { kind: "dangling" }],
    ["B", { kind: "found", value: { deep: { est: 2 } } }],
    [
      "https://apigateway.amazonaws.com/restapis/x/models/B",
      { kind: "found", value: { deep: { est: 2 } } },
    ],
    ["#", { kind: "found", at: "a.json#" }],
  ])("%s", async (ref, want) => {
    const { document } = await load({ input: "a.json", text: JSON.stringify(inner) });
    expect(document?.resolve(ref, root("a.json"))).toMatchObject(want);
  });
});

describe("templates", () => {
  const resource = (type: string, key: string): object => ({
    Type: type,
    Properties: {
      [key]: { openapi: "3.0.1", paths: {}, "x-a": { Ref: "Given" }, "x-b": { Ref: "Own" } },
    },
  });

  test.each<[type: string, key: string, kind: string]>([
    ["AWS::ApiGateway::RestApi", "Body", "rest"],
    ["AWS::Serverless::Api", "DefinitionBody", "rest"],
    ["AWS::ApiGatewayV2::Api", "Body", "http"],
    ["AWS::Serverless::HttpApi", "DefinitionBody", "http"],
  ])("%s holds the document", async (type, key, kind) => {
    const template = {
      Parameters: { Own: { Default: "own" } },
      Resources: { Api: resource(type, key) },
    };
    const text = JSON.stringify(template);
    const { document } = await load({
      input: "t.json",
      text,
      settings: { parameters: { Given: "g" } },
    });
    expect(document?.kindHint).toBe(kind);
    expect(document?.at).toBe(`t.json#/Resources/Api/Properties/${key}`);
    expect(document?.root).toMatchObject({ "x-a": "g", "x-b": "own" });
    expect(document?.resolve("#/paths", root("t.json"))).toMatchObject({
      kind: "found",
      at: `t.json#/Resources/Api/Properties/${key}/paths`,
    });
  });

  test("two documents in one template are refused", async () => {
    const api = resource("AWS::ApiGateway::RestApi", "Body");
    const { diagnostics } = await load({
      input: "t.json",
      text: JSON.stringify({ Resources: { A: api, B: api } }),
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["GG013"]);
  });
});

describe("settings", () => {
  const named = (name: string): string => `api: { name: ${name} }\n`;
  const nameOf = ({ document }: Loaded): unknown =>
    (document?.settings.value["api"] as { name?: string } | undefined)?.name;

  test("beside the document, over x-gateway-config", async () => {
    const folder = folderWith({
      "api.yaml": `${small}x-gateway-config: { api: { name: inner, kind: rest } }\n`,
      "gateway.config.yaml": named("beside"),
    });
    const loaded = await load({ input: join(folder, "api.yaml") });
    expect(loaded.document?.settings.value).toEqual({ api: { name: "beside", kind: "rest" } });
    expect(loaded.document?.settings.place("api", "name")).toBe("gateway.config.yaml#/api/name");
    expect(loaded.document?.settings.place("api", "kind")).toBe(
      "api.yaml#/x-gateway-config/api/kind",
    );
    expect(loaded.document?.settings.found).toBe(true);
  });

  test("--config before the file beside the document", async () => {
    const folder = folderWith({
      "api.yaml": small,
      "gateway.config.yaml": named("beside"),
      "other/mine.json": '{"api": {"name": "mine"}}',
    });
    const loaded = await load({
      input: join(folder, "api.yaml"),
      config: join(folder, "other/mine.json"),
    });
    expect(nameOf(loaded)).toBe("mine");
  });

  test("of the output folder, when there is none beside the document", async () => {
    const folder = folderWith({ "api.yaml": small, "out/gateway.config.yaml": named("out") });
    const loaded = await load({ input: join(folder, "api.yaml"), out: join(folder, "out") });
    expect(nameOf(loaded)).toBe("out");
    expect(loaded.document?.settings.place("api")).toBe("out/gateway.config.yaml#/api");
  });

  test("from memory, and no file is looked for", async () => {
    const folder = folderWith({ "api.yaml": small, "gateway.config.yaml": named("beside") });
    const loaded = await load({
      input: join(folder, "api.yaml"),
      settings: { api: { name: "memory" } },
    });
    expect(nameOf(loaded)).toBe("memory");
  });

  test.each<
    [
      name: string,
      files: Readonly<Record<string, string>>,
      config: string | undefined,
      code: string,
    ]
  >([
    ["unknown key", { "gateway.config.yaml": "stage: {}\n" }, undefined, "GG041"],
    ["bad YAML", { "gateway.config.yaml": "a: [\n" }, undefined, "GG006"],
    ["a list", { "gateway.config.yaml": "- a\n" }, undefined, "GG042"],
    ["missing", {}, "gone.yaml", "GG001"],
    ["a program", { "mine.ts": "" }, "mine.ts", "GG043"],
  ])("%s: refused with its place", async (_name, files, config, code) => {
    const folder = folderWith({ "api.yaml": small, ...files });
    const { document, diagnostics } = await load({
      input: join(folder, "api.yaml"),
      ...(config === undefined ? {} : { config: join(folder, config) }),
    });
    expect(document).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });

  test("settings in TypeScript beside the document are reported", async () => {
    const folder = folderWith({ "api.yaml": small, "gateway.config.ts": "" });
    const { document, diagnostics } = await load({ input: join(folder, "api.yaml") });
    expect(document?.settings.found).toBe(false);
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "warning GG043",
    ]);
  });
});

test("the digest depends on the content of every file, and not on where they lie", async () => {
  const files = { "api.yaml": `${small}x: { $ref: b.yaml }\n`, "b.yaml": "a: 1\n" };
  const digest = async (changed: Readonly<Record<string, string>>): Promise<string | undefined> =>
    (await load({ input: join(folderWith({ ...files, ...changed }), "api.yaml") })).document
      ?.digest;
  expect(await digest({})).toBe(await digest({}));
  expect(await digest({})).not.toBe(await digest({ "b.yaml": "a: 2\n" }));
  expect(await digest({})).not.toBe(await digest({ "gateway.config.yaml": "version: 1\n" }));
});

describe("check against the schema of OpenAPI", () => {
  const text = JSON.stringify({
    openapi: "3.0.1",
    info: { title: "t" },
    paths: { "/a": { get: {} } },
  });

  test("on request, and only warnings", async () => {
    const asked = await load({ input: "a.json", text, checkStructure: true });
    expect(asked.document).toBeDefined();
    expect(asked.diagnostics.map(({ severity, code, at }) => `${severity} ${code} ${at}`)).toEqual([
      "warning GG110 a.json#/info",
      "warning GG110 a.json#/paths/~1a/get",
    ]);
    expect((await load({ input: "a.json", text })).diagnostics).toEqual([]);
  });

  test("it follows nothing out of the document", async () => {
    const outward = JSON.stringify({
      openapi: "3.0.1",
      info: { title: "t", version: "1" },
      paths: { "/a": { get: { parameters: [{ $ref: "http://127.0.0.1:9/x" }], responses: {} } } },
    });
    const { diagnostics } = await load({ input: "a.json", text: outward, checkStructure: true });
    expect(diagnostics.filter(({ code }) => code !== "GG110").map(({ code }) => code)).toEqual([
      "GG023",
    ]);
  });
});

test("standard input", async () => {
  const script = `
    import { createDiagnosticSink } from "./src/diagnostics.ts";
    import { loadDocument } from "./src/load/load-document.ts";
    const sink = createDiagnosticSink();
    const document = await loadDocument({ input: "-" }, sink);
    console.log(document?.file, document?.version.text, sink.list().length);
  `;
  const run = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", script],
    {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      input: small,
      encoding: "utf8",
      timeout: 20_000,
    },
  );
  expect(run.stdout.trim()).toBe("stdin 3.0.1 0");
});
