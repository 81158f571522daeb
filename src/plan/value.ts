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

/** A name that another emitted module exports; the module is imported whole, under a name of its own. */
export class Reference {
  readonly name: string;
  /** Local name of the module: `getPet` in `getPet.requestJson`. */
  readonly module: string;
  /** Path of the module in the project: `src/generated/mappings/get-pet.ts`. */
  readonly from: string;
  constructor(name: string, module: string, from: string) {
    this.name = name;
    this.module = module;
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
