// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isAmbiguous } from "../regexp/ambiguity.js";
import { parseJavaPattern, type PatternNode } from "../regexp/java-pattern.js";
import { List, maxTextLength, TemplateError, type Maybe } from "./value.js";

/** A Java regular expression, translated, with the longest text that it may be matched against. */
export class JavaPattern {
  readonly search: RegExp;
  readonly whole: RegExp;
  readonly maxLength: number;
  /** The one text that matches, which is found without the expression. */
  readonly literal: string | undefined;

  constructor(source: string, maxLength: number, literal: string | undefined) {
    this.search = new RegExp(source, "g");
    this.whole = new RegExp(`^(?:${source})$`);
    this.maxLength = maxLength;
    this.literal = literal;
  }
}

/**
 * Translates a Java pattern. Throws where the engine would, for constructs that have no counterpart, and
 * for patterns that may take exponential time.
 */
export function javaPattern(text: string): JavaPattern {
  const parsed = parseJavaPattern(text);
  if (parsed.problem !== undefined) throw new TemplateError(`a pattern ${parsed.problem}`);
  if (isAmbiguous(parsed.tree) !== "no") {
    throw new TemplateError("a pattern may take exponential time");
  }
  // An empty text is found in more ways than one.
  const literal = literalOf(parsed.tree) || undefined;
  return new JavaPattern(parsed.source, maxLength(parsed.tree), literal);
}

/** The text of a pattern without anything but single characters. */
function literalOf(tree: PatternNode): string | undefined {
  if (tree.kind === "characters") {
    const [only, second] = tree.ranges;
    if (only === undefined || second !== undefined || only[0] !== only[1]) return undefined;
    return String.fromCodePoint(only[0]);
  }
  if (tree.kind !== "sequence") return undefined;
  let text = "";
  for (const part of tree.of) {
    const more = literalOf(part);
    if (more === undefined) return undefined;
    text += more;
  }
  return text;
}

/**
 * Backtracking costs one power of the text's length for each loop that something may fail behind, and one
 * for starting anywhere: the text is bounded so that a match ends within about a second.
 */
function maxLength(tree: PatternNode): number {
  const loops = costlyLoops(tree, false);
  if (loops === 0) return maxTextLength;
  return Math.floor(2e9 ** (1 / (loops + 1)));
}

function costlyLoops(node: PatternNode, isFollowed: boolean): number {
  switch (node.kind) {
    case "characters":
    case "empty":
      return 0;
    case "look":
      return costlyLoops(node.of, true);
    case "sequence":
      return node.of.reduce(
        (sum, part, index) => sum + costlyLoops(part, isFollowed || index < node.of.length - 1),
        0,
      );
    case "choice":
      return Math.max(0, ...node.of.map((part) => costlyLoops(part, isFollowed)));
    case "repeat": {
      const isLong = node.max > 20;
      return (isLong && isFollowed ? 1 : 0) + costlyLoops(node.of, isFollowed || isLong);
    }
  }
}

function check(text: string, pattern: JavaPattern): void {
  if (text.length > pattern.maxLength) {
    throw new TemplateError("a text is too long for its pattern");
  }
}

function prepared(pattern: string | JavaPattern): JavaPattern {
  return typeof pattern === "string" ? javaPattern(pattern) : pattern;
}

/** `matches`: the whole text. */
export function matchesPattern(text: string, pattern: string | JavaPattern): boolean {
  const ready = prepared(pattern);
  check(text, ready);
  return ready.whole.test(text);
}

/** `replaceAll` and `replaceFirst`; `$1` in the replacement is a group, a backslash takes it away. */
export function replacePattern(
  text: string,
  pattern: string | JavaPattern,
  by: string,
  all: boolean,
): string {
  const ready = prepared(pattern);
  check(text, ready);
  const parts = replacementParts(by);
  const [only = "", second] = parts;
  if (all && second === undefined && typeof only === "string") {
    return bounded(text.replaceAll(ready.literal ?? ready.search, () => only));
  }
  let out = "";
  let end = 0;
  ready.search.lastIndex = 0;
  for (const match of text.matchAll(ready.search)) {
    out += text.slice(end, match.index) + fill(parts, match);
    end = match.index + match[0].length;
    if (out.length > maxTextLength) throw new TemplateError("a text is too long");
    if (!all) break;
  }
  return out + text.slice(end);
}

function bounded(text: string): string {
  if (text.length > maxTextLength) throw new TemplateError("a text is too long");
  return text;
}

type ReplacementPart = string | number | { readonly group: string };

/** Java's replacement text: `$1`, `${name}`, and a backslash in front of a literal character. */
function replacementParts(by: string): readonly ReplacementPart[] {
  if (!by.includes("$") && !by.includes("\\")) return [by];
  const parts: ReplacementPart[] = [];
  for (let index = 0; index < by.length; index++) {
    const char = by.charAt(index);
    if (char === "\\") {
      index++;
      if (index >= by.length) throw new TemplateError("a replacement ends in a backslash");
      parts.push(by.charAt(index));
    } else if (char === "$") {
      const group = /^\$(?:(\d)|\{([A-Za-z]\w*)\})/.exec(by.slice(index, index + 100));
      if (!group) throw new TemplateError("a replacement has a `$` that names no group");
      parts.push(group[1] === undefined ? { group: group[2] ?? "" } : Number(group[1]));
      index += group[0].length - 1;
    } else {
      parts.push(char);
    }
  }
  return widened(parts);
}

/** Texts joined. Further digits belong to a group's number only where it has so many; one is enough. */
function widened(parts: readonly ReplacementPart[]): readonly ReplacementPart[] {
  const joined: ReplacementPart[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    if (typeof part === "string" && typeof before === "string") {
      joined[joined.length - 1] = before + part;
    } else {
      joined.push(part);
    }
  }
  return joined;
}

function fill(parts: readonly ReplacementPart[], match: RegExpExecArray): string {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
    } else if (typeof part === "number") {
      if (part >= match.length) throw new TemplateError(`the pattern has no group ${part}`);
      text += match[part] ?? "";
    } else {
      const { groups } = match;
      if (groups === undefined || !Object.hasOwn(groups, part.group)) {
        throw new TemplateError(`the pattern has no group ${part.group}`);
      }
      text += groups[part.group] ?? "";
    }
  }
  return text;
}

/** `split`: empty parts at the end are dropped when `limit` is 0; no part in front of an empty match. */
export function splitPattern(text: string, pattern: string | JavaPattern, limit: number): string[] {
  const ready = prepared(pattern);
  check(text, ready);
  const parts: string[] = [];
  let end = 0;
  ready.search.lastIndex = 0;
  for (const match of text.matchAll(ready.search)) {
    if (limit > 0 && parts.length === limit - 1) break;
    if (match[0] === "" && (match.index === 0 || match.index >= text.length)) continue;
    if (match.index === 0 && match[0].length > 0 && text === "") continue;
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
  }
  if (parts.length === 0) return [text];
  parts.push(text.slice(end));
  if (limit === 0) while (parts.length > 0 && parts.at(-1) === "") parts.pop();
  return parts;
}

/** `$value.replaceAll(pattern, by)` with a pattern that was translated at generation. */
export function replaceAll(value: Maybe, pattern: JavaPattern, by: Maybe): Maybe {
  if (typeof value !== "string") return undefined;
  return by === undefined || typeof by === "string"
    ? replacePattern(value, pattern, by ?? "", true)
    : undefined;
}

/** `$value.replaceFirst(pattern, by)`, see {@link replaceAll}. */
export function replaceFirst(value: Maybe, pattern: JavaPattern, by: Maybe): Maybe {
  if (typeof value !== "string") return undefined;
  return by === undefined || typeof by === "string"
    ? replacePattern(value, pattern, by ?? "", false)
    : undefined;
}

/** `$value.matches(pattern)`, see {@link replaceAll}. */
export function matches(value: Maybe, pattern: JavaPattern): Maybe {
  return typeof value === "string" ? matchesPattern(value, pattern) : undefined;
}

/** `$value.split(pattern)`, see {@link replaceAll}. */
export function split(value: Maybe, pattern: JavaPattern): Maybe {
  if (typeof value !== "string") return undefined;
  return new List("array", splitPattern(value, pattern, 0));
}
