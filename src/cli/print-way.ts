import { posix } from "node:path";
import type { ExplainedRequest } from "../explain/explain-request.js";
import type { RequestWay, WayBox } from "../explain/request-way.js";
import { svgPicture, type PictureBox } from "../explain/way-svg.js";
import type { Pointer } from "../pointer.js";
import { besideSpec } from "./print-diagnostics.js";
import { colorsOf, printable, type Channel } from "./terminal.js";

interface Place {
  /** The document as the user named it: places are shown beside it. */
  readonly spec: string;
  readonly locate: ExplainedRequest["locate"];
}

/** Longest name of a file that is repeated beside each place. */
const LONGEST_NAME = 32;
/** Columns of a box on a terminal, frame included. */
const WIDTH = 96;

/** Prints the way of a request as boxes below one another. */
export function printWay(way: RequestWay, place: Place, out: Channel): void {
  const { boxes } = way;
  const { bold, dim } = colorsOf(out);
  const inner = WIDTH - 4;
  const parts = boxes.map((box) => {
    const { title, lines } = pictureBox(box, place);
    const head = ` ${title} `;
    const rule = "─".repeat(Math.max(0, WIDTH - 3 - head.length));
    return [
      `┌─${bold(head)}${rule}┐`,
      ...lines.flatMap((line) => wrap(line, inner)).map((line) => `│ ${line.padEnd(inner)} │`),
      `└${"─".repeat(WIDTH - 2)}┘`,
    ].join("\n");
  });
  const arrow = `\n${dim(`${" ".repeat(WIDTH / 2 - 1)}▼`)}\n`;
  out.write(`${bold(printable(`${nameOf(way)} · ${place.spec}`))}\n`);
  out.write(`${parts.join(arrow)}\n`);
}

/** The same as one SVG document. */
export function printWaySvg(way: RequestWay, place: Place, out: Channel): void {
  const boxes = way.boxes.map((box) => pictureBox(box, place));
  out.write(svgPicture(`${nameOf(way)} · ${place.spec}`, boxes));
}

function nameOf({ operation: { method, path, routeKey } }: RequestWay): string {
  return routeKey ?? `${method} ${path}`;
}

/** Titles and lines with their places. */
export function pictureBox({ name, at, lines }: WayBox, place: Place): PictureBox {
  return {
    title: printable([name, placeText(at, place)].filter((text) => text !== "").join(" · ")),
    lines: lines.map((line) => {
      const where = placeText(line.at, place);
      return printable(where === "" ? line.text : `${line.text}  [${where}]`);
    }),
  };
}

function placeText(at: Pointer | undefined, { spec, locate }: Place): string {
  const position = at === undefined ? undefined : locate(at);
  if (position === undefined) return "";
  const file = besideSpec(position.file, spec);
  // the folders of a long name stand above the picture
  const shown = file.length > LONGEST_NAME ? posix.basename(file) : file;
  return `${shown}:${position.line}`;
}

function wrap(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  const cut = text.lastIndexOf(" ", width);
  const at = cut > width / 2 ? cut : width;
  return [text.slice(0, at), ...wrap(`    ${text.slice(at).trim()}`, width)];
}
