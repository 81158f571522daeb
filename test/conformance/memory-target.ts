import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { buildInMemory } from "../../src/dev/memory-bundle.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import type { GatewayRequest, GatewayResponse } from "../../src/runtime/http/message.js";
import type { Logger } from "../../src/runtime/logger.js";
import { ExecutionLog, testInvokeLines } from "../../src/runtime/logs/execution-log.js";
import {
  isChunked,
  type RawHeader,
  type RawRequest,
  type RawResponse,
} from "../support/raw-client.js";
import { provideAwsCredentials } from "./aws-credentials.js";
import { generateApi, generateDocument, refuseUnservedAnswer, secretsOf } from "./generated-api.js";
import { gatewayResponseView } from "./gateway-response-view.js";
import { importView } from "./import-view.js";
import { connectInMemory, manageInMemory } from "./memory-socket.js";
import type { Deployment, GatewayTarget } from "./target.js";

/** Where a gateway would be reached if it had a socket. */
const host = "gateway.test";

/** A case tells what it saw; what the gateway logs besides would stand between the lines of the report. */
const silence: Logger = { warn: () => undefined, error: () => undefined };

/** Runs the generated project in this process, without a file or a socket of its own. */
export function memoryTarget(): GatewayTarget {
  provideAwsCredentials();
  return {
    name: "memory",
    async prepare(input) {
      const api = await generateApi(input);
      const build = await buildInMemory(api.files);
      return {
        async start() {
          const logged: string[] = [];
          const gateway = await build.createGateway({
            logger: silence,
            trace: () => {
              const log = new ExecutionLog({ level: "INFO", dataTrace: true, clock: Date.now });
              return (event) => {
                log.add(event);
                if (event.kind === "answered") logged.push(...testInvokeLines(log));
              };
            },
            secrets: secretsOf(input),
          });
          return {
            host,
            request: async (request) => refuseUnservedAnswer(api, await exchange(gateway, request)),
            ...socketHooks(gateway),
            executionLog: () => Promise.resolve(logged),
            close: () => gateway.close(),
          };
        },
        dispose: () => build.dispose(),
      };
    },
    importModel: importView,
    gatewayResponseTable: async (document) => gatewayResponseView(await generateDocument(document)),
  };
}

/** Of WebSocket APIs alone. */
function socketHooks({ sockets }: Gateway): Pick<Deployment, "connect" | "management"> {
  if (sockets === undefined || sockets === null) return {};
  return {
    connect: ({ target, headers }) => {
      const all: readonly RawHeader[] = [["Host", host], ...headers];
      const handshake = { method: "GET", target, headers: all, body: new Uint8Array() };
      return connectInMemory(sockets, gatewayRequest(handshake));
    },
    management: (request) => manageInMemory(sockets, request),
  };
}

async function exchange(gateway: Gateway, request: RawRequest): Promise<RawResponse> {
  const response = await gateway.handle(gatewayRequest(request));
  const body = await readBody(response);
  const isBodiless =
    request.method === "HEAD" || response.status === 204 || response.status === 304;
  return {
    status: response.status,
    headers: [...pairs(response.headers), ["Content-Length", String(body.length)]],
    body: isBodiless ? new Uint8Array() : body,
  };
}

function gatewayRequest({ method, target, headers, body }: RawRequest): GatewayRequest {
  return {
    method,
    target,
    rawHeaders: headers.flat(),
    body: body.length === 0 && !isChunked(headers) ? null : body,
    remoteAddress: "127.0.0.1",
    protocol: "http",
    port: 80,
  };
}

async function readBody({ body }: GatewayResponse): Promise<Uint8Array> {
  if (body instanceof Readable) return buffer(body);
  return typeof body === "string" ? Buffer.from(body) : (body ?? new Uint8Array());
}

function pairs(headers: readonly string[]): RawHeader[] {
  return Array.from({ length: headers.length / 2 }, (_none, index): RawHeader => [
    headers[index * 2] ?? "",
    headers[index * 2 + 1] ?? "",
  ]);
}
