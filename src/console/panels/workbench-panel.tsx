import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RenderAnswer, RouteView, TemplateView } from "../../runtime/console/wire.js";
import { go, useAddress } from "../address.js";
import { render } from "../api.js";
import type { ShownState } from "../app.js";
import { Place } from "../pieces.js";

/** A mapping template, what it reads, and what comes out, line by line. */
export function WorkbenchPanel({ state: { api } }: { readonly state: ShownState }): JSX.Element {
  const { item } = useAddress();
  const mapped = api.routes.filter(({ templates }) => templates.length > 0);
  const [operation = "", templateId = ""] = item.split("/");
  const route = mapped.find((one) => one.operation === operation) ?? mapped[0];
  if (route === undefined) return <p class="empty">The API has no mapping templates.</p>;
  const template = route.templates.find(({ id }) => id === templateId) ?? route.templates[0];
  if (template === undefined) return <p class="empty">The API has no mapping templates.</p>;
  return (
    <section class="whole pad" aria-labelledby="mappings-title" tabIndex={0}>
      <div class="bar">
        <h2 id="mappings-title">Mappings</h2>
        <label class="choice">
          Route
          <select
            value={route.operation}
            onChange={(event) => go("mappings", event.currentTarget.value)}
          >
            {mapped.map((one) => (
              <option key={one.operation} value={one.operation}>
                {one.method} {one.path}
              </option>
            ))}
          </select>
        </label>
        <label class="choice">
          Template
          <select
            value={template.id}
            onChange={(event) => go("mappings", `${route.operation}/${event.currentTarget.value}`)}
          >
            {route.templates.map(({ id, purpose }) => (
              <option key={id} value={id}>
                {purpose}
              </option>
            ))}
          </select>
        </label>
        <Place at={template.place} />
      </div>
      <Workbench
        key={`${route.operation}/${template.id}`}
        route={route}
        template={template}
        api={api}
      />
    </section>
  );
}

interface WorkbenchProps {
  readonly route: RouteView;
  readonly template: TemplateView;
  readonly api: ShownState["api"];
}

const PAUSE_MS = 300;

function Workbench({ route, template, api }: WorkbenchProps): JSX.Element {
  const [body, setBody] = useState(pretty(template.sample));
  const [stage, setStage] = useState(api.defaultStage ?? api.stages[0] ?? "");
  const [params, setParams] = useState(() => paramsOf(route));
  const [answer, setAnswer] = useState<RenderAnswer | null>(null);
  useEffect(() => {
    if (!api.hasWorkbench) return undefined;
    let isWanted = true;
    const timer = setTimeout(() => {
      const request = { operation: route.operation, template: template.id, stage, body, params };
      render(request).then(
        (rendered) => isWanted && setAnswer(rendered),
        (error: unknown) => isWanted && setAnswer({ kind: "failed", message: String(error) }),
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [body, stage, params, template.text]);
  return (
    <div class="workbench">
      <section aria-labelledby="template-title">
        <h3 id="template-title">Template</h3>
        <Source template={template} answer={answer} />
      </section>
      <section aria-labelledby="input-title">
        <h3 id="input-title">Input</h3>
        <label class="tall-field">
          Body
          <textarea
            rows={10}
            spellcheck={false}
            value={body}
            onInput={(event) => setBody(event.currentTarget.value)}
          />
        </label>
        <label>
          Stage
          <select value={stage} onChange={(event) => setStage(event.currentTarget.value)}>
            {api.stages.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {(["path", "querystring", "header"] as const).map((place) =>
          Object.entries(params[place]).map(([name, value]) => (
            <label key={`${place} ${name}`}>
              <span>
                {name} <span class="quiet">{place}</span>
              </span>
              <input
                type="text"
                value={value}
                onInput={(event) =>
                  setParams({
                    ...params,
                    [place]: { ...params[place], [name]: event.currentTarget.value },
                  })
                }
              />
            </label>
          )),
        )}
      </section>
      <section aria-labelledby="output-title">
        <h3 id="output-title">Output</h3>
        <div aria-live="polite">
          {!api.hasWorkbench ? (
            <p class="quiet">Templates are rendered by gen-gateway dev.</p>
          ) : answer === null ? (
            <p class="quiet">Rendering…</p>
          ) : answer.kind === "failed" ? (
            <p class="problem">{answer.message}</p>
          ) : (
            <>
              <pre tabIndex={0} aria-label="What comes out">
                {answer.text}
              </pre>
              {answer.overrides.map(([name, value]) => (
                <p class="override" key={name}>
                  <code>{name}</code> {value}
                </p>
              ))}
            </>
          )}
        </div>
      </section>
    </div>
  );
}

/** The lines of the template, each with what it printed. */
function Source(props: {
  readonly template: TemplateView;
  readonly answer: RenderAnswer | null;
}): JSX.Element {
  const lines = props.template.text.replace(/\n$/, "").split("\n");
  const traced = props.answer?.kind === "rendered" ? props.answer.lines : null;
  return (
    <ol class="source" tabIndex={0} aria-label="Lines of the template, with what each printed">
      {lines.map((text, index) => {
        const printed = traced?.find(({ line }) => line === index + 1)?.printed ?? [];
        return (
          <li key={index} class={printed.length > 0 ? "printed" : ""}>
            <code>{text === "" ? " " : text}</code>
            {printed.slice(0, 20).map((piece, at) => (
              <samp key={at}>{shown(piece)}</samp>
            ))}
            {printed.length > 20 && <samp>and {printed.length - 20} more</samp>}
          </li>
        );
      })}
    </ol>
  );
}

/** Line breaks and spaces at the ends can be seen. */
function shown(piece: string): string {
  return piece.replaceAll("\n", "⏎").replace(/^ +| +$/g, (spaces) => "·".repeat(spaces.length));
}

function paramsOf({ parameters, example }: RouteView): {
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
} {
  const of = (place: "path" | "query" | "header"): Readonly<Record<string, string>> =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === place)
        .map(({ name }) => [name, place === "path" ? (example?.path[name] ?? "") : ""]),
    );
  return { path: of("path"), querystring: of("query"), header: of("header") };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
