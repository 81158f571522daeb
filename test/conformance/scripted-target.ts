import { sendRaw, type RawRequest, type RawResponse } from "../support/raw-client.js";
import type { BackendOrigins } from "../support/backends/backends.js";
import type { BackendCall } from "../support/backends/behaviour.js";
import { printOrderedJson } from "../support/ordered-json.js";
import type { DeployInput, Deployment, GatewayTarget } from "./target.js";

/** What a scripted gateway does with a request: calls backends, then answers. */
export interface Script {
  readonly calls: readonly BackendCall[];
  readonly response: RawResponse;
}

/** Events of a target's life, for tests of the runner. */
export type TargetEvent = `${"prepare" | "start" | "stop" | "dispose"} ${string}`;

/** A target without a gateway: `script` says what happens. For tests of the runner itself. */
export function scriptedTarget(
  script: (request: RawRequest, input: DeployInput) => Script,
  options: {
    readonly onEvent?: (event: TargetEvent) => void;
    readonly extra?: Partial<Deployment>;
  } = {},
): GatewayTarget {
  const note = options.onEvent ?? (() => undefined);
  return {
    name: "scripted",
    prepare(input) {
      note(`prepare ${input.key}`);
      return Promise.resolve({
        start() {
          note(`start ${input.key}`);
          return Promise.resolve({
            host: "gateway.test",
            async request(request: RawRequest) {
              const { calls, response } = script(request, input);
              for (const call of calls) await placeCall(call, input.origins);
              return response;
            },
            close() {
              note(`stop ${input.key}`);
              return Promise.resolve();
            },
            ...options.extra,
          });
        },
        dispose() {
          note(`dispose ${input.key}`);
          return Promise.resolve();
        },
      });
    },
  };
}

/** Makes a real call to a backend, exactly as given. */
async function placeCall(call: BackendCall, origins: BackendOrigins): Promise<void> {
  const request = call.kind === "lambda" ? invocation(call.name, call) : httpRequest(call);
  const origin = call.kind === "lambda" ? origins.lambda : origins[call.kind][call.name];
  if (origin === undefined) throw new Error(`no backend ${call.kind} ${call.name}`);
  const { hostname, port } = new URL(origin);
  await sendRaw(request, { host: hostname, port: Number(port) });
}

function invocation(name: string, call: BackendCall & { kind: "lambda" }): RawRequest {
  const body = Buffer.from(printOrderedJson(call.event));
  const arn = `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
  return {
    method: "POST",
    target: `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`,
    headers: [
      ["Host", "lambda.test"],
      ["X-Amz-Invocation-Type", call.invocationType],
      ["Content-Length", String(body.length)],
    ],
    body,
  };
}

function httpRequest(call: BackendCall & { kind: "http" | "aws" }): RawRequest {
  const names = new Set(call.headers.map(([name]) => name.toLowerCase()));
  const headers = [...call.headers];
  if (!names.has("host")) headers.unshift(["Host", "backend.test"]);
  if (!names.has("content-length")) headers.push(["Content-Length", String(call.body.length)]);
  return {
    method: call.method,
    target: call.query === "" ? call.path : `${call.path}?${call.query}`,
    headers,
    body: call.body,
  };
}
