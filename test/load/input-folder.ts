import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import type { LoadedDocument } from "../../src/load/document.js";
import { loadDocument, type LoadOptions } from "../../src/load/load-document.js";

/** A folder of files for the tests of one file; gone when they are done. */
export function inputFolders(): (files: Readonly<Record<string, string>>) => string {
  const work = mkdtempSync(join(tmpdir(), "gen-gateway-input-"));
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  return (files) => {
    const folder = mkdtempSync(join(work, "case-"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return folder;
  };
}

export interface LoadedInput {
  readonly document: LoadedDocument | undefined;
  /** `error GG013 file:line:column message`, but not what every template has. */
  readonly said: readonly string[];
}

/** Loads a document and tells what was said about it. */
export async function loadInput(options: LoadOptions): Promise<LoadedInput> {
  const sink = createDiagnosticSink();
  const document = await loadDocument(options, sink);
  const said = sink
    .list()
    .filter(({ code }) => code !== "GG012" && code !== "GG014")
    .map(({ code, severity, message, position }) => {
      const place = position && `${position.file}:${position.line}:${position.column}`;
      return `${severity} ${code} ${place ?? "nowhere"} ${message}`;
    });
  return { document, said };
}

/** A node of a document. */
export function nodeAt(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (node, key) =>
      typeof node === "object" && node !== null
        ? (node as Readonly<Record<string, unknown>>)[String(key)]
        : undefined,
    value,
  );
}
