// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { cursorMethods, entryMethods, listMethod, mapMethods } from "./collection-methods.js";
import { isNumeric } from "./number.js";
import { booleanMethods, numberMethod } from "./number-methods.js";
import { checkIndex, int, stringMethods } from "./string-methods.js";
import {
  Cursor,
  Decimal,
  Double,
  Entry,
  JavaClass,
  List,
  maxTextLength,
  Round,
  TemplateError,
  ValueMap,
  type Maybe,
  type Value,
} from "./value.js";

/** `$value.a.b`: properties one after the other; undefined where one leads nowhere. */
export function get(value: Maybe, ...names: readonly string[]): Maybe {
  let found = value;
  for (const name of names) found = property(found, name);
  return found;
}

function property(value: Maybe, name: string): Maybe {
  if (value === undefined || value === null) return undefined;
  // A key of a map, even `size` or `constructor`; `class` is the one getter that comes before it.
  if (value instanceof ValueMap && name !== "class") return value.get(name) ?? undefined;
  switch (name) {
    case "class":
      return javaClass(value);
    case "empty":
      return isEmpty(value);
    default:
      return fixedProperty(value, name);
  }
}

function isEmpty(value: Value): Maybe {
  if (typeof value === "string") return value === "";
  return value instanceof List ? value.items.length === 0 : undefined;
}

function fixedProperty(value: Value, name: string): Maybe {
  if (value instanceof Entry) {
    return name === "key" ? value.key : name === "value" ? (value.value ?? undefined) : undefined;
  }
  if (value instanceof Round) return roundProperty(value, name);
  if (value instanceof JavaClass) {
    if (name === "name") return value.name;
    return name === "simpleName" ? value.name.slice(value.name.lastIndexOf(".") + 1) : undefined;
  }
  return undefined;
}

function roundProperty(round: Round, name: string): Maybe {
  switch (name) {
    case "index":
    case "count":
    case "hasNext":
    case "first":
    case "last":
    case "parent":
    case "topmost":
      return round[name];
    default:
      return undefined;
  }
}

/** `$value[index]`: a key of a map, an element of a list, from the end when negative. */
export function at(value: Maybe, index: Maybe): Maybe {
  if (value instanceof ValueMap) return value.get(index ?? "") ?? undefined;
  const position = int(index);
  if (!(value instanceof List) || value.kind === "set" || position === undefined) return undefined;
  const place = position < 0 ? position + value.items.length : position;
  checkIndex(place, value.items.length);
  return value.items[place] ?? undefined;
}

/** `$value.name(args)`; undefined where there is no such method for these arguments. */
export function call(value: Maybe, name: string, ...args: readonly Maybe[]): Maybe {
  if (value === undefined || value === null) return undefined;
  return (
    invoke(
      value,
      name,
      args.map((arg) => arg ?? (arg === null ? null : "")),
    ) ?? undefined
  );
}

function invoke(value: Value, name: string, args: readonly Value[]): Maybe {
  if (typeof value === "string") {
    if (value.length > maxTextLength) throw new TemplateError("a text is too long");
    return stringMethods.get(name)?.(value, args);
  }
  if (value instanceof ValueMap) return mapMethods.get(name)?.(value, args);
  if (value instanceof List) return listMethod(value, name)?.(value, args);
  if (isNumeric(value)) return numberMethod(value, name)?.(value, args);
  if (typeof value === "boolean") return booleanMethods.get(name)?.(value, args);
  if (value instanceof Entry) return entryMethods.get(name)?.(value, args);
  if (value instanceof Cursor) return cursorMethods.get(name)?.(value, args);
  return undefined;
}

/** `#set($value.name = …)` and `#set($value[key] = …)`; what is no container is left alone. */
export function put(target: Maybe, key: Maybe, value: Maybe): void {
  if (target instanceof ValueMap) {
    target.put(key ?? "", value ?? "");
    return;
  }
  const position = int(key);
  if (!(target instanceof List) || target.kind === "set" || position === undefined) return;
  const place = position < 0 ? position + target.items.length : position;
  checkIndex(place, target.items.length);
  target.items[place] = value ?? "";
}

function javaClass(value: Value): JavaClass | undefined {
  if (typeof value === "string") return new JavaClass("java.lang.String");
  if (typeof value === "boolean") return new JavaClass("java.lang.Boolean");
  if (value instanceof Double) return new JavaClass("java.lang.Double");
  if (value instanceof Decimal) return new JavaClass("java.math.BigDecimal");
  if (typeof value === "number" || typeof value === "bigint") {
    return new JavaClass(integerClass(value));
  }
  if (value instanceof ValueMap) return new JavaClass("java.util.LinkedHashMap");
  if (value instanceof List && value.kind === "json") {
    return new JavaClass("net.minidev.json.JSONArray");
  }
  return value instanceof List ? new JavaClass("java.util.ArrayList") : undefined;
}

function integerClass(value: number | bigint): string {
  if (BigInt.asIntN(32, BigInt(value)) === BigInt(value)) return "java.lang.Integer";
  return BigInt.asIntN(64, BigInt(value)) === BigInt(value)
    ? "java.lang.Long"
    : "java.math.BigInteger";
}
