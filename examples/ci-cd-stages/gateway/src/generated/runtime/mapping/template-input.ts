// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Template, TemplateInput } from "../contracts.js";
import { prepareContext } from "../context/context.js";
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { readJson } from "../velocity/json-reader.js";
import { print } from "../velocity/print.js";
import { get } from "../velocity/reference.js";
import { Rounds } from "../velocity/rounds.js";
import {
  maxTextLength,
  TemplateBodyError,
  TemplateError,
  ValueMap,
  type Value,
} from "../velocity/value.js";
import type { Payload } from "./content-handling.js";
import { contextVariables } from "./context-variables.js";
import { requestOverride, responseOverride } from "./overrides.js";

/**
 * Renders a template over a payload and keeps what it overrides. Bytes never meet a template, even if
 * they are text. A request body that is read as JSON and is none is the client's fault.
 */
export function renderTemplate(template: Template, exchange: Exchange, payload: Payload): string {
  if (typeof payload !== "string") {
    throw errors.internal("Execution failed due to configuration error: template on a binary body");
  }
  const text = rendered(template, exchange, payload);
  const context = exchange.templateContext;
  if (context !== null) {
    exchange.requestOverride = requestOverride(context);
    exchange.responseOverride = responseOverride(context);
  }
  return text;
}

function rendered(template: Template, exchange: Exchange, payload: string): string {
  try {
    const text = template(new ExchangeInput(exchange, payload));
    if (text.length > maxTextLength) throw new TemplateError("the output is too long");
    return text;
  } catch (error) {
    throw renderingError(error, exchange.answer === null);
  }
}

/** RangeError: a text longer than the engine has, or endless recursion. */
function renderingError(error: unknown, isRequest: boolean): unknown {
  if (error instanceof TemplateBodyError && isRequest) {
    return errors.badRequest("Bad Request", error.message);
  }
  if (!(error instanceof TemplateError || error instanceof RangeError)) return error;
  return errors.internal(
    `Execution failed due to configuration error: Unable to transform: ${error.message}`,
    error,
  );
}

/** What a template reads of one request, worked out when it is first asked for. */
class ExchangeInput implements TemplateInput {
  readonly #exchange: Exchange;
  #rounds: Rounds | undefined;
  readonly body: string;
  #json: Value | undefined;
  #params: ValueMap | null = null;
  #stageVariables: ValueMap | null = null;

  constructor(exchange: Exchange, payload: string) {
    this.#exchange = exchange;
    this.body = payload === "" ? "{}" : payload;
  }

  get json(): Value {
    if (this.#json === undefined) this.#json = readJson(this.body);
    return this.#json;
  }

  param(name: string): string {
    const exchange = this.#exchange;
    return (
      exchange.pathParameter(name) ??
      exchange.query.last(name) ??
      exchange.header(name) ??
      (name === "Content-Length" ? contentLength(exchange) : "")
    );
  }

  get params(): ValueMap {
    const { pathNames, pathValues, query, allHeaders } = this.#exchange;
    return (this.#params ??= new ValueMap([
      ["path", new ValueMap(pathNames.map((name, index) => [name, pathValues[index] ?? ""]))],
      ["querystring", lastValues(query.pairs)],
      ["header", lastValues(allHeaders)],
    ]));
  }

  context(name: string): string {
    const { templateContext } = this.#exchange;
    return templateContext === null
      ? (prepareContext(name)(this.#exchange) ?? "")
      : print(get(templateContext, ...name.split(".")));
  }

  get contextVariables(): ValueMap {
    return (this.#exchange.templateContext ??= contextVariables(this.#exchange));
  }

  stageVariable(name: string): string {
    const variables = this.#exchange.addressed.stageVariables;
    return Object.hasOwn(variables, name) ? (variables[name] ?? "") : "";
  }

  get stageVariables(): ValueMap {
    const variables = this.#exchange.addressed.stageVariables;
    return (this.#stageVariables ??= new ValueMap(Object.entries(variables)));
  }

  each(...loop: Parameters<TemplateInput["each"]>): ReturnType<TemplateInput["each"]> {
    this.#rounds ??= new Rounds(() => performance.now());
    return this.#rounds.each(...loop);
  }
}

function lastValues(pairs: readonly string[]): ValueMap {
  const values = new ValueMap();
  for (let i = 0; i < pairs.length; i += 2) values.put(pairs[i] ?? "", pairs[i + 1] ?? "");
  return values;
}

/**
 * The service's front takes the chunks off a body: a template reads its length, however the client
 * framed it. Recorded.
 */
function contentLength(exchange: Exchange): string {
  const { request, bodyIsRead } = exchange;
  return request.body !== null && bodyIsRead ? String(exchange.bodyBytes.length) : "";
}

/**
 * The text of a template that reads nothing of its input and so always renders the same; null for
 * any other. Found by one call with an input that refuses to be read.
 */
export function constantText(template: Template): string | null {
  const refuse = (): never => {
    throw new TemplateError("the input is read");
  };
  const probe: TemplateInput = {
    get body() {
      return refuse();
    },
    get json() {
      return refuse();
    },
    get params() {
      return refuse();
    },
    get contextVariables() {
      return refuse();
    },
    get stageVariables() {
      return refuse();
    },
    param: refuse,
    context: refuse,
    stageVariable: refuse,
    each: refuse,
  };
  try {
    return template(probe);
  } catch {
    return null;
  }
}
