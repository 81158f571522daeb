import { generate, type GenerateResult } from "../../src/generate.js";
import type { OutputFile } from "../../src/emit/output-file.js";
import type { Plan } from "../../src/plan/plan.js";
import type { RawResponse } from "../support/raw-client.js";
import { NotSupportedError, type DeployInput, type DocumentInput } from "./target.js";

/** A document as the generator turned it into a project. */
export interface GeneratedApi {
  readonly files: readonly OutputFile[];
  readonly plan: Plan;
}

/** Diagnostics by which the product says that it does not support something yet. */
const notSupported = new Set(["GG043"]);

/** Generates the project of a deployment, its backends and stage given by settings. */
export async function generateApi(input: DeployInput): Promise<GeneratedApi> {
  const { canary } = input.stage;
  const isOther = input.canaryDocument !== undefined && input.canaryDocument.text !== input.text;
  if (canary !== undefined && canary.percentTraffic > 0 && isOther) {
    throw new NotSupportedError("a canary with a document of its own is not supported");
  }
  return generateText(input, settingsOf(input));
}

/** Generates the project of a document alone. */
export async function generateDocument(document: DocumentInput): Promise<GeneratedApi> {
  return generateText(document, {});
}

async function generateText({ text }: DocumentInput, settings: object): Promise<GeneratedApi> {
  const generated = await generate({ input: "api.json", text, settings });
  refuseUnsupported(generated);
  const { files, plan, diagnostics } = generated;
  if (plan !== undefined) return { files, plan };
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  throw new Error(
    `not generated: ${errors.map(({ code, message }) => `${code} ${message}`).join("; ")}`,
  );
}

function refuseUnsupported({ diagnostics }: GenerateResult): void {
  const found = diagnostics.find(({ code }) => notSupported.has(code));
  if (found !== undefined) throw new NotSupportedError(found.message);
}

/** The stage of a case, its keys and its backends, in the vocabulary of the settings. */
function settingsOf({ protocol, stage, origins }: DeployInput): object {
  const { name, variables, canary, apiKeys, usagePlans } = stage;
  return withoutUndefined({
    api: { kind: protocol.toLowerCase() },
    stages: {
      [name]: {
        variables,
        logging: { execution: { level: "INFO", dataTrace: true } },
        canary: canary && {
          percentTraffic: canary.percentTraffic,
          stageVariableOverrides: canary.variables,
        },
      },
    },
    backends: {
      functions: { match: ["arn:aws:lambda:*"], url: origins.lambda },
      ...serviceBackends(origins),
    },
    ...(protocol === "WEBSOCKET"
      ? { principals: { manager: managerSettings }, ...adminSettings }
      : {}),
    apiKeys: byId(apiKeys, ({ name: description, enabled, id }) => ({
      description,
      enabled,
      value: { secret: secretName(id) },
    })),
    usagePlans: byId(usagePlans, ({ name: description, throttle, quota, stages, keys }) => ({
      description,
      throttle,
      quota,
      stages,
      keys,
    })),
  });
}

/** Who pushes to connections through the gateway's own listener. */
export const manager = {
  accessKeyId: "AKIACONFORMANCE00001",
  secretAccessKey: "known to the cases alone",
} as const;

const managerSecret = "conformance-manager";
const managerSettings = {
  arn: "arn:aws:iam::123456789012:user/manager",
  accessKeyId: manager.accessKeyId,
  secretAccessKey: { secret: managerSecret },
  policies: [
    {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "execute-api:ManageConnections", Resource: "*" }],
    },
  ],
};
/** Nobody asks the admin listener; several runs must not want one port. */
const adminSettings = { runtime: { adminPort: 0 } };

/** Names and values of the secrets that a case's gateway asks for. */
export function secretValues({ stage, protocol }: DeployInput): ReadonlyMap<string, string> {
  return new Map([
    ...stage.apiKeys.map(({ id, value }) => [secretName(id), value] as const),
    ...(protocol === "WEBSOCKET" ? [[managerSecret, manager.secretAccessKey] as const] : []),
  ]);
}

/** Where the values of a case's secrets are found: by the names that the settings give them. */
export function secretsOf(input: DeployInput): (name: string) => string | undefined {
  const values = secretValues(input);
  return (name) => values.get(name);
}

/** Name of the secret that holds the value of a case's API key. */
export function secretName(id: string): string {
  return `conformance/${id}`;
}

/** The services of a case, each at its stand-in. */
function serviceBackends({ aws }: DeployInput["origins"]): object {
  return Object.fromEntries(
    Object.entries(aws).map(([name, endpoint]) => [
      name,
      { match: [`arn:aws:apigateway:*:${name}:*`], service: { name, endpoint } },
    ]),
  );
}

function byId<T extends { readonly id: string }>(
  items: readonly T[],
  settings: (item: T) => object,
): object | undefined {
  if (items.length === 0) return undefined;
  return Object.fromEntries(items.map((item) => [item.id, settings(item)]));
}

/** Settings know no undefined members: what is not set is not there. */
function withoutUndefined(settings: object): object {
  return JSON.parse(JSON.stringify(settings)) as object;
}

/** Tells a wrong answer from one by which the product says that it cannot serve a route yet. */
export function refuseUnservedAnswer({ plan }: GeneratedApi, response: RawResponse): RawResponse {
  if (response.status !== 501) return response;
  const text = Buffer.from(response.body).toString("utf8");
  for (const table of Object.values(plan.tables.integrations)) {
    if (table.kind === "unsupported" && text === JSON.stringify({ message: table.reason }))
      throw new NotSupportedError(table.reason);
  }
  return response;
}
