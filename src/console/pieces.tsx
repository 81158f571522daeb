import type { JSX } from "preact";

/** Where something stands in the document. */
export function Place({ at }: { readonly at: string | null }): JSX.Element | null {
  return at === null ? null : <code class="place">{at}</code>;
}

export function Status({ status }: { readonly status: number }): JSX.Element {
  const kind = status >= 500 ? "bad" : status >= 400 ? "refused" : status >= 300 ? "moved" : "good";
  return <span class={`status ${kind}`}>{status}</span>;
}

export function Method({ name }: { readonly name: string }): JSX.Element {
  return <span class={`method ${name.toLowerCase()}`}>{name}</span>;
}

export function msText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

/** `14:03:07.125`, where the reader is. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
