import type { FormattingOptions } from "jsonc-parser";

export type JsonMembers = Readonly<Record<string, unknown>>;

/** What the three parties of a merge want. */
export interface MergeInput {
  /** The user's file. */
  readonly text: string;
  /** What the generator wanted last time; undefined when it never wrote this file. */
  readonly base: JsonMembers | undefined;
  /** What it wants now. */
  readonly wanted: JsonMembers;
}

export interface MergeResult {
  readonly text: string;
  /** Keys that the generator newly wants otherwise than the user has them, as `scripts.dev`. */
  readonly kept: readonly string[];
}

interface Edit {
  readonly path: readonly string[];
  /** Undefined removes the key. */
  readonly value: unknown;
}

/**
 * Merges the generator's keys into a JSON file of the user. A key follows the generator as long as the
 * user left it as it was; everything else, and all order and layout, is the user's. Undefined when the
 * text is no JSON object.
 */
export async function mergeJson(input: MergeInput): Promise<MergeResult | undefined> {
  const bom = input.text.startsWith("\ufeff") ? "\ufeff" : "";
  const text = input.text.slice(bom.length);
  const current = parseMembers(text);
  if (current === undefined) return undefined;
  const kept: string[] = [];
  const edits = compare(current, input.base ?? {}, input.wanted, [], kept);
  if (edits.length === 0) return { text: input.text, kept };
  return { text: bom + (await applyEdits(text, edits)), kept };
}

export function isMembers(value: unknown): value is JsonMembers {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON object out of text; undefined when it is none. */
export function parseMembers(text: string): JsonMembers | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function compare(
  current: JsonMembers,
  base: JsonMembers,
  wanted: JsonMembers,
  path: readonly string[],
  kept: string[],
): readonly Edit[] {
  const edits: Edit[] = [];
  for (const key of new Set([...Object.keys(base), ...Object.keys(wanted)])) {
    const here = [...path, key];
    const [is, was, shall] = [member(current, key), member(base, key), member(wanted, key)];
    if (isMembers(is) && (isMembers(shall) || (shall === undefined && isMembers(was)))) {
      const below = isMembers(was) ? was : {};
      edits.push(...compare(is, below, isMembers(shall) ? shall : {}, here, kept));
    } else if (isSame(is, was)) {
      if (!isSame(is, shall)) edits.push({ path: here, value: shall });
    } else if (shall !== undefined && !isSame(is, shall) && !isSame(was, shall)) {
      kept.push(here.join("."));
    }
  }
  return edits;
}

function member(members: JsonMembers, key: string): unknown {
  return Object.hasOwn(members, key) ? members[key] : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

async function applyEdits(text: string, edits: readonly Edit[]): Promise<string> {
  const { modify, applyEdits: apply } = await import("jsonc-parser");
  const formattingOptions = layoutOf(text);
  let result = text;
  for (const { path, value } of edits) {
    result = apply(
      result,
      modify(result, [...path], value, {
        formattingOptions,
        getInsertionIndex: (names) => insertionIndex(names, path.at(-1) ?? ""),
      }),
    );
  }
  return result;
}

/** Sorted sections, such as npm's dependencies, stay sorted. */
function insertionIndex(names: readonly string[], key: string): number {
  const isSorted = names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
  const at = names.findIndex((name) => name > key);
  return isSorted && names.length > 1 && at !== -1 ? at : names.length;
}

function layoutOf(text: string): FormattingOptions {
  const indent = /^[{[]?\s*\n([ \t]+)/.exec(text)?.[1] ?? "  ";
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}
