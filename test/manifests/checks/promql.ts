/** What an expression of PromQL reads. */
export interface Reading {
  /** Name of a metric, and the labels that its series are chosen by. */
  readonly series: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels that results are kept apart by. */
  readonly grouped: readonly string[];
}

const tokenPattern =
  /\s+|"(?:\\.|[^"\\])*"|\[[^\]]*\]|[A-Za-z_:][\w:]*|[\d.]+|=~|!~|!=|[=<>]=?|[-+*/%^(){},]/y;
const groupings = new Set(["by", "on", "without", "ignoring", "group_left", "group_right"]);
const operators = new Set(["and", "or", "unless", "bool", "offset"]);

/**
 * Reads names and labels of an expression, by its tokens alone; whether it is right, promtool says. A text that holds
 * what is no token is thrown.
 */
export function readPromql(expression: string): Reading {
  const tokens = tokensOf(expression);
  const series: { name: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? "";
    if (!/^[A-Za-z_:]/.test(token) || operators.has(token)) continue;
    if (groupings.has(token)) {
      const [labels, end] = upTo(tokens, at + 2, ")");
      grouped.push(...labels);
      at = end;
    } else if (tokens[at + 1] === "{") {
      const [inside, end] = upTo(tokens, at + 2, "}");
      const labels = inside.filter((_one, index) => /^[=!]/.test(inside[index + 1] ?? ""));
      series.push({ name: token, labels });
      at = end;
    } else if (tokens[at + 1] !== "(" && !groupings.has(tokens[at + 1] ?? "")) {
      series.push({ name: token, labels: [] });
    }
  }
  return { series, grouped: [...new Set(grouped)] };
}

function tokensOf(expression: string): readonly string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < expression.length) {
    const start = tokenPattern.lastIndex;
    const token = tokenPattern.exec(expression)?.[0];
    if (token === undefined) throw new Error(`no token at ${expression.slice(start)}`);
    if (token.trim() !== "") tokens.push(token);
  }
  return tokens;
}

/** Tokens up to an end, without commas, and where that is. */
function upTo(
  tokens: readonly string[],
  start: number,
  end: string,
): readonly [inside: readonly string[], end: number] {
  const found = tokens.indexOf(end, start);
  if (found === -1) throw new Error(`${end} is missing`);
  return [tokens.slice(start, found).filter((token) => token !== ","), found];
}

/** Labels by name of what a gateway exposes; what is counted in buckets has the names of its parts. */
export function exposedLabels(exposition: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of exposition.split("\n")) {
    const [, name, labels = ""] = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? [-+\w.]+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = found.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/([A-Za-z_]\w*)="(?:\\.|[^"\\])*"/g))
      known.add(label);
    found.set(name, known);
  }
  return found;
}
