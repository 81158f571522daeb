import type { Maybe } from "../velocity/value.js";
import {
  compares,
  element,
  every,
  exists,
  json,
  matchesAll,
  not,
  root,
  some,
  type FilterOperand,
} from "./filter.js";
import {
  all,
  apply,
  deep,
  elements,
  jsonPath,
  members,
  slice,
  where,
  type PathAccessor,
  type PathPredicate,
  type Step,
} from "./path.js";
import {
  parseJsonPath,
  type JsonPath,
  type PathOperand,
  type PathStep,
  type PathTest,
} from "./syntax.js";

/** Reads a path that a template puts together: `"$.records[${i}]"`. One that cannot be read finds nothing. */
export function dynamicPath(body: Maybe, text: string): Maybe {
  const { path } = parseJsonPath(text);
  return path && pathAccessor(path)(body);
}

/** The accessor of a parsed path. */
export function pathAccessor({ steps }: JsonPath): PathAccessor {
  return jsonPath(...steps.map(step));
}

function step(parsed: PathStep): Step {
  switch (parsed.kind) {
    case "members": {
      const [name = "", second] = parsed.names;
      return second === undefined ? name : members(...parsed.names);
    }
    case "index":
      return parsed.index;
    case "indexes":
      return elements(...parsed.indexes);
    case "slice":
      return slice(parsed.from, parsed.to);
    case "all":
      return all;
    case "deep":
      return deep;
    case "where":
      return where(predicate(parsed.test));
    case "function":
      return apply(parsed.name);
  }
}

function predicate(test: PathTest): PathPredicate {
  switch (test.kind) {
    case "and":
      return every(...test.of.map(predicate));
    case "or":
      return some(...test.of.map(predicate));
    case "not":
      return not(predicate(test.of));
    case "exists":
      return exists(operand(test.path));
    case "compare":
      return compares(operand(test.left), test.operator, operand(test.right));
    case "matches":
      return matchesAll(operand(test.left), test.ignoreCase ? `(?i)${test.pattern}` : test.pattern);
  }
}

function operand(parsed: PathOperand): FilterOperand {
  switch (parsed.kind) {
    case "path": {
      const inner = parsed.path.steps.map(step);
      return parsed.from === "element" ? element(...inner) : root(...inner);
    }
    case "string":
      return parsed.text;
    case "boolean":
      return parsed.value;
    case "null":
      return null;
    case "number":
    case "json":
      return json(parsed.text);
  }
}
