/** Words that readers of YAML 1.1 take for something else than text. */
const words = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity)$/i;
/** Text that means itself in every version of YAML. */
const safe = /^(?:\.{0,2}\/)?[A-Za-z_$][A-Za-z0-9_./$@=+-]*(?: [A-Za-z0-9_./$@=+-]+)*$/;
/** Longer keys need a form of their own. */
const longestKey = 1000;

/**
 * Prints plain values as YAML that readers of 1.1 and 1.2 understand alike: text is quoted unless it cannot
 * be anything else. Several documents are divided by `---`. `header` becomes comments. The library that
 * reads YAML is not used, since loading it takes longer than all manifests of a project.
 */
export function printYaml(documents: readonly unknown[], header: readonly string[]): string {
  const texts = documents.map((value) => {
    const text = printNode(value, "");
    return text.startsWith("\n") ? text.slice(1) : text.trimStart();
  });
  return `${printComments(header)}${texts.map((text) => `${text}\n`).join("---\n")}`;
}

/** Lines of a comment; text in them cannot end a line. */
export function printComments(lines: readonly string[]): string {
  const clean = lines.map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trimEnd());
  return clean.map((line) => (line === "" ? "#\n" : `# ${line}\n`)).join("");
}

/** What follows the colon of a key: on the same line with a space before it, or on lines of its own. */
function printNode(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []";
    return value.map((item: unknown) => `\n${indent}-${printItem(item, `${indent}  `)}`).join("");
  }
  if (typeof value !== "object" || value === null) return ` ${printScalar(value)}`;
  const members = Object.entries(value);
  if (members.length === 0) return " {}";
  return members.map((member) => `\n${indent}${printMember(member, indent)}`).join("");
}

function printMember([key, value]: readonly [string, unknown], indent: string): string {
  const name = printText(key);
  const inner = printNode(value, `${indent}  `);
  return name.length > longestKey ? `? ${name}\n${indent}:${inner}` : `${name}:${inner}`;
}

/** The first member of an object stands beside the dash. */
function printItem(item: unknown, indent: string): string {
  const text = printNode(item, indent);
  return text.startsWith("\n") ? ` ${text.slice(1).trimStart()}` : text;
}

function printScalar(value: unknown): string {
  return typeof value === "string" ? printText(value) : String(value);
}

function printText(text: string): string {
  if (safe.test(text) && !words.test(text)) return text;
  return isBetterSingle(text) ? `'${text.replaceAll("'", "''")}'` : quote(text);
}

/** As prettier chooses: single quotes where the text holds more double ones, and nothing to escape. */
function isBetterSingle(text: string): boolean {
  if (!/^[\u0020-\u005b\u005d-\u007e\u00a1-\u167f]*$/.test(text)) return false;
  return text.split('"').length > text.split("'").length;
}

/** The escapes of JSON are among those of YAML; what ends a line for some reader is escaped as well. */
function quote(text: string): string {
  return JSON.stringify(text.replace(loneSurrogate, "\ufffd")).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
