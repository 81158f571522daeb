/** What became of three versions of a text. */
export type TextMerge =
  | { readonly kind: "clean"; readonly text: string }
  /** `text` has markers around what does not go together. */
  | { readonly kind: "overlap"; readonly text: string; readonly overlaps: number }
  /** The versions differ in more places than can be compared. */
  | { readonly kind: "too-different" };

export interface MergeTexts {
  /** The user's file. */
  readonly mine: string;
  /** What the generator wrote last time. */
  readonly base: string;
  /** What it writes now. */
  readonly theirs: string;
}

/** Lines that replace a range of the base. */
interface Hunk {
  readonly from: number;
  /** The first line behind the range; `from` for what is put in only. */
  readonly to: number;
  readonly lines: readonly string[];
}

/** Comparing takes no longer than this; the texts of a project come out in a few milliseconds. */
const TIMEOUT_MS = 2_000;

/**
 * Merges line by line what two sides made of one text. What only one side changed is taken from it, what
 * both changed in the same way once. Changes that touch each other do not go together:
 *
 *     base  a b c d      mine  a B c d      theirs  a b C d
 *
 * overlaps in `b c`, since neither side has seen the other's line. Line ends are those of the user's file.
 */
export async function mergeTexts({ mine, base, theirs }: MergeTexts): Promise<TextMerge> {
  const eol = mine.includes("\r\n") ? "\r\n" : "\n";
  const [own, old, made] = [mine, base, theirs].map(linesOf) as [string[], string[], string[]];
  const [ownHunks, madeHunks] = [await hunksOf(old, own), await hunksOf(old, made)];
  if (ownHunks === undefined || madeHunks === undefined) return { kind: "too-different" };
  const merged: string[] = [];
  let overlaps = 0;
  let at = 0;
  for (const { from, to, mine: left, theirs: right } of groups(ownHunks, madeHunks)) {
    append(merged, old, at, from);
    const [one, other] = [applied(old, left, from, to), applied(old, right, from, to)];
    at = to;
    if (right.length === 0 || isSame(one, other)) append(merged, one);
    else if (left.length === 0) append(merged, other);
    else {
      overlaps += 1;
      append(merged, marked(one, other));
    }
  }
  append(merged, old, at);
  const text = merged.join(eol);
  return overlaps === 0 ? { kind: "clean", text } : { kind: "overlap", text, overlaps };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

/** Line by line: a call takes no argument list of a hundred thousand. */
function append(into: string[], lines: readonly string[], from = 0, to = lines.length): void {
  for (let i = from; i < to; i += 1) into.push(lines[i] ?? "");
}

async function hunksOf(
  before: readonly string[],
  after: readonly string[],
): Promise<readonly Hunk[] | undefined> {
  const { diffArrays } = await import("diff");
  const parts = diffArrays([...before], [...after], { timeout: TIMEOUT_MS });
  if (parts === undefined) return undefined;
  const hunks: Hunk[] = [];
  let at = 0;
  let open: { from: number; to: number; lines: string[] } | undefined;
  for (const { added, removed, value } of parts) {
    if (!added && !removed) {
      at += value.length;
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = { from: at, to: at, lines: [] };
      hunks.push(open);
    }
    if (added) append(open.lines, value);
    else {
      at += value.length;
      open.to = at;
    }
  }
  return hunks;
}

/** A range of the base and the hunks of both sides that fall into it. */
interface Group {
  readonly from: number;
  readonly to: number;
  readonly mine: readonly Hunk[];
  readonly theirs: readonly Hunk[];
}

/** Hunks that touch belong together, however long the chain. */
function groups(mine: readonly Hunk[], theirs: readonly Hunk[]): readonly Group[] {
  const all = [
    ...mine.map((hunk) => ({ hunk, isMine: true })),
    ...theirs.map((hunk) => ({ hunk, isMine: false })),
  ].toSorted((a, b) => a.hunk.from - b.hunk.from || a.hunk.to - b.hunk.to);
  const found: { from: number; to: number; mine: Hunk[]; theirs: Hunk[] }[] = [];
  for (const { hunk, isMine } of all) {
    let group = found.at(-1);
    if (group === undefined || hunk.from > group.to) {
      group = { from: hunk.from, to: hunk.to, mine: [], theirs: [] };
      found.push(group);
    }
    group.to = Math.max(group.to, hunk.to);
    (isMine ? group.mine : group.theirs).push(hunk);
  }
  return found;
}

function applied(
  base: readonly string[],
  hunks: readonly Hunk[],
  from: number,
  to: number,
): readonly string[] {
  const lines: string[] = [];
  let at = from;
  for (const hunk of hunks) {
    append(lines, base, at, hunk.from);
    append(lines, hunk.lines);
    at = hunk.to;
  }
  append(lines, base, at, to);
  return lines;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}

function marked(mine: readonly string[], theirs: readonly string[]): readonly string[] {
  return ["<<<<<<< yours", ...mine, "=======", ...theirs, ">>>>>>> generated"];
}
