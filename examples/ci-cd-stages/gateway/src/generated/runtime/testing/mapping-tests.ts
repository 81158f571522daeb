// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Template } from "../contracts.js";
import { TemplateError } from "../velocity/value.js";
import { renderSample, type TemplateSample } from "./render-sample.js";

/** One compiled template, something to read, and what the document alone says of the text. */
export interface MappingCase {
  readonly name: string;
  readonly template: Template;
  /** What is left out is empty. */
  readonly sample: Partial<Omit<TemplateSample, "params">> & {
    readonly params?: Partial<TemplateSample["params"]>;
  };
  /**
   * `json`: the text is JSON. `any`: a call in the template may refuse the sample, and the service
   * with it.
   */
  readonly gives: "json" | "text" | "any";
}

/** Registers one test for each case with `node:test`. */
export function mappingTests(cases: readonly MappingCase[]): void {
  for (const { name, template, sample, gives } of cases) {
    test(`${name} ${outcomes[gives]}`, () => {
      const text = renderedText(template, completed(sample));
      if (gives === "any" && text === undefined) return;
      assert.equal(typeof text, "string", "the template fails");
      if (gives === "json") JSON.parse(text ?? "");
    });
  }
}

const outcomes: Readonly<Record<MappingCase["gives"], string>> = {
  json: "gives JSON",
  text: "gives a text",
  any: "gives a text, or fails as the service does",
};

function completed({ params, ...sample }: MappingCase["sample"]): TemplateSample {
  return {
    body: "{}",
    context: {},
    stageVariables: {},
    ...sample,
    params: { path: {}, querystring: {}, header: {}, ...params },
  };
}

/** Undefined: the service would fail the request. */
function renderedText(template: Template, sample: TemplateSample): string | undefined {
  try {
    return renderSample(template, sample).text;
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
