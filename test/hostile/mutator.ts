import { stringify } from "yaml";

/*
 * Documents with canaries: texts that run, or become structure, wherever they reach a language as they
 * are. Seeded: the same number gives the same document. Over a series every string of every document,
 * key or value, is a place in its turn.
 */

/** A document to be mutated, as plain JSON. */
export interface BaseDocument {
  readonly name: string;
  readonly value: unknown;
}

export interface Mutant {
  readonly number: number;
  readonly base: string;
  /** Name and text of the document. */
  readonly input: string;
  readonly text: string;
  /** JSON pointers of the places. */
  readonly places: readonly string[];
}

const run = "globalThis.__pwned=1";

/** Each would run, or become a key, a line or a file, where its language takes it as it is. */
export const canaries: readonly string[] = [
  `";${run};//`,
  `';${run};//`,
  "`;" + `${run};//`,
  "${" + `${run}}`,
  "`${" + `${run}}\``,
  `*/${run}/*`,
  `\n${run}\n`,
  `\u2028${run}\u2029`,
  `\r${run};`,
  `\\";${run};//`,
  `\\u0022;${run};//`,
  `})();${run};(()=>{`,
  `");${run};("`,
  `]);${run};([`,
  `</script><script>${run}</script>`,
  `<img src=x onerror=${run}>`,
  `[a](javascript:${run})`,
  `{{#each this}}{{${run}}}{{/each}}`,
  `{{{constructor.constructor "${run}"}}}`,
  `#set($x = $x.class.forName("${run}"))`,
  `$input.path("$['${run}']")`,
  `$util.escapeJavaScript("${run}")'+${run}+'`,
  `(a+)+$|${run}`,
  `a*/i.test("")||${run}||/`,
  `__proto__`,
  `constructor`,
  `prototype.${run}`,
  `$(touch PWNED-FILE)`,
  "`touch PWNED-FILE`",
  `; touch PWNED-FILE #`,
  `\nRUN touch PWNED-FILE\n`,
  `\nx-pwned: true\n`,
  `: {x-pwned: true}`,
  `"\nx-pwned = true\n`,
  // where a document is read as a template of Terraform, what stands between is text of the document
  `%{ if true }directive%{ endif }`,
  "!!js/function 'function(){" + `${run}}'`,
  `../../../PWNED-TRAVERSAL`,
  `..\\..\\PWNED-TRAVERSAL`,
  `/tmp/PWNED-TRAVERSAL`,
  `C:\\PWNED-TRAVERSAL`,
  `file:///etc/passwd`,
  `data:text/javascript,${run}`,
  `node:child_process`,
  `con`,
  `a\u0000${run}`,
  `\u202e${run}\u202c`,
  `\ud800`,
  `${"x".repeat(3000)}`,
];

/** The mutant of a number: which document, which place and which canary follow from it. */
export function mutant(number: number, seed: number, bases: readonly BaseDocument[]): Mutant {
  const random = generator(seed + number);
  const base = bases[number % bases.length];
  if (base === undefined) throw new Error("there is no document to mutate");
  const places = placesOf(base.value);
  const turn = Math.floor(number / bases.length) % places.length;
  // one place in its turn, so that none is left out, and now and then many more
  const chosen = new Map([[turn, pick(canaries, random)]]);
  const more = pick([0, 0, 0, 1, 2, 8, places.length], random);
  for (let count = 0; count < more; count++) {
    chosen.set(Math.floor(random() * places.length), pick(canaries, random));
  }
  const document = plant(base.value, chosen, random);
  const isYaml = random() < 0.3;
  return {
    number,
    base: base.name,
    input: isYaml ? "openapi.yaml" : "openapi.json",
    text: isYaml ? stringify(document) : JSON.stringify(document),
    places: [...chosen.keys()].map((index) => places[index] ?? ""),
  };
}

/** How many places a document has. */
export function countPlaces(value: unknown): number {
  return placesOf(value).length;
}

/** Pointers of the strings of a value in document order; those of keys end with `#`. */
function placesOf(value: unknown): readonly string[] {
  const places: string[] = [];
  visit(value, "", (at) => {
    places.push(at);
    return undefined;
  });
  return places;
}

function plant(value: unknown, chosen: ReadonlyMap<number, string>, random: () => number): unknown {
  let index = 0;
  return visit(value, "", (_at, text) => {
    const canary = chosen.get(index++);
    if (canary === undefined) return undefined;
    const at = Math.floor(random() * (text.length + 1));
    const how = random();
    if (how < 0.3) return canary;
    if (how < 0.5) return text + canary;
    return how < 0.7 ? canary + text : text.slice(0, at) + canary + text.slice(at);
  });
}

/** Copies a value; `change` may give another text for each of its strings, keys included. */
function visit(
  value: unknown,
  at: string,
  change: (at: string, text: string) => string | undefined,
): unknown {
  if (typeof value === "string") return change(at, value) ?? value;
  if (Array.isArray(value))
    return value.map((item, index) => visit(item, `${at}/${index}`, change));
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const name = change(`${at}/${key}#`, key) ?? key;
    const item = visit(member, `${at}/${key}`, change);
    // a key `__proto__` is a member like others
    Object.defineProperty(copy, name, {
      value: item,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("there is nothing to pick");
  return item;
}

/** Numbers from 0 to 1 by mulberry32, a small generator of 32 bits of state. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
