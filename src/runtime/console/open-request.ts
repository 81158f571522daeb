import type { RedactionTable } from "../contracts.js";
import { prepareHiding } from "../logs/redaction.js";
import type { TraceEvent } from "../trace.js";
import { Veil, type HeardEvent, type SentRequest } from "./request-record.js";
import type { OpenRequestRecord, StationName } from "./wire.js";

/** A request that is not answered yet, with what was heard of it. */
export interface OpenRequest {
  readonly id: number;
  readonly request: SentRequest;
  /** `performance.now()`. */
  readonly startedAt: number;
  readonly heard: readonly HeardEvent[];
}

/** Writes down where a request is at this moment, without anything that logs would not show. */
export function openRecord(
  { id, request, startedAt, heard }: OpenRequest,
  now: number,
  redact: RedactionTable | undefined,
): OpenRequestRecord {
  const first = heard[0]?.event;
  const matched = first?.kind === "matched" ? first : null;
  const veil = new Veil(request, matched?.request ?? null, prepareHiding(redact));
  const last = heard.at(-1);
  const { station, text } = whereabouts(last?.event ?? null);
  const ageMs = now - startedAt;
  return {
    id,
    requestId: matched?.request.requestId ?? null,
    method: veil.text(request.method),
    path: veil.text(request.target.split("?", 1)[0] ?? ""),
    stage: matched?.stage ?? null,
    operation: matched?.operation ?? null,
    ageMs: Math.round(ageMs),
    station,
    waitsMs: Math.round(ageMs - (last?.atMs ?? 0)),
    text: veil.text(text),
  };
}

interface Whereabouts {
  readonly station: StationName;
  readonly text: string;
}

/** Steps are told of when they end: a request is in the one behind the last that was told. */
function whereabouts(last: TraceEvent | null): Whereabouts {
  switch (last?.kind) {
    case undefined:
      return { station: "method request", text: "is being read" };
    case "matched":
      return { station: "authorization", text: "no check or call of its route has ended yet" };
    case "access-checked":
    case "authorized":
      return { station: "limits", text: "its caller was checked" };
    case "limited":
    case "cache":
      return {
        station: "integration request",
        text: `limits and caches are behind it: ${last.kind}`,
      };
    case "validated":
      return { station: "integration request", text: `its ${last.what} are valid` };
    case "endpoint-request":
      return {
        station: "integration",
        text: `waits for the answer of ${last.method} ${last.uri}`,
      };
    case "endpoint-response":
    case "response-selected":
      return {
        station: "integration response",
        text: `the backend answered ${last.status}; its answer is being mapped`,
      };
    case "gateway-error":
      return { station: "method response", text: `is being refused: ${last.responseType}` };
    case "answered":
    case "sent":
      return { station: "method response", text: "its answer is on its way to the client" };
  }
}
