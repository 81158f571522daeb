// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** A path into JSON, a step each; `*` stands for any member or index. */
export type JsonPath = readonly string[];

export interface RedactedJson {
  /** The text with the values replaced; as it is where it is no JSON, or has none of them. */
  readonly text: string;
  /** Texts and numbers that were replaced. */
  readonly values: readonly string[];
}

/** Replaces what stands at some paths of a JSON text. */
export function redactJson(
  text: string,
  paths: readonly JsonPath[],
  replacement: string,
): RedactedJson {
  if (!/^\s*[[{]/.test(text)) return { text, values: [] };
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return { text, values: [] };
  }
  const values: string[] = [];
  let isChanged = false;
  const visit = (node: unknown, path: JsonPath): unknown => {
    const [step, ...rest] = path;
    if (step === undefined) {
      isChanged = true;
      values.push(...scalars(node));
      return replacement;
    }
    if (Array.isArray(node)) {
      return node.map((item: unknown, index) =>
        step === "*" || step === String(index) ? visit(item, rest) : item,
      );
    }
    if (typeof node !== "object" || node === null) return node;
    const entries = Object.entries(node).map(([key, value]): [string, unknown] => [
      key,
      step === "*" || step === key ? visit(value, rest) : value,
    ]);
    return Object.fromEntries(entries);
  };
  const redacted = paths.reduce((node, path) => visit(node, path), root);
  return { text: isChanged ? JSON.stringify(redacted) : text, values };
}

function scalars(node: unknown): readonly string[] {
  if (typeof node === "string") return [node];
  if (typeof node === "number") return [String(node)];
  return typeof node === "object" && node !== null ? Object.values(node).flatMap(scalars) : [];
}
