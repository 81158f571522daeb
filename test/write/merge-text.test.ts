import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeTexts } from "../../src/write/merge-text.js";

/** Texts as their lines between spaces. */
const text = (lines: string): string => lines.replaceAll(" ", "\n");

describe("what goes together", () => {
  test.each<[name: string, mine: string, base: string, theirs: string, merged: string]>([
    ["an edit and nothing new", "a X c", "a b c", "a b c", "a X c"],
    ["no edit and something new", "a b c", "a b c", "a X c", "a X c"],
    ["changes apart", "A b c d e", "a b c d e", "a b c d E", "A b c d E"],
    ["a line put in and another taken out", "a N b c d", "a b c d", "a b c", "a N b c"],
    ["the same change on both sides", "a X c", "a b c", "a X c", "a X c"],
    ["the same line put in on both sides", "a N b", "a b", "a N b", "a N b"],
    ["an edit at either end", "N a b c", "a b c", "a b c M", "N a b c M"],
    ["a text that was emptied, and is as before", "", "a b", "a b", ""],
  ])("%s", async (_name, mine, base, theirs, merged) => {
    const given = { mine: text(mine), base: text(base), theirs: text(theirs) };
    expect(await mergeTexts(given)).toEqual({ kind: "clean", text: text(merged) });
  });

  test("line ends are those of the user's file", async () => {
    const given = { mine: "a\r\nX\r\nc\r\nd\r\n", base: "a\nb\nc\nd\n", theirs: "a\nb\nc\nD\n" };
    expect(await mergeTexts(given)).toEqual({ kind: "clean", text: "a\r\nX\r\nc\r\nD\r\n" });
  });

  test("a hundred thousand equal lines", async () => {
    const lines = Array.from({ length: 100_000 }, () => "}");
    const base = lines.join("\n");
    const [mine, theirs] = [`mine\n${base}`, `${base}\ntheirs`];
    expect(await mergeTexts({ mine, base, theirs })).toEqual({
      kind: "clean",
      text: `mine\n${base}\ntheirs`,
    });
  });
});

describe("what does not", () => {
  test.each<[name: string, mine: string, base: string, theirs: string, merged: string]>([
    [
      "two changes of one line",
      "a X c",
      "a b c",
      "a Y c",
      "a <<<<<<<_yours X ======= Y >>>>>>>_generated c",
    ],
    [
      "changes that touch",
      "a B c d",
      "a b c d",
      "a b C d",
      "a <<<<<<<_yours B c ======= b C >>>>>>>_generated d",
    ],
    [
      "an edit of what is gone",
      "a X c",
      "a b c",
      "a c",
      "a <<<<<<<_yours X ======= >>>>>>>_generated c",
    ],
    [
      "different lines at one place",
      "a M b",
      "a b",
      "a N b",
      "a <<<<<<<_yours M ======= N >>>>>>>_generated b",
    ],
  ])("%s", async (_name, mine, base, theirs, merged) => {
    const given = { mine: text(mine), base: text(base), theirs: text(theirs) };
    const want = text(merged).replaceAll("_", " ");
    expect(await mergeTexts(given)).toEqual({ kind: "overlap", text: want, overlaps: 1 });
  });
});

describe("for any texts", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "", "}"), { maxLength: 12 });
  const anyText = lines.map((all) => all.join("\n"));

  test("who changes nothing gets the other's text", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (base, other) => {
        const clean = { kind: "clean", text: other };
        expect(await mergeTexts({ mine: base, base, theirs: other })).toEqual(clean);
        expect(await mergeTexts({ mine: other, base, theirs: base })).toEqual(clean);
        expect(await mergeTexts({ mine: other, base, theirs: other })).toEqual(clean);
      }),
    );
  });

  test("no line of either side is lost, and sides may be exchanged", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, anyText, async (mine, base, theirs) => {
        const [one, other] = [
          await mergeTexts({ mine, base, theirs }),
          await mergeTexts({ mine: theirs, base, theirs: mine }),
        ];
        expect(one.kind).toBe(other.kind);
        if (one.kind === "clean") expect(other).toEqual(one);
        if (one.kind === "too-different") return;
        // lines that only one side has put in are all there
        const known = new Set([...base.split("\n"), ...theirs.split("\n")]);
        for (const line of mine.split("\n")) {
          if (!known.has(line)) expect(one.text.split("\n")).toContain(line);
        }
      }),
    );
  });
});
