// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { errors } from "../errors/gateway-error.js";
import type { IntegrationAnswer } from "../exchange.js";
import { requestPayload } from "../mapping/content-handling.js";
import {
  prepareIntegrationResponses,
  type ConstantResponse,
  type IntegrationResponses,
} from "../mapping/integration-response.js";
import { constantText, renderTemplate } from "../mapping/template-input.js";
import { prepareTemplateSelection } from "../mapping/template-selection.js";
import type { Template } from "../contracts.js";
import type { IntegrationFactory } from "./integration.js";
import { readMockStatus } from "./mock-status.js";

const NO_ANSWER: IntegrationAnswer = { headers: [], body: Buffer.alloc(0) };

/**
 * MOCK: the request template renders an object with an integer `statusCode`, which chooses the
 * integration response. Where neither template reads anything the answer is made once, at start.
 */
export const mockIntegration: IntegrationFactory<"mock"> = (table, setup) => {
  const select = prepareTemplateSelection(table.requestTemplates, table.passthroughBehavior);
  const responses = prepareIntegrationResponses(
    table.responses,
    setup.around,
    setup.stageVariables,
    { isMock: true },
  );
  const hasTemplates = Object.keys(table.requestTemplates).length > 0;
  const bodyMatters = table.contentHandling !== null || setup.around.binaryTypes.any;
  const constants = bodyMatters
    ? new Map<Template, ConstantResponse>()
    : constantAnswers(Object.values(table.requestTemplates), responses);
  return (exchange) => {
    const template = select(exchange.contentType);
    const constant = template === null ? undefined : constants.get(template);
    if (constant !== undefined) {
      return { status: constant.status, headers: constant.headers.slice(), body: constant.body };
    }
    return exchange.readBody().then((bytes) => {
      const registered = setup.around.binaryTypes.includes(exchange.contentType);
      const payload = requestPayload(bytes, registered, table.contentHandling);
      const text =
        template === null ? payload.toString() : renderTemplate(template, exchange, payload);
      return responses.answer(
        exchange,
        statusText(text, template === null && hasTemplates),
        NO_ANSWER,
      );
    });
  };
};

/**
 * What the request template rendered must hold a status. Where templates exist and none fits the
 * request's type, it is the client's own text that has none, which is answered as its fault
 * (assumed: the service is said to answer 500).
 */
function statusText(text: string, isClientText: boolean): string {
  const status = readMockStatus(text);
  if (status !== null) return String(status);
  if (isClientText) throw errors.badRequest("Bad Request", "the body chooses no mock response");
  throw errors.internal("Execution failed due to configuration error: Unable to transform request");
}

function constantAnswers(
  templates: readonly Template[],
  responses: IntegrationResponses,
): ReadonlyMap<Template, ConstantResponse> {
  const answers = new Map<Template, ConstantResponse>();
  for (const template of templates) {
    const text = constantText(template);
    const status = text === null ? null : readMockStatus(text);
    if (status === null) continue;
    const constant = constantFor(String(status), responses);
    if (constant !== null) answers.set(template, constant);
  }
  return answers;
}

function constantFor(status: string, responses: IntegrationResponses): ConstantResponse | null {
  try {
    return responses.select(status).constant;
  } catch {
    // No response fits: reported by every request, not at start.
    return null;
  }
}
