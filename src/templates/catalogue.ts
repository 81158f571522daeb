import type { Ownership } from "../emit/output-file.js";
import { builtInPartials, builtInTemplates } from "../emit/template/names.js";

/** A template or partial that this package ships, in words. */
export interface CatalogueEntry {
  readonly name: string;
  readonly makes: string;
  /** Undefined for partials. */
  readonly ownership: Ownership | undefined;
}

/** All that can be ejected: templates by name, then partials. */
export function templateCatalogue(): readonly CatalogueEntry[] {
  const templates = Object.entries(builtInTemplates).map(([name, entry]) => ({ name, ...entry }));
  const partials = Object.entries(builtInPartials).map(([name, makes]) => ({
    name,
    makes,
    ownership: undefined,
  }));
  return [...templates, ...partials];
}
