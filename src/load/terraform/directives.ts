import type { DiagnosticSink } from "../../diagnostics.js";
import { quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { parsePointer } from "../../pointer.js";
import type { Scalar } from "../intrinsics.js";
import { TextLines } from "../text-lines.js";

/** `%{ if x }`, `%{ else ~}`, `%{ endif }`, with what it stands for; `%%{` is text. */
const directive = /(?<!%)%\{~?\s*(if|else|endif|for|endfor)\b\s*([^{}]*?)\s*~?\}/g;

interface Branch {
  readonly offset: number;
  /** Whether the text that is read stands in the result. */
  isTaken: boolean;
  /** What is around the whole directive is in the result. */
  readonly isInside: boolean;
  hasElse: boolean;
}

/** Conditions inside one another. */
const maxNesting = 100;

/**
 * Decides the directives of a Terraform template in a text that is not parsed yet. Directives and branches that
 * are not taken become blanks, so that everything else stands where it stood. Problems: GG026 loops and
 * directives without an end, GG031 a condition that is not known: it may decide about security.
 */
export function decideDirectives(
  text: string,
  at: Pointer,
  values: ReadonlyMap<string, Scalar>,
  sink: DiagnosticSink,
): string | undefined {
  const { file } = parsePointer(at);
  const lines = new TextLines(text);
  const open: Branch[] = [];
  let isRight = true;
  let result = "";
  let from = 0;
  const fail = (code: "GG026" | "GG031", offset: number, message: string, hint?: string): void => {
    isRight = false;
    const position = { file, ...lines.place(offset) };
    sink.error(code, at, message, hint === undefined ? { position } : { position, hint });
  };
  const isTaken = (): boolean => open.every((branch) => branch.isTaken);

  for (const found of text.matchAll(directive)) {
    const [whole, name, condition = ""] = found;
    const { index } = found;
    const before = text.slice(from, index);
    result += isTaken() ? before : blank(before);
    result += blank(whole);
    from = index + whole.length;
    const branch = open.at(-1);
    if (name === "if") {
      const isInside = isTaken();
      const holds = holdsCondition(condition, values);
      if (holds === undefined && isInside) {
        const [unknown = condition] = /[\w.-]+/.exec(condition) ?? [];
        const message = `the condition ${quote(condition)} of the template is not known`;
        fail("GG031", index, message, `set parameters: { ${unknown}: ... } in the settings`);
      }
      open.push({ offset: index, isTaken: holds ?? true, isInside, hasElse: false });
      if (open.length > maxNesting) {
        fail("GG026", index, `conditions are nested deeper than ${maxNesting} levels`);
        return undefined;
      }
    } else if (name === "else" && branch && !branch.hasElse) {
      branch.isTaken = !branch.isTaken;
      branch.hasElse = true;
    } else if (name === "endif" && branch) open.pop();
    else if (name === "for") fail("GG026", index, "loops of a template are not read here");
    else if (name !== "endfor") fail("GG026", index, `%{ ${name ?? ""} } without an if before it`);
  }
  for (const branch of open) fail("GG026", branch.offset, "%{ if } without an endif");
  result += text.slice(from);
  return isRight ? result : undefined;
}

/** As many blanks; lines end where they ended. */
function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/g, " ");
}

/** `a`, `!a`, `a == "x"`, `a != "x"`, with `&&` or `||` between; undefined: not known, or another expression. */
function holdsCondition(text: string, values: ReadonlyMap<string, Scalar>): boolean | undefined {
  for (const [operator, decides] of [
    ["||", true],
    ["&&", false],
  ] as const) {
    const parts = text.split(operator);
    if (parts.length === 1) continue;
    const held = parts.map((part) => holdsCondition(part, values));
    if (held.includes(decides)) return decides;
    return held.includes(undefined) ? undefined : !decides;
  }
  const [, left = "", operator, right = ""] = /^\s*(.+?)\s*(==|!=)\s*(.+?)\s*$/.exec(text) ?? [];
  if (operator !== undefined) {
    const [one, other] = [valueOf(left, values), valueOf(right, values)];
    if (one === undefined || other === undefined) return undefined;
    return (String(one) === String(other)) === (operator === "==");
  }
  const [, not = "", name = ""] = /^\s*(!?)\s*([\w.-]+)\s*$/.exec(text) ?? [];
  const value = valueOf(name, values);
  const holds =
    value === true || value === "true"
      ? true
      : value === false || value === "false"
        ? false
        : undefined;
  return holds === undefined ? undefined : holds !== (not === "!");
}

function valueOf(text: string, values: ReadonlyMap<string, Scalar>): Scalar | undefined {
  const quoted = /^"([^"\\$]*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return text === "true" || text === "false" ? text === "true" : values.get(text);
}
