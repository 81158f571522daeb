import type { DiagnosticSink } from "../diagnostics.js";
import { describe, isList, isObject, member, quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { SettingsRule } from "./settings-vocabulary.js";
import { settingsSchema } from "./settings-vocabulary.js";

/** Checks settings against the vocabulary. Unknown keys and wrong values are errors. True: all is well. */
export function checkSettings(value: unknown, at: Pointer, sink: DiagnosticSink): boolean {
  return report(check(value, settingsSchema, at), sink);
}

/** Checks an extension of a document that is a part of the settings: one of the vocabulary's definitions. */
export function checkPart(
  value: unknown,
  name: string,
  at: Pointer,
  sink: DiagnosticSink,
): boolean {
  return report(check(value, { $ref: `#/definitions/${name}` }, at), sink);
}

function report(problems: readonly Problem[], sink: DiagnosticSink): boolean {
  for (const { code, place, message, hint } of problems) {
    sink.error(code, place, message, hint === undefined ? {} : { hint });
  }
  return problems.length === 0;
}

interface Problem {
  readonly code: "GG041" | "GG042";
  readonly place: Pointer;
  readonly message: string;
  readonly hint?: string;
}

function check(value: unknown, rule: SettingsRule, at: Pointer): readonly Problem[] {
  const target = follow(rule);
  // `null` switches a section off, as `false` does: settings.
  if (value === null) return [];
  if (target.anyOf) return checkChoices(value, target.anyOf, at);
  if (target.enum) return checkWord(value, target.enum, at);
  switch (target.type) {
    case "object":
      return isObject(value) ? checkObject(value, target, at) : [wrong(value, "an object", at)];
    case "array":
      return isList(value) ? checkList(value, target, at) : [wrong(value, "a list", at)];
    case "string":
      return checkText(value, target, at);
    case "number":
    case "integer":
      return checkNumber(value, target, at);
    case "boolean":
      return typeof value === "boolean" ? [] : [wrong(value, "true or false", at)];
    default:
      return [];
  }
}

function follow(rule: SettingsRule): SettingsRule {
  if (rule.$ref === undefined) return rule;
  const target = settingsSchema.definitions[rule.$ref.slice("#/definitions/".length)];
  if (!target) throw new Error(`the settings vocabulary has no ${rule.$ref}`);
  return target;
}

/** The choice that fits the kind of the value tells what is wrong inside it. */
function checkChoices(
  value: unknown,
  choices: readonly SettingsRule[],
  at: Pointer,
): readonly Problem[] {
  const results = choices.map((choice) => check(value, choice, at));
  if (results.some((problems) => problems.length === 0)) return [];
  const inside = results.find((problems) => problems.every(({ place }) => place !== at));
  if (inside) return inside;
  const words = choices.map((choice) => expectation(follow(choice)));
  return [wrong(value, words.join(" or "), at)];
}

function expectation(rule: SettingsRule): string {
  if (rule.enum) return rule.enum.map((word) => JSON.stringify(word)).join(", ");
  if (rule.type === "array") return "a list";
  if (rule.type === "string") return "text";
  return rule.type === undefined
    ? "anything"
    : `${rule.type === "object" ? "an" : "a"} ${rule.type}`;
}

function checkWord(
  value: unknown,
  words: readonly (string | number | boolean)[],
  at: Pointer,
): readonly Problem[] {
  if (words.some((word) => word === value)) return [];
  const known = words.map((word) => JSON.stringify(word)).join(", ");
  const near = typeof value === "string" ? nearestHint(value, words.map(String)) : {};
  return [
    { code: "GG042", place: at, message: `${describe(value)} is not one of ${known}`, ...near },
  ];
}

function checkObject(
  value: Readonly<Record<string, unknown>>,
  rule: SettingsRule,
  at: Pointer,
): readonly Problem[] {
  const problems: Problem[] = [];
  const names = rule.propertyNames && new RegExp(rule.propertyNames.pattern);
  for (const [key, item] of Object.entries(value)) {
    const place = child(at, key);
    const known = rule.properties && member(rule.properties, key);
    const next = (known as SettingsRule | undefined) ?? rule.additionalProperties;
    if (next) {
      if (names && !names.test(key)) {
        const message = `the name ${quote(key)} does not fit ${rule.propertyNames?.pattern ?? ""}`;
        problems.push({ code: "GG042", place, message });
      }
      problems.push(...check(item, next, place));
    } else {
      const message = `${quote(key)} is not a setting here`;
      problems.push({
        code: "GG041",
        place,
        message,
        ...nearestHint(key, Object.keys(rule.properties ?? {})),
      });
    }
  }
  for (const key of rule.required ?? []) {
    if (member(value, key) === undefined) {
      problems.push({ code: "GG042", place: at, message: `${quote(key)} is missing` });
    }
  }
  return problems;
}

function checkList(value: readonly unknown[], rule: SettingsRule, at: Pointer): readonly Problem[] {
  const { items, minItems = 0, maxItems = Infinity } = rule;
  if (value.length < minItems || value.length > maxItems) {
    return [wrong(value, `a list of ${minItems} to ${maxItems} items`, at)];
  }
  return value.flatMap((item, index) => (items ? check(item, items, child(at, index)) : []));
}

function checkText(value: unknown, rule: SettingsRule, at: Pointer): readonly Problem[] {
  if (typeof value !== "string") {
    const hint = typeof value === "number" ? { hint: "put it in quotes" } : {};
    return [{ ...wrong(value, "text", at), ...hint }];
  }
  if (rule.pattern === undefined || new RegExp(rule.pattern, "u").test(value)) return [];
  return [wrong(value, rule.description ?? `text of the form ${rule.pattern}`, at)];
}

function checkNumber(value: unknown, rule: SettingsRule, at: Pointer): readonly Problem[] {
  const { minimum = -Infinity, maximum = Infinity } = rule;
  const kind = rule.type === "integer" ? "an integer" : "a number";
  const fits =
    typeof value === "number" &&
    value >= minimum &&
    value <= maximum &&
    (rule.type === "number" || Number.isInteger(value));
  if (fits) return [];
  const range =
    maximum === Infinity && minimum === -Infinity ? "" : ` from ${minimum} to ${maximum}`;
  return [wrong(value, kind + range, at)];
}

function wrong(value: unknown, expected: string, at: Pointer): Problem {
  return { code: "GG042", place: at, message: `expected ${expected}, found ${describe(value)}` };
}
