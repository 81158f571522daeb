import type { FunctionProxyTable } from "../contracts.js";
import { errors, type GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";
import { bindFunction, type FunctionBinding } from "../functions/binding.js";
import { firstAccepted } from "../http/media-type.js";
import type { GatewayResponse } from "../http/message.js";
import { decodeBase64 } from "../mapping/content-handling.js";
import { refuseForbiddenHeader } from "../mapping/request-parameters.js";
import { callFunction, failedResult } from "./function-call.js";
import { functionEvent } from "./function-event.js";
import { readProxyResult } from "./function-result.js";
import type { Handler, IntegrationFactory, IntegrationSetup } from "./integration.js";
import { stubIntegration } from "./stub.js";

/** AWS_PROXY: the function sees the whole request and decides the whole answer. */
export const functionProxyIntegration: IntegrationFactory<"aws_proxy"> = (table, setup) => {
  const binding = bindProxy(table, setup);
  if (typeof binding === "function") return binding;
  return async (exchange) => {
    const event = await proxyPayload(exchange, table.method);
    const result = await callFunction(exchange, binding, event, "RequestResponse");
    if (result.functionError !== null) throw failedResult(result, 502);
    return answer(exchange, result.payload);
  };
};

/** The function of a proxy integration, or the handler that answers where none is called. */
export function bindProxy(
  table: Omit<FunctionProxyTable, "kind">,
  setup: IntegrationSetup,
): Extract<FunctionBinding, { kind: "runs" }> | Handler {
  const refusal = refuseForbiddenHeader(table.requestParameters, true);
  if (refusal !== null) return refusal;
  const wrong = refuseOtherMethods(table.method);
  if (wrong !== null) return wrong;
  const binding = bindFunction(table.function, table.timeoutMs, setup, setup.route.operation);
  return binding.kind === "stub" ? stubIntegration(binding) : binding;
}

/** A handler that refuses every call of a method that calls no function; null: it may. */
function refuseOtherMethods(method: string): Handler | null {
  if (method === "POST" || method === "ANY") return null;
  return () => {
    throw notPost(method);
  };
}

/** The event of a call, as JSON. */
export async function proxyPayload(exchange: Exchange, method: string): Promise<string> {
  if (method === "ANY" && exchange.method !== "POST") throw notPost(exchange.method);
  return buildEvent(exchange, await exchange.readBody());
}

/** Lambda is called by POST; the service takes the method as defined, and the call fails. */
function notPost(method: string): GatewayError {
  return errors.internal(
    `Execution failed due to configuration error: a function is not called by ${method}`,
  );
}

function buildEvent(exchange: Exchange, bytes: Buffer): string {
  if (bytes.byteLength === 0) return functionEvent(exchange, null, false);
  const isBinary = exchange.around.binaryTypes.includes(exchange.contentType);
  return functionEvent(exchange, bytes.toString(isBinary ? "base64" : "utf8"), isBinary);
}

function answer(exchange: Exchange, payload: string): GatewayResponse {
  const result = readProxyResult(payload);
  const { headers } = result;
  if (!result.hasContentType) headers.push("Content-Type", "application/json");
  headers.push("X-Amzn-Trace-Id", exchange.traceHeader);
  return { status: result.status, headers, body: resultBody(exchange, result) };
}

/** The function's own content type plays no part, only what the client accepts first. */
function resultBody(
  exchange: Exchange,
  result: { readonly body: string; readonly isBase64: boolean },
): string | Buffer {
  const { binaryTypes } = exchange.around;
  const decodes =
    result.isBase64 &&
    binaryTypes.any &&
    binaryTypes.includes(firstAccepted(exchange.headers.accept));
  return decodes ? decodeBase64(result.body) : result.body;
}
