import type { Model } from "../ir/schema.js";
import { isObject, quote } from "../json.js";
import type { Change, ChangeSeverity } from "./change.js";
import { contentOf, pairUp } from "./pairs.js";

/** Keywords that no type shows, and which way they bind: a limit that grows, one that falls, or neither. */
const keywords: ReadonlyMap<string, "most" | "least" | "form"> = new Map([
  ["maxLength", "most"],
  ["maximum", "most"],
  ["maxItems", "most"],
  ["maxProperties", "most"],
  ["minLength", "least"],
  ["minimum", "least"],
  ["minItems", "least"],
  ["minProperties", "least"],
  ["exclusiveMaximum", "form"],
  ["exclusiveMinimum", "form"],
  ["multipleOf", "form"],
  ["pattern", "form"],
  ["uniqueItems", "form"],
  ["not", "form"],
]);

/** How models are met: by clients that write them, that read them, or both. */
export interface ModelUses {
  readonly inRequests: boolean;
  readonly inAnswers: boolean;
}

/** Compares what models check beside their shapes: lengths, ranges, patterns. */
export function compareChecks(
  before: readonly Model[],
  after: readonly Model[],
  usesOf: (model: string) => ModelUses,
): readonly Change[] {
  return pairUp(before, after, ({ name }) => name).both.flatMap(([old, now]) => {
    const [left, right] = [checksOf(old), checksOf(now)];
    return [...new Set([...left.values.keys(), ...right.values.keys()])].flatMap(
      (path): readonly Change[] => {
        const holder = path.slice(0, path.lastIndexOf("/"));
        // a member that is new or gone is told as such
        if (!left.holders.has(holder) || !right.holders.has(holder)) return [];
        const [from, to] = [left.values.get(path), right.values.get(path)];
        if (contentOf(from) === contentOf(to)) return [];
        return [
          {
            kind: "checks",
            severity: severityOf(isTighter(path, from, to), usesOf(now.name)),
            subject: `model ${now.name}`,
            message: `${nameOf(path)} is ${text(to)} instead of ${text(from)}`,
            before: old.at,
            after: now.at,
          },
        ];
      },
    );
  });
}

function severityOf(tighter: boolean, { inRequests, inAnswers }: ModelUses): ChangeSeverity {
  if (tighter && inRequests) return "breaking";
  return !tighter && inAnswers ? "behaviour" : "safe";
}

interface Checks {
  readonly values: ReadonlyMap<string, unknown>;
  /** Paths of all objects of the schema. */
  readonly holders: ReadonlySet<string>;
}

function checksOf({ json }: Model): Checks {
  const values = new Map<string, unknown>();
  const holders = new Set<string>();
  const visit = (node: unknown, path: string, isSchema: boolean): void => {
    if (Array.isArray(node)) node.forEach((item, index) => visit(item, `${path}/${index}`, true));
    if (!isObject(node)) return;
    holders.add(path);
    for (const [key, value] of Object.entries(node)) {
      const inner = `${path}/${key}`;
      if (isSchema && keywords.has(key)) values.set(inner, value);
      else if (!isSchema || !isData.has(key))
        visit(value, inner, !(isSchema && namesSchemas.has(key)));
    }
  };
  visit(json, "", true);
  return { values, holders };
}

/** Keywords whose members are names, and those whose value is no schema. */
const namesSchemas = new Set(["properties", "patternProperties", "definitions", "$defs"]);
const isData = new Set(["enum", "const", "default", "example", "examples", "required"]);

/** Whether values that passed may be refused now. */
function isTighter(path: string, before: unknown, after: unknown): boolean {
  if (before === undefined || after === undefined) return after !== undefined;
  const binds = keywords.get(path.slice(path.lastIndexOf("/") + 1));
  if (typeof before !== "number" || typeof after !== "number" || binds === "form") return true;
  return binds === "most" ? after < before : after > before;
}

/** `/properties/name/maxLength` as `name.maxLength`. */
function nameOf(path: string): string {
  const keys = path.split("/").slice(1);
  return keys.filter((key, index) => !(namesSchemas.has(key) && index < keys.length - 1)).join(".");
}

function text(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "string" ? quote(value) : contentOf(value).slice(0, 80);
}
