import { afterEach, expect, test } from "vitest";
import { createLambdaInvoker } from "../../../src/runtime/functions/aws.js";
import type { FunctionInvocation } from "../../../src/runtime/functions/invoker.js";
import {
  startLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from "../../support/backends/loopback-server.js";
import { headerOf, readSignature, serviceSideSignature } from "../../support/sigv4.js";

const arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live";
const keys = { accessKeyId: "OWN", secretAccessKey: "secret" };
let lambda: LoopbackServer | undefined;
afterEach(async () => {
  await lambda?.close();
  lambda = undefined;
});

async function lambdaThat(seen: ReceivedRequest[]): Promise<string> {
  lambda = await startLoopbackServer((request) => {
    seen.push(request);
    return Promise.resolve({ status: 200, headers: [], body: Buffer.from('{"ok":true}') });
  });
  return lambda.origin;
}

const invocation = (endpoint: string | null): FunctionInvocation<"lambda"> => ({
  name: "orders",
  arn,
  target: { kind: "lambda", region: "eu-west-1", endpoint },
  payload: '{"a":"é"}',
  invocationType: "RequestResponse",
  timeoutMs: 5000,
});

test.each<[by: string, inSettings: boolean]>([
  ["the settings", true],
  ["the environment", false],
])("a function at the endpoint of %s is invoked with a signature", async (_by, inSettings) => {
  const seen: ReceivedRequest[] = [];
  const origin = await lambdaThat(seen);
  const environment = inSettings ? {} : { AWS_ENDPOINT_URL_LAMBDA: origin };
  const invoker = createLambdaInvoker(() => Promise.resolve(keys), environment);
  const result = await invoker.invoke(invocation(inSettings ? origin : null));
  expect(result).toEqual({ payload: '{"ok":true}', functionError: null });
  const [request] = seen;
  if (request === undefined) throw new Error("no invocation arrived");
  expect(request.path).toBe(`/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`);
  expect(Buffer.from(request.body).toString()).toBe('{"a":"é"}');
  expect(headerOf(request, "x-amz-invocation-type")).toBe("RequestResponse");
  const signature = readSignature(request);
  expect(signature).toMatchObject({ region: "eu-west-1", service: "lambda", accessKeyId: "OWN" });
  expect(serviceSideSignature(request, keys.secretAccessKey)).toBe(signature.signature);
});

test("without keys the function is not allowed", async () => {
  const invoker = createLambdaInvoker(() => Promise.reject(new Error("no keys")), {});
  await expect(invoker.invoke(invocation("http://127.0.0.1:9"))).rejects.toMatchObject({
    kind: "not_allowed",
  });
});
