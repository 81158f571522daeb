import type { Schema } from "js-yaml";
import {
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  load,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
} from "js-yaml";
import { maxDepth } from "./json-text.js";
import { findUnplain } from "./plain-value.js";
import type { ParsedYaml } from "./yaml-tree.js";
import { longTag, parseYamlTree, YamlPlaces } from "./yaml-tree.js";

/**
 * Parses YAML 1.2 (core schema) with merge keys. CloudFormation's short tags become their long form:
 * `!Sub x` is `{ "Fn::Sub": "x" }`. Keys are text; `200:` is the key `200`.
 *
 * Two libraries share the work. `js-yaml` makes values seven times faster than `yaml` (measured: 12 against
 * 80 ms of CPU for a small document, loading included; 0.8 against 3.7 s for 10 MB) but keeps no places.
 * What it reads without a question is taken; whatever is wrong, doubtful or worth a word is read again by
 * `yaml`, whose tree can say where. A test holds both to the same values.
 */
export function parseYaml(text: string): ParsedYaml {
  return (isDoubtful(text) ? undefined : parseQuickly(text)) ?? parseYamlTree(text);
}

/**
 * Keys that are numbers but not written as a reader would write them again: `1.0`, `012`; and merges of
 * maps with a tag. Block text may look like them; then the document is only read more slowly.
 */
const oddKey =
  /(?:^[ \t]*(?:[-?] +)*|[{,][ \t]*)(?![1-9]\d*[ \t]*:|0[ \t]*:)[-+]?(?:0x[\da-f]+|0o[0-7]+|[\d.]+(?:e[-+]?\d+)?)[ \t]*:(?:[ \t]|$)|<<[ \t]*:.*!/im;

/** Scalars that mean something else in YAML 1.1: only the tree can say where they stand. */
const traps: readonly RegExp[] = [
  /(?:^[ \t]*(?:[-?] +)*|[{,][ \t]*)(?:yes|no|on|off)[ \t]*:(?:[ \t]|$)/im,
  /^[ \t]*(?:- +)*(?:\S+:[ \t]+)?(?:yes|no|on|off|[-+]?0\d+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+(?:\.\d*)?)[ \t]*(?:#.*)?$/im,
  /[[,{:][ \t]*(?:yes|no|on|off|[-+]?0\d+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+(?:\.\d*)?)[ \t]*[,\]}]/i,
];
/** Longer texts are not looked through for traps: the tree of 10 MB costs seconds. */
const maxTrapText = 1_000_000;

function isDoubtful(text: string): boolean {
  if (oddKey.test(text)) return true;
  return text.length <= maxTrapText && traps.some((trap) => trap.test(text));
}

function parseQuickly(text: string): ParsedYaml | undefined {
  let value: unknown;
  try {
    value = load(text, { schema, maxDepth });
  } catch {
    // Whatever it is, the other library says it better.
    return undefined;
  }
  if (findUnplain(value)) return undefined;
  return { value, problem: undefined, notes: [], places: new YamlPlaces(text, undefined) };
}

const schema: Schema = CORE_SCHEMA.withTags(
  mergeTag,
  // Keys are text as written, which a boolean or null no longer tells. Status codes are numbers.
  defineMappingTag<Record<string, unknown>>(mapTag.tagName, {
    ...mapTag,
    addPair: (object, key, value) =>
      typeof key === "string" || Number.isSafeInteger(key)
        ? mapTag.addPair(object, key, value)
        : "a key that is no text",
  }),
  defineScalarTag("!", {
    matchByTagPrefix: true,
    resolve: (source, _isExplicit, tag) => {
      const key = longTag(tag);
      return key === undefined ? NOT_RESOLVED : { [key]: source };
    },
    identify: () => false,
  }),
  defineSequenceTag<{ readonly tag: string; readonly items: unknown[] }, unknown>("!", {
    matchByTagPrefix: true,
    create: (tag) => ({ tag, items: [] }),
    addItem: ({ items }, item) => void items.push(item),
    finalize: ({ tag, items }) => tagged(tag, items),
    identify: () => false,
  }),
  defineMappingTag<TaggedMap, Record<string, unknown>>("!", {
    matchByTagPrefix: true,
    create: (tag) => ({ tag, object: {} }),
    addPair: ({ object }, key, value) => mapTag.addPair(object, key, value),
    has: ({ object }, key) => mapTag.has(object, key),
    keys: () => [],
    get: () => undefined,
    finalize: ({ tag, object }) => tagged(tag, object),
    identify: () => false,
  }),
);

interface TaggedMap {
  readonly tag: string;
  readonly object: Record<string, unknown>;
}

function tagged(tag: string, value: unknown): Record<string, unknown> {
  const key = longTag(tag);
  if (key === undefined) throw new Error(`the tag ${tag} is not known`);
  return { [key]: value };
}
