// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Template, TemplateInput } from "../contracts.js";
import { requestOverride, responseOverride } from "../mapping/overrides.js";
import { readJson } from "../velocity/json-reader.js";
import { print } from "../velocity/print.js";
import { get } from "../velocity/reference.js";
import { Rounds } from "../velocity/rounds.js";
import { ContextMap, ValueMap, type Value } from "../velocity/value.js";

/** What a template reads, given by hand instead of by a request. */
export interface TemplateSample {
  /** The payload as text. */
  readonly body: string;
  /** `$input.params()`. */
  readonly params: {
    readonly path: Texts;
    readonly querystring: Texts;
    readonly header: Texts;
  };
  /** `$context`; what is left out is missing. */
  readonly context: Readonly<Record<string, SampleValue>>;
  readonly stageVariables: Texts;
}
export type Texts = Readonly<Record<string, string>>;

/** A value of `$context`, as JSON has it. */
export type SampleValue =
  | null
  | boolean
  | number
  | string
  | readonly SampleValue[]
  | { readonly [name: string]: SampleValue };

/** What came of a template. */
export interface Rendering {
  readonly text: string;
  /** What it wrote into `$context.requestOverride`. */
  readonly requestOverride: {
    readonly path: Texts;
    readonly header: Texts;
    readonly querystring: Readonly<Record<string, readonly string[]>>;
  };
  /** What it wrote into `$context.responseOverride`; null: no valid status. */
  readonly responseOverride: { readonly status: number | null; readonly header: Texts };
}

/** Renders a template over a sample. Throws a `TemplateError` where the service fails the request. */
export function renderSample(template: Template, sample: TemplateSample): Rendering {
  const input = new SampleInput(sample);
  const text = template(input);
  const request = requestOverride(input.contextVariables);
  const response = responseOverride(input.contextVariables);
  return {
    text,
    requestOverride: {
      path: Object.fromEntries(request.path),
      header: Object.fromEntries(request.header),
      querystring: Object.fromEntries(request.querystring),
    },
    responseOverride: { status: response.status, header: Object.fromEntries(response.header) },
  };
}

class SampleInput implements TemplateInput {
  readonly #sample: TemplateSample;
  readonly #rounds = new Rounds(() => performance.now());
  readonly body: string;
  readonly params: ValueMap;
  readonly contextVariables: ValueMap;
  readonly stageVariables: ValueMap;
  #json: Value | undefined;

  constructor(sample: TemplateSample) {
    const { body, params, context, stageVariables } = sample;
    this.#sample = sample;
    this.body = body === "" ? "{}" : body;
    this.params = new ValueMap([
      ["path", new ValueMap(Object.entries(params.path))],
      ["querystring", new ValueMap(Object.entries(params.querystring))],
      ["header", new ValueMap(Object.entries(params.header))],
    ]);
    this.contextVariables = contextOf(context);
    this.stageVariables = new ValueMap(Object.entries(stageVariables));
  }

  get json(): Value {
    if (this.#json === undefined) this.#json = readJson(this.body);
    return this.#json;
  }

  param(name: string): string {
    const { path, querystring, header } = this.#sample.params;
    const place = [path, querystring, header].find((texts) => Object.hasOwn(texts, name));
    return place?.[name] ?? "";
  }

  context(name: string): string {
    return print(get(this.contextVariables, ...name.split(".")));
  }

  stageVariable(name: string): string {
    return print(this.stageVariables.get(name) ?? "");
  }

  each(...loop: Parameters<TemplateInput["each"]>): ReturnType<TemplateInput["each"]> {
    return this.#rounds.each(...loop);
  }
}

/** `$context` with the blocks that templates write into. */
function contextOf(given: TemplateSample["context"]): ValueMap {
  const context = block(readJson(JSON.stringify(given)));
  const parts = {
    requestOverride: ["path", "querystring", "header"],
    responseOverride: ["header"],
  };
  for (const [name, members] of Object.entries(parts)) {
    const override = member(context, name);
    for (const part of members) member(override, part);
  }
  return context;
}

/** The block of a name, made when there is none. */
function member(parent: ContextMap, name: string): ContextMap {
  const found = parent.get(name);
  if (found instanceof ContextMap) return found;
  const made = new ContextMap();
  parent.put(name, made);
  return made;
}

function block(value: Value): ContextMap {
  const entries = value instanceof ValueMap ? value.entries() : [];
  return new ContextMap(
    entries.map(([key, item]): [Value, Value] => [
      key,
      item instanceof ValueMap ? block(item) : item,
    ]),
  );
}
