import type { DiagnosticCode, DiagnosticSink } from "../diagnostics.js";
import type { Pointer } from "../pointer.js";
import { descend, parsePointer } from "../pointer.js";
import { findHalfCharacter } from "./half-characters.js";
import type { TextProblem } from "./json-text.js";
import { parseJson } from "./json-text.js";
import { TextLines } from "./text-lines.js";
import type { YamlPlaces, YamlProblem } from "./yaml-tree.js";

/** YAML takes ten times as long as JSON; the largest public description has 20 MB, as JSON. */
const maxYamlText = 20_000_000;

export interface ParsedFile {
  readonly value: unknown;
  /** Undefined for JSON, whose places need no tree. */
  readonly places: YamlPlaces | undefined;
}

/** The whole file, where the text to parse is a part of it. */
export interface SurroundingText {
  readonly text: string;
  /** Where the part begins. */
  readonly offset: number;
}

/**
 * Parses JSON or YAML. A `.json` file is JSON and a text that begins with `{` or `[` is tried as JSON;
 * everything else is YAML. The first problem is reported, and only that: the rest often follows from it.
 */
export async function parseText(
  text: string,
  at: Pointer,
  sink: DiagnosticSink,
  around?: SurroundingText,
): Promise<ParsedFile | undefined> {
  const { file } = parsePointer(at);
  const isJson = /\.json$/i.test(file);
  if (isJson || /^\s*[[{]/.test(text)) {
    const json = parseJson(text);
    if (!json.problem) {
      return whole(text, { value: json.value, places: undefined }, at, sink);
    }
    if (isJson || json.problem.kind !== "syntax" || /\.[a-z]+$/i.exec(file) === null) {
      return report(json.problem, "JSON", { text, offset: 0, ...around }, at, sink);
    }
  }
  if (text.trim() === "") {
    const position = { file, line: 1, column: 1 };
    sink.error("GG004", at, "the file is empty", { position });
    return undefined;
  }
  if (text.length > maxYamlText) {
    sink.error(
      "GG002",
      at,
      `the file has more than ${maxYamlText / 1e6} million characters of YAML`,
      {
        position: { file, line: 1, column: 1 },
        hint: "a document of this size is read as JSON",
      },
    );
    return undefined;
  }
  // The library costs more to load than a small JSON document takes in all.
  const { parseYaml } = await import("./yaml-text.js");
  const yaml = parseYaml(text);
  if (yaml.problem) return report(yaml.problem, "YAML", { text, offset: 0, ...around }, at, sink);
  for (const note of yaml.notes) {
    const place = descend(at, note.keys);
    if (note.kind === "trap") sink.info("GG014", place, note.message, { hint: note.hint });
    else sink.warning("GG015", place, note.message, { hint: note.hint });
  }
  return whole(text, yaml, at, sink);
}

/** The file, unless a text in it cannot be written to any file. */
function whole(
  text: string,
  parsed: ParsedFile,
  at: Pointer,
  sink: DiagnosticSink,
): ParsedFile | undefined {
  const half = findHalfCharacter(text, parsed.value, at);
  if (half === undefined) return parsed;
  sink.error("GG019", half, "a text here holds half of a surrogate pair, which is no character", {
    hint: "write the character itself, or both halves: \\ud83d\\ude00",
  });
  return undefined;
}

const problemCodes: Readonly<Record<YamlProblem["kind"], DiagnosticCode | undefined>> = {
  syntax: undefined,
  duplicate: "GG007",
  depth: "GG008",
  aliases: "GG009",
};

function report(
  problem: TextProblem | YamlProblem,
  language: "JSON" | "YAML",
  around: SurroundingText,
  at: Pointer,
  sink: DiagnosticSink,
): undefined {
  const { file } = parsePointer(at);
  const lines = new TextLines(around.text);
  const position = { file, ...lines.place(around.offset + problem.offset) };
  const syntax = language === "JSON" ? "GG005" : "GG006";
  const code = problemCodes[problem.kind] ?? syntax;
  const words = code === syntax ? `this is not ${language}: ${problem.message}` : problem.message;
  sink.error(code, descend(at, problem.keys), words, { position });
}
