import type { JSX } from "preact";
import type { LogLineRecord } from "../runtime/console/wire.js";
import { timeText } from "./pieces.js";

export function LogLines({ lines }: { readonly lines: readonly LogLineRecord[] }): JSX.Element {
  return (
    <ol class="log">
      {lines.map(({ timeMs, level, text }, index) => (
        <li key={index} class={level}>
          <time>{timeText(timeMs)}</time>
          {level !== "info" && <span class="level">{level}</span>}
          <span class="text">{text}</span>
        </li>
      ))}
    </ol>
  );
}
