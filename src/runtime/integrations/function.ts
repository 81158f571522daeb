import type { Template } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import { bindFunction } from "../functions/binding.js";
import type { FunctionResult } from "../functions/invoker.js";
import type { GatewayResponse } from "../http/message.js";
import { requestPayload } from "../mapping/content-handling.js";
import {
  prepareIntegrationResponses,
  type IntegrationResponses,
} from "../mapping/integration-response.js";
import { prepareRequestParameters, refuseForbiddenHeader } from "../mapping/request-parameters.js";
import { renderTemplate } from "../mapping/template-input.js";
import { prepareTemplateSelection } from "../mapping/template-selection.js";
import { callFunction } from "./function-call.js";
import type { IntegrationFactory } from "./integration.js";
import { stubIntegration } from "./stub.js";

/** AWS integration with a function: the mapped body is the payload, the result is mapped back. */
export const functionIntegration: IntegrationFactory<"aws_function"> = (table, setup) => {
  const refusal = refuseForbiddenHeader(table.requestParameters, true);
  if (refusal !== null) return refusal;
  const select = prepareTemplateSelection(table, setup);
  const parameters = prepareRequestParameters(table.requestParameters, setup.stageVariables);
  const responses = prepareIntegrationResponses(
    table.responses,
    setup.around,
    setup.stageVariables,
    { isMock: false },
  );
  const binding = bindFunction(table.function, table.timeoutMs, setup, setup.route.operation);
  if (binding.kind === "stub") return stubIntegration(binding);
  return async (exchange) => {
    const template = select(exchange);
    const bytes = await exchange.readBody();
    const payload = functionPayload(exchange, bytes, template, table.contentHandling);
    const type = invocationType(parameters.headers(exchange));
    const result = await callFunction(exchange, binding, payload, type);
    return mapResult(exchange, type === "Event" ? NO_RESULT : result, responses);
  };
};

const NO_RESULT: FunctionResult = { payload: "", functionError: null };

function invocationType(headers: readonly string[]): "RequestResponse" | "Event" {
  for (let i = 0; i < headers.length; i += 2) {
    const isType = headers[i]?.toLowerCase() === "x-amz-invocation-type";
    if (isType && headers[i + 1] === "Event") return "Event";
  }
  return "RequestResponse";
}

/** The payload text; an empty one reaches the function as `{}`. */
function functionPayload(
  exchange: Exchange,
  bytes: Buffer,
  template: Template | null,
  handling: "CONVERT_TO_BINARY" | "CONVERT_TO_TEXT" | null,
): string {
  const registered = exchange.around.binaryTypes.includes(exchange.contentType);
  const body = requestPayload(bytes, registered, handling);
  const text = template === null ? body.toString() : renderTemplate(template, exchange, body);
  return text.trim() === "" ? "{}" : text;
}

/** A success is matched as empty text, a failure by its `errorMessage`. */
function mapResult(
  exchange: Exchange,
  result: FunctionResult,
  responses: IntegrationResponses,
): GatewayResponse {
  const text = result.functionError === null ? "" : errorMessage(result.payload);
  return responses.answer(exchange, text, {
    headers: [],
    body: Buffer.from(result.payload, "utf8"),
  });
}

function errorMessage(payload: string): string {
  try {
    const error: unknown = JSON.parse(payload);
    const message =
      typeof error === "object" && error !== null && "errorMessage" in error
        ? error.errorMessage
        : "";
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}
