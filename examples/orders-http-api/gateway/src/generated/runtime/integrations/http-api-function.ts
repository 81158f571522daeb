// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { bindFunction } from "../functions/binding.js";
import type { Exchange } from "../exchange.js";
import type { GatewayResponse } from "../http/message.js";
import { Query } from "../http/query.js";
import {
  prepareRequestChanges,
  prepareResponseChanges,
  type RequestChanges,
} from "../mapping/parameter-changes.js";
import { callFunction, failedResult } from "./function-call.js";
import { sentRequest, type EventRequest } from "./function-event.js";
import { eventOfVersion1, eventOfVersion2, type EventBody } from "./http-api-event.js";
import { answerOfVersion1, answerOfVersion2 } from "./http-api-result.js";
import type { IntegrationFactory } from "./integration.js";
import { stubIntegration } from "./stub.js";

/**
 * A Lambda function behind a route of an HTTP API, with payload version 1.0 or 2.0. Parameter mappings
 * change what its event shows, and its result: the guide has them for all backends, the AWS CDK for
 * functions by name; what an event shows of them is assumed.
 */
export const httpApiFunctionIntegration: IntegrationFactory<"http_api_function"> = (
  table,
  setup,
) => {
  const binding = bindFunction(table.function, table.timeoutMs, setup, setup.route.operation);
  if (binding.kind === "stub") return stubIntegration(binding);
  const isNew = table.payloadFormat === "2.0";
  const event = isNew ? eventOfVersion2 : eventOfVersion1;
  const answer = isNew ? answerOfVersion2 : answerOfVersion1;
  const seen =
    table.changes.request.length === 0
      ? sentRequest
      : changedRequest(prepareRequestChanges(table.changes, setup.stageVariables));
  const response = prepareResponseChanges(table.changes, setup.stageVariables);
  return async (exchange) => {
    const body = eventBody(await exchange.readBody(), exchange.contentType);
    const payload = event(exchange, body, seen(exchange));
    const result = await callFunction(exchange, binding, payload, "RequestResponse");
    if (result.functionError !== null) throw failedResult(result);
    const answered = answer(result.payload);
    const bytes = response.needsAnswer ? bytesOf(answered) : NO_BYTES;
    return response.apply(exchange, answered, bytes);
  };
};

/** The request with its changes. That `overwrite:path` is seen in `rawPath` and `path` is assumed. */
function changedRequest(changes: RequestChanges): (exchange: Exchange) => EventRequest {
  return (exchange) => {
    const sent = sentRequest(exchange);
    const headers = sent.headers.slice();
    changes.headers(exchange, headers);
    const rawQuery = changes.query(exchange, sent.rawQuery);
    const path = changes.path(exchange);
    return {
      headers,
      rawQuery,
      query: new Query(rawQuery).pairs,
      path: path ?? sent.path,
      contextPath: path ?? sent.contextPath,
    };
  };
}

const NO_BYTES = Buffer.alloc(0);

function bytesOf({ body }: GatewayResponse): Buffer {
  if (typeof body === "string") return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : NO_BYTES;
}

/** Types whose bodies are text; every other body is base64. Forms are, as field reports have it. */
const TEXT = /^(?:text\/.*|application\/(?:json|javascript|xml|.*\+json|.*\+xml))$/;

function eventBody(bytes: Buffer, contentType: string | null): EventBody {
  if (bytes.byteLength === 0) return { text: null, isBase64: false };
  const isText = contentType === null || TEXT.test(contentType);
  return { text: bytes.toString(isText ? "utf8" : "base64"), isBase64: !isText };
}
