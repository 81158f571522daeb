import { endianness } from "node:os";
import { maxTextLength, TemplateError } from "./value.js";

/** Codes of Latin-1. */
const latin1 = 0x100;

/** What characters become in a text: written down once, not made for each character. */
export class Escapes {
  /** How many characters each code of Latin-1 becomes; 0 leaves it as it is. */
  readonly lengths: Uint8Array;
  /** What each of them becomes. */
  readonly texts: readonly string[];
  /** The first three characters of that. */
  readonly firsts: Uint8Array;
  readonly seconds: Uint8Array;
  readonly thirds: Uint8Array;
  /** What a run of other characters becomes, at most nine for each. */
  readonly beyond: (run: string) => string;

  /** `escape`: what a code of Latin-1 becomes, at most nine characters; undefined where it stays. */
  constructor(escape: (code: number) => string | undefined, beyond: (run: string) => string) {
    this.texts = Array.from({ length: latin1 }, (_, code) => escape(code) ?? "");
    this.lengths = Uint8Array.from(this.texts, (text) => text.length);
    this.firsts = Uint8Array.from(this.texts, (text) => text.charCodeAt(0));
    this.seconds = Uint8Array.from(this.texts, (text) => text.charCodeAt(1));
    this.thirds = Uint8Array.from(this.texts, (text) => text.charCodeAt(2));
    this.beyond = beyond;
  }
}

/** Shorter texts are put together of parts: to make a text of bytes takes longer. */
const shortest = 48;

/** A text with its escapes; the same text where it has none. */
export function escaped(text: string, escapes: Escapes): string {
  const first = nextEscape(text, 0, escapes);
  if (first === text.length) return text;
  if (text.length < shortest) return joinEscaped(text, first, escapes);
  const writer = new TextWriter();
  writer.escaped(text, escapes);
  return writer.end();
}

/** Where a character is escaped, or the end of the text. */
function nextEscape(text: string, from: number, { lengths }: Escapes): number {
  let index = from;
  for (; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= latin1 || lengths[code] !== 0) break;
  }
  return index;
}

function joinEscaped(text: string, first: number, escapes: Escapes): string {
  let out = "";
  let start = 0;
  for (let at = first; at < text.length; at = nextEscape(text, start, escapes)) {
    if (start < at) out += text.slice(start, at);
    const code = text.charCodeAt(at);
    start = code < latin1 ? at + 1 : endOfRun(text, at);
    out += code < latin1 ? (escapes.texts[code] ?? "") : escapes.beyond(text.slice(at, start));
  }
  return start === text.length ? out : out + text.slice(start);
}

/** Characters that are gathered before they are made a text. */
const gatheredLength = 16 * 1024;
/** Most characters that one becomes. */
const longestEscape = 9;
/** A longer text is written in pieces. */
const longestPiece = 1024;

/** Where characters are gathered: Latin-1 in bytes, and all of them in case there are others. */
const bytes = Buffer.allocUnsafeSlow(gatheredLength);
const units = new Uint16Array(gatheredLength);

/**
 * A text that grows by single characters. They are gathered before they are made a text, which costs
 * less than as many texts put together. There is one place to gather in: `settle` before anything is run
 * that may write a text of its own.
 */
export class TextWriter {
  #settled = "";
  #length = 0;
  /** Not below 256 where something gathered is not Latin-1. */
  #widest = 0;

  /** One character of ASCII. */
  mark(code: number): void {
    if (this.#length === gatheredLength) this.settle();
    bytes[this.#length] = code;
    units[this.#length] = code;
    this.#length++;
  }

  /** A text as it is. */
  plain(text: string): void {
    if (text.length > gatheredLength - this.#length) this.settle();
    if (text.length > gatheredLength) this.#grow(text);
    else this.#length = this.#gather(text, this.#length);
  }

  escaped(text: string, escapes: Escapes): void {
    if (text.length > longestPiece) {
      this.#escapedLong(text, escapes);
      return;
    }
    if (text.length * longestEscape > gatheredLength - this.#length) this.settle();
    const { lengths, firsts, seconds, thirds, texts } = escapes;
    let to = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= latin1) {
        const end = endOfRun(text, index);
        to = this.#gather(escapes.beyond(text.slice(index, end)), to);
        index = end - 1;
        continue;
      }
      const length = lengths[code] ?? 0;
      if (length === 0) {
        bytes[to] = code;
        units[to++] = code;
        continue;
      }
      bytes[to] = units[to] = firsts[code] ?? 0;
      bytes[to + 1] = units[to + 1] = seconds[code] ?? 0;
      bytes[to + 2] = units[to + 2] = thirds[code] ?? 0;
      if (length > 3) this.#gather(texts[code] ?? "", to);
      to += length;
    }
    this.#length = to;
  }

  /** In pieces that break no pair of surrogates. */
  #escapedLong(text: string, escapes: Escapes): void {
    let start = 0;
    while (start < text.length) {
      const full = start + longestPiece;
      const end = full - (isPair(text, full - 1) ? 1 : 0);
      this.escaped(text.slice(start, end), escapes);
      start = end;
    }
  }

  /** Gathers from a place on, where there must be room, and gives where it ended. */
  #gather(text: string, from: number): number {
    let widest = this.#widest;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      bytes[from + index] = code;
      units[from + index] = code;
      widest |= code;
    }
    this.#widest = widest;
    return from + text.length;
  }

  /** Makes a text of what was gathered. Throws when all of it is too long. */
  settle(): void {
    if (this.#length === 0) return;
    this.#grow(
      this.#widest < latin1 ? bytes.toString("latin1", 0, this.#length) : wideText(this.#length),
    );
    this.#length = 0;
    this.#widest = 0;
  }

  #grow(text: string): void {
    if (this.#settled.length + text.length > maxTextLength) {
      throw new TemplateError("a printed value is too long");
    }
    this.#settled += text;
  }

  /** The whole text. */
  end(): string {
    this.settle();
    return this.#settled;
  }
}

/** Whether a character beyond U+FFFF stands there, in its two surrogates. */
function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}

/** The text of the first units. */
function wideText(length: number): string {
  const used = Buffer.from(units.buffer, 0, length * 2);
  return (isBigEndian ? Buffer.from(used).swap16() : used).toString("utf16le");
}

const isBigEndian = endianness() === "BE";

/** Where a run of characters ends that are beyond Latin-1. */
function endOfRun(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && text.charCodeAt(end) >= latin1) end++;
  return end;
}
