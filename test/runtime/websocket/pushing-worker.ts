import type { FunctionRegistry } from "../../../src/runtime/functions/registry.js";
import { isFunctionWorker, serveFunctions } from "../../../src/runtime/functions/worker.js";
import { connectionsOf } from "../../../src/runtime/websocket/connections-client.js";

interface MessageEvent {
  readonly body: string;
  readonly requestContext: {
    readonly connectionId: string;
    readonly domainName: string;
    readonly stage: string;
  };
}

/** Pushes to the connection that a message came from, then answers. */
export const functions: FunctionRegistry = {
  push: () =>
    Promise.resolve({
      handler: async ({ body, requestContext }: MessageEvent) => {
        const connections = connectionsOf(requestContext);
        const isSent = await connections.send(requestContext.connectionId, `pushed ${body}`);
        return { statusCode: 200, body: `answered ${body}: ${String(isSent)}` };
      },
    }),
};

if (isFunctionWorker()) serveFunctions(functions);
