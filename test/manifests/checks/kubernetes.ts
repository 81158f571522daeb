import { at, Findings, list, members, type Tree } from "./tree.js";

interface Model {
  validate(): void;
}

/** Package with the kinds of a version: those of Kubernetes, of Gateway API, of the Prometheus operator. */
export function kindHome(apiVersion: string): string {
  switch (apiVersion.split("/")[0]) {
    case "gateway.networking.k8s.io":
      return "@kubernetes-models/gateway-api";
    case "monitoring.coreos.com":
      return "@kubernetes-models/prometheus-operator";
    default:
      return "kubernetes-models";
  }
}

async function modelOf(
  apiVersion: string,
  kind: string,
): Promise<(new (data: unknown) => Model) | undefined> {
  try {
    const module = (await import(`${kindHome(apiVersion)}/${apiVersion}/${kind}`)) as Record<
      string,
      unknown
    >;
    const model =
      module[kind] ?? (module["default"] as Record<string, unknown> | undefined)?.[kind];
    return model as (new (data: unknown) => Model) | undefined;
  } catch {
    return undefined;
  }
}

/** Each object against the schema of its kind. Objects of kustomize itself have none here. */
export async function validateObjects(objects: readonly Tree[]): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const object of objects) {
    const apiVersion = String(at(object, "apiVersion"));
    const kind = String(at(object, "kind"));
    if (apiVersion.startsWith("kustomize.config")) continue;
    const Kind = await modelOf(apiVersion, kind);
    if (Kind === undefined) {
      findings.push(`${apiVersion} ${kind} is not known`);
      continue;
    }
    try {
      new Kind(object).validate();
    } catch (error) {
      findings.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
    }
    findings.push(...unknownKeys(kind, object));
  }
  return findings;
}

/** Schemas are open: keys that no field has are told by these lists. */
const knownKeys: Readonly<Record<string, readonly string[]>> = {
  container:
    "name image imagePullPolicy ports envFrom env resources startupProbe livenessProbe readinessProbe lifecycle securityContext volumeMounts args command".split(
      " ",
    ),
  pod: "serviceAccountName automountServiceAccountToken enableServiceLinks terminationGracePeriodSeconds securityContext topologySpreadConstraints containers volumes".split(
    " ",
  ),
  deployment:
    "revisionHistoryLimit progressDeadlineSeconds minReadySeconds strategy selector template replicas".split(
      " ",
    ),
};

function unknownKeys(kind: string, object: Tree): readonly string[] {
  if (kind !== "Deployment") return [];
  const unknown = (what: keyof typeof knownKeys, tree: Tree): readonly string[] =>
    members(tree)
      .filter(([key]) => !(knownKeys[what] ?? []).includes(key))
      .map(([key]) => `Deployment: ${key} is no field of a ${what}`);
  return [
    ...unknown("deployment", at(object, "spec")),
    ...unknown("pod", at(object, "spec", "template", "spec")),
    ...list(object, "spec", "template", "spec", "containers").flatMap((container) =>
      unknown("container", container),
    ),
  ];
}

/** How long the gateway in the pods takes to stop by itself. */
export interface StopTimes {
  readonly drainSeconds: number;
  readonly graceSeconds: number;
}

/** The checklist, over all objects of one overlay as they would be applied. */
export function checkKubernetes(
  objects: readonly Tree[],
  stop: StopTimes = { drainSeconds: 0, graceSeconds: 25 },
): readonly string[] {
  const found = new Findings();
  const ofKind = (kind: string): readonly Tree[] =>
    objects.filter((object) => at(object, "kind") === kind);
  const deployments = ofKind("Deployment");
  found.check(deployments.length > 0, "there is a Deployment");
  for (const deployment of deployments) {
    checkDeployment(deployment, found);
    if (component(deployment) !== "valkey") checkEnd(deployment, stop, found);
  }
  for (const namespace of ofKind("Namespace")) {
    found.check(
      at(namespace, "metadata", "labels", "pod-security.kubernetes.io/enforce") === "restricted",
      "Namespace: the restricted profile",
    );
  }
  found.check(ofKind("Namespace").length === 1, "there is a Namespace");
  const main = deployments.find((one) => component(one) === "gateway");
  const scaler = ofKind("HorizontalPodAutoscaler")[0];
  found.check(at(scaler, "apiVersion") === "autoscaling/v2", "HPA: version 2");
  found.check(
    at(scaler, "spec", "scaleTargetRef", "name") === at(main, "metadata", "name"),
    "HPA: of the Deployment",
  );
  found.check(Number(at(scaler, "spec", "minReplicas")) >= 1, "HPA: a least number");
  found.check(
    Number(at(scaler, "spec", "behavior", "scaleDown", "stabilizationWindowSeconds")) >= 120,
    "HPA: slow to scale down",
  );
  found.check(
    at(main, "spec", "replicas") === undefined,
    "Deployment: no replicas beside an autoscaler",
  );
  const budget = ofKind("PodDisruptionBudget")[0];
  found.check(at(budget, "spec", "maxUnavailable") === 1, "PDB: one at a time");
  found.check(
    at(budget, "spec", "unhealthyPodEvictionPolicy") === "AlwaysAllow",
    "PDB: not for pods that do not work",
  );
  for (const selecting of [budget, ofKind("Service").find((one) => component(one) === "gateway")]) {
    const chosen =
      at(selecting, "spec", "selector", "matchLabels") ?? at(selecting, "spec", "selector");
    found.check(selects(chosen, main), `${String(at(selecting, "kind"))}: selects the pods`);
  }
  const policies = ofKind("NetworkPolicy");
  for (const deployment of deployments) {
    const policy = policies.find((one) =>
      selects(at(one, "spec", "podSelector", "matchLabels"), deployment),
    );
    found.check(policy !== undefined, "NetworkPolicy: for every Deployment");
    found.check(
      ["Ingress", "Egress"].every((type) => list(policy, "spec", "policyTypes").includes(type)),
      "NetworkPolicy: both ways",
    );
    for (const rule of list(policy, "spec", "egress")) {
      for (const to of list(rule, "to")) {
        if (at(to, "ipBlock", "cidr") !== "0.0.0.0/0") continue;
        found.check(
          list(to, "ipBlock", "except").some((cidr) => String(cidr).startsWith("169.254.")),
          "NetworkPolicy: not to the metadata of clouds",
        );
      }
    }
  }
  for (const account of ofKind("ServiceAccount")) {
    found.check(at(account, "automountServiceAccountToken") === false, "ServiceAccount: no token");
  }
  const config = ofKind("ConfigMap")[0];
  found.check(
    /-[a-z0-9]{10}$/.test(String(at(config, "metadata", "name"))),
    "ConfigMap: a hash in its name",
  );
  found.check(ofKind("Secret").length === 0, "no Secret is kept in the manifests");
  for (const route of ofKind("HTTPRoute")) {
    const backends = list(route, "spec", "rules", 0, "backendRefs");
    const sum = backends.reduce<number>(
      (total, backend) => total + Number(at(backend, "weight")),
      0,
    );
    found.check(sum === 100, "HTTPRoute: weights of 100");
    for (const backend of backends) {
      const name = at(backend, "name");
      found.check(
        ofKind("Service").some((service) => at(service, "metadata", "name") === name),
        `HTTPRoute: the service ${String(name)}`,
      );
    }
  }
  return found.all;
}

function component(object: Tree): unknown {
  return at(object, "metadata", "labels", "app.kubernetes.io/component");
}

function selects(labels: Tree, deployment: Tree): boolean {
  const entries = members(labels);
  return (
    entries.length > 0 &&
    entries.every(
      ([key, value]) => at(deployment, "spec", "template", "metadata", "labels", key) === value,
    )
  );
}

function checkDeployment(deployment: Tree, found: Findings): void {
  const spec = at(deployment, "spec", "template", "spec");
  const name = String(at(deployment, "metadata", "name"));
  const isGateway = component(deployment) !== "valkey";
  found.check(
    selects(at(deployment, "spec", "selector", "matchLabels"), deployment),
    `${name}: selects its pods`,
  );
  found.check(at(spec, "securityContext", "runAsNonRoot") === true, `${name}: not as root`);
  found.check(Number(at(spec, "securityContext", "runAsUser")) > 0, `${name}: a numeric user`);
  found.check(
    at(spec, "securityContext", "seccompProfile", "type") === "RuntimeDefault",
    `${name}: seccomp`,
  );
  found.check(at(spec, "automountServiceAccountToken") === false, `${name}: no token`);
  found.check(at(spec, "enableServiceLinks") === false, `${name}: no service links`);
  for (const container of list(spec, "containers")) {
    const context = at(container, "securityContext");
    found.check(at(context, "allowPrivilegeEscalation") === false, `${name}: no escalation`);
    found.check(
      at(context, "readOnlyRootFilesystem") === true,
      `${name}: a root that is read only`,
    );
    found.check(list(context, "capabilities", "drop").includes("ALL"), `${name}: no capabilities`);
    found.check(at(context, "privileged") !== true, `${name}: not privileged`);
    found.check(
      at(container, "resources", "requests", "cpu") !== undefined,
      `${name}: a request of CPU`,
    );
    found.check(
      at(container, "resources", "requests", "memory") !== undefined,
      `${name}: a request of memory`,
    );
    found.check(
      at(container, "resources", "limits", "memory") !== undefined,
      `${name}: a limit of memory`,
    );
    found.check(
      at(container, "resources", "limits", "cpu") === undefined,
      `${name}: no limit of CPU`,
    );
    const image = String(at(container, "image"));
    found.check(/[:@][^/]+$/.test(image) && !image.endsWith(":latest"), `${name}: a fixed image`);
    for (const variable of list(container, "env")) {
      const isSecret = /SECRET|TOKEN|PASSWORD|KEY/.test(String(at(variable, "name")));
      found.check(
        !isSecret || at(variable, "value") === undefined,
        `${name}: secrets by reference`,
      );
    }
    if (isGateway) checkProbes(name, container, found);
  }
  if (!isGateway) return;
  found.check(
    at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable") !== 1,
    `${name}: none is missing`,
  );
  const keys = list(spec, "topologySpreadConstraints").map((one) => at(one, "topologyKey"));
  found.check(keys.includes("topology.kubernetes.io/zone"), `${name}: over zones`);
  found.check(keys.includes("kubernetes.io/hostname"), `${name}: over hosts`);
  const spread = list(spec, "topologySpreadConstraints");
  found.check(
    spread.every((one) => list(one, "matchLabelKeys").includes("pod-template-hash")),
    `${name}: the pods of one version are spread`,
  );
  found.check(at(spec, "serviceAccountName") !== undefined, `${name}: an account of its own`);
  if (component(deployment) === "gateway") {
    found.check(
      at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable") === 0,
      `${name}: rolls`,
    );
    found.check(
      Number(at(deployment, "spec", "minReadySeconds")) > 0,
      `${name}: sees whether a pod stays ready`,
    );
  }
}

/** The balancers learn that a pod goes, requests end, and what is behind them; then it may be cut. */
function checkEnd(
  deployment: Tree,
  { drainSeconds, graceSeconds }: StopTimes,
  found: Findings,
): void {
  const name = String(at(deployment, "metadata", "name"));
  const spec = at(deployment, "spec", "template", "spec");
  const hook = list(spec, "containers", 0, "lifecycle", "preStop", "exec", "command")[1];
  const pause = hook === undefined ? 0 : Number(hook);
  const leaving = pause + drainSeconds;
  found.check(leaving >= 5 && pause <= 10, `${name}: waits before it stops`);
  const grace = Number(at(spec, "terminationGracePeriodSeconds"));
  found.check(grace >= 60 && grace >= leaving + graceSeconds + 10, `${name}: has time to end`);
}

function checkProbes(name: string, container: Tree, found: Findings): void {
  // by a command inside, or by a path of the listener
  const asked = (probe: string): string =>
    String(
      at(container, probe, "httpGet", "path") ??
        list(container, probe, "exec", "command").join(" "),
    );
  found.check(/[ /]live$/.test(asked("livenessProbe")), `${name}: lives by the process alone`);
  found.check(/[ /]ready$/.test(asked("readinessProbe")), `${name}: is ready with what it needs`);
  found.check(/[ /]ready$/.test(asked("startupProbe")), `${name}: has time to start`);
  const mounts = list(container, "volumeMounts").map((mount) => at(mount, "mountPath"));
  found.check(mounts.includes("/tmp"), `${name}: a place for temporary files`);
}
