import type { TemplateInput } from "../../src/runtime/contracts.js";
import { readJson } from "../../src/runtime/velocity/json-reader.js";
import { print } from "../../src/runtime/velocity/print.js";
import { get } from "../../src/runtime/velocity/reference.js";
import { Rounds } from "../../src/runtime/velocity/rounds.js";
import { ContextMap, ValueMap, type Value } from "../../src/runtime/velocity/value.js";
import type { TemplateCase } from "./case-files.js";

/** What a template of a case reads; `vars` of the language cases stand in the place of the body. */
export class CaseInput implements TemplateInput {
  readonly #case: TemplateCase;
  readonly #values: ValueMap;
  #rounds: Rounds | undefined;
  readonly body: string;
  #json: Value | undefined;
  #context: ValueMap | undefined;
  #stageVariables: ValueMap | undefined;
  #params: ValueMap | undefined;

  /** `values`: the case again, with the kinds of its numbers. */
  constructor(item: TemplateCase, values: ValueMap) {
    this.#case = item;
    this.#values = values;
    this.body = item.body === undefined || item.body === "" ? "{}" : item.body;
  }

  get json(): Value {
    if (this.#json === undefined) this.#json = this.#values.get("vars") ?? readJson(this.body);
    return this.#json;
  }

  param(name: string): string {
    const { params } = this.#case;
    for (const place of [params?.path, params?.querystring, params?.header]) {
      if (place && Object.hasOwn(place, name)) return place[name] ?? "";
    }
    return "";
  }

  get params(): ValueMap {
    return (this.#params ??= new ValueMap(
      (["path", "querystring", "header"] as const).map((place) => [
        place,
        mapOfTexts(this.#case.params?.[place]),
      ]),
    ));
  }

  get contextVariables(): ValueMap {
    return (this.#context ??= contextOf(this.#values));
  }

  get stageVariables(): ValueMap {
    return (this.#stageVariables ??= mapOfTexts(this.#case.stageVariables));
  }

  context(name: string): string {
    if (this.#context === undefined) return plainText(this.#case.context, name);
    return print(get(this.contextVariables, ...name.split(".")));
  }

  stageVariable(name: string): string {
    const { stageVariables } = this.#case;
    return stageVariables && Object.hasOwn(stageVariables, name)
      ? (stageVariables[name] ?? "")
      : "";
  }

  each(...loop: Parameters<TemplateInput["each"]>): ReturnType<TemplateInput["each"]> {
    this.#rounds ??= new Rounds(() => performance.now());
    return this.#rounds.each(...loop);
  }
}

/** What nobody wrote into is read as it is, as the gateway reads it from the request. */
function plainText(context: unknown, name: string): string {
  let value = context;
  for (const key of name.split(".")) {
    const isHeld = typeof value === "object" && value !== null && Object.hasOwn(value, key);
    value = isHeld ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  return typeof value === "string" ? value : "";
}

function mapOfTexts(texts: Readonly<Record<string, string>> | undefined): ValueMap {
  return new ValueMap(Object.entries(texts ?? {}));
}

function contextOf(values: ValueMap): ValueMap {
  const context = block(values.get("context") ?? new ValueMap()) as ContextMap;
  context.put(
    "requestOverride",
    new ContextMap([
      ["header", new ContextMap()],
      ["querystring", new ContextMap()],
      ["path", new ContextMap()],
    ]),
  );
  context.put("responseOverride", new ContextMap([["header", new ContextMap()]]));
  return context;
}

function block(value: Value): Value {
  if (!(value instanceof ValueMap)) return value;
  return new ContextMap(value.entries().map(([key, item]): [Value, Value] => [key, block(item)]));
}
