/** Columns of a line; the generated projects say the same to prettier. */
const width = 100;

/** JSON as prettier lays it out: objects over lines, lists on one where they fit and hold no objects. */
export function printJsonFile(value: unknown): string {
  return `${printNode(value, "", 0)}\n`;
}

/** `used`: columns in front of the value on its line. */
export function printNode(value: unknown, indent: string, used: number): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const flat = value.every(isFlat) ? `[${value.map(printFlat).join(", ")}]` : undefined;
    // a comma may follow
    if (flat !== undefined && used + flat.length < width) return flat;
    const items = value.map((item: unknown) => `${inner}${printNode(item, inner, inner.length)}`);
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  if (members.length === 0) return "{}";
  const printed = members.map(([key, item]) => {
    const name = `${inner}${JSON.stringify(key)}: `;
    return `${name}${printNode(item, inner, name.length)}`;
  });
  return `{\n${printed.join(",\n")}\n${indent}}`;
}

function isFlat(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isFlat) : typeof value !== "object" || value === null;
}

function printFlat(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map(printFlat).join(", ")}]`
    : (JSON.stringify(value) ?? "null");
}
