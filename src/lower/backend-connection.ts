import type { DiagnosticSink } from "../diagnostics.js";
import type {
  BackendConnection,
  BackendTarget,
  RetriedFailure,
  Retries,
} from "../ir/deployment.js";
import { isList, isObject, textOf, type JsonObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { durationMs } from "./duration.js";

/** Settings of connections, of backends and of VPC links. */
export const connectionKeys = [
  "tls",
  "keepAlive",
  "maxConcurrency",
  "retries",
  "circuitBreaker",
] as const;

const defaultBackoffMs = 100;

interface CalledBackend {
  readonly backend: JsonObject;
  readonly target: BackendTarget;
  readonly patterns: readonly string[];
  readonly at: Pointer;
}

/** How a backend is connected to. Problem: GG043, settings of one that is called in another way. */
export function lowerBackendConnection(
  { backend, target, patterns, at }: CalledBackend,
  sink: DiagnosticSink,
): BackendConnection | undefined {
  const given = connectionKeys.filter((key) => backend[key] !== undefined);
  if (given.length === 0) return undefined;
  if (target.kind === "url" && patterns.some(isHttpPattern)) return lowerConnection(backend);
  const message = `${given.join(", ")}: for HTTP hosts that a url stands for; ignored here`;
  const hint = "match the host or the operation of an HTTP integration, and give a url";
  sink.warning("GG043", at, message, { hint });
  return undefined;
}

/** A host, an operation, or the listener or service that a private integration names. */
function isHttpPattern(pattern: string): boolean {
  return !pattern.startsWith("arn:") || /:(?:elasticloadbalancing|servicediscovery):/.test(pattern);
}

/** What settings say of connections, of a backend or a VPC link; undefined: nothing. */
export function lowerConnection(settings: JsonObject): BackendConnection | undefined {
  if (connectionKeys.every((key) => settings[key] === undefined)) return undefined;
  const { tls, keepAlive, maxConcurrency, circuitBreaker } = settings;
  return {
    tls: isObject(tls)
      ? {
          caFile: textOf(tls["caFile"]),
          serverName: textOf(tls["serverName"]),
          insecureSkipVerification: tls["insecureSkipVerification"] === true,
        }
      : undefined,
    keepAlive: keepAlive !== false,
    maxConcurrency: typeof maxConcurrency === "number" ? maxConcurrency : undefined,
    retries: lowerRetries(settings["retries"]),
    circuitBreaker: isObject(circuitBreaker)
      ? {
          failures: Number(circuitBreaker["failures"]),
          windowMs: durationMs(circuitBreaker["window"]) ?? 0,
          cooldownMs: durationMs(circuitBreaker["cooldown"]) ?? 0,
        }
      : undefined,
  };
}

function lowerRetries(retries: unknown): Retries | undefined {
  if (!isObject(retries) || retries["attempts"] === 0) return undefined;
  const { attempts, on, backoff } = retries;
  return {
    attempts: Number(attempts),
    on: isList(on) ? (on as RetriedFailure[]) : ["connect"],
    backoffMs: durationMs(backoff) ?? defaultBackoffMs,
  };
}
