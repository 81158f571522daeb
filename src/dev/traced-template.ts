import type { TemplateNode } from "../ir/template.js";

/** A line of a template, and what it printed, once for each time that it was reached. */
export interface TracedLine {
  /** From 1. */
  readonly line: number;
  readonly template: string;
  readonly printed: readonly string[];
}

/** Private characters around a line's number: they mark what follows as printed by that line. */
const [before, behind] = ["\ue000", "\ue001"];
const mark = /\ue000(\d+)\ue001/;

/**
 * The template with a mark in front of everything that it prints. Texts are inert, so it renders as
 * before but for the marks. Inside of `#define` and of strings nothing is marked, since their text may
 * be read and not only printed: it counts for the line that prints it.
 */
export function markLines(
  nodes: readonly TemplateNode[],
  template: string,
): readonly TemplateNode[] {
  const lineAt = lineFinder(template);
  const text = (content: string): TemplateNode => ({ kind: "text", text: content, starts: [] });
  const marked = (node: TemplateNode): readonly TemplateNode[] => {
    switch (node.kind) {
      case "text": {
        const lines = node.text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
        const places = lines.map((line, index) => markOf(lineAt(node.starts[index] ?? 0)) + line);
        return [text(places.join(""))];
      }
      case "reference":
        return [text(markOf(lineAt(node.reference.at))), node];
      case "if": {
        const branches = node.branches.map((branch) => ({ ...branch, body: all(branch.body) }));
        return [{ ...node, branches, otherwise: node.otherwise && all(node.otherwise) }];
      }
      case "foreach":
        return [{ ...node, body: all(node.body) }];
      case "set":
      case "define":
      case "break":
      case "stop":
      case "fail":
        return [node];
    }
  };
  const all = (inner: readonly TemplateNode[]): readonly TemplateNode[] => inner.flatMap(marked);
  return all(nodes);
}

function markOf(line: number): string {
  return `${before}${line}${behind}`;
}

function lineFinder(template: string): (at: number) => number {
  const starts = [...template.matchAll(/\n/g)].map(({ index }) => index + 1);
  return (at) => 1 + starts.filter((start) => start <= at).length;
}

/**
 * Reads the marks of a text; undefined when what stands between them is not `text`, the rendering
 * without marks: then nothing can be said of the lines.
 */
export function readMarks(
  markedText: string,
  text: string,
  template: string,
): readonly TracedLine[] | undefined {
  const [first = "", ...rest] = markedText.split(mark);
  const printed = new Map<number, string[]>();
  let joined = first;
  let last: number | undefined;
  for (let index = 0; index + 1 < rest.length; index += 2) {
    const [line, piece] = [Number(rest[index]), rest[index + 1] ?? ""];
    joined += piece;
    const pieces = printed.get(line) ?? [];
    printed.set(line, pieces);
    if (last === line && !pieces.at(-1)?.endsWith("\n")) pieces.push((pieces.pop() ?? "") + piece);
    else pieces.push(piece);
    last = line;
  }
  if (joined !== text || first !== "") return undefined;
  return template
    .replace(/\n$/, "")
    .split("\n")
    .map((source, index) => ({
      line: index + 1,
      template: source.replace(/\r$/, ""),
      printed: (printed.get(index + 1) ?? []).filter((piece) => piece !== ""),
    }));
}
