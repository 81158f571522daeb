import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { REQUEST_METRICS } from "../../src/runtime/metrics/catalogue.js";
import { documentWith, lambdaProxy } from "../lower/lower-text.js";
import { checkKubernetes, validateObjects } from "./checks/kubernetes.js";
import { at, list, yamlDocuments, type Tree } from "./checks/tree.js";
import { checkFields } from "./checks/kubernetes-fields.js";
import { examples, fileOf, makeExample, makeManifests, repository, type Made } from "./made.js";
import { has, lack, runTool, withTools, workFolder, writeFiles } from "./tools.js";

const folder = workFolder();

/** All objects as they stand in the files. */
function objectsOf({ files }: Made): readonly Tree[] {
  return [...files]
    .filter(([path]) => path.startsWith("deploy/kubernetes/") && path.endsWith(".yaml"))
    .flatMap(([, text]) => yamlDocuments(text));
}

function overlaysOf({ files }: Made): readonly string[] {
  return [...files.keys()]
    .filter((path) => /overlays\/[^/]+\/kustomization\.yaml$/.test(path))
    .map((path) => path.replace(/\/kustomization\.yaml$/, ""));
}

/** The objects of an overlay as they would be applied. */
function built(made: Made, overlay: string, name: string): readonly Tree[] {
  const place = join(folder(), name);
  writeFiles(made, place);
  return yamlDocuments(runTool("kubectl", ["kustomize", overlay], place));
}

describe.each(examples)("the objects of %s", (name) => {
  test("fit the schemas of their kinds", async () => {
    const objects = objectsOf(await makeExample(name, ["docker", "kubernetes"])).filter(
      (object) => !isPatch(object),
    );
    expect(objects.length).toBeGreaterThan(6);
    expect(await validateObjects(objects)).toEqual([]);
  });

  test("every file of a kustomization is there, and every file is named", async () => {
    const made = await makeExample(name, ["kubernetes"]);
    for (const overlay of overlaysOf(made)) {
      const [kustomization] = yamlDocuments(fileOf(made, `${overlay}/kustomization.yaml`));
      const named = [
        ...list(kustomization, "resources").map(String),
        ...list(kustomization, "patches").map((patch) => String(at(patch, "path"))),
        ...list(kustomization, "configMapGenerator")
          .flatMap((map) => list(map, "files"))
          .map((file) => String(file).replace(/^.*=/, "")),
      ].filter((path) => /\.(?:yaml|json)$/.test(path));
      for (const resource of named) {
        expect(made.files.has(`${overlay}/${resource}`)).toBe(true);
      }
      const own = [...made.files.keys()].filter(
        (path) => path.startsWith(`${overlay}/`) && !path.endsWith("kustomization.yaml"),
      );
      expect(own.map((path) => path.slice(overlay.length + 1)).toSorted()).toEqual(
        named.toSorted(),
      );
    }
  });

  withTools("kubectl")(
    "kustomize builds every stage, and the checklist holds",
    { timeout: 60_000 },
    async () => {
      const made = await makeExample(name, ["docker", "kubernetes"]);
      for (const overlay of overlaysOf(made)) {
        const objects = built(made, overlay, name);
        expect(await validateObjects(objects)).toEqual([]);
        expect(checkKubernetes(objects)).toEqual([]);
      }
    },
  );
});

test("nginx takes bodies as large as the gateway does, and connections as silent", async () => {
  const settings = { deploy: { kubernetes: { ingress: { host: "a.example.com" } } } };
  const annotations = async (document: object): Promise<Tree> => {
    const made = await makeManifests(document, settings, ["kubernetes"]);
    const objects = yamlDocuments(fileOf(made, "deploy/kubernetes/overlays/dev/stage.yaml"));
    const ingress = objects.find((object) => at(object, "kind") === "Ingress");
    expect(await validateObjects([ingress])).toEqual([]);
    return at(ingress, "metadata", "annotations");
  };
  const nginx = "nginx.ingress.kubernetes.io";
  const requests = await annotations(documentWith({}));
  expect(at(requests, `${nginx}/proxy-body-size`)).toBe("10m");
  const sockets = await annotations({
    openapi: "3.0.3",
    info: { title: "Sockets", version: "1" },
    "x-gateway-websocket": {
      routeSelectionExpression: "$request.body.action",
      routes: { $default: { integration: { integrationType: "MOCK" } } },
    },
  });
  // ten minutes of silence are the gateway's own limit
  expect(Number(at(sockets, `${nginx}/proxy-read-timeout`))).toBeGreaterThan(600);
  expect(Number(at(sockets, `${nginx}/proxy-send-timeout`))).toBeGreaterThan(600);
});

describe("what kustomize builds", () => {
  const alike = { runtime: { state: { driver: "redis", url: { secret: "gateway/redis" } } } };
  const inCluster = {
    ...alike,
    deploy: {
      kubernetes: { redis: "incluster", ingress: { className: "nginx", host: "a.example.com" } },
    },
  };

  withTools("kubectl")(
    "has no field that its kind has not, at any depth",
    { timeout: 120_000 },
    async () => {
      const objects: Tree[] = [];
      for (const name of examples) {
        const made = await makeExample(name, ["kubernetes"]);
        for (const overlay of overlaysOf(made)) objects.push(...built(made, overlay, `f-${name}`));
      }
      const made = await makeManifests(documentWith({}), inCluster, ["kubernetes"]);
      for (const overlay of overlaysOf(made)) objects.push(...built(made, overlay, "f-store"));
      const packages = join(repository, "node_modules");
      expect(checkFields(objects, join(folder(), "fields"), packages)).toBe("");
      const wrong = structuredClone(objects[0]) as Record<string, object>;
      Object.assign(wrong["metadata"] ?? {}, { lables: {} });
      expect(checkFields([wrong], join(folder(), "wrong-fields"), packages)).toContain("lables");
    },
  );
});

/** A patch holds a part of an object. */
function isPatch(object: Tree): boolean {
  const isDeployment =
    at(object, "kind") === "Deployment" && at(object, "spec", "selector") === undefined;
  const isScaler =
    at(object, "kind") === "HorizontalPodAutoscaler" &&
    at(object, "spec", "scaleTargetRef") === undefined;
  return isDeployment || isScaler;
}

describe.runIf(has("kubectl"))(`stages${lack("kubectl")}`, () => {
  const overlay = (stage: string): string => `deploy/kubernetes/overlays/${stage}`;

  test("numbers, resources and settings are those of the stage", async () => {
    const made = await makeExample("ci-cd-stages", ["kubernetes"]);
    const objects = built(made, overlay("prod"), "stage-numbers");
    const find = (kind: string): Tree => objects.find((object) => at(object, "kind") === kind);
    expect(at(find("HorizontalPodAutoscaler"), "spec", "minReplicas")).toBe(3);
    expect(at(find("HorizontalPodAutoscaler"), "spec", "maxReplicas")).toBe(30);
    const [container] = list(find("Deployment"), "spec", "template", "spec", "containers");
    expect(at(container, "resources")).toEqual({
      limits: { memory: "768Mi" },
      requests: { cpu: "500m", memory: "384Mi" },
    });
    expect(list(container, "env")).toContainEqual({
      name: "LABELS_TOKEN",
      valueFrom: { secretKeyRef: { name: "parcels-secrets", key: "PARCELS_LABELS" } },
    });
    expect(at(find("ConfigMap"), "data", "LOG_LEVEL")).toBe("info");
    expect(at(find("ConfigMap"), "data", "METRICS_PORT")).toBe("9491");
  });

  test("as many deployments before stay as the stage says", async () => {
    const settings = {
      targets: ["kubernetes"],
      stages: { dev: {}, prod: { deploymentPolicy: { retainDeployments: 9 } } },
    };
    const made = await makeManifests(documentWith({}), settings, "chosen");
    expect(made.diagnostics.filter(({ code }) => code === "GG043")).toEqual([]);
    const kept = (stage: string): unknown =>
      at(
        built(made, overlay(stage), "retained").find((one) => at(one, "kind") === "Deployment"),
        "spec",
        "revisionHistoryLimit",
      );
    expect([kept("dev"), kept("prod")]).toEqual([5, 9]);
  });

  test("a change of the settings makes another name of the ConfigMap, so that pods roll", async () => {
    const nameWith = async (level: string): Promise<unknown> => {
      const settings = { stages: { dev: { environment: { LOG_LEVEL: level } } } };
      const made = await makeManifests(documentWith({}), settings, ["kubernetes"]);
      const objects = built(made, overlay("dev"), `config-${level}`);
      return at(
        objects.find((object) => at(object, "kind") === "ConfigMap"),
        "metadata",
        "name",
      );
    };
    expect(await nameWith("info")).not.toBe(await nameWith("debug"));
  });

  test("an Ingress leads to the stage, with its TLS", async () => {
    const settings = {
      stages: { dev: {}, prod: {} },
      deploy: {
        kubernetes: {
          ingress: { className: "nginx", host: "api.example.com", tlsSecret: "api-tls" },
        },
      },
    };
    const made = await makeManifests(documentWith({}), settings, ["kubernetes"]);
    const [, ingress] = yamlDocuments(fileOf(made, `${overlay("prod")}/stage.yaml`));
    expect(at(ingress, "spec", "rules", 0, "host")).toBe("api.example.com");
    expect(
      at(ingress, "metadata", "annotations", "nginx.ingress.kubernetes.io/rewrite-target"),
    ).toBe("/prod/$1");
    expect(at(ingress, "spec", "tls", 0, "secretName")).toBe("api-tls");
    const [, dev] = yamlDocuments(fileOf(made, `${overlay("dev")}/stage.yaml`));
    expect(at(dev, "spec", "rules", 0, "host")).toBe("dev.api.example.com");
    expect(
      at(dev, "metadata", "annotations", "nginx.ingress.kubernetes.io/rewrite-target"),
    ).toBeUndefined();
  });

  test("alarms are rules over the gateway's own metrics", async () => {
    const made = await makeExample("ci-cd-stages", ["kubernetes"]);
    const rule = yamlDocuments(fileOf(made, `${overlay("prod")}/stage.yaml`)).at(-1);
    expect(list(rule, "spec", "groups", 0, "rules").map((one) => at(one, "expr"))).toEqual([
      '100 * sum(increase(apigateway_5xx_errors_total{api="Parcels",stage="prod"}[60s])) / clamp_min(sum(increase(apigateway_requests_total{api="Parcels",stage="prod"}[60s])), 1) > 1',
      '1000 * histogram_quantile(0.99, sum by (le) (rate(apigateway_latency_seconds_bucket{api="Parcels",stage="prod"}[60s]))) > 2000',
    ]);
  });

  test("every metric of the gateway can be in an alarm, by its own name", async () => {
    // APIs of events have theirs in the test of dashboards
    for (const { names, exposed } of REQUEST_METRICS.filter(
      (one) => one.names.rest ?? one.names.http,
    )) {
      const metric = names.rest ?? names.http ?? "";
      const settings = {
        api: { kind: names.rest === undefined ? "http" : "rest" },
        runtime: { metrics: { port: 9465, host: "0.0.0.0" } },
        stages: { dev: { alarms: { one: { metric, threshold: 1 } } } },
        deploy: { kubernetes: { serviceMonitor: true } },
      };
      const document = documentWith({ integration: { ...lambdaProxy } });
      const made = await makeManifests(document, settings, ["kubernetes"]);
      expect(fileOf(made, `${overlay("dev")}/stage.yaml`), metric).toContain(exposed);
    }
  });

  test("metrics that nobody can ask for are told, and not scraped", async () => {
    const settings = {
      runtime: { adminPort: 9464 },
      deploy: { kubernetes: { serviceMonitor: true } },
    };
    const made = await makeManifests(documentWith({}), settings, ["kubernetes"]);
    expect(made.diagnostics.map(({ code }) => code)).toContain("GG052");
    expect([...made.files.values()].join("\n")).not.toContain("PodMonitor");
  });

  test("a listener for health alone is asked by the kubelet, one on the loopback from inside", async () => {
    const probes = async (runtime: object): Promise<Tree> => {
      const made = await makeManifests(documentWith({}), { runtime }, ["kubernetes"]);
      const deployment = yamlDocuments(fileOf(made, "deploy/kubernetes/base/gateway.yaml")).find(
        (object) => at(object, "kind") === "Deployment",
      );
      return at(deployment, "spec", "template", "spec", "containers", 0, "livenessProbe");
    };
    const open = await probes({ metrics: { port: 9465, host: "0.0.0.0" } });
    expect(at(open, "httpGet")).toEqual({ path: "/health/live", port: "metrics", scheme: "HTTP" });
    const inside = await probes({ adminPort: 9464 });
    expect(at(inside, "exec", "command")).toEqual(["node", "/app/health.mjs", "live"]);
  });

  test.each<[runtime: object, pause: number | undefined, grace: number]>([
    [{}, 8, 60],
    [{ drainDelay: "3s" }, 5, 60],
    [{ drainDelay: "10s", shutdownGrace: "90s" }, undefined, 110],
  ])("a pod has the time to end that the gateway takes: %j", async (runtime, pause, grace) => {
    const made = await makeManifests(documentWith({}), { runtime }, ["kubernetes"]);
    const [, deployment] = yamlDocuments(fileOf(made, "deploy/kubernetes/base/gateway.yaml"));
    const pod = at(deployment, "spec", "template", "spec");
    const command = at(pod, "containers", 0, "lifecycle", "preStop", "exec", "command");
    expect(command).toEqual(pause === undefined ? undefined : ["sleep", String(pause)]);
    expect(at(pod, "terminationGracePeriodSeconds")).toBe(grace);
    const stop = { drainSeconds: 8 - (pause ?? 0), graceSeconds: grace - 20 };
    expect(checkKubernetes(built(made, overlay("dev"), `stop-${grace}-${pause}`), stop)).toEqual(
      [],
    );
  });

  test("a canary is a deployment of its own behind the weights of the route", async () => {
    const made = await makeExample("ci-cd-stages", ["kubernetes"]);
    const [, , route] = yamlDocuments(fileOf(made, `${overlay("prod")}/stage.yaml`));
    expect(list(route, "spec", "rules", 0, "backendRefs")).toEqual([
      { name: "parcels", port: 80, weight: 90 },
      { name: "parcels-canary", port: 80, weight: 10 },
    ]);
    expect(fileOf(made, `${overlay("dev")}/stage.yaml`)).not.toContain("parcels-canary");
  });

  test("a store in the cluster is for trying out, behind its own policy", async () => {
    const settings = {
      runtime: { state: { driver: "redis", url: { secret: "gateway/redis" } } },
      deploy: { kubernetes: { redis: "incluster" } },
    };
    const made = await makeManifests(documentWith({}), settings, ["kubernetes"]);
    const objects = built(made, overlay("dev"), "store");
    expect(await validateObjects(objects)).toEqual([]);
    expect(checkKubernetes(objects)).toEqual([]);
  });
});
