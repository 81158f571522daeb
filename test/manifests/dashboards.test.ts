import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { buildInMemory } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import { startMonitoring } from "../../src/runtime/admin/monitoring.js";
import { startServer } from "../../src/runtime/server/node.js";
import { exposedLabels, readPromql } from "./checks/promql.js";
import { at, list, members, walk, yamlDocuments, type Tree } from "./checks/tree.js";
import { examples, fileOf, makeExample, makeManifests, repository, type Made } from "./made.js";
import { runTool, withTools, workFolder } from "./tools.js";

const kinds = ["rest", "http", "websocket"] as const;
type Kind = (typeof kinds)[number];

/** One API of each kind. */
const documents: Readonly<Record<Kind, string>> = {
  rest: "petstore/openapi.yaml",
  http: "orders-http-api/openapi.yaml",
  websocket: "chat/asyncapi.yaml",
};

const dashboardPath = "deploy/compose/grafana-dashboard.json";
const folder = workFolder();

/** Labels that Prometheus itself gives to what it reads. */
const scraped = ["instance", "job"];
/** Metrics of others in the rules of the base: of Prometheus, and of kube-state-metrics. */
const foreign = ["up", "kube_pod_container_status_restarts_total"];

function textOf(kind: Kind): string {
  return readFileSync(join(repository, "examples", documents[kind]), "utf8");
}

function settingsOf(runtime: object): object {
  const alarm = (metric: string): object => ({ metric, threshold: 1 });
  const names = ["Count", "4XXError", "5XXError", "Latency", "IntegrationLatency", "CacheHitCount"];
  return {
    stages: {
      dev: {
        variables: { petsHost: "localhost:1", queue: "q", issuer: "https://issuer.example.com" },
        metrics: { detailed: true },
        dashboard: true,
        alarms: {
          ...Object.fromEntries(names.map((name) => [`of${name}`, alarm(name)])),
          percent: { metric: "5XXError", asPercentOfCount: true, threshold: 1 },
          tail: { metric: "Latency", statistic: "p99", threshold: 1000 },
        },
      },
    },
    runtime,
    deploy: { compose: { observability: true }, kubernetes: { serviceMonitor: true } },
  };
}

/** What a gateway that runs says to who asks its listener. */
async function exposition(kind: Kind): Promise<string> {
  const { files } = await generate({
    input: documents[kind].split("/")[1] ?? "",
    text: textOf(kind),
    settings: settingsOf({ functions: "in-thread", metrics: { port: 9465 } }),
  });
  const build = await buildInMemory(files);
  process.env["TICKET_KEY"] = "a key for this test";
  const gateway = await build.createGateway();
  const monitoring = await startMonitoring(gateway, {
    port: 0,
    host: "127.0.0.1",
    live: "/live",
    ready: "/ready",
    metrics: "/metrics",
  });
  const server = await monitoring.beside(() =>
    startServer(gateway, { port: 0, host: "127.0.0.1", handleSignals: false, graceMs: 100 }),
  );
  await fetch(`${server.url}/dev/`);
  const text = await (await fetch(`http://127.0.0.1:${monitoring.port}/metrics`)).text();
  await server.stop();
  await build.dispose();
  delete process.env["TICKET_KEY"];
  return text;
}

async function manifestsOf(kind: Kind): Promise<Made> {
  const settings = settingsOf({ metrics: { port: 9465, host: "0.0.0.0" } });
  return makeManifests(textOf(kind), settings, ["compose", "kubernetes"]);
}

/** Expressions of a dashboard as Prometheus gets them. */
function expressionsOf(dashboard: Tree): readonly string[] {
  return list(dashboard, "panels")
    .flatMap((panel) => list(panel, "targets"))
    .map((target) => String(at(target, "expr")).replaceAll("$__rate_interval", "5m"));
}

/** `label_values(SERIES, LABEL)` of its variables. */
function questionsOf(dashboard: Tree): readonly (readonly [series: string, label: string])[] {
  return list(dashboard, "templating", "list").flatMap((variable) => {
    const [, series = "", label = ""] =
      /^label_values\((.*), (\w+)\)$/.exec(String(at(variable, "query", "query"))) ?? [];
    return series === "" ? [] : [[series, label] as const];
  });
}

function rulesOf({ files }: Made): readonly Tree[] {
  return [...files]
    .filter(([path]) => path.startsWith("deploy/kubernetes/") && path.endsWith(".yaml"))
    .flatMap(([, text]) => yamlDocuments(text))
    .filter((object) => at(object, "kind") === "PrometheusRule");
}

function ruleExpressions(made: Made): readonly string[] {
  return rulesOf(made)
    .flatMap((rule) => list(rule, "spec", "groups"))
    .flatMap((group) => list(group, "rules"))
    .map((rule) => String(at(rule, "expr")));
}

describe.each(kinds)("for a %s API", (kind) => {
  let exposed: ReadonlyMap<string, ReadonlySet<string>>;
  let made: Made;
  let dashboard: Tree;
  beforeAll(async () => {
    exposed = exposedLabels(await exposition(kind));
    made = await manifestsOf(kind);
    dashboard = JSON.parse(fileOf(made, dashboardPath)) as Tree;
  }, 60_000);

  const missing = (expression: string): readonly string[] => {
    const { series, grouped } = readPromql(expression);
    return series.flatMap(({ name, labels }) => {
      if (foreign.includes(name)) return [];
      const known = exposed.get(name);
      if (known === undefined) return [name];
      return [...labels, ...grouped]
        .filter((label) => !known.has(label) && !scraped.includes(label))
        .map((label) => `${name}{${label}}`);
    });
  };

  test("the dashboard reads what a running gateway exposes, by labels that it has", () => {
    const expressions = expressionsOf(dashboard);
    expect(expressions.length).toBeGreaterThan(20);
    expect(expressions.flatMap(missing)).toEqual([]);
    const questions = questionsOf(dashboard);
    expect(questions.map(([, label]) => label)).toEqual(["api", "stage", "instance"]);
    expect(questions.flatMap(([series]) => missing(series))).toEqual([]);
    for (const [series, label] of questions.filter(([, one]) => one !== "instance")) {
      expect(exposed.get(readPromql(series).series[0]?.name ?? "")).toContain(label);
    }
  });

  test("what no gateway exposes would be found", () => {
    expect(missing('rate(apigateway_request_total{api="a"}[5m])')).toEqual([
      "apigateway_request_total",
    ]);
    const [name = ""] = [...exposed.keys()].filter((one) => one.startsWith("apigateway_"));
    expect(missing(`sum by (route) (${name}{stage="a",state="b"})`)).toEqual([
      `${name}{state}`,
      `${name}{route}`,
    ]);
  });

  test("all that a running gateway exposes is on it", () => {
    const shown = new Set(
      expressionsOf(dashboard).flatMap((one) => readPromql(one).series.map(({ name }) => name)),
    );
    expect([...exposed.keys()].filter((name) => !shown.has(name))).toEqual([]);
  });

  test("rules read what a running gateway exposes, and an alarm of something else has none", () => {
    const expressions = ruleExpressions(made);
    expect(expressions.length).toBeGreaterThan(7);
    expect(expressions.flatMap(missing)).toEqual([]);
    const hasCache = expressions.some((one) => one.includes("cache_hits"));
    expect(hasCache).toBe(kind === "rest");
  });

  test("the dashboard is one that Grafana takes", () => {
    expect(at(dashboard, "schemaVersion")).toBe(39);
    expect(String(at(dashboard, "uid"))).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
    const panels = list(dashboard, "panels");
    const ids = panels.map((panel) => at(panel, "id"));
    expect(new Set(ids).size).toBe(ids.length);
    for (const panel of panels) {
      const [x, w] = ["x", "w"].map((key) => Number(at(panel, "gridPos", key)));
      expect((x ?? 0) + (w ?? 0)).toBeLessThanOrEqual(24);
      if (at(panel, "type") === "row") continue;
      expect(at(panel, "datasource", "uid")).toBe("${datasource}");
      const refs = list(panel, "targets").map((target) => at(target, "refId"));
      expect(refs.length).toBeGreaterThan(0);
      expect(new Set(refs).size).toBe(refs.length);
    }
    const cells = panels.flatMap((panel) => {
      const of = (key: string): number => Number(at(panel, "gridPos", key));
      return Array.from({ length: of("w") * of("h") }, (_cell, index) => {
        const [dx, dy] = [index % of("w"), Math.floor(index / of("w"))];
        return `${of("x") + dx} ${of("y") + dy}`;
      });
    });
    expect(new Set(cells).size, "nothing lies over something").toBe(cells.length);
  });

  withTools("promtool")("promtool reads every expression", { timeout: 30_000 }, async () => {
    const rules = [...expressionsOf(dashboard), ...ruleExpressions(made)].map((expr, index) => ({
      record: `read:expression_${index}`,
      expr,
    }));
    const path = join(folder(), `${kind}.yaml`);
    writeFileSync(path, stringify({ groups: [{ name: "read", rules }] }));
    const said = runTool("promtool", ["check", "rules", path], folder());
    expect(said).toContain(`${rules.length} rules found`);
  });
});

describe("where dashboards stand", () => {
  test("Compose gives Grafana its source by the uid, and the dashboard as its first page", async () => {
    const made = await manifestsOf("rest");
    const [compose] = yamlDocuments(fileOf(made, "deploy/compose/compose.yaml"));
    const grafana = at(compose, "services", "grafana");
    const mounts = list(grafana, "volumes").map((one) => String(one).split(":"));
    for (const [file = ""] of mounts) {
      expect(made.files.has(`deploy/compose/${file.replace("./", "")}`), file).toBe(true);
    }
    const [provider] = yamlDocuments(fileOf(made, "deploy/compose/grafana-dashboards.yaml"));
    const place = String(at(provider, "providers", 0, "options", "path"));
    const home = at(grafana, "environment", "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH");
    expect(home).toBe(`${place}/gateway.json`);
    expect(mounts.map(([, target]) => target)).toContain(home);
  });

  test("each stage of Kubernetes that asks for one has it by a name of its own", async () => {
    const settings = {
      runtime: { metrics: { port: 9465, host: "0.0.0.0" } },
      stages: { dev: { dashboard: true }, qa: {}, prod: { dashboard: true } },
      deploy: { kubernetes: { serviceMonitor: true } },
    };
    const made = await makeManifests(textOf("rest"), settings, ["kubernetes"]);
    const found = [...made.files].filter(([path]) => path.endsWith("dashboard.json"));
    expect(found.map(([path]) => path.split("/").at(-2))).toEqual(["dev", "prod"]);
    const uids = found.map(([, text]) => at(JSON.parse(text), "uid"));
    expect(uids).toEqual(["pet-store-dev", "pet-store-prod"]);
    const overlay = fileOf(made, "deploy/kubernetes/overlays/prod/kustomization.yaml");
    const [, map] = list(yamlDocuments(overlay)[0], "configMapGenerator");
    expect(at(map, "options", "labels")).toEqual({ grafana_dashboard: "1" });
    expect(at(map, "files")).toEqual(["pet-store-prod.json=dashboard.json"]);
    const without = await makeManifests(textOf("rest"), { ...settings, deploy: {} }, [
      "kubernetes",
    ]);
    expect([...without.files.keys()].join()).not.toContain("dashboard");
  });
});

/** Source: developer guide, "Metrics and dimensions" of REST, HTTP and WebSocket APIs. */
const ofAws: Readonly<Record<Kind, readonly string[]>> = {
  rest: "4XXError 5XXError CacheHitCount CacheMissCount Count IntegrationLatency Latency".split(
    " ",
  ),
  http: "4xx 5xx Count IntegrationLatency Latency DataProcessed".split(" "),
  websocket:
    "ConnectCount MessageCount IntegrationError ClientError ExecutionError IntegrationLatency".split(
      " ",
    ),
};

describe("CloudWatch", () => {
  test.each(kinds)("alarms and widgets of a %s API name what AWS measures", async (kind) => {
    const made = await makeManifests(textOf(kind), settingsOf({}), ["cloudformation", "terraform"]);
    const [template] = yamlDocuments(fileOf(made, "deploy/cloudformation/template.yaml"));
    const scope = kind === "rest" ? "ApiName" : "ApiId";
    const names: string[] = [];
    for (const [path, value] of walk(at(template, "Resources"))) {
      if (path.at(-1) === "MetricName") names.push(String(value));
      if (path.at(-1) === "Dimensions") {
        expect(list(value).map((one) => at(one, "Name"))).toEqual([scope, "Stage"]);
      }
      if (path.at(-1) !== "DashboardBody") continue;
      const body = JSON.parse(String(at(value, "Fn::Sub"))) as Tree;
      for (const metric of list(body, "widgets").flatMap((one) =>
        list(one, "properties", "metrics"),
      )) {
        const [space, name, first, , second] = list(metric);
        expect([space, first, second]).toEqual(["AWS/ApiGateway", scope, "Stage"]);
        names.push(String(name));
      }
    }
    const foreignNames = kind === "rest" ? [] : ["CacheHitCount"];
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => ![...ofAws[kind], ...foreignNames].includes(name))).toEqual([]);
    const terraform = fileOf(made, "deploy/terraform/observability.tf");
    const widgets = [...terraform.matchAll(/\[\s*"AWS\/ApiGateway",\s*"(\w+)",\s*"(\w+)"/g)];
    expect(widgets.length).toBeGreaterThan(3);
    for (const [, name = "", dimension] of widgets) {
      expect(ofAws[kind]).toContain(name);
      expect(dimension).toBe(scope);
    }
  });
});

describe("the rules of the examples", () => {
  withTools("promtool")("promtool takes them as they stand", { timeout: 30_000 }, async () => {
    let checked = 0;
    for (const name of examples) {
      for (const rule of rulesOf(await makeExample(name, ["kubernetes"]))) {
        const path = join(folder(), `rules-${name}-${checked}.yaml`);
        writeFileSync(path, stringify(at(rule, "spec")));
        expect(runTool("promtool", ["check", "rules", path], folder())).toContain("SUCCESS");
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(3);
  });

  withTools("promtool")("promtool takes what Prometheus reads", { timeout: 30_000 }, async () => {
    const made = await makeExample("ci-cd-stages", ["compose"]);
    const path = join(folder(), "prometheus.yaml");
    writeFileSync(path, fileOf(made, "deploy/compose/prometheus.yaml"));
    const said = runTool("promtool", ["check", "config", "--syntax-only", path], folder());
    expect(said).toContain("SUCCESS");
    expect(members(yamlDocuments(fileOf(made, "deploy/compose/prometheus.yaml"))[0])).not.toEqual(
      [],
    );
  });
});

describe("the reader of PromQL", () => {
  test.each<[expression: string, names: readonly string[], labels: readonly string[]]>([
    ['sum by (le, b) (rate(x_bucket{a=~"$a",c!="d"}[5m]))', ["x_bucket"], ["a", "c", "le", "b"]],
    ["topk(10, y) / (z > 0) and time() - w", ["y", "z", "w"], []],
    ['absent(up{job=~".*a{b}.*"} == 1)', ["up"], ["job"]],
  ])("%s", (expression, names, labels) => {
    const { series, grouped } = readPromql(expression);
    expect(series.map(({ name }) => name)).toEqual(names);
    expect([...series.flatMap((one) => one.labels), ...grouped]).toEqual(labels);
  });

  test("what is no token is no expression", () => {
    expect(() => readPromql("sum(x) ; y")).toThrow("no token");
  });
});
