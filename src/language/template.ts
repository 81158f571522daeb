import type { TemplateNode } from "../ir/mapping.js";

/** Characters of a template; the service's limit is 300 KB. */
export const maxTemplateLength = 300 * 1024;

export type ParsedTemplate =
  | { readonly nodes: readonly TemplateNode[]; readonly problem: undefined }
  | { readonly nodes: undefined; readonly problem: TemplateProblem };

/** The first construct that is not compiled, and where it stands in the template; both from 1. */
export interface TemplateProblem {
  readonly construct: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Reads the part of the Velocity language that is compiled: text, `$input.body`, `$input.params('x')`,
 * `$context.a.b` and `$stageVariables.x`, in plain, formal (`${…}`) and quiet (`$!…`) notation.
 * What is accepted means exactly what the service makes of it; everything else is refused with its place.
 * Example: `{"id": "$input.params('id')"}` is text, a parameter, text.
 */
export function parseTemplate(text: string): ParsedTemplate {
  return new TemplateReader(text).read();
}

/** Words behind `#` that begin a directive; other words are text. */
const directives =
  /^(?:if|else|elseif|end|foreach|set|stop|break|define|macro|evaluate|include|parse|literal)/;
const references: readonly (readonly [RegExp, (name: string) => TemplateNode])[] = [
  [/input\.body/y, () => ({ kind: "body" })],
  [/input\.params\(\s*(?:'([^']*)'|"([^"$#\\]*)")\s*\)/y, (name) => ({ kind: "param", name })],
  [/context((?:\.[A-Za-z][\w-]*)+)/y, (name) => ({ kind: "context", name: name.slice(1) })],
  [/stageVariables\.([A-Za-z][\w-]*)/y, (name) => ({ kind: "stageVariable", name })],
  [
    /stageVariables\[\s*(?:'([^']*)'|"([^"$#\\]*)")\s*\]/y,
    (name) => ({ kind: "stageVariable", name }),
  ],
];

class TemplateReader {
  readonly #text: string;
  readonly #nodes: TemplateNode[] = [];
  #pending = "";
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): ParsedTemplate {
    while (this.#at < this.#text.length) {
      const next = this.#nextMark();
      this.#pending += this.#text.slice(this.#at, next);
      this.#at = next;
      if (next === this.#text.length) break;
      const refused = this.#mark();
      if (refused !== undefined) return { nodes: undefined, problem: this.#problem(refused) };
    }
    this.#flush();
    return { nodes: this.#nodes, problem: undefined };
  }

  /** Offset of the next `$`, `#`, or of the backslashes in front of one. */
  #nextMark(): number {
    const match = /\\*[$#]/g;
    match.lastIndex = this.#at;
    return match.exec(this.#text)?.index ?? this.#text.length;
  }

  /** Reads one `$` or `#`; gives the construct when it is one that is not compiled. */
  #mark(): string | undefined {
    const start = this.#at;
    while (this.#text[this.#at] === "\\") this.#at++;
    const backslashes = this.#at - start;
    return this.#text[this.#at] === "#" ? this.#hash(backslashes) : this.#dollar(backslashes);
  }

  #hash(backslashes: number): string | undefined {
    const rest = this.#text.slice(this.#at + 1, this.#at + 40);
    // A template may not end in a bare `#`; comments and verbatim blocks vanish from the output; a
    // backslash behind the mark swallows it.
    if (rest === "" || /^[#*[{@\\]/.test(rest)) return `#${rest.charAt(0)}`;
    const word = /^[A-Za-z][\w-]*/.exec(rest)?.[0];
    if (word !== undefined && (directives.test(word) || /^\s*\(/.test(rest.slice(word.length)))) {
      return `#${word}`;
    }
    this.#pending += `${"\\".repeat(backslashes)}#`;
    this.#at++;
    return undefined;
  }

  #dollar(backslashes: number): string | undefined {
    const rest = this.#text.slice(this.#at);
    const [opening = "$"] = /^\$!?\{?/.exec(rest) ?? [];
    const behind = rest.slice(opening.length);
    if (!/^[A-Za-z_]/.test(behind)) {
      // A `$` that starts nothing is text, but a template may not end in one.
      if (/^\$!?\{?$/.test(rest) || /^\$[!$\\]/.test(rest)) return rest.slice(0, 8);
      this.#pending += `${"\\".repeat(backslashes)}$`;
      this.#at++;
      return undefined;
    }
    const found = this.#reference(this.#at + opening.length, opening.endsWith("{"));
    if (!found) return /^\$!?\{?[\w.-]*\}?/.exec(rest)?.[0] ?? "$";
    this.#write(found.node, this.#text.slice(this.#at, found.end), backslashes);
    this.#at = found.end;
    return undefined;
  }

  /** Every reference has a value on the gateway: two backslashes print one, an odd one hides it. */
  #write(node: TemplateNode, source: string, backslashes: number): void {
    this.#pending += "\\".repeat(Math.floor(backslashes / 2));
    if (backslashes % 2 === 1) {
      this.#pending += source;
      return;
    }
    this.#flush();
    this.#nodes.push(node);
  }

  #reference(
    start: number,
    formal: boolean,
  ): { readonly node: TemplateNode; readonly end: number } | undefined {
    for (const [pattern, make] of references) {
      pattern.lastIndex = start;
      const match = pattern.exec(this.#text);
      if (!match) continue;
      const end = start + match[0].length;
      const rest = this.#text.slice(end, end + 2);
      if (formal) {
        if (!rest.startsWith("}")) return undefined;
        return { node: make(match[1] ?? match[2] ?? ""), end: end + 1 };
      }
      // The chain goes on: a call, an index, a further member, or a longer name.
      if (/^(?:[\w([-]|\.[A-Za-z])/.test(rest)) return undefined;
      return { node: make(match[1] ?? match[2] ?? ""), end };
    }
    return undefined;
  }

  #flush(): void {
    if (this.#pending !== "") this.#nodes.push({ kind: "text", text: this.#pending });
    this.#pending = "";
  }

  #problem(construct: string): TemplateProblem {
    const before = this.#text.slice(0, this.#at).split("\n");
    return { construct, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
