import { createRequire } from "node:module";
import type { Alias, CST, Document, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { describe, quote, setMember } from "../json.js";
import type { TextProblem } from "./json-text.js";
import { maxDepth } from "./json-text.js";
import { findUnplain, maxAliasNodes } from "./plain-value.js";

/** Something worth a word that does not stop the reading. */
export interface YamlNote {
  readonly kind: "trap" | "tag";
  readonly keys: readonly string[];
  readonly message: string;
  readonly hint: string;
}

export type ParsedYaml =
  | {
      readonly value: unknown;
      readonly problem: undefined;
      readonly notes: readonly YamlNote[];
      readonly places: YamlPlaces;
    }
  | { readonly value: undefined; readonly problem: YamlProblem };

export type YamlProblem = TextProblem | (Omit<TextProblem, "kind"> & { readonly kind: "aliases" });

/** Texts above this length are parsed again for places instead of being kept as a tree. */
const maxKeptTree = 500_000;

type Library = typeof import("yaml");

/** Loaded when somebody asks: most documents are read without it. */
function library(): Library {
  return createRequire(import.meta.url)("yaml") as Library;
}

const options = {
  version: "1.2",
  schema: "core",
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "error",
} as const;

function compose(text: string): Document.Parsed {
  return library().parseDocument(text, options);
}

/** Parses YAML by way of a tree that knows every place: slow, and exact about what is wrong. */
export function parseYamlTree(text: string): ParsedYaml {
  const deep = findDepth(text);
  if (deep !== undefined) return failed("depth", deep, tooDeep);
  try {
    const document = compose(text);
    const error = document.errors[0];
    if (error) return failed("syntax", error.pos[0], sentence(error.message));
    const reader = new YamlReader(library());
    const value = reader.read(document.contents);
    if (findUnplain(value) === "depth") return failed("depth", 0, tooDeep);
    const places = new YamlPlaces(text, text.length <= maxKeptTree ? document : undefined);
    return { value, problem: undefined, notes: reader.notes, places };
  } catch (error) {
    if (error instanceof YamlProblemFound) return { value: undefined, problem: error.problem };
    throw error;
  }
}

/**
 * Offset of a node below the allowed depth. The library's parser keeps a stack, but what it composes from
 * the tokens is recursive: a stack that is all but exhausted can end the whole process, not only the call.
 */
function findDepth(text: string): number | undefined {
  const queue: { readonly token: CST.Token; readonly depth: number }[] = [];
  const add = (token: CST.Token | null | undefined, depth: number): void => {
    if (token) queue.push({ token, depth });
  };
  for (const token of new (library().Parser)().parse(text)) add(token, 0);
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return "offset" in token ? token.offset : 0;
    if (token.type === "document") add(token.value, depth);
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if ("key" in item) add(item.key, depth + 1);
      if ("value" in item) add(item.value, depth + 1);
    }
  }
  return undefined;
}

const tooDeep = `nesting is deeper than ${maxDepth} levels`;

function failed(kind: YamlProblem["kind"], offset: number, message: string): ParsedYaml {
  return { value: undefined, problem: { kind, offset, keys: [], message } };
}

function sentence(message: string): string {
  const line = message.split("\n", 1)[0] ?? "";
  return line.charAt(0).toLowerCase() + line.slice(1);
}

class YamlProblemFound extends Error {
  readonly problem: YamlProblem;

  constructor(problem: YamlProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Plain scalars that YAML 1.1 readers, the service's among them, take for something else. */
const traps: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^(?:yes|no|on|off)$/i, "a boolean"],
  [/^[-+]?0\d+$/, "an octal number"],
  [/^[-+]?[1-9][\d_]*(?::[0-5]?\d)+(?:\.\d*)?$/, "a number in base 60"],
];
const maxNotes = 20;

/** Tree of the library to plain values. */
class YamlReader {
  readonly notes: YamlNote[] = [];
  readonly #yaml: Library;
  readonly #keys: string[] = [];
  readonly #anchors = new Map<string, { readonly value: unknown; readonly nodes: number }>();
  #nodes = 0;
  #aliasNodes = 0;

  constructor(yaml: Library) {
    this.#yaml = yaml;
  }

  read(node: ParsedNode | null): unknown {
    if (!node) return null;
    const { isAlias, isMap, isSeq } = this.#yaml;
    if (isAlias(node)) return this.#alias(node);
    const before = this.#nodes++;
    const plain = isMap(node)
      ? this.#map(node)
      : isSeq(node)
        ? this.#list(node)
        : this.#scalar(node);
    const value = this.#tagged(node, plain);
    if (node.anchor !== undefined) {
      this.#anchors.set(node.anchor, { value, nodes: this.#nodes - before });
    }
    return value;
  }

  #alias(node: Alias.Parsed): unknown {
    const anchor = this.#anchors.get(node.source);
    if (!anchor) {
      this.#fail("syntax", node.range[0], `the alias *${node.source} names no anchor before it`);
    }
    this.#nodes += anchor.nodes;
    this.#aliasNodes += anchor.nodes;
    if (this.#aliasNodes > maxAliasNodes) {
      const message = `aliases unfold to more than ${maxAliasNodes} nodes`;
      this.#fail("aliases", node.range[0], message);
    }
    return anchor.value;
  }

  #map(node: YAMLMap.Parsed): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const merged: Pair<ParsedNode, ParsedNode | null>[] = [];
    for (const pair of node.items) {
      if (isMergeKey(this.#yaml, pair.key)) {
        merged.push(pair);
        continue;
      }
      const key = this.#key(pair.key, node.range[0]);
      if (Object.hasOwn(object, key)) {
        const message = `the key ${quote(key)} stands twice in this map`;
        this.#fail("duplicate", pair.key.range[0], message);
      }
      this.#keys.push(key);
      setMember(object, key, this.read(pair.value));
      this.#keys.pop();
    }
    for (const pair of merged) this.#merge(object, pair);
    return object;
  }

  /** `<<: *base` or `<<: [*a, *b]`: what the map does not say itself; the first of a list wins. */
  #merge(object: Record<string, unknown>, pair: Pair<ParsedNode, ParsedNode | null>): void {
    const value = this.read(pair.value);
    for (const source of Array.isArray(value) ? value : [value]) {
      if (typeof source !== "object" || source === null || Array.isArray(source)) {
        this.#fail("syntax", pair.key.range[0], `'<<' merges maps, not ${describe(source)}`);
      }
      for (const [key, item] of Object.entries(source)) {
        if (!Object.hasOwn(object, key)) setMember(object, key, item);
      }
    }
  }

  #key(node: ParsedNode | null, offset: number): string {
    const key = keyText(this.#yaml, node);
    if (key === undefined) this.#fail("syntax", node?.range[0] ?? offset, "a key must be text");
    if (node && this.#yaml.isScalar(node)) this.#noteTrap(node, [...this.#keys, key]);
    return key;
  }

  #list(node: YAMLSeq.Parsed): unknown[] {
    return node.items.map((item, index) => {
      this.#keys.push(String(index));
      const value = this.read(item);
      this.#keys.pop();
      return value;
    });
  }

  #scalar(node: Scalar.Parsed): unknown {
    this.#noteTrap(node, this.#keys);
    const value: unknown = node.value;
    // JSON has no infinities; the text is what other readers of the document would show.
    return typeof value === "number" && !Number.isFinite(value) ? node.source : value;
  }

  #noteTrap(node: Scalar.Parsed, keys: readonly string[]): void {
    if (node.type !== "PLAIN" || this.notes.length >= maxNotes) return;
    for (const [pattern, what] of traps) {
      if (!pattern.test(node.source)) continue;
      this.notes.push({
        kind: "trap",
        keys: [...keys],
        message: `${node.source} is ${describe(node.value)} here, but ${what} to readers of YAML 1.1`,
        hint: `write '${node.source}' in quotes if text is meant`,
      });
    }
  }

  #tagged(node: ParsedNode, value: unknown): unknown {
    const tag = node.tag;
    if (tag === undefined || standardTags.test(tag)) return value;
    const key = longTag(tag);
    if (key !== undefined) return { [key]: value };
    if (this.notes.length < maxNotes) {
      this.notes.push({
        kind: "tag",
        keys: [...this.#keys],
        message: `the tag ${quote(tag)} is not known and has no effect`,
        hint: "remove the tag",
      });
    }
    return value;
  }

  #fail(kind: YamlProblem["kind"], offset: number, message: string): never {
    throw new YamlProblemFound({ kind, offset, keys: [...this.#keys], message });
  }
}

const standardTags = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|seq|map)$/;

/** Key of the long form of a CloudFormation tag: `!Sub` is `Fn::Sub`; undefined for other tags. */
export function longTag(tag: string): string | undefined {
  const name = /^!([A-Z][A-Za-z0-9]*)$/.exec(tag)?.[1];
  return name === undefined || name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
}

function isMergeKey(yaml: Library, node: ParsedNode | null): boolean {
  return yaml.isScalar(node) && node.type === "PLAIN" && node.source === "<<";
}

function keyText(yaml: Library, node: ParsedNode | null): string | undefined {
  if (!yaml.isScalar(node)) return undefined;
  if (typeof node.value === "string") return node.value;
  return node.source === "" ? undefined : node.source;
}

/** Where the nodes of a YAML document stand; its tree is made on the first question. */
export class YamlPlaces {
  readonly #text: string;
  #document: Document.Parsed | undefined;

  constructor(text: string, document: Document.Parsed | undefined) {
    this.#text = text;
    this.#document = document;
  }

  /** Offset of a member's key or an item's first character; of the nearest ancestor when there is none. */
  offset(keys: readonly string[]): number {
    this.#document ??= compose(this.#text);
    const yaml = library();
    let node: ParsedNode | null = this.#document.contents;
    let offset = node?.range[0] ?? 0;
    for (const key of keys) {
      if (yaml.isMap(node)) {
        const pair: Pair<ParsedNode, ParsedNode | null> | undefined = node.items.find(
          (item) => keyText(yaml, item.key) === key,
        );
        if (!pair) return offset;
        offset = pair.key.range[0];
        node = pair.value;
      } else if (yaml.isSeq(node)) {
        const item: ParsedNode | undefined = node.items[Number(key)];
        if (!item) return offset;
        offset = item.range[0];
        node = item;
      } else return offset;
    }
    return offset;
  }
}
