import type { Template } from "../../src/runtime/contracts.js";
import { readJson } from "../../src/runtime/velocity/json-reader.js";
import { toJson } from "../../src/runtime/velocity/print.js";
import { get } from "../../src/runtime/velocity/reference.js";
import { TemplateBodyError, TemplateError, ValueMap } from "../../src/runtime/velocity/value.js";
import type { Outcome, TemplateCase } from "./case-files.js";
import { CaseInput } from "./case-input.js";

/**
 * What a compiled template gives for the case on one line. Bundled with the templates, so that both
 * have the same classes of values.
 */
export function renderLine(line: string, template: Template): Outcome {
  const item = JSON.parse(line) as TemplateCase;
  const values = readJson(line, "list");
  const input = new CaseInput(item, values instanceof ValueMap ? values : new ValueMap());
  try {
    const output = template(input);
    const override = (name: string): unknown =>
      JSON.parse(toJson(get(input.contextVariables, name))) as unknown;
    return {
      output,
      requestOverride: override("requestOverride"),
      responseOverride: override("responseOverride"),
    };
  } catch (error) {
    if (error instanceof TemplateBodyError) return { error: "body" };
    if (error instanceof TemplateError || error instanceof RangeError) {
      return { error: error.message.startsWith("not valid: ") ? "parse" : "method" };
    }
    throw error;
  }
}

/** Renders a case from its texts, again and again. */
export function prepareCase(item: TemplateCase, template: Template): () => string {
  const values = new ValueMap([["context", readJson(JSON.stringify(item.context ?? {}))]]);
  return () => template(new CaseInput(item, values));
}
