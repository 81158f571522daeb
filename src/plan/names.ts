/** Names for generated code: made from the document's names with the fewest changes. */

/** Words that cannot name a binding in a strict module, or that would hide a global that emitted code uses. */
const taken = new Set(
  `arguments as async await break case catch class const continue debugger default delete do else enum
  eval export extends false finally for from function get if implements import in instanceof interface let
  new null of package private protected public return set static super switch this throw true try type
  typeof undefined var void while with yield any bigint boolean never number object string symbol unknown
  constructor prototype toString valueOf hasOwnProperty`.split(/\s+/),
);

const globals = new Set(
  `Array ArrayBuffer AsyncIterable Awaited BigInt Boolean Buffer Date Error Function Infinity Intl
  Iterable JSON Map Math NaN Number Object Omit Partial Pick Promise Proxy Readonly ReadonlyArray
  Record Reflect RegExp Request Required Response Set String Symbol Uint8Array URL WeakMap
  WeakSet AbortSignal Exclude Extract NonNullable Parameters ReturnType`.split(/\s+/),
);

/** Characters of a name; prettier would move what stands behind a longer key to the next line. */
const longest = 80;

/** `petStore` from `pet-store`, `PetStore` or `pet store`; `fallback` when nothing is left. */
export function camelCase(text: string, fallback: string): string {
  const name = pieces(text).map(capital).join("");
  if (name === "") return fallback;
  const start = /^(?:[A-Z]+(?![a-z])|[A-Z])/.exec(name)?.[0] ?? "";
  return valid(start.toLowerCase() + name.slice(start.length));
}

/** `PetStore` from `pet_store` or `petStore`; capitals inside stay. */
export function pascalCase(text: string, fallback: string): string {
  const name = pieces(text).map(capital).join("");
  return name === "" ? fallback : valid(name);
}

/** `pet-store` from `petStore`; letters, digits and `-` only, at most 80 of them. */
export function kebabCase(text: string, fallback: string): string {
  const name = text
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase()
    .slice(0, 80)
    .replace(/-+$/, "");
  return name === "" ? fallback : name;
}

function pieces(text: string): readonly string[] {
  return text
    .normalize("NFC")
    .slice(0, 400)
    .split(/[^\p{L}\p{Nd}]+/u)
    .filter((piece) => piece !== "");
}

function capital(piece: string): string {
  const first = String.fromCodePoint(piece.codePointAt(0) ?? 0);
  return first.toUpperCase() + piece.slice(first.length);
}

/** A name that a line has room for, and that begins as an identifier must. */
function valid(name: string): string {
  const cut = name.slice(0, longest).replace(/[\ud800-\udbff]$/, "");
  return /^\p{L}/u.test(cut) ? cut : `_${cut}`;
}

/**
 * Hands out names, each once. The first that asks gets its name; later ones get the next free number:
 * `pet`, `pet2`, `pet3`. Names are compared without case, since some of them become files.
 */
export class NameSpace {
  readonly #used = new Set<string>();
  readonly #isForCode: boolean;

  /** `files`: names of files may be words that code keeps for itself. */
  constructor(use: "code" | "files" = "code") {
    this.#isForCode = use === "code";
  }

  /** Keeps names from being handed out. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#used.add(name.toLowerCase());
  }

  claim(wanted: string): string {
    const base = this.#baseOf(wanted);
    let name = base;
    for (let number = 2; this.#used.has(name.toLowerCase()); number++) name = `${base}${number}`;
    this.#used.add(name.toLowerCase());
    return name;
  }

  /**
   * Names for all: those first that an earlier run has named, each by its earlier name as long as that is
   * what its wish gives, with a number or without.
   */
  claimAll(wishes: readonly Wish[]): readonly string[] {
    const kept = wishes.map(({ wanted, earlier }) =>
      earlier !== undefined && this.#isNameFor(earlier, wanted) && this.#take(earlier)
        ? earlier
        : undefined,
    );
    return wishes.map(({ wanted }, index) => kept[index] ?? this.claim(wanted));
  }

  #baseOf(wanted: string): string {
    const isTaken = this.#isForCode && (taken.has(wanted) || globals.has(wanted));
    return isTaken ? `${wanted}_` : wanted;
  }

  /** Whether a wish gives this name, with a number or without. */
  #isNameFor(name: string, wanted: string): boolean {
    const base = this.#baseOf(wanted);
    return name.startsWith(base) && /^(?:|[2-9]|[1-9]\d+)$/.test(name.slice(base.length));
  }

  /** False: somebody else has it. */
  #take(name: string): boolean {
    if (this.#used.has(name.toLowerCase())) return false;
    this.#used.add(name.toLowerCase());
    return true;
  }
}

/** Something to be named. */
export interface Wish {
  readonly wanted: string;
  /** Its name in an earlier run. */
  readonly earlier: string | undefined;
}
