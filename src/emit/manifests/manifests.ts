import type { Manifests, Target } from "../../ir/manifest.js";
import { planAws } from "../../plan/deployment/aws.js";
import type { Plan } from "../../plan/plan.js";
import type { OutputFile } from "../output-file.js";
import { application, type Application } from "./application.js";
import { buildPath } from "./functions.js";
import { emitDeployReadme } from "./readme.js";
import { emitCloudFormation } from "./cloudformation.js";
import { emitCompose } from "./compose.js";
import { emitDocker } from "./docker.js";
import { emitFunctionBuild } from "./functions.js";
import { emitKubernetes } from "./kubernetes.js";

/** The manifests of a project, each target below `deploy/`. */
export async function emitManifests(
  plan: Plan,
  manifests: Manifests,
): Promise<readonly OutputFile[]> {
  const app = application(plan, manifests);
  const has = (...targets: readonly Target[]): boolean =>
    targets.some((target) => manifests.targets.includes(target));
  const files = [
    ...(await containerFiles(app, has)),
    ...(has("cloudformation", "sam", "terraform", "cdk") ? await awsFiles(app, has) : []),
    ...(await pipelineFiles(app)),
  ];
  const hasFunctions = files.some(({ path }) => path === buildPath);
  return [...files, emitDeployReadme(app, hasFunctions)];
}

type Has = (...targets: readonly Target[]) => boolean;

/** Each target is loaded where it is asked for. */
async function containerFiles(app: Application, has: Has): Promise<readonly OutputFile[]> {
  const files: OutputFile[] = [];
  if (has("docker")) files.push(...emitDocker(app));
  if (has("compose")) files.push(...emitCompose(app));
  if (has("kubernetes")) files.push(...emitKubernetes(app));
  return files;
}

/** Pipelines are made when the settings ask for them; both have one script. */
async function pipelineFiles(app: Application): Promise<readonly OutputFile[]> {
  const { codepipeline, githubActions } = app.manifests.ci;
  const files = new Map<string, OutputFile>();
  const add = (made: readonly OutputFile[]): void => {
    for (const file of made) files.set(file.path, file);
  };
  if (codepipeline !== undefined) {
    add((await import("./codepipeline.js")).emitCodePipeline(app, codepipeline));
  }
  if (githubActions !== undefined) {
    add((await import("./github-actions.js")).emitGitHubActions(app));
  }
  return [...files.values()];
}

async function awsFiles(app: Application, has: Has): Promise<readonly OutputFile[]> {
  const plan = planAws(app.plan, app.manifests);
  const files = [...emitFunctionBuild(plan)];
  if (has("cloudformation", "sam", "cdk")) {
    files.push(...emitCloudFormation(app, plan));
  }
  if (has("cdk")) files.push(...(await import("./cdk.js")).emitCdk(app, plan));
  if (has("terraform")) {
    files.push(...(await import("./terraform.js")).emitTerraform(app, plan));
  }
  return files;
}
