import { describe, expect, test } from "vitest";
import { printBase, readBase } from "../../src/templates/base.js";
import {
  isBehind,
  resolveName,
  statusOf,
  type TemplateState,
  type TemplateTexts,
} from "../../src/templates/template-status.js";
import { planUpgrade } from "../../src/templates/upgrade-templates.js";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const old = "a\nb\nc\nd\ne\n";
const now = "a\nb\nc\nd\nE\n";

/** One template `x`: the user's text, what it was ejected from, and the built-in one of today. */
function folderOf(
  mine: string,
  base: string | undefined,
  builtIn: string | undefined,
): TemplateTexts {
  return {
    texts: new Map([["x", mine]]),
    base: new Map(base === undefined ? [] : [["x", base]]),
    builtIn: () => builtIn,
  };
}

type Case = readonly [
  state: TemplateState,
  mine: string,
  base: string | undefined,
  builtIn: string | undefined,
  upgrade: string | undefined,
];

describe("status and upgrade", () => {
  test.each<Case>([
    ["same", old, old, old, undefined],
    ["edited", "A\nb\nc\nd\ne\n", old, old, undefined],
    ["moved", old, old, now, now],
    ["edited-and-moved", "A\nb\nc\nd\ne\n", old, now, "A\nb\nc\nd\nE\n"],
    ["same", now, old, now, undefined],
    ["no-base", "A\nb\nc\nd\ne\n", undefined, now, undefined],
    ["gone", old, old, undefined, undefined],
    ["own", old, undefined, undefined, undefined],
  ])("%s: %j over %j, now %j", async (state, mine, base, builtIn, upgrade) => {
    const folder = folderOf(mine, base, builtIn);
    expect(statusOf(folder)).toEqual([{ name: "x", state }]);
    const plan = await planUpgrade(folder);
    expect(plan.upgrades.map(({ text }) => text).filter((text) => text !== undefined)).toEqual(
      upgrade === undefined ? [] : [upgrade],
    );
    expect(plan.upgrades.length > 0).toBe(isBehind(state));
  });

  test("an upgrade remembers the built-in text of today, so that the next one has nothing to do", async () => {
    const folder = folderOf("A\nb\nc\nd\ne\n", old, now);
    const plan = await planUpgrade(folder);
    const [merged] = plan.upgrades;
    expect(plan.base.get("x")).toBe(now);
    const next = { ...folder, texts: new Map([["x", merged?.text ?? ""]]), base: plan.base };
    expect(statusOf(next)).toEqual([{ name: "x", state: "edited" }]);
    expect((await planUpgrade(next)).upgrades).toEqual([]);
  });

  test("an upgrade that was interrupted before it was remembered is made good", async () => {
    const folder = folderOf("A\nb\nc\nd\nE\n", old, now);
    const plan = await planUpgrade(folder);
    expect(plan.upgrades).toEqual([{ name: "x", kind: "merged", text: "A\nb\nc\nd\nE\n" }]);
  });

  test("the same lines changed on both sides are an overlap, with marks", async () => {
    const { upgrades } = await planUpgrade(folderOf("a\nb\nc\nd\nmine\n", old, now));
    expect(upgrades.map(({ kind }) => kind)).toEqual(["overlap"]);
    expect(upgrades[0]?.text).toContain("<<<<<<< yours\nmine\n=======\nE\n>>>>>>> generated\n");
  });

  test("what is remembered of templates that are gone is forgotten", async () => {
    const plan = await planUpgrade({ texts: new Map(), base: new Map([["x", old]]) });
    expect(plan).toEqual({ upgrades: [], base: new Map() });
  });
});

describe("the base", () => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-base-"));
  const texts = new Map([
    ["b", 'x"\n'],
    ["a", "y"],
  ]);

  test("is read as it was written, sorted and the same everywhere", () => {
    writeFileSync(join(folder, ".base.json"), printBase(texts));
    expect(readBase(folder)).toEqual(texts);
    expect([...readBase(folder).keys()]).toEqual(["a", "b"]);
    expect(printBase(readBase(folder))).toBe(printBase(texts));
    expect(printBase(new Map())).toBe("{}\n");
  });

  test.each(["", "[]", "null", "{", '{"a": 1}', '{"a": {"sha256": "0", "text": "y"}}'])(
    "counts as not there where it is damaged: %s",
    (text) => {
      writeFileSync(join(folder, ".base.json"), text);
      expect(readBase(folder)).toEqual(new Map());
    },
  );
});

test.each([
  ["README.md", "README.md"],
  ["README.md.hbs", "README.md"],
  ["./src/main.ts", "src/main.ts"],
  ["banner", "partials/banner"],
  ["partials/banner.hbs", "partials/banner"],
  ["src\\main.ts", "src/main.ts"],
  ["../README.md", undefined],
  ["constructor", undefined],
])("the name %s", (given, want) => {
  expect(resolveName(given)).toBe(want);
});
