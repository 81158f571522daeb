import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CacheGauge, Gauges, QuotaGauge, ThrottleGauge } from "../../runtime/console/wire.js";
import { readGauges } from "../api.js";
import type { ShownState } from "../app.js";
import { Place } from "../pieces.js";

const PAUSE_MS = 1500;

/** How much of the limits is used, and what caches answer. */
export function GaugesPanel({ state: { api } }: { readonly state: ShownState }): JSX.Element {
  const [gauges, setGauges] = useState<Gauges | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    const read = async (): Promise<void> => {
      while (isShown) {
        try {
          setGauges(await readGauges());
          setProblem(null);
        } catch (error) {
          setProblem(error instanceof Error ? error.message : String(error));
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    };
    void read();
    return () => {
      isShown = false;
    };
  }, []);
  return (
    <section class="whole pad" aria-labelledby="limits-title" tabIndex={0}>
      <h2 id="limits-title">Limits and caches</h2>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {gauges !== null && (
        <div class="gauges">
          <Throttles gauges={gauges.throttles} places={api.places} />
          <Quotas gauges={gauges.quotas} places={api.places} />
          <Caches gauges={gauges.caches} />
        </div>
      )}
    </section>
  );
}

type Places = ShownState["api"]["places"];

function Throttles(props: {
  readonly gauges: readonly ThrottleGauge[];
  readonly places: Places;
}): JSX.Element {
  return (
    <section aria-labelledby="throttles-title">
      <h3 id="throttles-title">Throttles</h3>
      {props.gauges.length === 0 && <p class="quiet">No method has a limit of its own.</p>}
      {props.gauges.map((gauge) => {
        const { stage, operation, rateLimit, burstLimit, lastMinute, tokens, history } = gauge;
        return (
          <div class="gauge" key={`${stage} ${operation}`}>
            <h4>
              {operation} <span class="quiet">stage {stage}</span>{" "}
              <Place at={props.places[`method/${stage}/${operation}`] ?? null} />
            </h4>
            {tokens !== null && (
              <Meter
                label={`${operation}, used of the bucket`}
                value={burstLimit - Math.floor(tokens)}
                limit={burstLimit}
                text={`${Math.floor(tokens)} of ${burstLimit} at once left`}
              />
            )}
            <History label={operation} history={history} rateLimit={rateLimit} />
            <p class="quiet">
              {rateLimit} a second · {lastMinute} in the last minute
              {gauge.throttledLastMinute > 0 && (
                <strong class="refused-text"> · {gauge.throttledLastMinute} throttled</strong>
              )}
            </p>
          </div>
        );
      })}
    </section>
  );
}

const BAR = 8;
const HEIGHT = 32;

/** Requests of each of the last seconds as bars, those that were throttled on top; the line is the rate. */
function History(props: {
  readonly label: string;
  readonly history: ThrottleGauge["history"];
  readonly rateLimit: number;
}): JSX.Element {
  const { history, rateLimit } = props;
  const sum = history.reduce((total, [all]) => total + all, 0);
  const peak = Math.max(0, ...history.map(([all]) => all));
  // by what came, else the few requests below a high rate could not be seen
  const height = (count: number): number => (count / Math.max(peak, 1)) * HEIGHT;
  const text = `${props.label}: ${sum} requests in the last ${history.length} seconds, at most ${peak} in one`;
  const line = HEIGHT - height(rateLimit);
  return (
    <svg
      class="history"
      role="img"
      aria-label={text}
      viewBox={`0 0 ${history.length * BAR} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <title>{text}</title>
      {history.map(([all, throttled], index) => (
        <g key={index}>
          <rect x={index * BAR} y={HEIGHT - height(all)} width={BAR - 2} height={height(all)} />
          <rect
            class="throttled"
            x={index * BAR}
            y={HEIGHT - height(all)}
            width={BAR - 2}
            height={height(throttled)}
          />
        </g>
      ))}
      {rateLimit <= peak && <line x1={0} x2={history.length * BAR} y1={line} y2={line} />}
    </svg>
  );
}

function Quotas(props: {
  readonly gauges: readonly QuotaGauge[];
  readonly places: Places;
}): JSX.Element {
  return (
    <section aria-labelledby="quotas-title">
      <h3 id="quotas-title">Usage plans and quotas</h3>
      {props.gauges.length === 0 && <p class="quiet">No API key has a usage plan.</p>}
      {props.gauges.map(({ plan, key, usedToday, quota, throttle }) => (
        <div class="gauge" key={`${plan} ${key}`}>
          <h4>
            {key} <span class="quiet">plan {plan}</span>{" "}
            <Place at={props.places[`plan/${plan}`] ?? null} />
          </h4>
          {quota !== null && (
            <Meter
              label={`${key}, used of the quota`}
              value={quota.limit - quota.left}
              limit={quota.limit}
              text={`${quota.limit - quota.left} of ${quota.limit} a ${quota.period.toLowerCase()}, ${quota.left} left`}
            />
          )}
          <p class="quiet">
            {usedToday} today
            {throttle !== null &&
              ` · ${throttle.rateLimit} a second, ${throttle.burstLimit} at once`}
          </p>
        </div>
      ))}
    </section>
  );
}

function Caches({ gauges }: { readonly gauges: readonly CacheGauge[] }): JSX.Element {
  return (
    <section aria-labelledby="caches-title">
      <h3 id="caches-title">Caches</h3>
      {gauges.length === 0 && <p class="quiet">No method's answers are kept.</p>}
      {gauges.map(({ stage, operation, ttlSeconds, hits, misses, refreshes }) => (
        <div class="gauge" key={`${stage} ${operation}`}>
          <h4>
            {operation} <span class="quiet">stage {stage}</span>
          </h4>
          <Meter
            label={`${operation}, answered by the cache`}
            value={hits}
            limit={hits + misses + refreshes}
            text={`${hits} by the cache, ${misses} not${refreshes > 0 ? `, ${refreshes} refreshed` : ""}`}
            isGood
          />
          <p class="quiet">kept for {ttlSeconds} s</p>
        </div>
      ))}
    </section>
  );
}

interface MeterProps {
  readonly label: string;
  readonly value: number;
  readonly limit: number;
  readonly text: string;
  /** Much is good: nothing to warn of. */
  readonly isGood?: boolean;
}

function Meter({ label, value, limit, text, isGood = false }: MeterProps): JSX.Element {
  const share = limit === 0 ? 0 : Math.min(1, value / limit);
  const kind = isGood ? "good" : share >= 1 ? "bad" : share >= 0.8 ? "near" : "good";
  return (
    <div class="meter">
      <div
        class="track"
        role="meter"
        aria-label={label}
        aria-valuenow={Math.min(value, limit)}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuetext={text}
      >
        <span class={`fill ${kind}`} style={{ width: `${share * 100}%` }} />
      </div>
      <span class="value">{text}</span>
    </div>
  );
}
