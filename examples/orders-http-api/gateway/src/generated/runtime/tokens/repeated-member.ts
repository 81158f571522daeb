// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * Whether an object anywhere in a JSON text names a member twice. Readers differ in which of the two
 * they take, so a token must not say two things. The text must be valid JSON.
 */
export function hasRepeatedMember(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  let at = 0;
  let isName = false;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1) ?? null;
      if (isName && names !== null) {
        const name = JSON.parse(text.slice(at, end)) as string;
        if (names.has(name)) return true;
        names.add(name);
        isName = false;
      }
      at = end;
      continue;
    }
    if (character === "{") {
      open.push(new Set());
      isName = true;
    } else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === ",") isName = (open.at(-1) ?? null) !== null;
    at += 1;
  }
  return false;
}

/** Offset behind the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
