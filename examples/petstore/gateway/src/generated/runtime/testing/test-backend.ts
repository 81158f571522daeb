// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiKeyTable, ApiTable, SecretReference, StageTable } from "../contracts.js";
import { allow } from "../functions/authorizer.js";
import type { FunctionInvoker } from "../functions/invoker.js";

/** Sends every function and host of every stage to the test's own backend. */
export function redirect(api: ApiTable, origin: string): ApiTable {
  const target = { kind: "url", url: origin } as const;
  const stages = Object.entries(api.stages).map(([name, stage]): [string, StageTable] => [
    name,
    { ...stage, canary: null, backends: [{ match: ["*"], target, timeoutMs: null }] },
  ]);
  return { ...api, stages: Object.fromEntries(stages), access: withPlainSecrets(api.access) };
}

/** The test has texts for secrets and no JSON objects. */
function withPlainSecrets(access: ApiTable["access"]): ApiTable["access"] {
  if (access === null) return null;
  const plain = ({ secret }: SecretReference): SecretReference => ({ secret, key: null });
  const apiKeys = Object.entries(access.apiKeys).map(([id, key]): [string, ApiKeyTable] => [
    id,
    { ...key, value: plain(key.value) },
  ]);
  const principals = access.principals.map((principal) => ({
    ...principal,
    secretAccessKey: plain(principal.secretAccessKey),
  }));
  return { ...access, apiKeys: Object.fromEntries(apiKeys), principals };
}

/** Functions and hosts that answer 200, authorizer functions that let everybody in. */
export interface TestBackend {
  readonly calls: ("function" | "http")[];
  readonly functions: FunctionInvoker<"url">;
  start(): Promise<string>;
  stop(): Promise<void>;
}

/** Payload 2.0 of HTTP APIs has a simple form of result, too: the answer is both. */
function permission(routeArn: string | undefined): object {
  const policy = allow("contract-test", "*");
  return routeArn === undefined ? policy : { ...policy, isAuthorized: true };
}

export function createTestBackend(): TestBackend {
  const calls: ("function" | "http")[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    calls.push("http");
    incoming.resume();
    outgoing.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  return {
    calls,
    functions: {
      invoke: async ({ payload, onChunk }) => {
        const event: { readonly methodArn?: string; readonly routeArn?: string } =
          JSON.parse(payload);
        if (event.methodArn !== undefined || event.routeArn !== undefined) {
          return { payload: JSON.stringify(permission(event.routeArn)), functionError: null };
        }
        calls.push("function");
        if (onChunk !== undefined) {
          await onChunk(Buffer.from('{"statusCode":200}\0\0\0\0\0\0\0\0{}'));
          return { payload: "", functionError: null };
        }
        return { payload: JSON.stringify({ statusCode: 200, body: "{}" }), functionError: null };
      },
      close: async () => {},
    },
    start: async () => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
