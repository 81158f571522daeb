import { at, Findings, list, members, walk, type Tree } from "./tree.js";

/** The checklist for a workflow of GitHub Actions. */
export function checkWorkflow(workflow: Tree, stages: readonly string[]): readonly string[] {
  const found = new Findings();
  found.check(members(workflow, "permissions").length === 0, "no permissions for all jobs");
  found.check(at(workflow, "permissions") !== undefined, "permissions are said");
  found.check(at(workflow, "concurrency", "cancel-in-progress") === false, "nothing is cancelled");
  found.check(at(workflow, "on", "pull_request_target") === undefined, "no pull_request_target");
  const jobs = members(workflow, "jobs");
  let before: string | undefined;
  for (const [id, job] of jobs) {
    found.check(typeof at(job, "timeout-minutes") === "number", `${id}: a time limit`);
    found.check(at(job, "permissions") !== undefined, `${id}: permissions of its own`);
    for (const [scope, level] of members(job, "permissions")) {
      const isNeeded =
        scope === "id-token" || scope === "packages" ? level === "write" : level === "read";
      found.check(isNeeded, `${id}: ${scope}: ${String(level)}`);
    }
    for (const step of list(job, "steps")) {
      const uses = at(step, "uses");
      if (typeof uses === "string") {
        found.check(/@[0-9a-f]{40}$/.test(uses), `${id}: ${uses} is fixed to a commit`);
        if (uses.startsWith("actions/checkout@")) {
          found.check(
            at(step, "with", "persist-credentials") === false,
            `${id}: keeps no credentials`,
          );
        }
        if (uses.startsWith("aws-actions/")) {
          found.check(at(step, "with", "role-to-assume") !== undefined, `${id}: a role by OIDC`);
          found.check(at(step, "with", "aws-secret-access-key") === undefined, `${id}: no keys`);
          found.check(at(job, "permissions", "id-token") === "write", `${id}: may ask for a token`);
          found.check(at(job, "environment") !== undefined, `${id}: an environment`);
        }
      }
      const script = at(step, "run");
      if (typeof script === "string") {
        found.check(!script.includes("${{"), `${id}: no expression inside of a script`);
      }
    }
    if (id.startsWith("deploy-")) {
      found.check(
        at(job, "needs") === (before ?? "verify"),
        `${id}: comes after ${before ?? "verify"}`,
      );
      found.check(
        String(at(job, "if")).includes("!= 'pull_request'"),
        `${id}: not for pull requests`,
      );
      before = id;
    }
  }
  const deployed = jobs.map(([id]) => id).filter((id) => id.startsWith("deploy-"));
  found.check(
    deployed.join() === stages.map((stage) => `deploy-${stage}`).join(),
    "a job for each stage, in order",
  );
  const commands = list(at(workflow, "jobs", "verify"), "steps").map((step) =>
    String(at(step, "run")),
  );
  for (const part of ["--check", " lint ", " diff ", "npm test", "npm ci --ignore-scripts"]) {
    found.check(
      commands.some((command) => command.includes(part)),
      `verify: ${part.trim()}`,
    );
  }
  return found.all;
}

export function checkBuildspec(spec: Tree): readonly string[] {
  const found = new Findings();
  found.check(at(spec, "version") === 0.2, "version 0.2");
  found.check(
    at(spec, "phases", "install", "runtime-versions", "nodejs") !== undefined,
    "a version of node",
  );
  const commands = ["install", "build"].flatMap((phase) =>
    list(spec, "phases", phase, "commands").map(String),
  );
  for (const part of [
    "npm ci --ignore-scripts",
    "--check",
    " lint ",
    " diff ",
    "junit",
    "cloudformation package",
  ]) {
    found.check(
      commands.some((command) => command.includes(part)),
      `build: ${part.trim()}`,
    );
  }
  found.check(members(spec, "reports").length > 0, "a report of tests");
  found.check(
    list(spec, "artifacts", "files").includes("packaged.yaml"),
    "what is deployed is kept",
  );
  found.check(list(spec, "cache", "paths").length > 0, "a cache");
  found.check(
    list(spec, "env", "exported-variables").includes("BODY_HASH"),
    "the hash of the body",
  );
  return found.all;
}

/** The checklist for CodePipeline, over its template. `stages` in the order of deployment. */
export function checkPipeline(
  template: Tree,
  stages: readonly { readonly name: string; readonly approval: boolean }[],
): readonly string[] {
  const found = new Findings();
  const resource = (type: string): Tree =>
    members(template, "Resources").find(([, one]) => at(one, "Type") === type)?.[1];
  const pipeline = at(resource("AWS::CodePipeline::Pipeline"), "Properties");
  found.check(at(pipeline, "PipelineType") === "V2", "version 2");
  found.check(at(pipeline, "ExecutionMode") === "QUEUED", "queued");
  found.check(list(pipeline, "Triggers").length > 0, "a trigger");
  const [source, build, ...deployed] = list(pipeline, "Stages");
  const provider = (action: Tree): unknown => at(action, "ActionTypeId", "Provider");
  found.check(
    provider(at(source, "Actions", 0)) === "CodeStarSourceConnection",
    "source by a connection",
  );
  found.check(provider(at(build, "Actions", 0)) === "CodeBuild", "a build");
  found.check(
    deployed.map((stage) => at(stage, "Name")).join() ===
      stages.map(({ name }) => `Deploy-${name}`).join(),
    "a step for each stage, in order",
  );
  deployed.forEach((stage, index) => {
    const name = String(at(stage, "Name"));
    const actions = list(stage, "Actions");
    found.check(at(stage, "OnFailure", "Result") === "ROLLBACK", `${name}: turns back`);
    found.check(
      at(actions[0], "Configuration", "ActionMode") === "CHANGE_SET_REPLACE",
      `${name}: a change set first`,
    );
    found.check(
      at(actions[0], "Configuration", "RoleArn") !== undefined,
      `${name}: a role of CloudFormation`,
    );
    const orders = actions.map((action) => Number(at(action, "RunOrder")));
    found.check(
      orders.every((order, at_) => at_ === 0 || order > (orders[at_ - 1] ?? 0)),
      `${name}: one after another`,
    );
    const hasApproval = actions.some(
      (action) => at(action, "ActionTypeId", "Category") === "Approval",
    );
    found.check(
      hasApproval === (stages[index]?.approval ?? false),
      `${name}: approval as asked for`,
    );
    const last = actions.at(-1);
    const executes =
      at(last, "Configuration", "ActionMode") === "CHANGE_SET_EXECUTE" ||
      provider(last) === "CodeBuild";
    found.check(executes, `${name}: is executed`);
  });
  const bucket = at(resource("AWS::S3::Bucket"), "Properties");
  found.check(at(bucket, "BucketEncryption") !== undefined, "bucket: encrypted");
  found.check(at(bucket, "VersioningConfiguration", "Status") === "Enabled", "bucket: versioned");
  found.check(at(bucket, "LifecycleConfiguration") !== undefined, "bucket: expires");
  const isPublic = members(bucket, "PublicAccessBlockConfiguration").some(
    ([, value]) => value !== true,
  );
  found.check(
    !isPublic && at(bucket, "PublicAccessBlockConfiguration") !== undefined,
    "bucket: not public",
  );
  const policy = JSON.stringify(resource("AWS::S3::BucketPolicy") ?? {});
  found.check(policy.includes('"aws:SecureTransport":"false"'), "bucket: by TLS alone");
  const buildRole = JSON.stringify(at(template, "Resources", "BuildRole") ?? {});
  found.check(
    !/cloudformation:|apigateway|lambda:|iam:/.test(buildRole),
    "the build deploys nothing",
  );
  const roles = members(template, "Resources").filter(
    ([, one]) => at(one, "Type") === "AWS::IAM::Role",
  );
  found.check(roles.length >= 3, "roles of their own");
  for (const [id, one] of roles) {
    for (const [path, value] of walk(one)) {
      if (path.at(-1) === "Action") found.check(value !== "*", `${id}: not everything`);
    }
    const trust = at(one, "Properties", "AssumeRolePolicyDocument", "Statement", 0);
    found.check(
      at(trust, "Condition", "StringEquals", "aws:SourceAccount") !== undefined,
      `${id}: of this account`,
    );
  }
  return found.all;
}
