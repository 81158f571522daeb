/** One box of a picture: its title, and lines of text. */
export interface PictureBox {
  readonly title: string;
  readonly lines: readonly string[];
}

const WIDTH = 720;
const MARGIN = 16;
const LINE = 18;
const TITLE = 26;
const GAP = 28;
/** Characters of a line that a box holds. */
const COLUMNS = 96;

/** Boxes below one another, joined by arrows, as one SVG document without scripts and references. */
export function svgPicture(title: string, boxes: readonly PictureBox[]): string {
  let top = MARGIN + TITLE;
  const parts: string[] = [];
  boxes.forEach((box, index) => {
    const height = TITLE + box.lines.length * LINE + 10;
    parts.push(boxText(box, top, height));
    top += height;
    if (index < boxes.length - 1) parts.push(arrow(top));
    top += GAP;
  });
  const height = top - GAP + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-monospace, monospace" font-size="12" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="${MARGIN + 10}" font-size="14" font-weight="bold">${escapeXml(cut(title))}</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function boxText({ title, lines }: PictureBox, top: number, height: number): string {
  const width = WIDTH - 2 * MARGIN;
  return [
    `<rect x="${MARGIN}" y="${top}" width="${width}" height="${height}" rx="6" fill="#f6f8fa" stroke="#57606a"/>`,
    `<text x="${MARGIN + 10}" y="${top + 18}" font-weight="bold">${escapeXml(cut(title))}</text>`,
    ...lines.map(
      (line, index) =>
        `<text x="${MARGIN + 10}" y="${top + TITLE + 12 + index * LINE}" xml:space="preserve">${escapeXml(cut(line))}</text>`,
    ),
  ].join("\n");
}

function arrow(top: number): string {
  const x = WIDTH / 2;
  const tip = top + GAP - 4;
  return `<path d="M${x} ${top + 4} V${tip} M${x - 5} ${tip - 6} L${x} ${tip} L${x + 5} ${tip - 6}" fill="none" stroke="#57606a"/>`;
}

function cut(text: string): string {
  return text.length > COLUMNS ? `${text.slice(0, COLUMNS - 1)}…` : text;
}

/** Also of characters that no XML document may have. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[\p{Cc}\p{Cf}]/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
