import assert from "node:assert/strict";
import { test } from "node:test";
import type { Template } from "../contracts.js";
import { TemplateError } from "../velocity/value.js";
import { renderSample, type Rendering, type TemplateSample } from "./render-sample.js";

/** A mapping function of the project's own beside the template that it stands for. */
export interface EqualMapping {
  readonly name: string;
  readonly own: Template;
  /** As it is compiled from the document. */
  readonly compiled: Template;
  /** What is left out is empty. */
  readonly sample: Partial<Omit<TemplateSample, "params">> & {
    readonly params?: Partial<TemplateSample["params"]>;
  };
}

/**
 * Registers one test for each mapping with `node:test`: the function gives what the template gives, for the
 * sample and for variants of it (without a body, with other kinds of JSON, without parameters).
 */
export function equalMappings(mappings: readonly EqualMapping[]): void {
  for (const { name, own, compiled, sample } of mappings) {
    test(`${name} gives what its template gives`, () => {
      for (const [variant, input] of variants(sample)) {
        assert.deepEqual(outcome(own, input), outcome(compiled, input), variant);
      }
    });
  }
}

function variants(given: EqualMapping["sample"]): readonly (readonly [string, TemplateSample])[] {
  const sample: TemplateSample = {
    body: "{}",
    context: {},
    stageVariables: {},
    ...given,
    params: { path: {}, querystring: {}, header: {}, ...given.params },
  };
  const bodies = ["", "{}", "[]", "null", "0", '"text"', "no JSON", '{"a":{"b":[1,2.50,null]}}'];
  return [
    ["the sample", sample],
    ...bodies.map((body) => [`the body ${JSON.stringify(body)}`, { ...sample, body }] as const),
    ["no parameters", { ...sample, params: { path: {}, querystring: {}, header: {} } }],
    ["no context", { ...sample, context: {} }],
    ["no stage variables", { ...sample, stageVariables: {} }],
  ];
}

/** A template that fails, fails the request; how it says so does not matter. */
function outcome(template: Template, sample: TemplateSample): Rendering | "fails" {
  try {
    return renderSample(template, sample);
  } catch (error) {
    if (error instanceof TemplateError) return "fails";
    throw error;
  }
}
