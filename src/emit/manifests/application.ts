import type { Manifests, StageManifest } from "../../ir/manifest.js";
import type { Plan } from "../../plan/plan.js";
import { isLoopbackHost } from "../../runtime/admin/browser-guard.js";
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
  readonly health: HealthListener | undefined;
  /** The listener that others can ask for metrics; undefined: there is none, or on the loopback alone. */
  readonly scrape: ScrapedListener | undefined;
  /** Environment variables with ports of listeners beside the gateway's own, and the ports. */
  readonly ports: readonly (readonly [variable: "ADMIN_PORT" | "METRICS_PORT", port: number])[];
  /** Environment variables that hold secrets, in order. */
  readonly secrets: readonly string[];
  /** Seconds that the gateway takes at most to end by itself, once it got SIGTERM. */
  readonly stopSeconds: number;
  /** Seconds of these in which it still takes connections. */
  readonly drainSeconds: number;
}

export interface HealthListener {
  readonly port: number;
  readonly variable: "ADMIN_PORT" | "METRICS_PORT";
  readonly live: string;
  readonly ready: string;
  /** It is asked from outside of its pod, without a token. */
  readonly isOpen: boolean;
}

export interface ScrapedListener {
  readonly port: number;
  /** Name of the port. */
  readonly name: "admin" | "metrics";
  readonly path: string;
  readonly needsToken: boolean;
}

export function application(plan: Plan, manifests: Manifests): Application {
  const { admin, metrics, port } = plan.gateway.deployment;
  const own = metrics?.listener;
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
    health: healthListener(plan),
    scrape: scrapedListener(plan),
    ports: [
      ...(admin === undefined ? [] : [["ADMIN_PORT", admin.port] as const]),
      ...(own === undefined ? [] : [["METRICS_PORT", own.port] as const]),
    ],
    secrets: [...new Set(secretsOf(plan).map(({ secret }) => variableName(secret)))].filter(
      isVariable,
    ),
    ...stopping(plan),
  };
}

/** The grace time of the run-time's server, unless the settings have another. */
const defaultGraceMs = 25_000;
/** What ends after the last request: events of closed connections, workers, what was not written yet. */
const closingSeconds = 8;

function stopping({ gateway }: Plan): Pick<Application, "stopSeconds" | "drainSeconds"> {
  const { drainDelayMs = 0, graceMs = defaultGraceMs } = gateway.deployment.shutdown;
  return {
    stopSeconds: Math.ceil((drainDelayMs + graceMs) / 1000) + closingSeconds,
    drainSeconds: Math.ceil(drainDelayMs / 1000),
  };
}

/** The listener of the metrics asks for no token, so that it comes first. */
function healthListener({ gateway }: Plan): HealthListener | undefined {
  const { admin, metrics, health } = gateway.deployment;
  const own = metrics?.listener;
  if (own !== undefined) {
    const isOpen = !isLoopbackHost(own.host);
    return { port: own.port, variable: "METRICS_PORT", ...health, isOpen };
  }
  return admin && { port: admin.port, variable: "ADMIN_PORT", ...health, isOpen: false };
}

function scrapedListener({ gateway }: Plan): ScrapedListener | undefined {
  const { admin, metrics } = gateway.deployment;
  if (metrics === undefined) return undefined;
  const { listener, path } = metrics;
  if (listener !== undefined) {
    if (isLoopbackHost(listener.host)) return undefined;
    return { port: listener.port, name: "metrics", path, needsToken: false };
  }
  if (admin === undefined || isLoopbackHost(admin.host)) return undefined;
  return { port: admin.port, name: "admin", path, needsToken: true };
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
