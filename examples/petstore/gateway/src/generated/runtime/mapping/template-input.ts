// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Template, TemplateInput } from "../contracts.js";
import { prepareContext } from "../context/context.js";
import { errors } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import type { Payload } from "./content-handling.js";

/** Renders a template over a payload. Bytes never meet a template, even if they are text. */
export function renderTemplate(template: Template, exchange: Exchange, payload: Payload): string {
  if (typeof payload !== "string") {
    throw errors.internal("Execution failed due to configuration error: template on a binary body");
  }
  return template(templateInput(exchange, payload));
}

function templateInput(exchange: Exchange, payload: string): TemplateInput {
  const variables = exchange.addressed.stageVariables;
  return {
    body: payload === "" ? "{}" : payload,
    param: (name) =>
      exchange.pathParameter(name) ??
      exchange.query.last(name) ??
      exchange.header(name) ??
      (name === "Content-Length" ? contentLength(exchange) : ""),
    context: (name) => prepareContext(name)(exchange) ?? "",
    stageVariable: (name) => (Object.hasOwn(variables, name) ? (variables[name] ?? "") : ""),
  };
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
 * any other. Found by one call with an input that notices being read.
 */
export function constantText(template: Template): string | null {
  let read = false;
  const noticed = (): string => {
    read = true;
    return "";
  };
  const probe: TemplateInput = {
    get body() {
      return noticed();
    },
    param: noticed,
    context: noticed,
    stageVariable: noticed,
  };
  try {
    const text = template(probe);
    return read ? null : text;
  } catch {
    return null;
  }
}
