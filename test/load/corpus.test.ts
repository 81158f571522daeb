import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics.js";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import type { Gateway } from "../../src/ir/gateway.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";

const shared = fileURLToPath(new URL("../../../shared", import.meta.url));

const work = mkdtempSync(join(tmpdir(), "gen-gateway-corpus-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Read {
  readonly gateway: Gateway | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly cpuMs: number;
}

async function read(path: string): Promise<Read> {
  const sink = createDiagnosticSink();
  const before = process.cpuUsage();
  const document = await loadDocument({ input: path }, sink);
  const gateway = document && lowerDocument(document, sink);
  const diagnostics = sink.list();
  const { user, system } = process.cpuUsage(before);
  return { gateway, diagnostics, cpuMs: (user + system) / 1000 };
}

function documentsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:json|ya?ml)$/.test(name) && basename(name) !== "manifest.json")
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** A report that a user can act on: a place in the file, one line, nothing of our own insides. */
function expectWellFormed(diagnostics: readonly Diagnostic[]): void {
  for (const { code, message, position, at } of diagnostics) {
    expect(position, `${code} ${at}`).toBeDefined();
    expect(message).not.toMatch(/\n|undefined|\[object|    at /);
  }
}

describe.skipIf(!existsSync(shared))("real documents (skipped without ../shared)", () => {
  const specs = documentsIn(join(shared, "specs"));

  test("every document is read without a throw, within bounds", { timeout: 120_000 }, async () => {
    const counts = { documents: 0, clean: 0, warned: 0, refused: 0 };
    for (const path of specs) {
      const { diagnostics, gateway, cpuMs } = await read(path);
      expectWellFormed(diagnostics);
      expect(cpuMs, path).toBeLessThan(3000);
      const worst = new Set(diagnostics.map(({ severity }) => severity));
      counts.documents++;
      if (worst.has("error")) counts.refused++;
      else {
        expect(gateway, path).toBeDefined();
        if (worst.has("warning")) counts.warned++;
        else counts.clean++;
      }
    }
    console.log(`specs: ${JSON.stringify(counts)}`);
    expect(counts.documents).toBeGreaterThan(200);
    expect(counts.clean + counts.warned).toBeGreaterThan(counts.documents / 2);
  });

  test.each(
    specs.filter((path) => !path.includes("corpus")).map((path) => [basename(path), path] as const),
  )("%s has no errors", async (_name, path) => {
    const { diagnostics } = await read(path);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(errors).toEqual([]);
  });
});

describe.skipIf(!existsSync(shared))("large documents (skipped without ../shared)", () => {
  /** Operations as the list beside the files counts them, less those on paths that nobody can serve. */
  const large: readonly (readonly [name: string, operations: number, models: number])[] = [
    ["github", 1222, 969],
    ["stripe", 452, 775],
    ["kubernetes", 845, 547],
    ["kubernetes-swagger2", 1123, 771],
    ["digitalocean", 290, 132],
    ["slack", 174, 48],
    ["adyen-management", 132, 177],
    ["jira", 499, 562],
    ["zoom", 373, 135],
    ["mailchimp", 272, 0],
    ["adyen-checkout-v71", 28, 250],
    ["twilio-api-2010", 98, 148],
    ["openai", 281, 1422],
    ["box-2024", 276, 305],
    ["msgraph-v1", 11_252, 2599],
  ];

  test.each(large)("%s", { timeout: 60_000 }, async (name, operations, models) => {
    const path = join(work, `${name}.json`);
    writeFileSync(path, gunzipSync(readFileSync(join(shared, `large-specs/${name}.json.gz`))));
    const { gateway, diagnostics, cpuMs } = await read(path);
    expectWellFormed(diagnostics);
    expect(gateway?.api.operations.length).toBe(operations);
    expect(gateway?.api.models.length).toBe(models);
    // Measured: 0.8 s for GitHub, 2 s for Microsoft Graph; the rest is room for a busy machine.
    expect(cpuMs).toBeLessThan(10_000);
  });
});
