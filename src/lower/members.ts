import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { describe, isList, isObject, quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

/** The name that a member has in the object, by the name that it is asked for. */
export type MemberNames = Readonly<Record<string, string>>;

/**
 * Reads the members of one object of the document. A member of the wrong type is reported (GG100) and
 * counts as absent, so that one slip does not hide what else is there.
 */
export class Members {
  readonly value: JsonObject;
  readonly at: Pointer;
  readonly #sink: DiagnosticSink;
  readonly #names: MemberNames;

  constructor(value: JsonObject, at: Pointer, sink: DiagnosticSink, names: MemberNames = {}) {
    this.value = value;
    this.at = at;
    this.#sink = sink;
    this.#names = names;
  }

  /** The same object, whose members have other names: what is asked for as `type` stands there as `kind`. */
  renamed(names: MemberNames): Members {
    return new Members(this.value, this.at, this.#sink, names);
  }

  place(key: string): Pointer {
    return child(this.at, this.#nameOf(key));
  }

  has(key: string): boolean {
    return this.#get(key) !== undefined;
  }

  /** Text; numbers and booleans are taken as they are written, as the service does. */
  text(key: string): string | undefined {
    const value = this.#get(key);
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    return this.#absent(key, "text");
  }

  flag(key: string): boolean | undefined {
    const value = this.#get(key);
    if (typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    return this.#absent(key, "true or false");
  }

  number(key: string): number | undefined {
    const value = this.#get(key);
    if (typeof value === "number") return value;
    if (typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value)) return Number(value);
    return this.#absent(key, "a number");
  }

  object(key: string): Members | undefined {
    const value = this.#get(key);
    if (isObject(value)) return new Members(value, this.place(key), this.#sink);
    return this.#absent(key, "an object");
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.#get(key);
    return isList(value) ? value : this.#absent(key, "a list");
  }

  /** A list of texts; items of another type are reported and left out. */
  texts(key: string): readonly string[] | undefined {
    return this.list(key)?.flatMap((item, index) => {
      if (typeof item === "string") return [item];
      if (typeof item === "number") return [String(item)];
      this.#sink.warning(
        "GG100",
        child(this.place(key), index),
        `expected text, found ${describe(item)}`,
      );
      return [];
    });
  }

  /** One of some words, in any case of letters; the word as the list has it. */
  word<W extends string>(key: string, words: readonly W[]): W | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const word = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
    if (word === undefined) {
      const message = `${quote(text)} is not one of ${words.join(", ")}`;
      this.#sink.warning("GG102", this.place(key), message, nearestHint(text, words));
    }
    return word;
  }

  entries(): readonly (readonly [key: string, value: unknown])[] {
    return Object.entries(this.value);
  }

  #get(key: string): unknown {
    return this.value[this.#nameOf(key)];
  }

  #nameOf(key: string): string {
    return Object.hasOwn(this.#names, key) ? (this.#names[key] ?? key) : key;
  }

  #absent(key: string, expected: string): undefined {
    const value = this.#get(key);
    if (value === undefined || value === null) return undefined;
    const message = `expected ${expected}, found ${describe(value)}; it is ignored`;
    this.#sink.warning("GG100", this.place(key), message);
  }
}
