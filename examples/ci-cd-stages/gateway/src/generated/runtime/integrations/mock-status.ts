// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/**
 * Reads the integer `statusCode` of the object that a mock's request template rendered; null when
 * there is none. The service's reader is lenient: names without quotes, single quotes, trailing and
 * doubled commas pass; missing braces, mixed quotes, an unclosed object or a text status do not.
 *
 *     {statusCode: 200}    {'statusCode': 200,, }    {"statusCode": 200, "x": [1, {"y": null}]}
 */
export function readMockStatus(text: string): number | null {
  const reader = new LenientReader(text);
  const value = reader.readDocument();
  if (!(value instanceof Map)) return null;
  const status: unknown = value.get("statusCode");
  return typeof status === "number" && Number.isInteger(status) ? status : null;
}

/** An object deeper than this is refused before the stack runs out. */
const MAX_DEPTH = 200;

class LenientReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one value of the text; undefined when it cannot be read. */
  readDocument(): unknown {
    try {
      this.#skipSpace();
      if (this.#peek() !== "{") return undefined;
      const value = this.#readObject(0);
      this.#skipSpace();
      return this.#at === this.#text.length ? value : undefined;
    } catch (error) {
      if (error instanceof LenientSyntaxError) return undefined;
      throw error;
    }
  }

  #readObject(depth: number): Map<string, unknown> {
    this.#take("{");
    const members = new Map<string, unknown>();
    for (;;) {
      this.#skipSeparators();
      if (this.#peek() === "}") break;
      const name = this.#readName();
      this.#skipSpace();
      this.#take(":");
      members.set(name, this.#readValue(depth));
      this.#skipSpace();
      if (this.#peek() !== "," && this.#peek() !== "}") throw new LenientSyntaxError();
    }
    this.#take("}");
    return members;
  }

  #readArray(depth: number): unknown[] {
    this.#take("[");
    const items: unknown[] = [];
    for (;;) {
      this.#skipSeparators();
      if (this.#peek() === "]") break;
      items.push(this.#readValue(depth));
      this.#skipSpace();
      if (this.#peek() !== "," && this.#peek() !== "]") throw new LenientSyntaxError();
    }
    this.#take("]");
    return items;
  }

  #readValue(depth: number): unknown {
    if (depth >= MAX_DEPTH) throw new LenientSyntaxError();
    this.#skipSpace();
    const next = this.#peek();
    if (next === "{") return this.#readObject(depth + 1);
    if (next === "[") return this.#readArray(depth + 1);
    if (next === '"' || next === "'") return this.#readQuoted(next);
    const word = this.#readBare();
    if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word)) return Number(word);
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    return word;
  }

  #readName(): string {
    const next = this.#peek();
    return next === '"' || next === "'" ? this.#readQuoted(next) : this.#readBare();
  }

  #readQuoted(quote: string): string {
    this.#take(quote);
    let value = "";
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === "") throw new LenientSyntaxError();
      this.#at += 1;
      if (char === quote) return value;
      value += char === "\\" ? this.#readEscape() : char;
    }
  }

  #readEscape(): string {
    const char = this.#text.charAt(this.#at);
    if (char === "") throw new LenientSyntaxError();
    this.#at += 1;
    return char;
  }

  /** Text without quotes: up to a separator, and never empty. */
  #readBare(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !/[,:{}[\]"'\s]/.test(this.#peek())) this.#at += 1;
    if (this.#at === start) throw new LenientSyntaxError();
    return this.#text.slice(start, this.#at);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #take(char: string): void {
    if (this.#peek() !== char) throw new LenientSyntaxError();
    this.#at += 1;
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#peek())) this.#at += 1;
  }

  #skipSeparators(): void {
    while (this.#at < this.#text.length && /[\s,]/.test(this.#peek())) this.#at += 1;
  }
}

class LenientSyntaxError extends Error {}
