/**
 * Names that were chosen once, by what they name. The next run takes them again, so that a name that users
 * have in their code does not change because something else came or went.
 */
export type RecordedNames = {
  /** Types of models, by the model's name. */
  readonly models: Readonly<Record<string, string>>;
  /** Names of operations, by route: `GET /pets`. */
  readonly operations: Readonly<Record<string, string>>;
  /** Types of operations, by route. */
  readonly operationTypes: Readonly<Record<string, string>>;
  /** Types that operations had before, by the type; what they name is the route. */
  readonly renamedTypes: Readonly<Record<string, string>>;
  /** Modules of functions, by the function's name. */
  readonly handlers: Readonly<Record<string, string>>;
};

export const noNames: RecordedNames = {
  models: {},
  operations: {},
  operationTypes: {},
  renamedTypes: {},
  handlers: {},
};

/** A name of the record; undefined when there is none. */
export function recorded(names: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

/** Names as they are kept: sections by name. What is missing is empty; what is not known is left out. */
export function recordedNames(
  sections: Readonly<Record<string, Readonly<Record<string, string>>>>,
): RecordedNames {
  const { models = {}, operations = {}, operationTypes = {} } = sections;
  const { renamedTypes = {}, handlers = {} } = sections;
  return { models, operations, operationTypes, renamedTypes, handlers };
}
