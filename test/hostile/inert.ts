import { ts } from "ts-morph";
import { parseAllDocuments } from "yaml";
import type { OutputFile } from "../../src/emit/output-file.js";

/**
 * What of a canary came out as more than data: program text, structure of a file, a path. Empty when
 * everything is inert. Modules are parsed by the compiler, so that it is told what is a string, a
 * comment or a pattern, and what is not.
 */
export function liveCanaries(files: readonly OutputFile[]): readonly string[] {
  return files.flatMap(({ path, content }) => [
    ...(/PWNED|\.\.|^\/|\\|\p{Cc}/u.test(path) ? [`${JSON.stringify(path)}: the path`] : []),
    ...faultsOf(path, content).map((fault) => `${path}: ${fault}`),
  ]);
}

function faultsOf(path: string, content: string): readonly string[] {
  if (/\.[cm]?[jt]sx?$/.test(path)) return codeFaults(path, content);
  if (path.endsWith(".json")) return structureFaults(JSON.parse(content));
  if (/\.ya?ml$/.test(path)) {
    const documents = parseAllDocuments(content);
    return [...documents].flatMap((document) => [
      ...document.errors.map(({ message }) => message),
      ...structureFaults(document.toJS()),
    ]);
  }
  return lineFaults(path, content);
}

/** Names that no emitted module uses as program text, and every canary that runs does. */
const livingNames = new Set(["__pwned", "globalThis"]);

function codeFaults(path: string, content: string): readonly string[] {
  // the copied run-time is the same for every document
  if (path.includes("/runtime/")) return [];
  const source = ts.createSourceFile(path, content, ts.ScriptTarget.ES2022, false);
  const { parseDiagnostics } = source as unknown as {
    readonly parseDiagnostics: readonly { readonly messageText: unknown }[];
  };
  const faults = parseDiagnostics.map(
    ({ messageText }) => `does not parse: ${JSON.stringify(messageText)}`,
  );
  const walk = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && livingNames.has(node.text)) faults.push(`runs ${node.text}`);
    ts.forEachChild(node, walk);
  };
  walk(source);
  return faults;
}

function structureFaults(value: unknown): readonly string[] {
  const faults: string[] = [];
  const walk = (item: unknown): void => {
    if (typeof item !== "object" || item === null) return;
    for (const [key, member] of Object.entries(item)) {
      if (key.trim() === "x-pwned") faults.push("has the key x-pwned");
      walk(member);
    }
  };
  walk(value);
  return faults;
}

/** Lines of other languages that only a canary begins like this; Markdown is text but for its markup. */
function lineFaults(path: string, content: string): readonly string[] {
  if (path.endsWith(".md")) return markupFaults(content);
  // in Terraform's templates a directive begins like this, and its text like %%{
  const directives = /\.tf(?:vars|tpl)?$|\.tpl$/.test(path) && /(?<!%)%\{ if true/.test(content);
  const lines = content
    .split(/\r\n|[\n\r]/)
    .filter((line) => /^\s*(?:x-pwned\b|RUN touch|touch PWNED|globalThis\.)/.test(line))
    .map((line) => `has the line ${JSON.stringify(line.slice(0, 80))}`);
  return directives ? [...lines, "has a directive of a canary"] : lines;
}

function markupFaults(content: string): readonly string[] {
  const text = content
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "");
  const tag = /(?<!\\)<\/?(?:script|img)\b/i.exec(text);
  const link = /(?<!\\)\]\(javascript:/i.exec(text);
  return [
    ...(tag === null ? [] : [`has the tag ${tag[0]}`]),
    ...(link === null ? [] : ["has a link that runs"]),
  ];
}
