// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { sameContent } from "./compare.js";
import { print, toJson } from "./print.js";
import { checkIndex, int, type Method } from "./string-methods.js";
import {
  Cursor,
  Entry,
  List,
  maxListLength,
  TemplateError,
  ValueMap,
  type Maybe,
  type Value,
} from "./value.js";

/** What may be taken for a `java.util.Collection`. */
function collection(value: Maybe): readonly Value[] | undefined {
  return value instanceof List && value.kind !== "array" ? value.items : undefined;
}

function none<T>(make: (target: T) => Maybe): Method<T> {
  return (target, args) => (args.length === 0 ? make(target) : undefined);
}

/** A method of one argument of any kind. */
function one<T>(make: (target: T, value: Value) => Maybe): Method<T> {
  return (target, args) => {
    const [value] = args;
    return args.length === 1 && value !== undefined ? make(target, value) : undefined;
  };
}

function indexOfValue({ items }: List, value: Value): number {
  return items.findIndex((item) => sameContent(item, value));
}

/** Methods of arrays, as Velocity adds them. */
const arrayMethods: readonly (readonly [string, Method<List>])[] = [
  ["size", none(({ items }) => items.length)],
  ["isEmpty", none(({ items }) => items.length === 0)],
  ["get", getItem],
  ["set", setItem],
  ["iterator", none(({ items }) => new Cursor(items))],
  ["contains", one((list, value) => indexOfValue(list, value) >= 0)],
];

/** Methods of collections without an index. */
const setMethods: readonly (readonly [string, Method<List>])[] = [
  ["size", none(({ items }) => items.length)],
  ["isEmpty", none(({ items }) => items.length === 0)],
  ["contains", one((list, value) => indexOfValue(list, value) >= 0)],
  [
    "containsAll",
    one((list, value) => collection(value)?.every((item) => indexOfValue(list, item) >= 0)),
  ],
  ["iterator", none(({ items }) => new Cursor(items))],
  ["toArray", none(({ items }) => new List("array", items.slice()))],
  ["toString", none((list) => print(list))],
  ["equals", one((list, value) => sameContent(list, value))],
  ["removeAll", one((list, value) => keepOnly(list, value, false))],
  ["retainAll", one((list, value) => keepOnly(list, value, true))],
  ["clear", none(clearList)],
];

const listMethods: readonly (readonly [string, Method<List>])[] = [
  ...setMethods,
  ["get", getItem],
  ["set", setItem],
  ["add", addItem],
  ["addAll", addAll],
  ["remove", removeItem],
  ["indexOf", one(indexOfValue)],
  [
    "lastIndexOf",
    one(({ items }, value) => items.findLastIndex((item) => sameContent(item, value))),
  ],
  ["subList", subList],
];

const byKind: Readonly<Record<List["kind"], ReadonlyMap<string, Method<List>>>> = {
  array: new Map(arrayMethods),
  set: new Map(setMethods),
  list: new Map(listMethods),
  json: new Map([
    ...listMethods,
    ["toJSONString", none((list: List) => toJson(list))],
  ] satisfies readonly (readonly [string, Method<List>])[]),
};

/** Methods of lists, sets and arrays. */
export function listMethod(list: List, name: string): Method<List> | undefined {
  return byKind[list.kind].get(name);
}

function getItem({ items }: List, args: readonly Value[]): Maybe {
  const index = int(args[0]);
  if (index === undefined || args.length !== 1) return undefined;
  checkIndex(index, items.length);
  return items[index];
}

function setItem({ items }: List, args: readonly Value[]): Maybe {
  const index = int(args[0]);
  const value = args[1];
  if (index === undefined || value === undefined || args.length !== 2) return undefined;
  checkIndex(index, items.length);
  const before = items[index];
  items[index] = value;
  return before;
}

function addItem(list: List, args: readonly Value[]): Maybe {
  checkGrowth(list.items.length + 1);
  if (args.length === 1) {
    list.items.push(args[0] ?? null);
    return true;
  }
  const index = int(args[0]);
  if (index === undefined || args.length !== 2) return undefined;
  checkIndex(index, list.items.length + 1);
  list.items.splice(index, 0, args[1] ?? null);
  return undefined;
}

function addAll(list: List, args: readonly Value[]): Maybe {
  const added = collection(args.at(-1));
  const index = args.length === 1 ? list.items.length : int(args[0]);
  if (added === undefined || index === undefined || args.length > 2) return undefined;
  checkGrowth(list.items.length + added.length);
  checkIndex(index, list.items.length + 1);
  list.items = [...list.items.slice(0, index), ...added, ...list.items.slice(index)];
  return added.length > 0;
}

function checkGrowth(length: number): void {
  if (length > maxListLength) throw new TemplateError("a list is too long");
}

/** By index for an integer, else the first equal element. */
function removeItem(list: List, args: readonly Value[]): Maybe {
  const [value] = args;
  if (args.length !== 1 || value === undefined) return undefined;
  const index = int(value);
  if (index !== undefined) {
    checkIndex(index, list.items.length);
    return list.items.splice(index, 1)[0];
  }
  const found = indexOfValue(list, value);
  if (found < 0) return false;
  list.items.splice(found, 1);
  return true;
}

function keepOnly(list: List, value: Value, keep: boolean): Maybe {
  const others = collection(value);
  if (others === undefined) return undefined;
  const before = list.items.length;
  list.items = list.items.filter(
    (item) => others.some((other) => sameContent(item, other)) === keep,
  );
  return list.items.length !== before;
}

function clearList(list: List): Maybe {
  list.items = [];
  return undefined;
}

function subList({ kind, items }: List, args: readonly Value[]): Maybe {
  const from = int(args[0]);
  const to = int(args[1]);
  if (from === undefined || to === undefined || args.length !== 2) return undefined;
  if (from < 0 || to > items.length || from > to) throw new TemplateError("index out of range");
  return new List(kind === "json" ? "list" : kind, items.slice(from, to));
}

/** `java.util.LinkedHashMap`. */
export const mapMethods: ReadonlyMap<string, Method<ValueMap>> = new Map<string, Method<ValueMap>>([
  ["size", none((map) => map.size)],
  ["isEmpty", none((map) => map.size === 0)],
  ["get", one((map, key) => map.get(key))],
  [
    "getOrDefault",
    (map, args) => (args.length === 2 ? (map.get(args[0] ?? null) ?? args[1]) : undefined),
  ],
  ["containsKey", one((map, key) => map.get(key) !== undefined)],
  ["containsValue", one((map, value) => map.values().some((item) => sameContent(item, value)))],
  ["keySet", none((map) => new List("set", map.keys()))],
  ["values", none((map) => new List("set", map.values()))],
  [
    "entrySet",
    none(
      (map) =>
        new List(
          "set",
          map.entries().map(([key, value]) => new Entry(key, value)),
        ),
    ),
  ],
  [
    "put",
    (map, args) => (args.length === 2 ? map.put(args[0] ?? null, args[1] ?? null) : undefined),
  ],
  ["putIfAbsent", putIfAbsent],
  ["putAll", one(putAll)],
  ["replace", replaceEntry],
  ["remove", one(removeKey)],
  ["clear", none(clearMap)],
  ["toString", none((map) => print(map))],
  ["equals", one((map, value) => sameContent(map, value))],
  ["toJSONString", none((map) => toJson(map))],
]);

function putIfAbsent(map: ValueMap, args: readonly Value[]): Maybe {
  const [key, value] = args;
  if (key === undefined || value === undefined || args.length !== 2) return undefined;
  const before = map.get(key);
  if (before === undefined || before === null) map.put(key, value);
  return before;
}

function putAll(map: ValueMap, value: Value): Maybe {
  if (value instanceof ValueMap) for (const [key, item] of value.entries()) map.put(key, item);
  return undefined;
}

function replaceEntry(map: ValueMap, args: readonly Value[]): Maybe {
  const [key, value] = args;
  if (key === undefined || value === undefined || args.length !== 2) return undefined;
  return map.get(key) === undefined ? undefined : map.put(key, value);
}

function removeKey(map: ValueMap, key: Value): Maybe {
  return map.remove(key);
}

function clearMap(map: ValueMap): Maybe {
  map.clear();
  return undefined;
}

/** `java.util.Iterator`. */
export const cursorMethods: ReadonlyMap<string, Method<Cursor>> = new Map<string, Method<Cursor>>([
  ["hasNext", none((cursor) => cursor.next < cursor.items.length)],
  [
    "next",
    none((cursor) => {
      checkIndex(cursor.next, cursor.items.length);
      return cursor.items[cursor.next++];
    }),
  ],
]);

/** `java.util.Map.Entry`. */
export const entryMethods: ReadonlyMap<string, Method<Entry>> = new Map<string, Method<Entry>>([
  ["getKey", none(({ key }) => key)],
  ["getValue", none(({ value }) => value)],
  ["toString", none((entry) => print(entry))],
]);
