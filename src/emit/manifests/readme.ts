import type { OutputFile } from "../output-file.js";
import { markdownText } from "../files/readme.js";
import { imageName, type Application } from "./application.js";

/** What lies below `deploy/`, with the commands. */
export function emitDeployReadme(app: Application, hasFunctions: boolean): OutputFile {
  const { targets, stages, ci } = app.manifests;
  const names = stages.map((stage) => `\`${stage.fileName}\``).join(", ");
  const [first] = stages;
  const stage = first === undefined ? "STAGE" : first.fileName;
  const build = hasFunctions ? "node deploy/functions/build.mjs\n" : "";
  const image = `${imageName(app)}:${app.version}`;
  const parts: (readonly [wanted: boolean, text: string])[] = [
    [
      true,
      `# Deploying ${markdownText(app.plan.gateway.api.name)}\n\nThe stages are ${names}. The files here belong to the generator; what is yours is said below.`,
    ],
    [
      targets.includes("cloudformation"),
      section(
        "AWS: CloudFormation",
        `${build}aws cloudformation package --template-file deploy/cloudformation/template.yaml --s3-bucket BUCKET --output-template-file packaged.yaml
aws cloudformation deploy --template-file packaged.yaml --stack-name ${app.name}-${stage} --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND --parameter-overrides file://deploy/cloudformation/parameters/${stage}.json`,
        "One template, one stack for each stage. `parameters/STAGE.json` holds the values of your accounts: keys are added there, yours stay. The first stack of an account and region sets `ManageAccountRole=true`.",
      ),
    ],
    [
      targets.includes("sam"),
      section(
        "AWS: SAM",
        `${build}cd deploy/cloudformation && sam deploy --config-env ${stage}`,
        "The same template; `samconfig.toml` names its stacks.",
      ),
    ],
    [
      targets.includes("terraform"),
      section(
        "AWS: Terraform",
        `${build}terraform -chdir=deploy/terraform init\nterraform -chdir=deploy/terraform apply -var-file=stages/${stage}.tfvars`,
        "One module, one state for each stage. Values of your accounts go into a file of your own, given by a second `-var-file`.",
      ),
    ],
    [
      targets.includes("cdk"),
      section(
        "AWS: CDK",
        `${build}npm install --save-dev aws-cdk aws-cdk-lib constructs\nnpx cdk --app "npx tsx deploy/cdk/app.ts" deploy ${app.name}-${stage}`,
        "`api.ts` is a construct around the same template; `app.ts` is yours.",
      ),
    ],
    [
      targets.includes("docker"),
      section(
        "Container",
        `docker build -f deploy/docker/Dockerfile -t ${image} .\ndocker run --rm --init --read-only --tmpfs /tmp --cap-drop ALL --stop-timeout ${app.stopSeconds} -p ${app.port}:${app.port} ${image}`,
        "The gateway itself, without AWS, built from `package-lock.json`, which `npm install` makes. `health.mjs` says how it is.",
      ),
    ],
    [
      targets.includes("compose"),
      section(
        "Compose",
        "docker compose -f deploy/compose/compose.yaml up --build --wait",
        `The image is built from \`package-lock.json\`, too. Ports are open on this machine alone. What differs on yours goes into \`compose.override.yaml\`.${app.manifests.compose.observability ? " With `--profile observability`, Grafana shows the gateway at port 3000." : ""}`,
      ),
    ],
    [
      targets.includes("kubernetes"),
      section(
        "Kubernetes",
        `kubectl apply -k deploy/kubernetes/overlays/${stage}`,
        "A base and an overlay for each stage. Secrets are read from one Secret that is not kept here; each overlay's `kustomization.yaml` says how it is made.",
      ),
    ],
    [
      ci.codepipeline !== undefined,
      section(
        "Pipeline: CodePipeline",
        `aws cloudformation deploy --template-file deploy/pipeline/pipeline.yaml --stack-name ${app.name}-pipeline --capabilities CAPABILITY_IAM --parameter-overrides ConnectionArn=ARN`,
        "Verifies, packages, and deploys stage by stage by change sets; approvals and canaries as the settings say.",
      ),
    ],
    [
      ci.githubActions !== undefined,
      "## Pipeline: GitHub Actions\n\n`.github/workflows/deploy.yaml` belongs to the root of the repository. Each stage is an environment with the variables `DEPLOY_ROLE_ARN` and `ARTIFACT_BUCKET`.",
    ],
  ];
  const content = `${parts.flatMap(([wanted, text]) => (wanted ? [text] : [])).join("\n\n")}\n`;
  return { path: "deploy/README.md", content, ownership: "owned" };
}

function section(title: string, commands: string, text: string): string {
  return `## ${title}\n\n${text}\n\n\`\`\`sh\n${commands}\n\`\`\``;
}
