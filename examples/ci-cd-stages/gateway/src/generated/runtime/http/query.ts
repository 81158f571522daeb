// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Query string of one request: every pair in order, decoded as a form. */
export class Query {
  /** Name, value, name, value. */
  readonly pairs: readonly string[];

  constructor(raw: string) {
    this.pairs = raw === "" ? [] : parsePairs(raw);
  }

  /** Last value of a name. */
  last(name: string): string | undefined {
    for (let i = this.pairs.length - 2; i >= 0; i -= 2) {
      if (this.pairs[i] === name) return this.pairs[i + 1];
    }
    return undefined;
  }

  all(name: string): string[] {
    const values: string[] = [];
    for (let i = 0; i < this.pairs.length; i += 2) {
      if (this.pairs[i] === name) values.push(this.pairs[i + 1] ?? "");
    }
    return values;
  }
}

/** `;` separates pairs as `&` does. Source: developer guide, "Important notes". */
function parsePairs(raw: string): string[] {
  const pairs: string[] = [];
  let start = 0;
  for (let i = 0; i <= raw.length; i += 1) {
    const code = i === raw.length ? 38 : raw.charCodeAt(i);
    if (code !== 38 && code !== 59) continue;
    if (i > start) {
      const equals = raw.indexOf("=", start);
      if (equals === -1 || equals >= i) pairs.push(decodeForm(raw.slice(start, i)), "");
      else pairs.push(decodeForm(raw.slice(start, equals)), decodeForm(raw.slice(equals + 1, i)));
    }
    start = i + 1;
  }
  return pairs;
}

/** Form decoding: `+` is a space; escapes that are no UTF-8 become U+FFFD, broken ones stay. */
export function decodeForm(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeLenient(spaced);
  }
}

function decodeLenient(text: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const hex = code === 37 ? text.slice(i + 1, i + 3) : "";
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    } else {
      bytes.push(...Buffer.from(text.charAt(i), "utf8"));
    }
  }
  return Buffer.from(bytes).toString("utf8");
}

/**
 * A raw query made safe to send on: pairs stay as the client wrote them, `;` becomes the `&` it
 * was read as, and what may not stand in a request line is escaped.
 */
export function forwardableQuery(raw: string): string {
  return /^[\w\-.~!$&'()*+,=:@/?%]*$/.test(raw)
    ? raw
    : raw.replaceAll(";", "&").replaceAll(/[^\w\-.~!$&'()*+,=:@/?%]/g, escapeByte);
}

function escapeByte(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
