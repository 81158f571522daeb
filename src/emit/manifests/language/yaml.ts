import { Document, isScalar, visit } from "yaml";

/** Words that readers of YAML 1.1 take for something else than text. */
const words = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity|~)$/i;
/** Text that means itself in every version of YAML. */
const safe = /^(?:\.{0,2}\/)?[A-Za-z_$][A-Za-z0-9_./$@=+-]*(?: [A-Za-z0-9_./$@=+-]+)*$/;

/**
 * Prints plain values as YAML that readers of 1.1 and 1.2 understand alike: text is quoted unless it cannot
 * be anything else. Several documents are divided by `---`. `header` becomes comments.
 */
export function printYaml(documents: readonly unknown[], header: readonly string[]): string {
  const texts = documents.map((value) => {
    const document = new Document(value, { aliasDuplicateObjects: false, version: "1.2" });
    visit(document, {
      Scalar(_key, node) {
        if (!isScalar(node) || typeof node.value !== "string") return;
        const isPlain = safe.test(node.value) && !words.test(node.value);
        node.type = isPlain ? "PLAIN" : "QUOTE_DOUBLE";
      },
    });
    return document.toString({
      lineWidth: 0,
      minContentWidth: 0,
      indentSeq: true,
      flowCollectionPadding: true,
    });
  });
  return `${printComments(header)}${texts.join("---\n")}`;
}

/** Lines of a comment; text in them cannot end a line. */
export function printComments(lines: readonly string[]): string {
  const clean = lines.map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trimEnd());
  return clean.map((line) => (line === "" ? "#\n" : `# ${line}\n`)).join("");
}
