import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { BoxView, RouteView } from "../../runtime/console/wire.js";
import { addressOf, go, useAddress } from "../address.js";
import type { ShownState } from "../app.js";
import { Filter, fits, List } from "../list.js";
import { Method, Place } from "../pieces.js";
import { Detail } from "./requests-panel.js";

/** All routes, and the way of a request through one of them. */
export function RoutesPanel({ state: { api } }: { readonly state: ShownState }): JSX.Element {
  const { item } = useAddress();
  const [filter, setFilter] = useState("");
  const shown = api.routes.filter((route) =>
    fits(`${route.method} ${route.path} ${route.operation} ${route.place ?? ""}`, filter),
  );
  const chosen = api.routes.find(({ operation }) => operation === item);
  return (
    <div class={chosen === undefined ? "split" : "split open"}>
      <section class="side" aria-labelledby="routes-title">
        <div class="bar">
          <h2 id="routes-title">Routes</h2>
          <Filter label="Filter routes" value={filter} onChange={setFilter} />
        </div>
        <List
          label="Routes"
          items={shown}
          idOf={({ operation }) => operation}
          chosen={item}
          onChoose={(id) => go("routes", id)}
          row={(route) => <Row route={route} />}
          empty="No route fits the filter."
        />
      </section>
      {chosen === undefined ? (
        <p class="detail empty">Choose a route to see its method execution.</p>
      ) : (
        <Detail onClose={() => go("routes", "")}>
          <RouteDetail route={chosen} />
        </Detail>
      )}
    </div>
  );
}

function Row({ route }: { readonly route: RouteView }): JSX.Element {
  return (
    <>
      <span class="what">
        <Method name={route.method} /> <span class="path">{route.path}</span>
      </span>
      <span class="more">{route.operation}</span>
    </>
  );
}

function RouteDetail({ route }: { readonly route: RouteView }): JSX.Element {
  const { method, path, operation, place, summary, boxes, example, templates } = route;
  return (
    <>
      <h3>
        <Method name={method} /> <span class="path">{path}</span>
      </h3>
      <p class="facts">
        <span>{operation}</span>
        <Place at={place} />
        {example !== null && <a href={addressOf("try", operation)}>Try it</a>}
        {templates.length > 0 && <a href={addressOf("mappings", operation)}>Mappings</a>}
      </p>
      {summary !== null && <p>{summary}</p>}
      <h4>Method execution</h4>
      <ol class="way">
        {boxes.map((box) => (
          <Box key={box.name} box={box} />
        ))}
      </ol>
    </>
  );
}

function Box({ box: { name, place, lines } }: { readonly box: BoxView }): JSX.Element {
  return (
    <li class={name.replaceAll(" ", "-")}>
      <h5>
        {name} <Place at={place} />
      </h5>
      <ul>
        {lines.map(({ text, place: at }, index) => (
          <li key={index}>
            {text} {at !== place && <Place at={at} />}
          </li>
        ))}
      </ul>
    </li>
  );
}
