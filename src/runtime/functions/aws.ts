import { Sha256 } from "@aws-crypto/sha256-js";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { invocationHeaders, invocationUrl, sendInvocation } from "./endpoint.js";
import { FunctionFailure, type FunctionInvocation, type FunctionInvoker } from "./invoker.js";

/** Where signing keys come from; asked before each call, so that expired ones are renewed. */
export type CredentialProvider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

/** Calls functions on AWS Lambda. Credentials come from the environment, as for any AWS SDK. */
export function createLambdaInvoker(
  credentials: CredentialProvider = defaultProvider(),
): FunctionInvoker<"lambda"> {
  return {
    invoke: async (invocation) =>
      sendInvocation({ ...(await sign(invocation, credentials)), timeoutMs: invocation.timeoutMs }),
    close: () => Promise.resolve(),
  };
}

async function sign(
  invocation: FunctionInvocation<"lambda">,
  credentials: CredentialProvider,
): Promise<{ url: string; headers: Record<string, string>; body: string }> {
  const { region, endpoint } = invocation.target;
  const base = endpoint ?? `https://lambda.${region}.amazonaws.com`;
  const url = new URL(invocationUrl(base, invocation.arn));
  const signer = new SignatureV4({ service: "lambda", region, credentials, sha256: Sha256 });
  try {
    const signed = await signer.sign({
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === "" ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: {},
      headers: { ...invocationHeaders(invocation), host: url.host },
      body: invocation.payload,
    });
    return { url: url.href, headers: signed.headers, body: invocation.payload };
  } catch (error) {
    throw new FunctionFailure("not_allowed", "there are no usable AWS credentials", error);
  }
}
