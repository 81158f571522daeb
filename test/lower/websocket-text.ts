import { invocation } from "./lower-text.js";

type Members = Readonly<Record<string, unknown>>;

/** A proxy integration with a function, in the words of the section `websocket`. */
export const handler = {
  integrationType: "AWS_PROXY",
  integrationMethod: "POST",
  integrationUri: invocation("chat"),
};
export const mockRoute = {
  integrationType: "MOCK",
  requestTemplates: { $default: '{"statusCode": 200}' },
};

/** The smallest section; `more` is laid over it. */
export function sectionWith(more: Members = {}): object {
  return {
    routeSelectionExpression: "$request.body.action",
    routes: { $default: { integration: handler } },
    ...more,
  };
}

/** An OpenAPI document that holds a section as its extension. */
export function socketDocument(section: Members = {}, root: Members = {}): object {
  return {
    openapi: "3.0.1",
    info: { title: "chat", version: "1" },
    paths: {},
    "x-gateway-websocket": sectionWith(section),
    ...root,
  };
}

/** A document whose section has one more route, and its integration. */
export function routeDocument(route: Members, key = "join"): object {
  return socketDocument({
    routes: { $default: { integration: handler }, [key]: { integration: handler, ...route } },
  });
}

const join = {
  payload: {
    type: "object",
    required: ["action", "room"],
    properties: { action: { const: "join" }, room: { type: "string" } },
  },
};
const joined = {
  payload: {
    type: "object",
    required: ["type"],
    properties: { type: { const: "joined" }, room: { type: "string" } },
  },
};

/** An AsyncAPI document with one operation, `enter`; `more` is laid over it and over the root. */
export function asyncDocument(
  more: { readonly root?: Members; readonly operation?: Members } = {},
): object {
  return {
    asyncapi: "3.0.0",
    info: { title: "chat", version: "1" },
    channels: { chat: { address: "/", messages: { join, joined } } },
    operations: {
      enter: {
        action: "receive",
        channel: { $ref: "#/channels/chat" },
        messages: [{ $ref: "#/channels/chat/messages/join" }],
        "x-gateway-integration": handler,
        ...more.operation,
      },
    },
    ...more.root,
  };
}
