import type { Manifests, StageManifest } from "../../ir/manifest.js";
import type { Plan } from "../../plan/plan.js";
import { variableName } from "../../runtime/secrets.js";
import { secretsOf } from "../files/readme.js";

/** What all targets that run the gateway itself need to know of it. */
export interface Application {
  readonly plan: Plan;
  readonly manifests: Manifests;
  /** Name of images, services and labels: `pet-store`. */
  readonly name: string;
  /** `1.4.0`, of letters that labels and tags take. */
  readonly version: string;
  readonly port: number;
  /** The listener with the health checks. Undefined: there is none, and health is that the port is open. */
  readonly admin:
    { readonly port: number; readonly live: string; readonly ready: string } | undefined;
  /** Environment variables that hold secrets, in order. */
  readonly secrets: readonly string[];
  /** Seconds that a stop may take. */
  readonly graceSeconds: number;
}

export function application(plan: Plan, manifests: Manifests): Application {
  const { admin, metrics, health, port } = plan.gateway.deployment;
  const beside = admin ?? metrics?.listener;
  const name = plan.project.packageName.slice(0, 40).replace(/-+$/, "");
  return {
    plan,
    manifests,
    name: /^[a-z]/.test(name) ? name : `gateway-${name}`,
    version:
      plan.gateway.api.version
        .replace(/[^A-Za-z0-9._-]+/g, "-")
        .replace(/^[^A-Za-z0-9]+/, "")
        .slice(0, 60)
        .replace(/[^A-Za-z0-9]+$/, "") || "0",
    port: port === 0 ? 8080 : port,
    admin: beside && { port: beside.port, ...health },
    secrets: [...new Set(secretsOf(plan).map(({ secret }) => variableName(secret)))].filter(
      isVariable,
    ),
    graceSeconds: manifests.shutdownGraceSeconds,
  };
}

export function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** The image without a tag. */
export function imageName({ name, manifests }: Application): string {
  const { registry } = manifests.docker;
  return registry === undefined ? name : `${registry.replace(/\/+$/, "")}/${name}`;
}

/** Variables of a stage that are no secrets. */
export function plainEnvironment(stage: StageManifest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stage.environment.flatMap(({ name, value }) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}
