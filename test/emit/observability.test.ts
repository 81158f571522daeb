import { describe, expect, test } from "vitest";
import { emitProject } from "../../src/emit/project.js";
import { planProject } from "../../src/plan/plan.js";
import { documentWith, lowerGood } from "../lower/lower-text.js";

const runtime = "src/generated/runtime/";

/** Modules of the run-time that are there because of the settings. */
async function added(settings: object): Promise<readonly string[]> {
  const modules = async (given: object): Promise<readonly string[]> => {
    const plan = planProject(await lowerGood(documentWith({}), given));
    const files = await emitProject(plan);
    return files.flatMap(({ path }) =>
      path.startsWith(runtime) ? path.slice(runtime.length) : [],
    );
  };
  const without = new Set(await modules({}));
  return (await modules(settings)).filter((path) => !without.has(path));
}

async function wiring(settings: object): Promise<string> {
  const files = await emitProject(planProject(await lowerGood(documentWith({}), settings)));
  const { content = "" } = files.find(({ path }) => path === "src/generated/gateway.ts") ?? {};
  return /^ {2}views: observed\([^]*?\),$/m.exec(content)?.[0] ?? "";
}

const lines = ["logs/access-log-line.ts", "logs/access-log-variables.ts", "logs/access-log.ts"];
const writing = ["logs/line-writer.ts", "logs/stdout-lines.ts"];
const watching = [
  "views/observation.ts",
  "views/observed.ts",
  "views/view.ts",
  "views/wired-view.ts",
];

describe("a project carries", () => {
  test("the access log and nothing else of it", async () => {
    const settings = { defaults: { logging: { access: {} } } };
    expect(await added(settings)).toEqual([...lines, ...writing, ...watching].toSorted());
    expect(await wiring(settings)).toBe("  views: observed(accessLog(observability.accessLogs)),");
  });

  test("the way that its lines go", async () => {
    const access = { destination: "file", path: "a.log" };
    const settings = { defaults: { logging: { access } } };
    const want = [...lines, ...writing, "logs/file-lines.ts", ...watching];
    expect(await added(settings)).toEqual(want.toSorted());
    expect(await wiring(settings)).toBe(
      "  views: observed(accessLog(observability.accessLogs, { file: fileLines })),",
    );
  });

  test("metrics without what would send them", async () => {
    const found = await added({ runtime: { metrics: { port: 1 } } });
    expect(found.filter((path) => /^(?:metrics|export|tracing|logs)\//.test(path))).toEqual([
      "metrics/catalogue.ts",
      "metrics/families.ts",
      "metrics/histogram.ts",
      "metrics/metrics-export.ts",
      "metrics/process-facts.ts",
      "metrics/prometheus.ts",
      "metrics/registry.ts",
      "metrics/request-metrics.ts",
      "metrics/series.ts",
    ]);
    expect(found.filter((path) => path.startsWith("admin/"))).not.toContain(
      "admin/admin-server.ts",
    );
  });

  test("traces with those who take them", async () => {
    const settings = { defaults: { tracing: { xray: true } } };
    const found = await added(settings);
    expect(found).toContain("tracing/xray.ts");
    expect(found).not.toContain("tracing/otlp-spans.ts");
    expect(found).not.toContain("export/batch-sender.ts");
    expect(await wiring(settings)).toBe(
      "  views: observed(requestSpans(observability.tracing, { xray: xraySegments })),",
    );
  });
});
