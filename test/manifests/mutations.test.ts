import { beforeAll, describe, expect, test } from "vitest";
import {
  checkBodyReferences,
  checkCloudFormation,
  validateTemplate,
} from "./checks/cloudformation.js";
import { checkCompose, validateCompose } from "./checks/compose.js";
import { checkDockerfile } from "./checks/dockerfile.js";
import { checkKubernetes, validateObjects } from "./checks/kubernetes.js";
import { checkBuildspec, checkPipeline, checkWorkflow } from "./checks/pipelines.js";
import { checkTerraform, readModule } from "./checks/terraform.js";
import { at, list, yamlDocuments, type Tree } from "./checks/tree.js";
import { fileOf, makeExample, makeManifests, type Made } from "./made.js";
import { documentWith } from "../lower/lower-text.js";

/**
 * Single changes to manifests that the checks must notice: a check that nothing can fail proves nothing.
 */

let made: Made;
let stateful: Made;

beforeAll(async () => {
  made = await makeExample("ci-cd-stages");
  stateful = await makeManifests(
    documentWith({}),
    {
      runtime: { state: { driver: "redis", url: { secret: "gateway/redis" } } },
      deploy: { compose: { observability: true } },
    },
    ["docker", "compose"],
  );
});

/** Sets a member of a tree by its path; undefined removes it. */
function set(tree: Tree, path: readonly (string | number)[], value: unknown): void {
  const holder = at(tree, ...path.slice(0, -1));
  const key = path.at(-1) ?? "";
  if (typeof holder !== "object" || holder === null)
    throw new Error(`nothing at ${path.join("/")}`);
  if (value === undefined) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
  } else Reflect.set(holder, key, value);
}

type Path = readonly (string | number)[];
type Change = readonly [name: string, path: Path, value: unknown];

const templatePath = "deploy/cloudformation/template.yaml";

describe("CloudFormation", () => {
  const changes: readonly Change[] = [
    ["merges on import", ["Api", "Properties", "Mode"], "merge"],
    ["takes warnings", ["Api", "Properties", "FailOnWarnings"], false],
    [
      "two endpoint types",
      ["Api", "Properties", "EndpointConfiguration", "Types"],
      ["EDGE", "REGIONAL"],
    ],
    ["no body", ["Api", "Properties", "Body"], undefined],
    ["a deployment that is thrown away", ["DEPLOYMENT", "DeletionPolicy"], undefined],
    ["a deployment with a stage", ["DEPLOYMENT", "Properties", "StageName"], "prod"],
    ["no access log", ["Stage", "Properties", "AccessLogSetting", "DestinationArn"], undefined],
    [
      "a log without an id",
      ["Stage", "Properties", "AccessLogSetting", "Format"],
      '{"ip":"$context.identity.sourceIp"}',
    ],
    ["no tracing", ["Stage", "Properties", "TracingEnabled"], false],
    ["no settings of methods", ["Stage", "Properties", "MethodSettings"], []],
    ["a variable that is not set", ["Stage", "Properties", "Variables", "scans"], undefined],
    ["a value that no variable may have", ["Stage", "Properties", "Variables", "scans"], "a b"],
    ["a log that never ends", ["AccessLogs", "Properties", "RetentionInDays"], undefined],
    ["a log without a name", ["ExecutionLogs", "Properties", "LogGroupName"], undefined],
    ["a log that goes with the stack", ["AccessLogs", "DeletionPolicy"], undefined],
    ["everybody may call", ["PERMISSION", "Properties", "Principal"], "*"],
    ["any API may call", ["PERMISSION", "Properties", "SourceArn"], undefined],
    [
      "any stage may call",
      ["PERMISSION", "Properties", "SourceArn"],
      { "Fn::Sub": "arn:aws:execute-api:eu-west-1:1:${Api}/*" },
    ],
    [
      "a role for every account",
      [
        "ParcelsGatewaySqsRole",
        "Properties",
        "AssumeRolePolicyDocument",
        "Statement",
        0,
        "Condition",
      ],
      undefined,
    ],
    ["a runtime of yesterday", ["ParcelsFunction", "Properties", "Runtime"], "nodejs16.x"],
    ["silence is an alarm", ["ErrorsAlarm", "Properties", "TreatMissingData"], "breaching"],
    ["TLS 1.0", ["ParcelsExampleComDomain", "Properties", "SecurityPolicy"], "TLS_1_0"],
    ["a key in the template", ["AcmeApiKey", "Properties", "Value"], "0123456789abcdefghij"],
    ["a plan of no stage", ["ShopsUsagePlan", "Properties", "ApiStages"], []],
    ["the account's role in any case", ["Account", "Condition"], undefined],
    ["a method beside the body", ["Method"], { Type: "AWS::ApiGateway::Method", Properties: {} }],
    ["a reference to nothing", ["Stage", "Properties", "RestApiId"], { Ref: "Apii" }],
    [
      "an attribute of nothing",
      ["ParcelsFunction", "Properties", "Role"],
      { "Fn::GetAtt": ["NoRole", "Arn"] },
    ],
    ["a dependency on nothing", ["Stage", "DependsOn"], "Nothing"],
  ];

  test.each(changes)("%s", (_name, [id = "", ...path], value) => {
    const [template] = yamlDocuments(fileOf(made, templatePath));
    const body = JSON.parse(fileOf(made, "deploy/cloudformation/openapi.json")) as Tree;
    expect(checkCloudFormation(template, body)).toEqual([]);
    const ids = Object.keys(at(template, "Resources") as object);
    const found =
      id === "DEPLOYMENT"
        ? ids.find((one) => one.startsWith("Deployment"))
        : id === "PERMISSION"
          ? ids.find((one) => one.endsWith("Permission"))
          : String(id);
    set(template, ["Resources", found ?? "", ...path], value);
    expect(checkCloudFormation(template, body)).not.toEqual([]);
  });

  test.each<readonly [name: string, path: Path, value: unknown]>([
    ["a property that does not exist", ["Resources", "Stage", "Properties", "TracingOn"], true],
    ["a type that does not exist", ["Resources", "Stage", "Type"], "AWS::ApiGateway::Stag"],
    ["a stage of no API", ["Resources", "Stage", "Properties", "RestApiId"], undefined],
    [
      "a number that is a text",
      ["Resources", "AccessLogs", "Properties", "RetentionInDays"],
      "thirty",
    ],
    [
      "days that CloudWatch does not know",
      ["Resources", "AccessLogs", "Properties", "RetentionInDays"],
      31,
    ],
  ])("AWS's validator: %s", { timeout: 60_000 }, (_name, path, value) => {
    const [template] = yamlDocuments(fileOf(made, templatePath));
    set(template, path, value);
    expect(validateTemplate(template)).not.toEqual([]);
  });

  test.each<readonly [name: string, key: "Action" | "Resource", value: string]>([
    ["every action of a service", "Action", "s3:*"],
    ["every resource of a service", "Resource", "*"],
  ])("%s", async (_name, key, value) => {
    const services = await makeExample("aws-services", ["cloudformation"]);
    const [template] = yamlDocuments(fileOf(services, templatePath));
    const body = JSON.parse(fileOf(services, "deploy/cloudformation/openapi.json")) as Tree;
    expect(checkCloudFormation(template, body)).toEqual([]);
    const policy = ["FilesGatewayS3Role", "Properties", "Policies", 0, "PolicyDocument"];
    set(template, ["Resources", ...policy, "Statement", 0, key], value);
    expect(checkCloudFormation(template, body)).not.toEqual([]);
  });

  test("a reference of the body to nothing", () => {
    const [template] = yamlDocuments(fileOf(made, templatePath));
    const body = fileOf(made, "deploy/cloudformation/openapi.json").replace(
      "${ParcelsFunction.Arn}",
      "${Parcel.Arn}",
    );
    expect(checkBodyReferences(template, JSON.parse(body))).not.toEqual([]);
  });
});

describe("Kubernetes", () => {
  /** Base and overlay as kustomize would put them together, as far as the checks look. */
  function objects(): readonly Tree[] {
    const config = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "parcels-config-0123456789" },
    };
    return [
      ...yamlDocuments(fileOf(made, "deploy/kubernetes/base/gateway.yaml")),
      ...yamlDocuments(fileOf(made, "deploy/kubernetes/overlays/prod/stage.yaml")),
      config,
    ];
  }
  const pod: Path = ["Deployment", "spec", "template", "spec"];
  const container: Path = [...pod, "containers", 0];
  const changes: readonly Change[] = [
    ["as root", [...pod, "securityContext", "runAsNonRoot"], false],
    ["a user by number 0", [...pod, "securityContext", "runAsUser"], 0],
    ["no seccomp", [...pod, "securityContext", "seccompProfile"], undefined],
    ["a token in the pod", [...pod, "automountServiceAccountToken"], true],
    ["service links", [...pod, "enableServiceLinks"], undefined],
    ["escalation", [...container, "securityContext", "allowPrivilegeEscalation"], true],
    [
      "a root that can be written",
      [...container, "securityContext", "readOnlyRootFilesystem"],
      false,
    ],
    ["capabilities", [...container, "securityContext", "capabilities"], undefined],
    ["privileged", [...container, "securityContext", "privileged"], true],
    ["no request of memory", [...container, "resources", "requests", "memory"], undefined],
    ["a limit of CPU", [...container, "resources", "limits", "cpu"], "1"],
    ["no limit of memory", [...container, "resources", "limits"], undefined],
    ["the newest image", [...container, "image"], "parcels:latest"],
    ["no liveness", [...container, "livenessProbe"], undefined],
    ["lives by what it needs", [...container, "livenessProbe", "httpGet", "path"], "/health/ready"],
    ["no time to start", [...container, "startupProbe"], undefined],
    ["stops at once", [...container, "lifecycle"], undefined],
    ["counts pods that go", [...pod, "topologySpreadConstraints", 0, "matchLabelKeys"], undefined],
    ["the next goes at once", ["Deployment", "spec", "minReadySeconds"], undefined],
    [
      "a broken pod keeps its node",
      ["PodDisruptionBudget", "spec", "unhealthyPodEvictionPolicy"],
      undefined,
    ],
    ["no time to end", [...pod, "terminationGracePeriodSeconds"], 20],
    [
      "waits longer than the balancers need",
      [...container, "lifecycle", "preStop", "exec", "command", 1],
      "40",
    ],
    ["no place for temporary files", [...container, "volumeMounts"], []],
    ["all on one host", [...pod, "topologySpreadConstraints"], []],
    ["replicas beside an autoscaler", ["Deployment", "spec", "replicas"], 3],
    [
      "a hole while it rolls",
      ["Deployment", "spec", "strategy", "rollingUpdate", "maxUnavailable"],
      1,
    ],
    ["an old autoscaler", ["HorizontalPodAutoscaler", "apiVersion"], "autoscaling/v1"],
    [
      "scales something else",
      ["HorizontalPodAutoscaler", "spec", "scaleTargetRef", "name"],
      "other",
    ],
    [
      "scales down at once",
      ["HorizontalPodAutoscaler", "spec", "behavior", "scaleDown", "stabilizationWindowSeconds"],
      0,
    ],
    ["two away at once", ["PodDisruptionBudget", "spec", "maxUnavailable"], 2],
    ["a service for others", ["Service", "spec", "selector", "app.kubernetes.io/name"], "other"],
    ["one way only", ["NetworkPolicy", "spec", "policyTypes"], ["Ingress"]],
    [
      "metadata of clouds",
      ["NetworkPolicy", "spec", "egress", 1, "to", 0, "ipBlock", "except"],
      undefined,
    ],
    [
      "a policy for others",
      ["NetworkPolicy", "spec", "podSelector", "matchLabels", "app.kubernetes.io/name"],
      "other",
    ],
    [
      "a namespace without a profile",
      ["Namespace", "metadata", "labels", "pod-security.kubernetes.io/enforce"],
      "privileged",
    ],
    ["an account with a token", ["ServiceAccount", "automountServiceAccountToken"], true],
    ["a ConfigMap by a plain name", ["ConfigMap", "metadata", "name"], "parcels-config"],
    [
      "weights that are no hundred",
      ["HTTPRoute", "spec", "rules", 0, "backendRefs", 0, "weight"],
      50,
    ],
    ["a route to nothing", ["HTTPRoute", "spec", "rules", 0, "backendRefs", 1, "name"], "none"],
  ];

  test.each(changes)("%s", (_name, [kind, ...path], value) => {
    const all = structuredClone(objects());
    expect(checkKubernetes(all)).toEqual([]);
    set(
      all.find((object) => at(object, "kind") === kind),
      path,
      value,
    );
    expect(checkKubernetes(all)).not.toEqual([]);
  });

  test.each<Change>([
    ["a port that is no number", ["Service", "spec", "ports", 0, "port"], "eighty"],
    ["a field of a pod that does not exist", [...pod, "restartsPolicy"], "Always"],
    ["a number of pods that is a text", ["HorizontalPodAutoscaler", "spec", "maxReplicas"], "many"],
    ["a kind that does not exist", ["Service", "kind"], "Servise"],
    ["no selector", ["Deployment", "spec", "selector"], undefined],
  ])("the schema: %s", async (_name, [kind, ...path], value) => {
    const all = structuredClone(objects());
    expect(await validateObjects(all)).toEqual([]);
    set(
      all.find((object) => at(object, "kind") === kind),
      path,
      value,
    );
    expect(await validateObjects(all)).not.toEqual([]);
  });
});

describe("Compose", () => {
  const changes: readonly Change[] = [
    ["a root that can be written", ["gateway", "read_only"], undefined],
    ["capabilities", ["gateway", "cap_drop"], []],
    ["new privileges", ["gateway", "security_opt"], undefined],
    ["as root", ["gateway", "user"], "0:0"],
    ["no init", ["gateway", "init"], false],
    ["open to all", ["gateway", "ports"], ["8080:8080"]],
    ["no limit", ["gateway", "deploy"], undefined],
    ["cut before its requests have ended", ["gateway", "stop_grace_period"], "10s"],
    ["logs that grow", ["gateway", "logging"], undefined],
    ["does not say how it is", ["gateway", "healthcheck"], undefined],
    ["does not wait", ["gateway", "depends_on", "valkey", "condition"], "service_started"],
    ["a store for all", ["valkey", "ports"], ["127.0.0.1:6379:6379"]],
    [
      "a store that forgets",
      ["valkey", "command"],
      ["valkey-server", "--maxmemory-policy", "allkeys-lru"],
    ],
    ["a store in front", ["valkey", "networks"], ["front", "state"]],
    ["the newest image", ["valkey", "image"], "valkey/valkey:latest"],
    ["Prometheus in any case", ["prometheus", "profiles"], undefined],
    ["a network that is not there", ["gateway", "networks"], ["front", "back"]],
  ];

  test.each(changes)("%s", (_name, path, value) => {
    const [file] = yamlDocuments(fileOf(stateful, "deploy/compose/compose.yaml"));
    expect(checkCompose(file)).toEqual([]);
    set(file, ["services", ...path], value);
    expect(checkCompose(file)).not.toEqual([]);
  });

  test.each<Change>([
    ["a key that does not exist", ["services", "gateway", "readonly"], true],
    ["a profile that is no list", ["services", "prometheus", "profiles"], "observability"],
  ])("the schema: %s", (_name, path, value) => {
    const [file] = yamlDocuments(fileOf(stateful, "deploy/compose/compose.yaml"));
    expect(validateCompose(file)).toEqual([]);
    set(file, path, value);
    expect(validateCompose(file)).not.toEqual([]);
  });
});

describe("Dockerfile", () => {
  test.each<readonly [name: string, from: string | RegExp, to: string]>([
    ["a base that moves", /^ARG NODE_IMAGE=\S+/m, "ARG NODE_IMAGE=node:latest"],
    ["as root", /^USER .*$/m, "USER root"],
    ["by name", /^USER .*$/m, "USER node"],
    ["a shell in front", /^CMD .*$/m, "CMD npm start"],
    ["no source maps", '"--enable-source-maps", ', ""],
    ["scripts of packages", "npm ci --ignore-scripts", "npm ci"],
    [
      "sources first",
      "COPY package.json package-lock.json ./",
      "COPY src ./src\nCOPY package.json package-lock.json ./",
    ],
    ["a token of the registry in no layer", /--mount=type=secret\S+ /, ""],
    ["settings of npm", "COPY src ./src", "COPY .npmrc ./\nCOPY src ./src"],
    ["not pruned", / && npm prune[^\n]*/, ""],
    [
      "files of the process",
      "COPY --from=build /build/dist",
      "COPY --chown=10001 --from=build /build/dist",
    ],
    ["files of their owner alone", "--chmod=0644 deploy", "deploy"],
    ["no health", /^HEALTHCHECK .*$/m, ""],
    ["a secret", "ENV NODE_ENV", 'ENV API_TOKEN="x" NODE_ENV'],
    ["no production", 'NODE_ENV="production"', 'NODE_ENV="development"'],
    ["no label", /org\.opencontainers\.image\.title="[^"]*" \\\n\s+/, ""],
    ["one stage", /^FROM \$\{NODE_IMAGE\} AS run$/m, ""],
    ["an address as a source", "COPY src ./src", "ADD https://example.com/x ./src"],
  ])("%s", (_name, from, to) => {
    const text = fileOf(made, "deploy/docker/Dockerfile");
    const ignored = fileOf(made, "deploy/docker/Dockerfile.dockerignore");
    expect(checkDockerfile(text, ignored)).toEqual([]);
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(checkDockerfile(changed, ignored)).not.toEqual([]);
  });

  test("environment files in the context", () => {
    const ignored = fileOf(made, "deploy/docker/Dockerfile.dockerignore").replace("**/.env*\n", "");
    expect(checkDockerfile(fileOf(made, "deploy/docker/Dockerfile"), ignored)).not.toEqual([]);
  });
});

describe("Terraform", () => {
  test.each<readonly [name: string, file: string, from: string | RegExp, to: string]>([
    ["merges on import", "main", '"overwrite"', '"merge"'],
    ["takes warnings", "main", /fail_on_warnings\s+= true/, "fail_on_warnings = false"],
    ["a deployment that never changes", "main", /triggers = \{\n.*\n\s+\}/, ""],
    [
      "a hole while it deploys",
      "main",
      /aws_api_gateway_deployment" "api" \{([\s\S]*?)create_before_destroy = true/,
      'aws_api_gateway_deployment" "api" {$1create_before_destroy = false',
    ],
    ["a deployment that does not follow the body", "main", "sha256(local.body)", '"always"'],
    ["a stage before its role", "main", /, aws_api_gateway_account\.account\]/, "]"],
    ["no access log", "main", /destination_arn = local\.access_log_arn/, ""],
    ["no tracing", "main", /xray_tracing_enabled\s+= var\.settings\.xray/, ""],
    ["a log that never ends", "observability", /retention_in_days = [^\n]*/, ""],
    ["any API may call", "functions", /source_arn\s+= [^\n]*/, ""],
    ["everybody may call", "functions", '"apigateway.amazonaws.com"', '"*"'],
    ["a role for every account", "roles", /Condition = \{[\s\S]*?\n {8}\}/, ""],
    ["every action of a service", "roles", '"sqs:SendMessage"', '"sqs:*"'],
    ["every resource of a service", "roles", /Resource = local[^\n]*/, 'Resource = "*"'],
    ["a role without a policy", "roles", '"aws_iam_role_policy"', '"aws_iam_policy"'],
    ["silence is an alarm", "observability", '"notBreaching"', '"breaching"'],
    ["a variable that is not there", "main", "var.settings.description", "var.setting.description"],
    [
      "a resource that is not there",
      "main",
      /deployment_id\s+= local\.has_canary \? var\.stable_deployment_id : aws_api_gateway_deployment\.api\.id/,
      "deployment_id = aws_api_gateway_deployment.new.id",
    ],
    ["only the newest provider", "versions", ">= 5.80, < 7.0", ">= 6.0"],
    [
      "the account's role in any case",
      "main",
      /resource "aws_api_gateway_account" "account" \{\n\s+count\s+= [^\n]*/,
      'resource "aws_api_gateway_account" "account" {',
    ],
  ])("%s", async (_name, file, from, to) => {
    const path = `deploy/terraform/${file}.tf`;
    const text = fileOf(made, path);
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(checkTerraform(await readModule(made.files))).toEqual([]);
    const files = new Map([...made.files, [path, changed]]);
    expect(checkTerraform(await readModule(files))).not.toEqual([]);
  });

  test("a text that is not closed", async () => {
    const files = new Map([...made.files, ["deploy/terraform/main.tf", 'locals {\n  a = "x\n}\n']]);
    await expect(readModule(files)).rejects.toThrow();
  });
});

describe("pipelines", () => {
  const stages = [
    { name: "dev", approval: false },
    { name: "qa", approval: false },
    { name: "prod", approval: true },
  ];

  test.each<Change>([
    ["permissions for all", ["permissions"], { contents: "write" }],
    ["cancels a deployment", ["concurrency", "cancel-in-progress"], true],
    ["runs for foreign code with secrets", ["on", "pull_request_target"], {}],
    ["no time limit", ["jobs", "verify", "timeout-minutes"], undefined],
    ["writes to the repository", ["jobs", "deploy-dev", "permissions", "contents"], "write"],
    ["an action by its tag", ["jobs", "verify", "steps", 0, "uses"], "actions/checkout@v4"],
    ["keeps credentials", ["jobs", "verify", "steps", 0, "with", "persist-credentials"], true],
    ["no environment", ["jobs", "deploy-prod", "environment"], undefined],
    ["does not wait for qa", ["jobs", "deploy-prod", "needs"], "verify"],
    [
      "an expression in a script",
      ["jobs", "verify", "steps", 2, "run"],
      "echo ${{ github.head_ref }}",
    ],
    ["no check of the project", ["jobs", "verify", "steps", 3], undefined],
    ["a stage left out", ["jobs", "deploy-qa"], undefined],
  ])("workflow: %s", (_name, path, value) => {
    const [workflow] = yamlDocuments(fileOf(made, ".github/workflows/deploy.yaml"));
    const names = stages.map(({ name }) => name);
    expect(checkWorkflow(workflow, names)).toEqual([]);
    set(workflow, path, value);
    expect(checkWorkflow(workflow, names)).not.toEqual([]);
  });

  const pipeline: Path = ["Resources", "Pipeline", "Properties"];
  test.each<Change>([
    ["version 1", [...pipeline, "PipelineType"], "V1"],
    ["one overtakes another", [...pipeline, "ExecutionMode"], "SUPERSEDED"],
    ["no trigger", [...pipeline, "Triggers"], []],
    ["does not turn back", [...pipeline, "Stages", 2, "OnFailure"], undefined],
    ["no approval", [...pipeline, "Stages", 4, "Actions", 1], undefined],
    ["prod before qa", [...pipeline, "Stages", 3, "Name"], "Deploy-prod"],
    [
      "no role of CloudFormation",
      [...pipeline, "Stages", 2, "Actions", 0, "Configuration", "RoleArn"],
      undefined,
    ],
    [
      "no change set",
      [...pipeline, "Stages", 2, "Actions", 0, "Configuration", "ActionMode"],
      "CREATE_UPDATE",
    ],
    [
      "a bucket in the clear",
      ["Resources", "Artifacts", "Properties", "BucketEncryption"],
      undefined,
    ],
    [
      "a bucket without versions",
      ["Resources", "Artifacts", "Properties", "VersioningConfiguration"],
      undefined,
    ],
    [
      "a bucket for all",
      [
        "Resources",
        "Artifacts",
        "Properties",
        "PublicAccessBlockConfiguration",
        "BlockPublicPolicy",
      ],
      false,
    ],
    [
      "a build that deploys",
      [
        "Resources",
        "BuildRole",
        "Properties",
        "Policies",
        0,
        "PolicyDocument",
        "Statement",
        0,
        "Action",
      ],
      ["cloudformation:ExecuteChangeSet"],
    ],
    [
      "a role for every account",
      [
        "Resources",
        "BuildRole",
        "Properties",
        "AssumeRolePolicyDocument",
        "Statement",
        0,
        "Condition",
      ],
      undefined,
    ],
  ])("CodePipeline: %s", (_name, path, value) => {
    const [template] = yamlDocuments(fileOf(made, "deploy/pipeline/pipeline.yaml"));
    expect(checkPipeline(template, stages)).toEqual([]);
    set(template, path, value);
    expect(checkPipeline(template, stages)).not.toEqual([]);
  });

  test.each<Change>([
    ["another version", ["version"], 0.1],
    ["no report", ["reports"], undefined],
    ["nothing is kept", ["artifacts", "files"], []],
    ["no cache", ["cache"], undefined],
  ])("buildspec: %s", (_name, path, value) => {
    const [spec] = yamlDocuments(fileOf(made, "deploy/pipeline/buildspec.yaml"));
    expect(checkBuildspec(spec)).toEqual([]);
    set(spec, path, value);
    expect(checkBuildspec(spec)).not.toEqual([]);
  });

  test.each(["--check", " lint ", " diff ", "npm ci --ignore-scripts", "junit"])(
    "buildspec without %s",
    (word) => {
      const [spec] = yamlDocuments(fileOf(made, "deploy/pipeline/buildspec.yaml"));
      for (const phase of ["install", "build"]) {
        const commands = list(spec, "phases", phase, "commands").map((one) =>
          String(one).replaceAll(word, " "),
        );
        set(spec, ["phases", phase, "commands"], commands);
      }
      expect(checkBuildspec(spec)).not.toEqual([]);
    },
  );
});
