// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AuthorizerOutcome } from "../access/caller.js";
import type { Exchange } from "../exchange.js";
import { collectPairs, sortedPairs, type Collected } from "./function-event.js";

type Members = Readonly<Record<string, unknown>>;

/**
 * The Lambda proxy event of a WebSocket API, as JSON text: what is not there is left out. Source:
 * developer guide, "Set up a mapping template and `$context` of a WebSocket API", and published
 * events of all three types.
 */
export function webSocketEvent(exchange: Exchange): string {
  const body = exchange.socket?.type === "MESSAGE" ? { body: exchange.bodyText } : {};
  return JSON.stringify({
    ...requestMembers(exchange),
    ...stageVariables(exchange),
    requestContext: webSocketContext(exchange),
    ...body,
    isBase64Encoded: false,
  });
}

/** The event of a REQUEST authorizer, which is asked at `$connect` alone, as JSON text. */
export function webSocketAuthorizerEvent(exchange: Exchange, methodArn: string): string {
  const { pairs } = exchange.query;
  const query = collectPairs(pairs);
  return JSON.stringify({
    type: "REQUEST",
    methodArn,
    ...headerMembers(collectPairs(sortedPairs(exchange.allHeaders))),
    queryStringParameters: query?.single ?? {},
    multiValueQueryStringParameters: query?.multi ?? {},
    stageVariables: exchange.addressed.stageVariables,
    requestContext: webSocketContext(exchange),
  });
}

/** Headers of the handshake; of a message none; at the end those that the service fills in. */
function requestMembers(exchange: Exchange): Members {
  switch (exchange.socket?.type) {
    case "CONNECT": {
      const query = collectPairs(exchange.query.pairs);
      return {
        ...headerMembers(collectPairs(sortedPairs(exchange.allHeaders))),
        ...(query === null
          ? {}
          : {
              queryStringParameters: query.single,
              multiValueQueryStringParameters: query.multi,
            }),
      };
    }
    case "DISCONNECT": {
      const { domainName } = exchange;
      const left = ["Host", domainName, "x-api-key", "", "X-Forwarded-For", "", "x-restapi", ""];
      return headerMembers(collectPairs(left));
    }
    default:
      return {};
  }
}

function headerMembers(headers: Collected | null): Members {
  return { headers: headers?.single ?? {}, multiValueHeaders: headers?.multi ?? {} };
}

function stageVariables({ addressed }: Exchange): Members {
  const variables = addressed.stageVariables;
  return Object.keys(variables).length === 0 ? {} : { stageVariables: variables };
}

function webSocketContext(exchange: Exchange): Members {
  const { socket } = exchange;
  if (socket === null) throw new Error("the exchange is no event of a connection");
  const { connection, disconnect, type } = socket;
  return {
    routeKey: exchange.path,
    ...(exchange.authorizer === null ? {} : { authorizer: authorizer(exchange.authorizer) }),
    ...(type === "MESSAGE" ? { messageId: exchange.messageId } : {}),
    ...(disconnect === null
      ? {}
      : { disconnectStatusCode: disconnect.statusCode, disconnectReason: disconnect.reason }),
    eventType: type,
    extendedRequestId: exchange.extendedRequestId,
    requestTime: exchange.requestTime,
    messageDirection: "IN",
    stage: exchange.addressed.stage,
    connectedAt: connection.connectedAtMs,
    requestTimeEpoch: exchange.startedMs,
    identity: identity(exchange),
    requestId: exchange.requestId,
    domainName: exchange.domainName,
    connectionId: connection.id,
    apiId: exchange.around.api.apiId,
  };
}

function identity({ request, headers, signer, apiKey }: Exchange): Members {
  return {
    ...(signer === null
      ? {}
      : {
          accountId: signer.accountId,
          accessKey: signer.accessKey,
          caller: signer.caller,
          user: signer.user,
          userArn: signer.userArn,
          ...(signer.principalOrgId === null ? {} : { principalOrgId: signer.principalOrgId }),
        }),
    ...(apiKey === null ? {} : { apiKey: apiKey.value, apiKeyId: apiKey.id }),
    ...(headers.userAgent === null ? {} : { userAgent: headers.userAgent }),
    sourceIp: request.remoteAddress,
  };
}

/** Values are text, but for the latency. */
function authorizer({ context, principalId, latencyMs }: AuthorizerOutcome): Members {
  return {
    ...Object.fromEntries(context),
    ...(principalId === null ? {} : { principalId }),
    integrationLatency: latencyMs,
  };
}
