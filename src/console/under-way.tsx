import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { OpenRequestRecord, UnderWay as UnderWayAnswer } from "../runtime/console/wire.js";
import { readUnderWay } from "./api.js";
import { Method, msText } from "./pieces.js";

const PAUSE_MS = 1000;
/** Younger ones come and go faster than they can be read. */
const SHOWN_AFTER_MS = 250;

/** Requests that have begun and are not answered, with the step that each of them is in. */
export function UnderWay(): JSX.Element | null {
  const [answer, setAnswer] = useState<UnderWayAnswer>({ requests: [], others: 0 });
  useEffect(() => {
    let isShown = true;
    const read = async (): Promise<void> => {
      while (isShown) {
        // where the gateway cannot be reached the page says so by itself
        const next = await readUnderWay().catch(() => ({ requests: [], others: 0 }));
        if (isShown) setAnswer(next);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    };
    void read();
    return () => {
      isShown = false;
    };
  }, []);
  const hanging = answer.requests.filter(({ ageMs }) => ageMs >= SHOWN_AFTER_MS);
  if (hanging.length === 0) return null;
  return (
    <section class="under-way" aria-labelledby="under-way-title" tabIndex={0}>
      <h3 id="under-way-title">Under way</h3>
      <ul>
        {hanging.map((request) => (
          <Row key={request.id} request={request} />
        ))}
      </ul>
      {answer.others > 0 && <p class="quiet">and {answer.others} more</p>}
    </section>
  );
}

function Row({ request }: { readonly request: OpenRequestRecord }): JSX.Element {
  const { method, path, operation, ageMs, station, waitsMs, text, requestId } = request;
  return (
    <li>
      <span class="what">
        <Method name={method} /> <span class="path">{path}</span>
      </span>
      <span class="ms">{msText(ageMs)}</span>
      <span class="more">
        <strong>{station}</strong> for {msText(waitsMs)}: {text}
      </span>
      <span class="quiet">
        {operation ?? "no route yet"} {requestId !== null && <code>{requestId}</code>}
      </span>
    </li>
  );
}
