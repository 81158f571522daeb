// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { matchesPattern, parsePattern, type Pattern, type VariableReader } from "./pattern.js";
import type { PolicyRequest } from "./request.js";

/** One operator over one key: whether a request meets it. */
export type Condition = (request: PolicyRequest, variable: VariableReader) => boolean;

/** Compares one value of the request with all values of the policy: true when one of them fits. */
type Test = (value: string, variable: VariableReader) => boolean;

/** Makes the test of an operator; a text says what is wrong with a value of the policy. */
type TestFactory = (values: readonly string[], options: ConditionOptions) => Test | string;

export interface ConditionOptions {
  /** Policies of 2008 know no variables. */
  readonly variables: boolean;
}

interface Operator {
  readonly negated: boolean;
  readonly test: TestFactory;
}

const positive = (test: TestFactory): Operator => ({ negated: false, test });
const negative = (test: TestFactory): Operator => ({ negated: true, test });

const equals = patterns({ wildcards: false, ignoreCase: false });
const equalsIgnoreCase = patterns({ wildcards: false, ignoreCase: true });
const like = patterns({ wildcards: true, ignoreCase: false });
const arn: TestFactory = (values, { variables }) => {
  const tests = values.map((value) =>
    arnParts(value).map((part) =>
      parsePattern(part, { wildcards: true, variables, ignoreCase: false }),
    ),
  );
  return (value, variable) => tests.some((parts) => matchesArn(parts, value, variable));
};

type Comparison = (value: number, wanted: number) => boolean;
const COMPARISONS: readonly (readonly [name: string, negated: boolean, compare: Comparison])[] = [
  ["Equals", false, (value, wanted) => value === wanted],
  ["NotEquals", true, (value, wanted) => value === wanted],
  ["LessThan", false, (value, wanted) => value < wanted],
  ["LessThanEquals", false, (value, wanted) => value <= wanted],
  ["GreaterThan", false, (value, wanted) => value > wanted],
  ["GreaterThanEquals", false, (value, wanted) => value >= wanted],
];

/** Source: IAM user guide, "IAM JSON policy elements: Condition operators". */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ["StringEquals", positive(equals)],
  ["StringNotEquals", negative(equals)],
  ["StringEqualsIgnoreCase", positive(equalsIgnoreCase)],
  ["StringNotEqualsIgnoreCase", negative(equalsIgnoreCase)],
  ["StringLike", positive(like)],
  ["StringNotLike", negative(like)],
  ...comparisons("Numeric", parseNumber, "a number"),
  ...comparisons("Date", parseDate, "a date"),
  ["Bool", positive(bool)],
  ["BinaryEquals", positive(equals)],
  ["IpAddress", positive(addresses)],
  ["NotIpAddress", negative(addresses)],
  ["ArnEquals", positive(arn)],
  ["ArnNotEquals", negative(arn)],
  ["ArnLike", positive(arn)],
  ["ArnNotLike", negative(arn)],
]);

/**
 * Makes the condition of one operator and one key; a text says what is wrong. `key` may be written in
 * any case.
 */
export function compileCondition(
  name: string,
  key: string,
  values: readonly string[],
  options: ConditionOptions,
): Condition | string {
  const lowerKey = key.toLowerCase();
  if (name === "Null") return compileNull(lowerKey, values);
  const [, quantifier, base = "", ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(.+?)(IfExists)?$/.exec(name) ?? [];
  const operator = OPERATORS.get(base);
  if (operator === undefined) return `"${name}" is not a condition operator`;
  const test = operator.test(values, options);
  if (typeof test === "string") return test;
  const meets: Test = operator.negated
    ? (value, variable) => !test(value, variable)
    : (value, variable) => test(value, variable);
  const isAll = quantifier === "ForAllValues" || (quantifier === undefined && operator.negated);
  const whenMissing = ifExists !== undefined || isAll;
  return (request, variable) => {
    const found = request.context(lowerKey);
    if (found.length === 0) return whenMissing;
    return isAll
      ? found.every((value) => meets(value, variable))
      : found.some((value) => meets(value, variable));
  };
}

/** `true`: the key must be absent. */
function compileNull(key: string, values: readonly string[]): Condition | string {
  const [wanted] = values.map((value) => value.toLowerCase());
  if (values.length !== 1 || (wanted !== "true" && wanted !== "false")) {
    return "Null takes true or false";
  }
  return (request) => (request.context(key).length === 0) === (wanted === "true");
}

function patterns(how: { readonly wildcards: boolean; readonly ignoreCase: boolean }): TestFactory {
  return (values, { variables }) => {
    const list = values.map((value) => parsePattern(value, { ...how, variables }));
    return (value, variable) =>
      list.some((pattern) => matchesPattern(pattern, value, variable, how.ignoreCase));
  };
}

function comparisons(
  family: string,
  parse: (text: string) => number | undefined,
  what: string,
): readonly (readonly [string, Operator])[] {
  return COMPARISONS.map(([name, negated, compare]) => [
    `${family}${name}`,
    {
      negated,
      test: (values) => {
        const wanted: number[] = [];
        for (const value of values) {
          const parsed = parse(value);
          if (parsed === undefined) return `"${value}" is not ${what}`;
          wanted.push(parsed);
        }
        return (value) => {
          const parsed = parse(value);
          return parsed !== undefined && wanted.some((other) => compare(parsed, other));
        };
      },
    },
  ]);
}

function parseNumber(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

const ISO_DATE =
  /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** ISO 8601, or seconds since 1970. */
function parseDate(text: string): number | undefined {
  // four digits are a year
  if (/^\d{5,}(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!ISO_DATE.test(text)) return undefined;
  const hasZone = /(?:Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes("T");
  const timeMs = Date.parse(hasZone ? text : `${text}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function bool(values: readonly string[]): Test | string {
  const wanted = values.map((value) => value.toLowerCase());
  const wrong = wanted.find((value) => value !== "true" && value !== "false");
  if (wrong !== undefined) return `"${wrong}" is neither true nor false`;
  return (value) => wanted.includes(value.toLowerCase());
}

/** Ranges as CIDR; an address alone is a range of one. */
function addresses(values: readonly string[]): Test | string {
  const ranges = new BlockList();
  for (const value of values) {
    const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
    const family = familyOf(address);
    const longest = family === "ipv4" ? 32 : 128;
    const length = prefix === undefined ? longest : Number(prefix);
    if (family === undefined || length > longest) return `"${value}" is not a range of addresses`;
    ranges.addSubnet(address, length, family);
  }
  return (value) => {
    const family = familyOf(value);
    return family !== undefined && ranges.check(value, family);
  };
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  if (isIPv4(address)) return "ipv4";
  return isIPv6(address) && !address.includes("%") ? "ipv6" : undefined;
}

/** The six parts of an ARN; the last one may have colons. */
function arnParts(text: string): readonly string[] {
  const parts = text.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

/** Part by part: a wildcard does not run over a colon in front of the resource. */
function matchesArn(
  patternParts: readonly Pattern[],
  value: string,
  variable: VariableReader,
): boolean {
  const parts = arnParts(value);
  return (
    parts.length === 6 &&
    parts.length === patternParts.length &&
    patternParts.every((pattern, index) => matchesPattern(pattern, parts[index] ?? "", variable))
  );
}
