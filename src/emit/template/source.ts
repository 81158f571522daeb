/** The text of a template or partial. */
export interface TemplateSource {
  /** Output path without `.hbs`, or `partials/banner`. */
  readonly name: string;
  readonly text: string;
  /** The file as messages name it; undefined for what this package ships. */
  readonly file: string | undefined;
}

/** A place in a template; line and column from 1. */
export interface TemplatePlace {
  readonly source: TemplateSource;
  readonly line: number;
  readonly column: number;
}

/** What kinds of things can be wrong with a template; each has its code among the diagnostics. */
export type TemplateFaultKind =
  "syntax" | "unknown-word" | "unknown-value" | "raw" | "limit" | "helper";

/** A template cannot be used, or not with its view. */
export class TemplateFault extends Error {
  override readonly name = "TemplateFault";
  readonly kind: TemplateFaultKind;
  readonly place: TemplatePlace;
  readonly hint: string | undefined;

  constructor(
    kind: TemplateFaultKind,
    place: TemplatePlace,
    message: string,
    details: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(`${place.source.name}.hbs:${place.line}:${place.column}: ${message}`, {
      cause: details.cause,
    });
    this.kind = kind;
    this.place = place;
    this.hint = details.hint;
  }

  /** The message without its place. */
  get sentence(): string {
    return this.message.slice(this.message.indexOf(": ") + 2);
  }
}

/** In front of the names of partials. */
export const partialsFolder = "partials/";
