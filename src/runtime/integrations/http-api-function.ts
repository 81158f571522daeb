import { bindFunction } from "../functions/binding.js";
import { callFunction, failedResult } from "./function-call.js";
import { eventOfVersion1, eventOfVersion2, type EventBody } from "./http-api-event.js";
import { answerOfVersion1, answerOfVersion2 } from "./http-api-result.js";
import type { IntegrationFactory } from "./integration.js";
import { stubIntegration } from "./stub.js";

/** A Lambda function behind a route of an HTTP API, with payload version 1.0 or 2.0. */
export const httpApiFunctionIntegration: IntegrationFactory<"aws_proxy"> = (table, setup) => {
  const binding = bindFunction(table.function, table.timeoutMs, setup, setup.route.operation);
  if (binding.kind === "stub") return stubIntegration(binding);
  const isNew = table.payloadFormat === "2.0";
  const event = isNew ? eventOfVersion2 : eventOfVersion1;
  const answer = isNew ? answerOfVersion2 : answerOfVersion1;
  return async (exchange) => {
    const body = eventBody(await exchange.readBody(), exchange.contentType);
    const payload = event(exchange, body);
    const result = await callFunction(exchange, binding, payload, "RequestResponse");
    if (result.functionError !== null) throw failedResult(result);
    return answer(result.payload);
  };
};

/** Types whose bodies are text; every other body is base64. Forms are, as field reports have it. */
const TEXT = /^(?:text\/.*|application\/(?:json|javascript|xml|.*\+json|.*\+xml))$/;

function eventBody(bytes: Buffer, contentType: string | null): EventBody {
  if (bytes.byteLength === 0) return { text: null, isBase64: false };
  const isText = contentType === null || TEXT.test(contentType);
  return { text: bytes.toString(isText ? "utf8" : "base64"), isBase64: !isText };
}
