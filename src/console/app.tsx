import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { token } from "./api.js";
import { GaugesPanel } from "./panels/gauges-panel.js";
import { LogsPanel } from "./panels/logs-panel.js";
import { RequestsPanel } from "./panels/requests-panel.js";
import { RoutesPanel } from "./panels/routes-panel.js";
import { TryPanel } from "./panels/try-panel.js";
import { WorkbenchPanel } from "./panels/workbench-panel.js";
import { useAddress } from "./address.js";
import { store, useConsole, type ConsoleState } from "./store.js";
import { ThemeSwitch } from "./theme.js";

/** A part of the page, reached by the first word behind the address's `#/`. */
interface Panel {
  readonly id: string;
  readonly label: string;
  readonly show: (state: ShownState) => JSX.Element;
}

export type ShownState = ConsoleState & { readonly api: NonNullable<ConsoleState["api"]> };

const panels: readonly Panel[] = [
  { id: "requests", label: "Requests", show: (state) => <RequestsPanel state={state} /> },
  { id: "routes", label: "Routes", show: (state) => <RoutesPanel state={state} /> },
  { id: "try", label: "Try it", show: (state) => <TryPanel state={state} /> },
  { id: "mappings", label: "Mappings", show: (state) => <WorkbenchPanel state={state} /> },
  { id: "limits", label: "Limits", show: (state) => <GaugesPanel state={state} /> },
  { id: "logs", label: "Logs", show: (state) => <LogsPanel state={state} /> },
];

export function App(): JSX.Element {
  const state = useConsole();
  const { panel } = useAddress();
  const shown = panels.find(({ id }) => id === panel) ?? panels[0];
  useFilterKey();
  return (
    <>
      <Header state={state} />
      <nav class="rail" aria-label="Panels">
        <ul>
          {panels.map(({ id, label }) => (
            <li key={id}>
              <a href={`#/${id}`} aria-current={id === shown?.id ? "page" : undefined}>
                {label}
                {id === "requests" && <span class="count">{state.records.length}</span>}
              </a>
            </li>
          ))}
        </ul>
        <p class="keys" aria-hidden="true">
          <span>
            <kbd>/</kbd> filter
          </span>
          <span>
            <kbd>↑</kbd> <kbd>↓</kbd> move
          </span>
          <span>
            <kbd>Esc</kbd> close
          </span>
        </p>
      </nav>
      <main id="main" tabIndex={-1}>
        {state.connection === "locked" ? (
          <TokenForm />
        ) : state.api === null ? (
          <p class="empty">
            {state.connection === "connecting"
              ? "Connecting to the gateway…"
              : "The gateway does not answer. Trying again…"}
          </p>
        ) : (
          shown?.show({ ...state, api: state.api })
        )}
      </main>
    </>
  );
}

const connections = {
  connecting: "connecting",
  live: "live",
  lost: "connection lost",
  locked: "token needed",
} as const;

function Header({ state }: { readonly state: ConsoleState }): JSX.Element {
  const { api, connection, problem } = state;
  return (
    <header class="top">
      <h1>
        <span class="mark" aria-hidden="true" />
        {api?.name ?? "gen-gateway"} <span class="version">{api?.version ?? ""}</span>
        <span class="visually-hidden"> console</span>
      </h1>
      {api !== null && <span class="tag">{api.kind} api</span>}
      {api?.url != null && <code class="url">{api.url}</code>}
      <span class={`connection ${connection}`} role="status">
        {connections[connection]}
      </span>
      <ThemeSwitch />
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </header>
  );
}

function TokenForm(): JSX.Element {
  const [value, setValue] = useState("");
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        token.write(value.trim());
        store.start();
      }}
    >
      <h2>The admin listener asks for its token</h2>
      <p>It is the secret gateway/admin-token. This tab keeps it until it is closed.</p>
      <label>
        Bearer token
        <input
          type="password"
          autocomplete="off"
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </label>
      <button class="primary" type="submit">
        Open
      </button>
    </form>
  );
}

/** `/` goes to the filter of the panel. */
function useFilterKey(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { target } = event;
      const types = target instanceof Element && target.matches("input, textarea, select");
      if (event.key !== "/" || types || event.ctrlKey || event.metaKey || event.altKey) return;
      const filter = document.querySelector<HTMLInputElement>("input[type=search]");
      if (filter === null) return;
      event.preventDefault();
      filter.focus();
      filter.select();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
