import type {
  ApiKindReport,
  LimitRow,
  LostFeature,
  PlainKind,
  UsedFeature,
} from "../explain/api-kind-report.js";
import type { Explanation } from "../explain/explain-document.js";
import { firstTier, meteredBytes, pricePerMillion } from "../explain/price.js";
import type { Pointer } from "../pointer.js";
import { parsePointer } from "../pointer.js";
import { besideSpec } from "./print-diagnostics.js";
import { colorsOf, printable, type Channel, type Colors } from "./terminal.js";

interface Place {
  /** The document as the user named it: places are shown beside it. */
  readonly spec: string;
  readonly locate: Explanation["locate"];
}

/** Widest line, and where the second column begins. */
const width = 96;
const column = 44;
/** Places of one feature that are shown; `--json` has them all. */
const shownPlaces = 3;
/** Longest name of a document that is repeated beside each place. */
const shownName = 32;

const kindWords: Readonly<Record<PlainKind, string>> = { rest: "REST API", http: "HTTP API" };
const withArticle: Readonly<Record<PlainKind, string>> = {
  rest: "a REST API",
  http: "an HTTP API",
};

/** Prints a report for people who choose between the two kinds. */
export function printExplanation(report: ApiKindReport, place: Place, out: Channel): void {
  const colors = colorsOf(out);
  const sections = [
    heading(report, place.spec, colors),
    section("Why", reasonLines(report, place), colors),
    section(
      `Asked for, but not of ${withArticle[report.kind]}`,
      report.conflicts.flatMap((feature) => lostLines(feature, place)),
      colors,
    ),
    ...otherSections(report, place, colors),
    section("Alike in both", commonLines(report.common), colors),
    section("Limits", limitLines(report.limits), colors),
    section("Price of a million requests", priceLines(report), colors),
  ];
  out.write(`${sections.filter((text) => text !== "").join("\n\n")}\n`);
}

function section(title: string, lines: readonly string[], { bold }: Colors): string {
  if (lines.length === 0) return "";
  return [bold(title), ...lines.map((line) => `  ${line}`)].join("\n");
}

function heading(
  { kind, by, other, reasons, conflicts }: ApiKindReport,
  spec: string,
  { bold }: Colors,
): string {
  const name = printable(spec);
  const cost = other.loses.length;
  const isFree = cost === 0 && by !== "version";
  const verb =
    by === "default"
      ? `fits both kinds and is taken for ${withArticle[kind]}`
      : reasons.length === 0
        ? `is ${withArticle[kind]}`
        : `needs ${withArticle[kind]}`;
  const lines = [bold(`${name} ${verb}.`)];
  if (conflicts.length > 0) {
    lines.push(
      `It also asks for ${count(conflicts.length, "feature")} that only ${withArticle[other.kind]} has: no kind gives it all.`,
    );
  }
  if (isFree && other.kind === "http") {
    lines.push(
      `As an HTTP API it would lose nothing, at ${saving()} % less a request: api: { kind: http } in the settings.`,
    );
  } else if (isFree) {
    lines.push("As a REST API it would lose nothing it uses, at a higher price.");
  } else if (cost > 0) {
    lines.push(
      `As ${withArticle[other.kind]} it would lose ${count(cost, "feature")} that it uses.`,
    );
  }
  return lines.join("\n");
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function reasonLines({ by, reasons, kind }: ApiKindReport, place: Place): readonly string[] {
  const said = {
    settings: ["the settings say so: api.kind"],
    template: ["the template around the document makes one"],
    version: ["OpenAPI 2.0: HTTP APIs import 3.0 alone"],
    document: [],
    default: [`nothing in it tells; ${withArticle[kind]} is what an import makes of it`],
  }[by];
  return [
    ...said,
    ...reasons.map((use) => row(use.name, `  ${placesText(use.places, place)}`)),
  ].flatMap((line) => line.split("\n"));
}

function otherSections({ other }: ApiKindReport, place: Place, colors: Colors): readonly string[] {
  const title = `As ${withArticle[other.kind]}`;
  const losses = other.loses.flatMap(({ name, instead }) => columns(name, instead));
  const gains = other.gains.flatMap(({ text, places }) => {
    const where = places.length === 0 ? "" : ` (${placesText(places, place)})`;
    return wrapped(`+ ${text}${where}`, width - 2, "  ");
  });
  return [
    section(
      `${title} it would lose, and could have instead`,
      losses.length === 0 ? ["nothing that it uses"] : losses,
      colors,
    ),
    section(`${title} it would gain`, gains, colors),
  ];
}

function lostLines(feature: LostFeature, place: Place): readonly string[] {
  return [
    ...row(feature.name, `  ${placesText(feature.places, place)}`).split("\n"),
    ...wrapped(`instead: ${feature.instead}`, width - 6, "").map((line) => `    ${line}`),
  ];
}

function commonLines(common: readonly UsedFeature[]): readonly string[] {
  const words = common.map(({ name, places }) => `${name}: ${places.length}`);
  return words.length === 0 ? [] : wrapped(words.join(" · "), width - 2, "");
}

function limitLines(limits: readonly LimitRow[]): readonly string[] {
  const cells = [
    ["", "REST API", "HTTP API", "here"],
    ...limits.map(({ name, rest, http, here }) => [name, rest, http, here ?? ""]),
  ];
  const widths = [0, 1, 2].map((index) =>
    Math.max(...cells.map((cell) => (cell[index] ?? "").length)),
  );
  return cells.map((cell) =>
    cell
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function saving(): number {
  return Math.round((1 - pricePerMillion.http / pricePerMillion.rest) * 100);
}

function priceLines({ kind }: ApiKindReport): readonly string[] {
  const { rest, http } = pricePerMillion;
  const ratio =
    kind === "rest"
      ? `an HTTP API costs ${saving()} % less`
      : `a REST API costs ${rest / http} times as much`;
  return [
    `${kindWords.rest} ${rest.toFixed(2)} USD, ${kindWords.http} ${http.toFixed(2)} USD: ${ratio}`,
    ...wrapped(
      `us-east-1, the first ${firstTier.http / 1e6} million of a month, without data transfer; an HTTP API counts every ${meteredBytes / 1024} KB begun as a request`,
      width - 2,
      "",
    ),
  ];
}

/** Two columns; the second begins on a line of its own where the first is too long. */
function row(first: string, second: string): string {
  return first.length < column ? first.padEnd(column) + second.trimStart() : `${first}\n${second}`;
}

function columns(first: string, second: string): readonly string[] {
  const lines = wrapped(second, width - column - 2, "");
  return lines.map((line, index) => (index === 0 ? first : "").padEnd(column) + line);
}

/** `openapi.yaml:4, :18 and 2 more`: a file is named once. */
/** `openapi.yaml:12, :40`; `line 12, 40` of a document whose long name stands in the heading. */
function placesText(places: readonly Pointer[], place: Place): string {
  const main = printable(place.spec);
  let last = "";
  const shown = places.slice(0, shownPlaces).map((at) => {
    const { file, line } = placeOf(at, place);
    const isNamed = file !== main || file.length <= shownName || line === undefined;
    const isSame = file === last;
    last = file;
    if (!isNamed) return isSame ? String(line) : `line ${line}`;
    const name = isSame ? "" : file;
    return line === undefined ? name : `${name}:${line}`;
  });
  const more = places.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function placeOf(
  at: Pointer,
  { spec, locate }: Place,
): { readonly file: string; readonly line: number | undefined } {
  const position = locate(at);
  const file = besideSpec(position?.file ?? parsePointer(at).file, spec);
  return { file: printable(file), line: position?.line };
}

/** Breaks a text between words. */
function wrapped(text: string, columnsWide: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columnsWide) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
