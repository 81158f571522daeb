import type { Admin, Health } from "../ir/deployment.js";
import { isObject, textOf } from "../json.js";
import type { JsonObject } from "../json.js";
import type { LoadedSettings } from "../load/document.js";
import type { Lowering } from "./lowering.js";

/** Where the admin listener of a WebSocket API is unless the settings say otherwise. */
const socketAdminPort = 9464;

/**
 * The admin listener that the settings ask for; undefined: none. WebSocket APIs have one in any case, where
 * connections are managed, unless `adminPort` is null. Problem: GG043, settings of a listener that is not there.
 */
export function lowerAdmin(
  settings: LoadedSettings,
  runtime: JsonObject,
  { sink, kind }: Pick<Lowering, "sink" | "kind">,
): Admin | undefined {
  const { adminHost } = runtime;
  const fallback = kind === "websocket" ? socketAdminPort : undefined;
  const { adminPort = fallback } = runtime;
  if (typeof adminPort !== "number") {
    const { port } = isObject(runtime["metrics"]) ? runtime["metrics"] : {};
    for (const key of ["adminHost", "health", "console"]) {
      // health checks are at the listener of the metrics, too
      if (runtime[key] === undefined || (key === "health" && port !== undefined)) continue;
      const message = `the setting runtime.${key} is ignored without runtime.adminPort`;
      sink.warning("GG043", settings.place("runtime", key), message);
    }
    return undefined;
  }
  const host = textOf(adminHost) ?? "127.0.0.1";
  return { port: adminPort, host, console: runtime["console"] === true };
}

/** Paths of the health checks. */
export function lowerHealth({ health }: JsonObject): Health {
  const { live, ready } = isObject(health) ? health : {};
  return { live: textOf(live) ?? "/health/live", ready: textOf(ready) ?? "/health/ready" };
}
