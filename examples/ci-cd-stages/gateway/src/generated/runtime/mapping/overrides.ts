// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { print } from "../velocity/print.js";
import { List, ValueMap, type Maybe, type Value } from "../velocity/value.js";

/** What a template wrote into `$context.requestOverride`; laid over the mapped parameters. */
export interface RequestOverride {
  readonly path: ReadonlyMap<string, string>;
  readonly header: ReadonlyMap<string, string>;
  readonly querystring: ReadonlyMap<string, readonly string[]>;
}

/** What a template wrote into `$context.responseOverride`. */
export interface ResponseOverride {
  /** Null: as the integration response says. */
  readonly status: number | null;
  readonly header: ReadonlyMap<string, string>;
}

/** Reads the overrides of requests. */
export function requestOverride(context: ValueMap): RequestOverride {
  const override = context.get("requestOverride");
  return {
    path: texts(member(override, "path"), joined),
    header: texts(member(override, "header"), joined),
    querystring: texts(member(override, "querystring"), several),
  };
}

/** Reads the overrides of responses; a status that is no integer from 100 to 599 is ignored. */
export function responseOverride(context: ValueMap): ResponseOverride {
  const override = context.get("responseOverride");
  const text = print(member(override, "status"));
  const status = /^[1-5]\d\d$/.test(text) ? Number(text) : null;
  return { status, header: texts(member(override, "header"), joined) };
}

function member(value: Maybe, name: string): Maybe {
  return value instanceof ValueMap ? value.get(name) : undefined;
}

function texts<T>(block: Maybe, read: (value: Value) => T): ReadonlyMap<string, T> {
  if (!(block instanceof ValueMap)) return new Map();
  return new Map(block.entries().map(([name, value]) => [print(name), read(value)]));
}

/** A list goes out as `a,b`. */
function joined(value: Value): string {
  return several(value).join(",");
}

function several(value: Value): readonly string[] {
  return value instanceof List ? value.items.map(print) : [print(value)];
}
