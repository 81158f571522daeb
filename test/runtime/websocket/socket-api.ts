import type {
  ApiTable,
  ConnectionTable,
  IntegrationTable,
  JsonAccessor,
  RouteTable,
  WebSocketRouteTable,
} from "../../../src/runtime/contracts.js";
import { createInThreadInvoker } from "../../../src/runtime/functions/in-thread.js";
import {
  createGateway,
  type GatewayOptions,
  type GatewayParts,
  type ManagedGateway,
} from "../../../src/runtime/gateway.js";
import { functionIntegration } from "../../../src/runtime/integrations/function.js";
import { httpIntegration } from "../../../src/runtime/integrations/http.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { webSocketFunctionIntegration } from "../../../src/runtime/integrations/web-socket-function.js";
import { webSocketProxyIntegration } from "../../../src/runtime/integrations/web-socket-proxy.js";
import { webSocketApi } from "../../../src/runtime/kinds/web-socket-api.js";
import { bodyText } from "../../../src/runtime/jsonpath/body-text.js";
import { webSockets } from "../../../src/runtime/server/web-socket.js";
import { apiTable, mock, stage } from "../support/table.js";

/** One route of a test API. */
export interface TestSocketRoute extends Partial<Omit<RouteTable, "path" | "method">> {
  readonly integration?: IntegrationTable;
  readonly socket?: Partial<WebSocketRouteTable>;
}

export const CONNECTION: ConnectionTable = {
  idleTimeoutSeconds: 600,
  maxDurationSeconds: 7200,
  maxMessageBytes: 131_072,
  maxFrameBytes: 32_768,
  keepAliveSeconds: null,
  subprotocols: [],
};

export const ACTION: JsonAccessor = bodyText("action");

/** A WebSocket API from route keys. */
export function socketApi(
  routes: Readonly<Record<string, TestSocketRoute>>,
  rest: Partial<Omit<ApiTable, "routes" | "integrations">> = {},
  connection: Partial<ConnectionTable> = {},
): ApiTable {
  const entries = Object.entries(routes);
  const table = apiTable(
    Object.fromEntries(
      entries.map(([key, { socket: _socket, ...route }]) => [`ANY ${key}`, route]),
    ),
    { kind: "websocket", stages: { prod: stage() }, ...rest },
  );
  return {
    ...table,
    websocket: {
      routeSelection: [{ body: ACTION }],
      connection: { ...CONNECTION, ...connection },
      routes: Object.fromEntries(
        entries.map(([key, { socket = {} }]) => [`ANY ${key}`, socketRoute(socket)]),
      ),
    },
  };
}

function socketRoute(given: Partial<WebSocketRouteTable>): WebSocketRouteTable {
  return {
    modelSelection: null,
    models: {},
    templateSelection: null,
    hasRouteResponse: true,
    ...given,
  };
}

/** Sends each message back. */
export function echo(): IntegrationTable {
  return answering((input) => input.body);
}

/** Answers each message with what a template renders. */
export function answering(
  template: NonNullable<
    Extract<IntegrationTable, { kind: "mock" }>["responses"][number]["templates"][string]
  >,
): IntegrationTable {
  return mock("", {
    requestTemplates: { $default: () => '{"statusCode":200}' },
    responses: [
      {
        pattern: null,
        statusCode: 200,
        headers: [],
        templates: { $default: template },
        contentHandling: null,
      },
    ],
  });
}

export type TestFunction = (event: Readonly<Record<string, unknown>>) => unknown;

/** A gateway with all parts that a WebSocket API may use, and functions by name. */
export function socketGateway(
  api: ApiTable,
  functions: Readonly<Record<string, TestFunction>> = {},
  parts: Partial<GatewayParts> = {},
  options: GatewayOptions = {},
): ManagedGateway {
  const registry = Object.fromEntries(
    Object.entries(functions).map(([name, run]) => [
      name,
      () =>
        Promise.resolve({
          handler: (event: unknown) => run(event as Readonly<Record<string, unknown>>),
        }),
    ]),
  );
  return createGateway(
    api,
    {
      kind: webSocketApi,
      sockets: webSockets,
      integrations: {
        mock: mockIntegration,
        http: httpIntegration,
        http_proxy: webSocketProxyIntegration,
        aws_proxy: webSocketFunctionIntegration,
        aws_function: functionIntegration,
      },
      functions: { module: createInThreadInvoker(registry) },
      ...parts,
    },
    { logger: { warn: () => undefined, error: () => undefined }, ...options },
  );
}
