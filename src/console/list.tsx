import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface ListProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  readonly idOf: (item: T) => string;
  /** Id of the item that is chosen; it need not be in the list. */
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  readonly row: (item: T) => JSX.Element;
  readonly empty: string;
}

/** Items to choose one from, by the pointer or the arrow keys. */
export function List<T>(props: ListProps<T>): JSX.Element {
  const { label, items, idOf, chosen, onChoose, row, empty } = props;
  const list = useRef<HTMLUListElement>(null);
  const index = items.findIndex((item) => idOf(item) === chosen);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  if (items.length === 0) return <p class="empty">{empty}</p>;
  const last = items.length - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: Math.min(index + 1, last),
    ArrowUp: Math.max(index - 1, 0),
    PageDown: Math.min(index + 10, last),
    PageUp: Math.max(index - 10, 0),
    Home: 0,
    End: last,
  };
  const name = label.toLowerCase().replaceAll(" ", "-");
  return (
    <ul
      ref={list}
      class="list"
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={index === -1 ? undefined : `${name}-${index}`}
      onKeyDown={(event) => {
        const next = steps[event.key];
        const item = next === undefined ? undefined : items[next];
        if (item === undefined) return;
        event.preventDefault();
        onChoose(idOf(item));
      }}
    >
      {items.map((item, at) => (
        <li
          key={idOf(item)}
          id={`${name}-${at}`}
          role="option"
          aria-selected={at === index}
          onClick={() => onChoose(idOf(item))}
        >
          {row(item)}
        </li>
      ))}
    </ul>
  );
}

interface FilterProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Narrows what a panel shows; Escape empties it. */
export function Filter({ label, value, onChange }: FilterProps): JSX.Element {
  return (
    <label class="filter">
      <span class="visually-hidden">{label}</span>
      <input
        type="search"
        placeholder={label}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          event.preventDefault();
          onChange("");
          event.currentTarget.blur();
        }}
      />
    </label>
  );
}

/** Whether a text has all words of a filter, in any case. */
export function fits(text: string, filter: string): boolean {
  const lower = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}
