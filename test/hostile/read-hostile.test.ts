import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";
import { parsePointer } from "../../src/pointer.js";

const folder = fileURLToPath(new URL("../../../shared/hostile-specs", import.meta.url));

interface HostileCase {
  readonly id: string;
  readonly file: string;
  readonly pointer: string;
  readonly expect: "safe" | "error" | "either";
}

const cases: readonly HostileCase[] = existsSync(folder)
  ? (JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as { cases: HostileCase[] }).cases
  : [];

describe.skipIf(cases.length === 0)(
  "hostile documents up to the IR (skipped without ../shared)",
  () => {
    test.each(cases)("$id: $expect", async (item) => {
      const sink = createDiagnosticSink();
      const before = process.cpuUsage();
      const document = await loadDocument({ input: join(folder, item.file) }, sink);
      const gateway = document && lowerDocument(document, sink);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(5);
      const errors = sink.list().filter(({ severity }) => severity === "error");
      if (item.expect === "error") expect(errors).not.toEqual([]);
      if (item.expect === "safe") expect(errors).toEqual([]);
      if (errors.length === 0) expect(gateway).toBeDefined();
      for (const { position, at } of errors) {
        expect(position?.line).toBeGreaterThan(0);
        expect(parsePointer(at).keys).not.toEqual([]);
      }
    });
  },
);

describe("hostile names stay data", () => {
  const name = "__proto__";

  test.each<[place: string, text: string]>([
    [
      "a schema",
      `{"openapi":"3.0.1","paths":{},"components":{"schemas":{"${name}":{"type":"string"}}}}`,
    ],
    [
      "a property",
      `{"openapi":"3.0.1","paths":{},"components":{"schemas":{"A":{"properties":{"${name}":{"type":"string"}}}}}}`,
    ],
    ["a path", `{"openapi":"3.0.1","paths":{"${name}":{"get":{}}}}`],
    ["a scheme", `{"openapi":"3.0.1","paths":{"/a":{"get":{"security":[{"${name}":[]}]}}}}`],
    [
      "a validator",
      `{"openapi":"3.0.1","paths":{"/a":{"get":{"x-amazon-apigateway-request-validator":"${name}"}}}}`,
    ],
    [
      "a reference",
      `{"openapi":"3.0.1","paths":{"/a":{"get":{"parameters":[{"$ref":"#/${name}/x"}]}}}}`,
    ],
    ["a response", `{"openapi":"3.0.1","paths":{"/a":{"get":{"responses":{"${name}":{}}}}}}`],
    ["a stage", `{"openapi":"3.0.1","paths":{},"x-gateway-config":{"stages":{"${name}":{}}}}`],
    ["a setting", `{"openapi":"3.0.1","paths":{},"x-gateway-config":{"${name}":{"polluted":1}}}`],
  ])("%s named __proto__", async (_place, text) => {
    const sink = createDiagnosticSink();
    const document = await loadDocument({ input: "a.json", text }, sink);
    if (document) lowerDocument(document, sink);
    expect("polluted" in {}).toBe(false);
    expect(Object.keys(Object.prototype)).toEqual([]);
    for (const { message } of sink.list()) expect(message).not.toContain("undefined");
  });
});
