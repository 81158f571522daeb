import { createCredentialSource } from "../aws/credentials.js";
import type { CredentialProvider } from "../aws/signing-keys.js";
import { configuredEndpoint, serviceOrigin, type Environment } from "../aws/endpoint.js";
import { serviceFacts } from "../aws/services.js";
import { createSigner } from "../aws/sign.js";
import { invocationHeaders, invocationUrl, sendInvocation } from "./endpoint.js";
import { FunctionFailure, type FunctionInvocation, type FunctionInvoker } from "./invoker.js";

/**
 * Calls functions on AWS Lambda. Credentials come from the environment, as for any AWS SDK, and so
 * does another endpoint (`AWS_ENDPOINT_URL_LAMBDA`) where the settings name none.
 */
export function createLambdaInvoker(
  credentials: CredentialProvider = createCredentialSource().chain,
  environment: Environment = process.env,
): FunctionInvoker<"lambda"> {
  return {
    invoke: async (invocation) =>
      sendInvocation({
        ...(await sign(invocation, credentials, environment)),
        timeoutMs: invocation.timeoutMs,
        onChunk: invocation.onChunk,
      }),
    close: () => Promise.resolve(),
  };
}

const LAMBDA = serviceFacts("lambda", null);

async function sign(
  invocation: FunctionInvocation<"lambda">,
  credentials: CredentialProvider,
  environment: Environment,
): Promise<{ url: string; headers: Record<string, string>; body: string }> {
  const { region, endpoint } = invocation.target;
  const base =
    endpoint ??
    configuredEndpoint(LAMBDA, environment) ??
    serviceOrigin(LAMBDA, { partition: "aws", region, action: null });
  const url = new URL(invocationUrl(base, invocation.arn, invocation.onChunk));
  const signer = createSigner({ service: LAMBDA.signing, region, credentials });
  try {
    const headers = await signer({
      method: "POST",
      origin: url.origin,
      path: url.pathname,
      query: [],
      headers: Object.entries(invocationHeaders(invocation)).flat(),
      body: invocation.payload,
    });
    return { url: url.href, headers: pairsToRecord(headers), body: invocation.payload };
  } catch (error) {
    throw new FunctionFailure("not_allowed", "there are no usable AWS credentials", error);
  }
}

function pairsToRecord(pairs: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i < pairs.length; i += 2) record[pairs[i] ?? ""] = pairs[i + 1] ?? "";
  return record;
}
