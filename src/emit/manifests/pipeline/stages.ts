import type { StageManifest } from "../../../ir/manifest.js";
import type { Application } from "../application.js";

/** One stage in the order of deployment. */
export interface PipelineStage {
  readonly stage: StageManifest;
  /** `parcels-prod`. */
  readonly stack: string;
  readonly file: string;
  readonly region: string;
  /** A person releases it. */
  readonly approval: boolean;
  readonly hasCanary: boolean;
  /** Its account is another one than that of the first stage. */
  readonly isElsewhere: boolean;
}

export function pipelineStages({ name, manifests, plan }: Application): readonly PipelineStage[] {
  const { ci, stages } = manifests;
  const home = stages.find((stage) => stage.name === ci.order[0])?.account;
  return ci.order.flatMap((wanted): readonly PipelineStage[] => {
    const stage = stages.find((one) => one.name === wanted);
    if (stage === undefined) return [];
    return [
      {
        stage,
        stack: `${name}-${stage.fileName}`,
        file: stage.fileName,
        region: stage.region ?? plan.gateway.deployment.region,
        approval: stage.approval || ci.approvalBefore.includes(stage.name),
        hasCanary: plan.gateway.api.kind === "rest" && stage.canary !== undefined,
        isElsewhere: stage.account !== undefined && stage.account !== home,
      },
    ];
  });
}

/** Names of alarms as the script takes them; one with a space cannot be named there. */
export function rollbackAlarms({ stage }: PipelineStage): string {
  return stage.rollbackAlarms.filter((name) => /^[A-Za-z0-9_.-]+$/.test(name)).join(" ");
}

/** A path of the document as a command takes it; one with other characters is given by hand. */
export function specFile({ plan }: Application): string {
  const { file } = plan.gateway.source;
  return /^[A-Za-z0-9_.-]+$/.test(file) ? file : "openapi.yaml";
}
