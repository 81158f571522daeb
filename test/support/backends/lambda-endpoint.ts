import { setTimeout as delay } from "node:timers/promises";
import { parseOrderedJson, type OrderedJson } from "../ordered-json.js";
import { headerValues, type RawHeader } from "../raw-client.js";
import type { HttpAnswer, LambdaFunction } from "./behaviour.js";
import type { CallLog } from "./call-log.js";
import type { ReceivedRequest } from "./loopback-server.js";

const INVOCATION_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Answers an invocation of the Lambda API (`POST /2015-03-31/functions/{name or ARN}/invocations`) as the functions
 * of the case behave, and records it. `stopped` cuts delays short.
 */
export async function answerInvocation(
  request: ReceivedRequest,
  {
    functions,
    log,
    stopped,
  }: {
    readonly functions: ReadonlyMap<string, LambdaFunction>;
    readonly log: CallLog;
    readonly stopped: AbortSignal;
  },
): Promise<HttpAnswer> {
  const encodedName = INVOCATION_PATH.exec(request.path)?.[1];
  if (request.method !== "POST" || encodedName === undefined) {
    return serviceError(
      404,
      "UnknownOperationException",
      `no such operation: ${request.method} ${request.path}`,
    );
  }
  const name = functionName(decodeURIComponent(encodedName));
  const invocationType =
    headerValues(request.headers, "x-amz-invocation-type")[0] ?? "RequestResponse";
  const payload = Buffer.from(request.body).toString("utf8");
  log.record({ kind: "lambda", name, event: decodePayload(payload), invocationType });
  const behaviour = functions.get(name);
  if (behaviour === undefined)
    return serviceError(404, "ResourceNotFoundException", `Function not found: ${name}`);
  if (invocationType === "Event") return { status: 202, headers: [], body: new Uint8Array() };
  if (invocationType === "DryRun") return { status: 204, headers: [], body: new Uint8Array() };
  if (behaviour.delayMs > 0) await delay(behaviour.delayMs, undefined, { signal: stopped });
  return invocationAnswer(behaviour, payload);
}

/** `arn:aws:lambda:us-east-1:123456789012:function:NAME[:qualifier]`, `account:function:NAME` or `NAME[:qualifier]`. */
function functionName(nameOrArn: string): string {
  const parts = nameOrArn.split(":");
  const marker = parts.indexOf("function");
  return parts[marker + 1] ?? nameOrArn;
}

function decodePayload(payload: string): OrderedJson {
  if (payload === "") return null;
  try {
    return parseOrderedJson(payload);
  } catch {
    return payload;
  }
}

function invocationAnswer(behaviour: LambdaFunction, payload: string): HttpAnswer {
  switch (behaviour.do) {
    case "return":
      return invocationResult(behaviour.payload, []);
    case "throw":
      return invocationResult(behaviour.payload, [["X-Amz-Function-Error", "Unhandled"]]);
    case "echo":
      return invocationResult(payload, []);
    case "return-proxy-event":
      return invocationResult(
        JSON.stringify({ statusCode: 200, body: payload, isBase64Encoded: false }),
        [],
      );
  }
}

function invocationResult(payload: string, headers: readonly RawHeader[]): HttpAnswer {
  return {
    status: 200,
    headers: [
      ["Content-Type", "application/json"],
      ["X-Amz-Executed-Version", "$LATEST"],
      ...headers,
    ],
    body: Buffer.from(payload),
  };
}

function serviceError(status: number, type: string, message: string): HttpAnswer {
  return {
    status,
    headers: [
      ["Content-Type", "application/json"],
      ["X-Amzn-ErrorType", type],
    ],
    body: Buffer.from(JSON.stringify({ Type: "User", Message: message })),
  };
}
