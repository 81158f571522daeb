import {
  connectionUrl,
  readAnswer,
  type ConnectionsContext,
  type ConnectionsTransport,
} from "../websocket/connections-client.js";
import type { AwsCredentials, CredentialProvider } from "./signing-keys.js";
import { createSigner, wirePath, type Signer } from "./sign.js";

export interface AwsConnectionsOptions {
  readonly region?: string;
  /** Default: those that Lambda puts into the environment of a function. */
  readonly credentials?: CredentialProvider;
  /** Default: the host of the event. */
  readonly origin?: string;
}

const SERVICE = "execute-api";

/** The management API on AWS, signed: for functions that run on Lambda. */
export function awsConnections(
  options: AwsConnectionsOptions = {},
): (context: ConnectionsContext) => ConnectionsTransport {
  let signer: Signer | null = null;
  const open = (): Signer => {
    const region = options.region ?? process.env["AWS_REGION"] ?? "us-east-1";
    const credentials = options.credentials ?? functionCredentials;
    return createSigner({ service: SERVICE, region, credentials });
  };
  return ({ domainName }) =>
    async ({ method, stage, connectionId, data }) => {
      const sign = (signer ??= open());
      const origin = options.origin ?? `https://${domainName}`;
      const url = new URL(connectionUrl(origin, stage, connectionId));
      const path = wirePath(url.pathname, SERVICE);
      const request = { method, origin, path, query: [], headers: [], body: data };
      const headers = await sign(request);
      const response = await fetch(`${origin}${path}`, {
        method,
        headers: withoutHost(headers),
        ...(method === "POST" ? { body: data } : {}),
      });
      const errorType = response.headers.get("x-amzn-errortype");
      return readAnswer(response.status, errorType, await response.text());
    };
}

/** Source: AWS Lambda developer guide, "Defined runtime environment variables". */
const functionCredentials = (): Promise<AwsCredentials> => {
  const { env } = process;
  const accessKeyId = env["AWS_ACCESS_KEY_ID"] ?? "";
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"] ?? "";
  if (accessKeyId === "" || secretAccessKey === "") {
    return Promise.reject(new Error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"));
  }
  const sessionToken = env["AWS_SESSION_TOKEN"];
  return Promise.resolve({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
};

/** The client of the platform says the host itself. */
function withoutHost(pairs: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i] ?? "";
    if (name.toLowerCase() !== "host") headers.push([name, pairs[i + 1] ?? ""]);
  }
  return headers;
}
