import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics.js";
import { catalogue, createDiagnosticSink } from "../../src/diagnostics.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";
import { root } from "../../src/pointer.js";
import type { DiagnosticCase } from "./diagnostic-cases.js";
import { diagnosticCases } from "./diagnostic-cases.js";
import { httpApiDiagnosticCases } from "./http-api-diagnostic-cases.js";
import { lowerText } from "./lower-text.js";

/**
 * Codes that need a file system or an option to show; load-document.test.ts has their cases,
 * overlay/overlay.test.ts those of overlays, cloudformation/sam.test.ts and terraform/terraform.test.ts
 * those of such files, manifests/import-body.test.ts those of bodies for AWS, templates/customise.test.ts those of templates, and cli/handlers.test.ts and
 * handlers/ those of handlers.
 */
const templates = Object.keys(catalogue).filter((code) => code.startsWith("GG9"));
const overlays = ["GG016", "GG017", "GG018", "GG028"];
const otherInputs = ["GG025", "GG026", "GG027"];
const bodies = ["GG120", "GG121", "GG122", "GG123"];
const onDisk = [
  "GG001",
  "GG002",
  "GG110",
  "GG111",
  ...bodies,
  ...overlays,
  ...otherInputs,
  ...templates,
];

const cases = [...diagnosticCases, ...httpApiDiagnosticCases];

const work = mkdtempSync(join(tmpdir(), "gen-gateway-diagnostics-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

test.each(cases.map((item) => [`${item.severity} ${item.code} ${item.at}`, item] as const))(
  "%s",
  async (_name, item) => {
    const diagnostics = await diagnose(item);
    const found = diagnostics.filter(
      ({ code, severity }) => code === item.code && severity === item.severity,
    );
    expect(found.map(({ at }) => at.replace(/^openapi\.[a-z]+/, ""))).toContain(item.at);
    for (const diagnostic of found) {
      expect(diagnostic.message).not.toMatch(/undefined|\[object/);
      if (diagnostic.position) expect(diagnostic.position.line).toBeGreaterThan(0);
    }
  },
);

async function diagnose({ input, settings }: DiagnosticCase): Promise<readonly Diagnostic[]> {
  if (typeof input === "string" || !("files" in input)) {
    return (await lowerText(input, settings)).diagnostics;
  }
  const folder = mkdtempSync(join(work, "case-"));
  const files = Object.entries(input.files as Record<string, string>);
  for (const [name, text] of files) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const sink = createDiagnosticSink();
  const loaded = await loadDocument({ input: join(folder, files[0]?.[0] ?? "") }, sink);
  if (loaded) lowerDocument(loaded, sink);
  return sink.list();
}

describe("catalogue", () => {
  test("every code has a case", () => {
    const shown = new Set<string>([...cases.map(({ code }) => code), ...onDisk]);
    expect(Object.keys(catalogue).filter((code) => !shown.has(code))).toEqual([]);
  });

  test("every code has its row in docs/diagnostics.md", () => {
    const page = readFileSync(new URL("../../docs/diagnostics.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| (GG\d{3}) +\| (.+?) +\|$/gm)].map(([, code, text]) => [
      code,
      text,
    ]);
    expect(rows).toEqual(Object.entries(catalogue));
  });
});

describe("sink", () => {
  test("keeps the same report once, in the order of places", () => {
    const sink = createDiagnosticSink();
    const at = root("a.yaml");
    sink.warning("GG100", at, "late", { position: { file: "a.yaml", line: 9, column: 1 } });
    sink.error("GG100", at, "early", { position: { file: "a.yaml", line: 2, column: 1 } });
    sink.error("GG100", at, "early", { position: { file: "a.yaml", line: 2, column: 1 } });
    expect(sink.list().map(({ message }) => message)).toEqual(["early", "late"]);
    expect(sink.hasErrors()).toBe(true);
  });

  test("asks the locator for what has no position", () => {
    const sink = createDiagnosticSink();
    sink.info("GG100", root("a.yaml"), "here");
    sink.locateWith({
      locate: () => ({ file: "a.yaml", line: 3, column: 4 }),
      frame: () => "",
    });
    expect(sink.list()[0]?.position).toEqual({ file: "a.yaml", line: 3, column: 4 });
    expect(sink.hasErrors()).toBe(false);
  });
});
