/** A plain value of a run-time table, as plan fills it in and emit prints it. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Reference
  | Pattern
  | readonly Value[]
  | { readonly [key: string]: Value };

/** A name that another emitted module exports. */
export class Reference {
  readonly name: string;
  /** Path of the module in the project: `src/generated/mappings/get-pet.ts`. */
  readonly from: string;
  constructor(name: string, from: string) {
    this.name = name;
    this.from = from;
  }
}

/** A regular expression, known to compile. */
export class Pattern {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}
