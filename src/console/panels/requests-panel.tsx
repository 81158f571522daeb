import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RequestRecord } from "../../runtime/console/wire.js";
import { go, useAddress } from "../address.js";
import type { ShownState } from "../app.js";
import { Filter, fits, List } from "../list.js";
import { Method, msText, Status, timeText } from "../pieces.js";
import { RequestDetail } from "../request-detail.js";
import { store } from "../store.js";
import { UnderWay } from "../under-way.js";

/** Requests as they are answered, newest first, and one of them in full. */
export function RequestsPanel({ state }: { readonly state: ShownState }): JSX.Element {
  const { records, missed, api } = state;
  const { item } = useAddress();
  const [filter, setFilter] = useState("");
  const [refusedOnly, setRefusedOnly] = useState(false);
  const [frozen, setFrozen] = useState<readonly RequestRecord[] | null>(null);
  const all = frozen ?? records;
  const shown = all.filter(
    (record) => (!refusedOnly || record.refusal !== null) && fits(textOf(record), filter),
  );
  const chosen = [...records, ...(frozen ?? [])].find((record) => isNamed(record, item));
  const newer =
    frozen === null ? 0 : records.filter((one) => one.number > (frozen[0]?.number ?? 0)).length;
  return (
    <div class={chosen === undefined ? "split" : "split open"}>
      <section class="side" aria-labelledby="requests-title">
        <div class="bar">
          <h2 id="requests-title">Requests</h2>
          <Filter label="Filter requests" value={filter} onChange={setFilter} />
          <button
            type="button"
            aria-pressed={frozen !== null}
            onClick={() => setFrozen(frozen === null ? records : null)}
          >
            {frozen === null ? "Pause" : newer > 0 ? `Resume (${newer} new)` : "Resume"}
          </button>
          <button
            type="button"
            aria-pressed={refusedOnly}
            onClick={() => setRefusedOnly(!refusedOnly)}
          >
            Refused only
          </button>
          <button
            type="button"
            onClick={() => {
              store.clear();
              setFrozen(null);
            }}
          >
            Clear
          </button>
        </div>
        <UnderWay />
        {missed > 0 && (
          <p class="missed" role="status">
            {missed} more {missed === 1 ? "request was" : "requests were"} served too fast to be
            shown.
          </p>
        )}
        <List
          label="Requests"
          items={shown}
          idOf={(record) => String(record.number)}
          chosen={chosen === undefined ? "" : String(chosen.number)}
          onChoose={(id) => go("requests", id)}
          row={(record) => <Row record={record} />}
          empty={
            all.length === 0
              ? "No request yet. Send one, or try a route."
              : "No request fits the filter."
          }
        />
      </section>
      {chosen === undefined ? (
        <p class="detail empty">Choose a request to see what became of it, step by step.</p>
      ) : (
        <Detail key={chosen.number} onClose={() => go("requests", "")}>
          <RequestDetail record={chosen} api={api} />
        </Detail>
      )}
    </div>
  );
}

function Row({ record }: { readonly record: RequestRecord }): JSX.Element {
  const { startedMs, method, path, status, operation, durationMs, refusal } = record;
  return (
    <>
      <Status status={status} />
      <span class="what">
        <Method name={method} /> <span class="path">{path}</span>
      </span>
      <span class="ms">{msText(durationMs)}</span>
      <span class="time">{timeText(startedMs)}</span>
      <span class="more">
        {refusal === null ? (operation ?? "no route") : refusal.responseType}
      </span>
    </>
  );
}

function textOf({
  method,
  path,
  status,
  operation,
  stage,
  refusal,
  requestId,
}: RequestRecord): string {
  return [
    method,
    path,
    status,
    operation,
    stage,
    refusal?.responseType,
    refusal?.detail,
    requestId,
  ].join(" ");
}

/** By its number, or by its id: a link from another panel. */
function isNamed({ number, requestId }: RequestRecord, item: string): boolean {
  return item !== "" && (String(number) === item || requestId === item);
}

interface DetailProps {
  readonly onClose: () => void;
  readonly children: JSX.Element;
}

/** What is chosen; beside the list, or over it where there is little room. */
export function Detail({ onClose, children }: DetailProps): JSX.Element {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key === "Escape") onClose();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [onClose]);
  return (
    <section class="detail" aria-label="Details" tabIndex={0} ref={place}>
      <button type="button" class="close" onClick={onClose}>
        Close
      </button>
      {children}
    </section>
  );
}
