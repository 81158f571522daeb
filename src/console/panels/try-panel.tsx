import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RouteView, TryAnswer, TryRequest } from "../../runtime/console/wire.js";
import { addressOf, go, useAddress } from "../address.js";
import { invoke, Refused } from "../api.js";
import type { ShownState } from "../app.js";
import { Method, msText, Place, Status } from "../pieces.js";

/** Sends a request through the whole gateway. */
export function TryPanel({ state: { api } }: { readonly state: ShownState }): JSX.Element {
  const { item } = useAddress();
  const tried = api.routes.filter(({ example }) => example !== null);
  const route = tried.find(({ operation }) => operation === item) ?? tried[0];
  if (route === undefined) {
    return <p class="empty">A WebSocket API has connections, not calls: connect with a client.</p>;
  }
  return (
    <section class="whole pad" aria-labelledby="try-title" tabIndex={0}>
      <div class="bar">
        <h2 id="try-title">Try it</h2>
        <label class="choice">
          Route
          <select
            value={route.operation}
            onChange={(event) => go("try", event.currentTarget.value)}
          >
            {tried.map(({ operation, method, path }) => (
              <option key={operation} value={operation}>
                {method} {path} · {operation}
              </option>
            ))}
          </select>
        </label>
        <Place at={route.place} />
      </div>
      <TryForm key={route.operation} route={route} api={api} />
    </section>
  );
}

type Pair = readonly [string, string];

interface Form {
  readonly method: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly Pair[];
  readonly headers: readonly Pair[];
  readonly body: string;
  readonly stage: string;
  readonly as: string;
}

type Outcome =
  | { readonly kind: "answered"; readonly answer: TryAnswer }
  | { readonly kind: "failed"; readonly message: string };

interface TryFormProps {
  readonly route: RouteView;
  readonly api: ShownState["api"];
}

function TryForm({ route, api }: TryFormProps): JSX.Element {
  const { example } = route;
  const [form, setForm] = useState<Form>({
    method: example?.method ?? "GET",
    path: example?.path ?? {},
    query: example?.query ?? [],
    headers: example?.headers ?? [],
    body: pretty(example?.body ?? ""),
    stage: api.defaultStage ?? api.stages[0] ?? "",
    as: "",
  });
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isSending, setIsSending] = useState(false);
  const change = (part: Partial<Form>): void => setForm({ ...form, ...part });
  const send = async (): Promise<void> => {
    setIsSending(true);
    try {
      setOutcome({ kind: "answered", answer: await invoke(requestOf(route, form)) });
    } catch (error) {
      const hint = error instanceof Refused && error.hint !== undefined ? ` (${error.hint})` : "";
      setOutcome({
        kind: "failed",
        message: `${error instanceof Error ? error.message : String(error)}${hint}`,
      });
    } finally {
      setIsSending(false);
    }
  };
  return (
    <div class="try">
      <form
        aria-label="Request"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
        }}
      >
        <p class="target">
          <Method name={form.method} /> <code>{requestOf(route, form).path}</code>
        </p>
        <div class="fields">
          {route.method === "ANY" && (
            <label>
              Method
              <select
                value={form.method}
                onChange={(event) => change({ method: event.currentTarget.value })}
              >
                {["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          )}
          <label>
            Stage
            <select
              value={form.stage}
              onChange={(event) => change({ stage: event.currentTarget.value })}
            >
              {api.stages.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            As
            <select value={form.as} onChange={(event) => change({ as: event.currentTarget.value })}>
              <option value="">nobody</option>
              {api.callers.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          {Object.entries(form.path).map(([name, value]) => (
            <label key={name}>
              <span>
                {name} <span class="quiet">in the path</span>
              </span>
              <input
                type="text"
                value={value}
                onInput={(event) =>
                  change({ path: { ...form.path, [name]: event.currentTarget.value } })
                }
              />
            </label>
          ))}
        </div>
        <PairFields label="Query" pairs={form.query} onChange={(query) => change({ query })} />
        <PairFields
          label="Headers"
          pairs={form.headers}
          onChange={(headers) => change({ headers })}
        />
        <label class="tall-field">
          Body
          <textarea
            rows={8}
            spellcheck={false}
            value={form.body}
            onInput={(event) => change({ body: event.currentTarget.value })}
          />
        </label>
        <p class="send">
          <button class="primary" type="submit" disabled={isSending}>
            {isSending ? "Sending…" : "Send"}
          </button>{" "}
          <span class="quiet">
            Callers and limits are checked, and what the backend does is done. <kbd>Ctrl</kbd>{" "}
            <kbd>Enter</kbd>
          </span>
        </p>
      </form>
      <section class="answer" aria-label="Answer" aria-live="polite">
        {outcome === null ? (
          <p class="empty">The answer comes here.</p>
        ) : outcome.kind === "failed" ? (
          <p class="problem">{outcome.message}</p>
        ) : (
          <Answer answer={outcome.answer} />
        )}
      </section>
    </div>
  );
}

function Answer({ answer }: { readonly answer: TryAnswer }): JSX.Element {
  const { status, durationMs, headers, body, requestId } = answer;
  return (
    <>
      <p class="facts">
        <Status status={status} />
        <span>{msText(durationMs)}</span>
        {requestId !== null && <a href={addressOf("requests", requestId)}>What became of it</a>}
      </p>
      <h3>Body</h3>
      <pre tabIndex={0} aria-label="Body of the answer">
        {pretty(body)}
      </pre>
      <h3>Headers</h3>
      <pre tabIndex={0} aria-label="Headers of the answer">
        {headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
      </pre>
    </>
  );
}

interface PairFieldsProps {
  readonly label: string;
  readonly pairs: readonly Pair[];
  readonly onChange: (pairs: readonly Pair[]) => void;
}

function PairFields({ label, pairs, onChange }: PairFieldsProps): JSX.Element {
  const put = (at: number, pair: Pair): void =>
    onChange(pairs.map((one, index) => (index === at ? pair : one)));
  const singular = label === "Headers" ? "header" : "parameter";
  return (
    <fieldset>
      <legend>{label}</legend>
      {pairs.map(([name, value], index) => (
        <div class="pair" key={index}>
          <input
            type="text"
            aria-label={`Name of ${singular} ${index + 1}`}
            value={name}
            onInput={(event) => put(index, [event.currentTarget.value, value])}
          />
          <input
            type="text"
            aria-label={`Value of ${name === "" ? `${singular} ${index + 1}` : name}`}
            placeholder="not sent"
            value={value}
            onInput={(event) => put(index, [name, event.currentTarget.value])}
          />
          <button
            type="button"
            aria-label={`Remove ${name === "" ? `${singular} ${index + 1}` : name}`}
            onClick={() => onChange(pairs.filter((_pair, at) => at !== index))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...pairs, ["", ""]])}>
        Add {singular}
      </button>
    </fieldset>
  );
}

/** What has no value is not sent. */
function requestOf(route: RouteView, form: Form): TryRequest {
  const path = route.path.startsWith("/")
    ? route.path.replace(/\{([^}]+?)(\+?)\}/g, (_hole, name: string, greedy: string) => {
        const value = form.path[name] ?? "";
        return greedy === ""
          ? encodeURIComponent(value)
          : value.split("/").map(encodeURIComponent).join("/");
      })
    : "/";
  const isSent = ([name, value]: Pair): boolean => name !== "" && value !== "";
  const query = form.query
    .filter(isSent)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
  return {
    method: form.method,
    path: query === "" ? path : `${path}?${query}`,
    headers: form.headers.filter(isSent),
    body: form.body === "" ? null : form.body,
    stage: form.stage === "" ? null : form.stage,
    as: form.as === "" ? null : form.as,
  };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
