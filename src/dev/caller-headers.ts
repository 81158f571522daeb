import { nearest } from "../nearest.js";
import type { Plan } from "../plan/plan.js";
import { createSigner, wirePath } from "../runtime/aws/sign.js";
import { Query } from "../runtime/http/query.js";
import { resolveSecret, type SecretSource } from "../runtime/secrets.js";

/** A request that somebody is to send. */
export interface CallerRequest {
  readonly method: string;
  /** Path with the stage, and query. */
  readonly target: string;
  readonly body: Buffer | undefined;
  /** Name of a principal, whose signature is sent, or of an API key; undefined: nobody. */
  readonly as: string | undefined;
}

/** What is asked for cannot be done. */
export class CallerProblem extends Error {
  override readonly name = "CallerProblem";
  readonly hint: string | null;
  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

/**
 * The headers by which a caller of the settings is known.
 * @throws CallerProblem when the settings have no such caller
 */
export async function callerHeaders(
  { tables }: Pick<Plan, "tables">,
  request: CallerRequest,
  secrets: SecretSource,
): Promise<readonly string[]> {
  const { as } = request;
  if (as === undefined) return [];
  const { principals = [], apiKeys = {} } = tables.access ?? {};
  const principal = principals.find(({ name }) => name === as);
  if (principal !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = principal;
    return signedHeaders(request, tables.identity.region, {
      accessKeyId,
      secretAccessKey: resolveSecret(secretAccessKey, secrets),
      ...(sessionToken === null ? {} : { sessionToken: resolveSecret(sessionToken, secrets) }),
    });
  }
  const key = Object.hasOwn(apiKeys, as) ? apiKeys[as] : undefined;
  if (key !== undefined) return ["x-api-key", resolveSecret(key.value, secrets)];
  const known = [...principals.map(({ name }) => name), ...Object.keys(apiKeys)];
  const near = nearest(as, known);
  throw new CallerProblem(
    `the settings have no principal and no API key "${as}" that a route asks for`,
    near === undefined
      ? known.length === 0
        ? "name one under principals or apiKeys"
        : `there are ${known.join(", ")}`
      : `did you mean "${near}"?`,
  );
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

async function signedHeaders(
  { method, target, body }: CallerRequest,
  region: string,
  keys: Keys,
): Promise<readonly string[]> {
  const sign = createSigner({
    service: "execute-api",
    region,
    credentials: () => Promise.resolve(keys),
  });
  const [path = "", query = ""] = target.split(/\?(.*)/s);
  return sign({
    method,
    origin: "https://localhost",
    path: wirePath(path, "execute-api"),
    query: new Query(query).pairs,
    headers: [],
    body: body ?? "",
  });
}
