import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LogLineRecord } from "../../runtime/console/wire.js";
import { addressOf } from "../address.js";
import type { ShownState } from "../app.js";
import { Filter, fits } from "../list.js";
import { timeText } from "../pieces.js";

/** Lines that are shown; a search goes through all. */
const SHOWN = 500;

interface ShownLine extends LogLineRecord {
  /** Null: the gateway's own. */
  readonly request: { readonly number: number; readonly what: string } | null;
}

/** The logs of all requests, and the gateway's own, as they came. */
export function LogsPanel({
  state: { records, lines },
}: {
  readonly state: ShownState;
}): JSX.Element {
  const [filter, setFilter] = useState("");
  const [level, setLevel] = useState("all");
  const all = useMemo(() => {
    const own = lines.map((line): ShownLine => ({ ...line, request: null }));
    const ofRequests = records
      .toReversed()
      .flatMap(({ number, method, path, log }) =>
        log.map((line): ShownLine => ({ ...line, request: { number, what: `${method} ${path}` } })),
      );
    return [...own, ...ofRequests].toSorted((a, b) => a.timeMs - b.timeMs);
  }, [records, lines]);
  const fitting = all.filter(
    (line) =>
      (level === "all" || line.level !== "info") &&
      fits(`${line.request?.what ?? ""} ${line.text}`, filter),
  );
  const shown = fitting.slice(-SHOWN);
  const place = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const list = place.current;
    if (list !== null && isAtEnd.current) list.scrollTop = list.scrollHeight;
  }, [shown.at(-1), filter, level]);
  return (
    <section class="whole" aria-labelledby="logs-title">
      <div class="bar">
        <h2 id="logs-title">Logs</h2>
        <Filter label="Search logs" value={filter} onChange={setFilter} />
        <label class="choice">
          Show
          <select value={level} onChange={(event) => setLevel(event.currentTarget.value)}>
            <option value="all">all lines</option>
            <option value="problems">warnings and errors</option>
          </select>
        </label>
        <span class="quiet" role="status">
          {fitting.length} {fitting.length === 1 ? "line" : "lines"}
          {fitting.length > SHOWN && `, the last ${SHOWN} are shown`}
        </span>
      </div>
      {shown.length === 0 ? (
        <p class="empty">{all.length === 0 ? "No line yet." : "No line fits the search."}</p>
      ) : (
        <ol
          class="log tall"
          aria-label="Lines"
          tabIndex={0}
          ref={place}
          onScroll={({ currentTarget: list }) => {
            isAtEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
          }}
        >
          {shown.map(({ timeMs, level: kind, text, request }, index) => (
            <li key={index} class={kind}>
              <time>{timeText(timeMs)}</time>
              {request === null ? (
                <span class="from">gateway</span>
              ) : (
                <a class="from" href={addressOf("requests", String(request.number))}>
                  {request.what}
                </a>
              )}
              {kind !== "info" && <span class="level">{kind}</span>}
              <span class="text">{text}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
