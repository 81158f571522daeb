/** What the document says of a thing, for its doc comment. */
export interface DocText {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly deprecated?: boolean | undefined;
  /** Further lines, as they are. */
  readonly lines?: readonly string[] | undefined;
}

/**
 * A doc comment's lines without indentation, or none when there is nothing to say. Long paragraphs are
 * wrapped at 100 columns; nothing in the text can end the comment.
 */
export function docComment(doc: DocText): readonly string[] {
  const lines = [...paragraphs(doc), ...(doc.lines ?? []).map(clean)];
  if (doc.deprecated === true) lines.push("@deprecated");
  while (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  const [first, ...others] = lines;
  if (first === undefined) return [];
  if (others.length === 0 && first.length <= 90) return [`/** ${first} */`];
  return ["/**", ...lines.map((text) => (text === "" ? " *" : ` * ${text}`)), " */"];
}

function paragraphs(doc: DocText): string[] {
  const title = clean(doc.title ?? "").trim();
  const description = clean(doc.description ?? "").trim();
  if (title === "" || description.startsWith(title)) return wrapText(description);
  return description === "" ? wrapText(title) : [...wrapText(title), "", ...wrapText(description)];
}

/** Tags of the document's author are text, not tags of ours; a closing mark is split. */
function clean(text: string): string {
  const open = text.includes("*/") ? text.replaceAll("*/", "*\\/") : text;
  if (plain.test(open)) return open;
  return open
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replace(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
}

/** What most texts are made of, and what is left as it is. */
const plain = /^[\x20-\x7e\n]*$/;

function wrapText(text: string): string[] {
  if (text === "") return [];
  return text.split("\n").flatMap((raw) => wrapLine(raw.trimEnd().replace(/^@/, "\\@")));
}

/** Breaks at spaces; a line that starts with white space (a code sample) stays whole. */
function wrapLine(text: string): string[] {
  if (text.length <= 96 || /^\s/.test(text)) return [text];
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/ +/)) {
    if (current !== "" && current.length + 1 + word.length > 96) {
      lines.push(current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
