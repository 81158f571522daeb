import { mergeTexts } from "../write/merge-text.js";
import { builtInText, statusOf, type TemplateTexts } from "./template-status.js";

/** What an upgrade makes of one template. */
export interface TemplateUpgrade {
  readonly name: string;
  readonly kind:
    /** It was not edited: it is the built-in one again. */
    | "updated"
    /** Edits and news go together. */
    | "merged"
    /** Both sides changed the same lines; the text has marks around them. */
    | "overlap"
    /** The sides differ in more places than can be compared. */
    | "too-different"
    /** The built-in one is there no more: the template makes nothing. */
    | "gone";
  /** What the template becomes; undefined where nothing can be made of it. */
  readonly text: string | undefined;
}

export interface UpgradePlan {
  /** Templates that change, sorted by name. */
  readonly upgrades: readonly TemplateUpgrade[];
  /** What is to be remembered when all of them are written. */
  readonly base: ReadonlyMap<string, string>;
}

/** Merges what is new in the built-in templates into those of the user: by lines, three ways. */
export async function planUpgrade(folder: TemplateTexts): Promise<UpgradePlan> {
  const { texts, base, builtIn = builtInText } = folder;
  const upgrades: TemplateUpgrade[] = [];
  const next = new Map([...base].filter(([name]) => texts.has(name)));
  for (const { name, state } of statusOf(folder)) {
    const mine = texts.get(name) ?? "";
    const theirs = builtIn(name);
    const old = base.get(name);
    if (state === "gone") upgrades.push({ name, kind: "gone", text: undefined });
    if (theirs === undefined || old === undefined) continue;
    next.set(name, theirs);
    if (state === "moved") upgrades.push({ name, kind: "updated", text: theirs });
    if (state === "edited-and-moved") {
      upgrades.push(await merged(name, { mine, base: old, theirs }));
    }
  }
  return { upgrades, base: next };
}

async function merged(
  name: string,
  texts: { readonly mine: string; readonly base: string; readonly theirs: string },
): Promise<TemplateUpgrade> {
  const merge = await mergeTexts(texts);
  switch (merge.kind) {
    case "clean":
      return { name, kind: "merged", text: merge.text };
    case "overlap":
      return { name, kind: "overlap", text: merge.text };
    case "too-different":
      return { name, kind: "too-different", text: undefined };
  }
}

/** Whether an upgrade needs the user's consent or hands. */
export function isConflict({ kind }: TemplateUpgrade): boolean {
  return kind === "overlap" || kind === "too-different";
}
