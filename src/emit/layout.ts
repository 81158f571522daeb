/**
 * Line layout by prettier's own rules, so that what emit prints needs no formatter: a group stands
 * on one line when it fits, else each of its lines breaks. Printers build a {@link Layout} and
 * {@link render} turns it into text. Indentation is two columns, the width 100.
 */
export type Layout = string | readonly Layout[] | Node;

type Node =
  | { readonly kind: "line"; readonly flat: string; readonly hard: boolean }
  | { readonly kind: "indent"; readonly content: Layout }
  | { readonly kind: "align"; readonly columns: number; readonly content: Layout }
  | { readonly kind: "group"; readonly content: Layout; readonly broken: boolean }
  | { readonly kind: "ifBreak"; readonly broken: Layout; readonly flat: Layout }
  | { readonly kind: "assigned"; readonly value: Layout };

export const width = 100;

/** A space, or a line break in a broken group. */
export const line: Layout = { kind: "line", flat: " ", hard: false };
/** Nothing, or a line break in a broken group. */
export const softline: Layout = { kind: "line", flat: "", hard: false };
/** Always a line break; breaks every group around it. */
export const hardline: Layout = { kind: "line", flat: "", hard: true };

export function indent(content: Layout): Layout {
  return { kind: "indent", content };
}
export function align(columns: number, content: Layout): Layout {
  return { kind: "align", columns, content };
}
/** Breaks when it does not fit, when it holds a hard line, or when `broken` says so. */
export function group(content: Layout, broken = false): Layout {
  return { kind: "group", content, broken: broken || hasHardLine(content) };
}
export function ifBreak(broken: Layout, flat: Layout = ""): Layout {
  return { kind: "ifBreak", broken, flat };
}
/** A value behind `=`: on the same line when its first line fits there, else on the next, indented. */
export function assigned(value: Layout): Layout {
  return { kind: "assigned", value };
}
export function join(separator: Layout, items: readonly Layout[]): Layout {
  const joined: Layout[] = [];
  for (const item of items) {
    if (joined.length > 0) joined.push(separator);
    joined.push(item);
  }
  return joined;
}

function hasHardLine(layout: Layout): boolean {
  if (typeof layout === "string") return false;
  if (isSequence(layout)) return layout.some(hasHardLine);
  switch (layout.kind) {
    case "line":
      return layout.hard;
    case "group":
      return layout.broken;
    case "indent":
    case "align":
      return hasHardLine(layout.content);
    case "ifBreak":
      return hasHardLine(layout.broken);
    case "assigned":
      return hasHardLine(layout.value);
  }
}

interface Frame {
  readonly indent: number;
  readonly broken: boolean;
  readonly layout: Layout;
}

/**
 * Prints a layout. `column` is where the first line starts, `indentation` the indentation of the
 * lines after it.
 */
export function render(layout: Layout, indentation = 0, column = indentation): string {
  let out = "";
  const stack: Frame[] = [{ indent: indentation, broken: true, layout }];
  let at = column;
  for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
    const { layout: item, broken } = frame;
    if (typeof item === "string") {
      out += item;
      at = columnAfter(item, at);
    } else if (isSequence(item)) {
      pushReversed(stack, item, frame);
    } else if (item.kind === "line") {
      if (broken || item.hard) {
        out += lineStart(frame.indent);
        at = frame.indent;
      } else {
        out += item.flat;
        at += item.flat.length;
      }
    } else if (item.kind === "indent") {
      stack.push({ indent: frame.indent + 2, broken, layout: item.content });
    } else if (item.kind === "align") {
      stack.push({ indent: frame.indent + item.columns, broken, layout: item.content });
    } else if (item.kind === "ifBreak") {
      stack.push({ ...frame, layout: broken ? item.broken : item.flat });
    } else if (item.kind === "assigned") {
      const rest = [...stack, { ...frame, layout: item.value }];
      const isFlat = fits(" ", width - at, rest);
      stack.push({ ...frame, layout: isFlat ? [" ", item.value] : indent([hardline, item.value]) });
    } else {
      const breaks = item.broken || !fits(item.content, width - at, stack);
      stack.push({ indent: frame.indent, broken: breaks, layout: item.content });
    }
  }
  return out.replace(/[ \t]+$/gm, trimIndentation);
}

const lineStarts: string[] = [];

/** A line break and an indentation. */
function lineStart(indentation: number): string {
  return (lineStarts[indentation] ??= `\n${" ".repeat(indentation)}`);
}

/** Lines that a broken group left empty carry no indentation. */
function trimIndentation(): string {
  return "";
}

function columnAfter(text: string, at: number): number {
  if (isPlain(text)) return at + text.length;
  const newline = text.lastIndexOf("\n");
  return newline < 0 ? at + textWidth(text) : textWidth(text.slice(newline + 1));
}

/** Whether each character takes a column and none breaks the line. Most texts are a few characters. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

const wide =
  /^[\p{Extended_Pictographic}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Columns on a terminal: East Asian wide characters take two, combining marks none. */
function textWidth(text: string): number {
  if (isPlain(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    if (/^\p{M}$/u.test(character)) continue;
    columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}

function pushReversed(stack: Frame[], items: readonly Layout[], frame: Frame): void {
  for (let index = items.length - 1; index >= 0; index--) {
    stack.push({ indent: frame.indent, broken: frame.broken, layout: items[index] ?? "" });
  }
}

/** Whether the content stands flat in `room` columns, up to the next line break of what follows. */
function fits(content: Layout, room: number, rest: readonly Frame[]): boolean {
  const stack: { layout: Layout; broken: boolean }[] = [{ layout: content, broken: false }];
  let left = room;
  let restIndex = rest.length;
  while (left >= 0) {
    let frame = stack.pop();
    if (frame === undefined) {
      if (restIndex === 0) return true;
      frame = rest[--restIndex];
      if (frame === undefined) return true;
    }
    const { layout, broken } = frame;
    if (typeof layout === "string") {
      if (isPlain(layout)) left -= layout.length;
      else {
        const newline = layout.indexOf("\n");
        if (newline >= 0) return left >= newline;
        left -= textWidth(layout);
      }
    } else if (isSequence(layout)) {
      for (let index = layout.length - 1; index >= 0; index--) {
        stack.push({ layout: layout[index] ?? "", broken });
      }
    } else if (layout.kind === "line") {
      if (broken || layout.hard) return true;
      left -= layout.flat.length;
    } else if (layout.kind === "ifBreak") {
      stack.push({ layout: broken ? layout.broken : layout.flat, broken });
    } else if (layout.kind === "group") {
      stack.push({ layout: layout.content, broken: layout.broken || broken });
    } else if (layout.kind === "assigned") {
      stack.push({ layout: [" ", layout.value], broken });
    } else {
      stack.push({ layout: layout.content, broken });
    }
  }
  return false;
}

function isSequence(layout: Layout): layout is readonly Layout[] {
  return Array.isArray(layout);
}
