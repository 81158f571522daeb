/** A template that is not valid, and where; offsets count from the start of the whole template. */
export class TemplateSyntaxError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Levels of blocks, parentheses and strings together; deeper templates are refused. */
const maxDepth = 64;

/** Reads characters of a template. */
export class CharacterReader {
  readonly text: string;
  at = 0;
  /** Where this text stands in the whole template. */
  readonly #offset: number;
  #depth: number;

  constructor(text: string, offset: number, depth: number) {
    this.text = text;
    this.#offset = offset;
    this.#depth = depth;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  get depth(): number {
    return this.#depth;
  }

  /** The next character, or one further on; empty at the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Takes a text when it stands here. */
  take(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes what a sticky pattern matches here; undefined when nothing does. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Spaces, tabs and line breaks. */
  skipSpace(): void {
    this.match(/[ \t\r\n]*/y);
  }

  expect(text: string, where: string): void {
    if (!this.take(text)) this.fail(`expected \`${text}\` ${where}`);
  }

  /** Place in the whole template. */
  place(at = this.at): number {
    return this.#offset + at;
  }

  fail(message: string, at = this.at): never {
    const found = this.text.slice(at, at + 12).split(/[\r\n]/, 1)[0] ?? "";
    const what = at >= this.text.length ? "the template ends here" : `found \`${found}\``;
    throw new TemplateSyntaxError(`${message}; ${what}`, this.place(at));
  }

  /** Runs a part of the grammar that nests. */
  nested<T>(read: () => T): T {
    if (this.#depth >= maxDepth) this.fail(`more than ${maxDepth} levels are nested`);
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }
}
