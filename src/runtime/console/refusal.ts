import type { TraceEvent } from "../trace.js";
import type { RefusalRecord, RefusedBy, StationName } from "./wire.js";

type GatewayErrorEvent = Extract<TraceEvent, { kind: "gateway-error" }>;

/** Says at which station a request was refused, and by what: from all that its steps told before. */
export function refusalOf(
  { responseType, detail }: GatewayErrorEvent,
  before: readonly TraceEvent[],
): RefusalRecord {
  const by = refusedBy(responseType, detail, before);
  return { responseType, detail, by, station: stationOf(responseType, by, before) };
}

function refusedBy(
  responseType: string,
  detail: string,
  before: readonly TraceEvent[],
): RefusedBy | null {
  const limited = before.find((event) => event.kind === "limited");
  if (limited !== undefined && limited.outcome !== "admitted" && limited.identifier !== null) {
    return { kind: "limit", identifier: limited.identifier };
  }
  if (responseType === "INVALID_API_KEY") {
    return { kind: "key", apiKeyId: /"([^"]*)"/.exec(detail)?.[1] ?? null };
  }
  const authorized = before.findLast((event) => event.kind === "authorized");
  if (authorized !== undefined && authorized.outcome !== "Allow") {
    return { kind: "policy", policy: authorized.by, statement: authorized.statement };
  }
  const checked = before.findLast((event) => event.kind === "access-checked");
  if (checked !== undefined && checked.refusal !== null) {
    return { kind: "authorizer", check: checked.by };
  }
  if (responseType === "BAD_REQUEST_PARAMETERS") {
    const names = /\[([^\]]*)\]/.exec(detail)?.[1] ?? "";
    return { kind: "parameters", names: names.split(", ").filter((name) => name !== "") };
  }
  return responseType === "BAD_REQUEST_BODY" ? { kind: "schema" } : null;
}

const stations: Readonly<Record<string, StationName>> = {
  ACCESS_DENIED: "authorization",
  AUTHORIZER_CONFIGURATION_ERROR: "authorization",
  AUTHORIZER_FAILURE: "authorization",
  EXPIRED_TOKEN: "authorization",
  INVALID_SIGNATURE: "authorization",
  UNAUTHORIZED: "authorization",
  INVALID_API_KEY: "limits",
  QUOTA_EXCEEDED: "limits",
  THROTTLED: "limits",
  UNSUPPORTED_MEDIA_TYPE: "integration request",
  INTEGRATION_FAILURE: "integration",
  INTEGRATION_TIMEOUT: "integration",
  API_CONFIGURATION_ERROR: "integration",
};

/** A type that several steps answer with is told apart by how far the request came. */
function stationOf(
  responseType: string,
  by: RefusedBy | null,
  before: readonly TraceEvent[],
): StationName {
  if (by?.kind === "limit" || by?.kind === "key") return "limits";
  if (by?.kind === "policy" || by?.kind === "authorizer") return "authorization";
  const known = stations[responseType];
  if (known !== undefined && Object.hasOwn(stations, responseType)) return known;
  const reached = (kind: TraceEvent["kind"]): boolean =>
    before.some((event) => event.kind === kind);
  if (reached("endpoint-response")) return "integration response";
  return reached("endpoint-request") ? "integration" : "method request";
}
