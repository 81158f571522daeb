import { builtInNames, isBuiltIn } from "../emit/template/names.js";
import { builtInSource } from "../emit/templates.js";

/** How a template of the user's stands to the built-in one. */
export type TemplateState =
  /** As it was ejected, and the built-in one is that still. */
  | "same"
  /** The user's edits alone. */
  | "edited"
  /** The built-in one has changed, the user has edited nothing. */
  | "moved"
  /** Both have changed. */
  | "edited-and-moved"
  /** It is not remembered what it was ejected from. */
  | "no-base"
  /** The built-in one is there no more. */
  | "gone"
  /** The user's own partial, or template of an extra file. */
  | "own";

export interface TemplateStatus {
  readonly name: string;
  readonly state: TemplateState;
}

/** The texts of a folder and what they were ejected from. */
export interface TemplateTexts {
  readonly texts: ReadonlyMap<string, string>;
  readonly base: ReadonlyMap<string, string>;
  /** What this package ships, by name. Default: what it does ship. */
  readonly builtIn?: (name: string) => string | undefined;
}

/** The text that this package ships; undefined when there is none of the name. */
export function builtInText(name: string): string | undefined {
  return isBuiltIn(name) ? builtInSource(name).text : undefined;
}

/** The state of every template in a folder, sorted by name. */
export function statusOf({
  texts,
  base,
  builtIn = builtInText,
}: TemplateTexts): readonly TemplateStatus[] {
  return [...texts].map(([name, text]) => ({
    name,
    state: stateOf(text, base.get(name), builtIn(name)),
  }));
}

function stateOf(
  text: string,
  base: string | undefined,
  builtIn: string | undefined,
): TemplateState {
  if (builtIn === undefined) return base === undefined ? "own" : "gone";
  if (base === undefined) return text === builtIn ? "same" : "no-base";
  const isEdited = text !== base && text !== builtIn;
  if (builtIn === base || text === builtIn) return isEdited ? "edited" : "same";
  return isEdited ? "edited-and-moved" : "moved";
}

/** Whether an upgrade, or the user, has something to do. */
export function isBehind(state: TemplateState): boolean {
  return state === "moved" || state === "edited-and-moved" || state === "gone";
}

/** A name as users may write it: with `.hbs`, and partials without their folder. */
export function resolveName(given: string): string | undefined {
  const name = given
    .replaceAll("\\", "/")
    .replace(/^\.\//, "")
    .replace(/\.hbs$/, "");
  return [name, `partials/${name}`].find((candidate) => builtInNames.includes(candidate));
}
