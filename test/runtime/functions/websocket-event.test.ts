import type {
  APIGatewayEventWebsocketRequestContextV2,
  APIGatewayProxyResultV2,
  APIGatewayProxyWebsocketEventV2,
  APIGatewayProxyWebsocketEventV2WithRequestContext,
  APIGatewayProxyWebsocketHandlerV2,
} from "aws-lambda";
import { describe, expect, expectTypeOf, test } from "vitest";
import { parseBody } from "../../../src/runtime/functions/proxy-event.js";
import type {
  WebSocketConnectEvent,
  WebSocketDisconnectEvent,
  WebSocketEvent,
  WebSocketMessageEvent,
  WebSocketResult,
} from "../../../src/runtime/functions/websocket-event.js";

interface Join {
  action: "join";
  room: string;
}
type Nothing = Record<string, never>;
interface ConnectRoute {
  readonly routeKey: "$connect";
  readonly query: { ticket: string };
  readonly headers: Nothing;
  readonly body: never;
  readonly response: never;
}
interface DisconnectRoute {
  readonly routeKey: "$disconnect";
  readonly query: Nothing;
  readonly headers: Nothing;
  readonly body: never;
  readonly response: never;
}
interface JoinRoute {
  readonly routeKey: "join";
  readonly query: Nothing;
  readonly headers: Nothing;
  readonly body: Join;
  readonly response: unknown;
}

/** The package gives all of them a message id; only messages have one. */
type AwsContext = Omit<APIGatewayEventWebsocketRequestContextV2, "messageId">;
type AwsEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<AwsContext>;

describe("types of events", () => {
  test("a message is what @types/aws-lambda says", () => {
    expectTypeOf<WebSocketMessageEvent<Join>>().toExtend<APIGatewayProxyWebsocketEventV2>();
  });

  test("the beginning and the end are, but for the message id", () => {
    expectTypeOf<WebSocketConnectEvent<ConnectRoute>["requestContext"]>().toExtend<AwsContext>();
    expectTypeOf<WebSocketDisconnectEvent["requestContext"]>().toExtend<AwsContext>();
    expectTypeOf<Omit<WebSocketDisconnectEvent, "stageVariables">>().toExtend<AwsEvent>();
  });

  test("the members of the context have the types of the package", () => {
    type Context = WebSocketMessageEvent["requestContext"];
    type Known = keyof APIGatewayEventWebsocketRequestContextV2;
    expectTypeOf<Known>().toExtend<keyof Context>();
    expectTypeOf<Pick<Context, Known>>().toExtend<APIGatewayEventWebsocketRequestContextV2>();
  });

  test("a handler of the package takes messages of the gateway", () => {
    type Handler = APIGatewayProxyWebsocketHandlerV2;
    expectTypeOf<WebSocketMessageEvent<Join>>().toExtend<Parameters<Handler>[0]>();
    expectTypeOf<WebSocketResult>().toExtend<
      Exclude<APIGatewayProxyResultV2, string | undefined>
    >();
  });

  test("a union is told apart by the event type and the route key", () => {
    const read = (event: WebSocketEvent<ConnectRoute | DisconnectRoute | JoinRoute>): unknown => {
      const { requestContext } = event;
      if (requestContext.eventType === "CONNECT") {
        expectTypeOf(requestContext.routeKey).toEqualTypeOf<"$connect">();
        return requestContext.connectionId;
      }
      if (requestContext.eventType === "DISCONNECT") return requestContext.disconnectStatusCode;
      return requestContext.messageId;
    };
    expectTypeOf(read).returns.toBeUnknown();
  });

  test("the body of a message is read as its type", () => {
    const event = {
      body: '{"action":"join","room":"a"}',
      isBase64Encoded: false,
    } as const satisfies Pick<WebSocketMessageEvent<Join>, "body" | "isBase64Encoded">;
    const message = parseBody<Join>(event);
    expectTypeOf(message).toEqualTypeOf<Join | undefined>();
    expect(message?.room).toBe("a");
  });
});
