import type { JSX } from "preact";
import type {
  ApiView,
  RefusalRecord,
  RequestRecord,
  RouteView,
  StationName,
  StepRecord,
} from "../runtime/console/wire.js";
import { addressOf } from "./address.js";
import { LogLines } from "./log-lines.js";
import { Method, msText, Place, Status, timeText } from "./pieces.js";
import { explainRefusal } from "./refusal.js";

interface RequestDetailProps {
  readonly record: RequestRecord;
  readonly api: ApiView;
}

/** One request: why it was refused, its steps in time, its log. */
export function RequestDetail({ record, api }: RequestDetailProps): JSX.Element {
  const route = api.routes.find(({ operation }) => operation === record.operation) ?? null;
  const { method, path, status, durationMs, startedMs, stage, requestId, query, refusal } = record;
  return (
    <>
      <h3>
        <Method name={method} /> <span class="path">{path}</span>
      </h3>
      <p class="facts">
        <Status status={status} />
        <span>{msText(durationMs)}</span>
        <span>{timeText(startedMs)}</span>
        {stage !== null && <span>stage {stage}</span>}
        {route !== null && (
          <a href={addressOf("routes", route.operation)}>
            {route.operation} <Place at={route.place} />
          </a>
        )}
        {requestId !== null && <code>{requestId}</code>}
      </p>
      {query.length > 0 && <Pairs label="Query" pairs={query} />}
      {refusal !== null && <Why refusal={refusal} route={route} api={api} />}
      {route !== null && <Stations record={record} />}
      <h4>Timeline</h4>
      <ol class="timeline">
        {record.steps.map((step, index) => (
          <Step key={index} step={step} totalMs={durationMs} />
        ))}
      </ol>
      <h4>Log</h4>
      {record.log.length === 0 ? (
        <p class="quiet">A request that no route serves has no execution log.</p>
      ) : (
        <LogLines lines={record.log} />
      )}
    </>
  );
}

function Why(props: {
  readonly refusal: RefusalRecord;
  readonly route: RouteView | null;
  readonly api: ApiView;
}): JSX.Element {
  const { title, text, place } = explainRefusal(props.refusal, props.route, props.api.places);
  return (
    <section class="why" aria-label="Why it was refused">
      <h4>
        {title} <Place at={place} />
      </h4>
      {text !== "" && <p>{text}</p>}
      <p class="quoted">{props.refusal.detail}</p>
    </section>
  );
}

const stations: readonly StationName[] = [
  "method request",
  "authorization",
  "limits",
  "integration request",
  "integration",
  "integration response",
  "method response",
];

/** How far the request came. */
function Stations({ record: { steps, refusal } }: { readonly record: RequestRecord }): JSX.Element {
  const stateOf = (station: StationName): "passed" | "refused" | "untouched" => {
    if (refusal?.station === station) return "refused";
    // a gateway response goes past what lies behind
    if (refusal !== null && stations.indexOf(station) > stations.indexOf(refusal.station)) {
      return "untouched";
    }
    return steps.some((step) => step.station === station) ? "passed" : "untouched";
  };
  return (
    <ol class="stations" aria-label="How far it came">
      {stations.map((station) => (
        <li key={station} class={stateOf(station)}>
          {station}
          <span class="visually-hidden">: {stateOf(station)}</span>
        </li>
      ))}
    </ol>
  );
}

function Step({
  step,
  totalMs,
}: {
  readonly step: StepRecord;
  readonly totalMs: number;
}): JSX.Element {
  const { name, startMs, endMs, outcome, text, facts } = step;
  const share = (ms: number): number => (totalMs === 0 ? 0 : (ms / totalMs) * 100);
  const bar = (
    <span class="track" aria-hidden="true">
      <span
        class={`span ${step.station.replaceAll(" ", "-")} ${outcome}`}
        style={{ left: `${share(startMs)}%`, width: `${share(endMs - startMs)}%` }}
      />
    </span>
  );
  const head = (
    <>
      <span class="name">{name}</span>
      {bar}
      <span class="ms">{msText(endMs - startMs)}</span>
      <span class="text">{text}</span>
    </>
  );
  if (facts.length === 0) return <li class={`step ${outcome}`}>{head}</li>;
  return (
    <li class={`step ${outcome}`}>
      <details>
        <summary>{head}</summary>
        {facts.map(([fact, value]) => (
          <div class="fact" key={fact}>
            <h5>{fact}</h5>
            <pre tabIndex={0} aria-label={`${fact} of ${name}`}>
              {value}
            </pre>
          </div>
        ))}
      </details>
    </li>
  );
}

function Pairs({
  label,
  pairs,
}: {
  readonly label: string;
  readonly pairs: readonly string[];
}): JSX.Element {
  const rows = pairs.flatMap((name, index) =>
    index % 2 === 0 ? [[name, pairs[index + 1] ?? ""]] : [],
  );
  return (
    <dl class="pairs" aria-label={label}>
      {rows.map(([name, value], index) => (
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
