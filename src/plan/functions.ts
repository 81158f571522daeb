import type { Deployment, Stage } from "../ir/deployment.js";
import type { ApiKind, Gateway } from "../ir/gateway.js";
import type { FunctionAuthorizer } from "../ir/authorizer.js";
import type { UriTemplate } from "../ir/mapping.js";
import type { OperationPlan } from "./plan.js";
import { chooseBackend } from "../runtime/functions/backend.js";
import { functionName } from "../runtime/functions/binding.js";
import { authorizerCaller } from "../runtime/functions/caller.js";
import { usedAuthorizers } from "./used-authorizers.js";
import { kebabCase, NameSpace } from "./names.js";
import { recorded, type RecordedNames } from "./recorded-names.js";

/** A Lambda function that runs as a module of the project. */
export interface FunctionPlan {
  /** The function's name on AWS, the key of the registry. */
  readonly name: string;
  /** Module in the project: `src/handlers/orders.ts`. */
  readonly path: string;
  readonly exportName: string;
  /** Operations whose integration calls it, in document order. */
  readonly operations: readonly OperationPlan[];
  /** Authorizers that it is, in document order. */
  readonly authorizers: readonly FunctionAuthorizer[];
  /** What its handler is handed and gives back. */
  readonly kind: ProxyKind | AuthorizerKind | "custom";
}
/** Functions behind routes: of REST APIs, streaming or not, of HTTP APIs by payload version, of WebSocket APIs. */
export type ProxyKind = "proxy" | "proxy-stream" | "http-1.0" | "http-2.0" | "websocket";
/** Authorizers: of REST APIs, of HTTP APIs by payload version and result, of WebSocket APIs. */
export type AuthorizerKind =
  | "token"
  | "request"
  | "http-request-1.0"
  | "http-request-2.0"
  | "http-simple"
  | "websocket-request";

/** What calls a function. */
interface Call {
  readonly function: UriTemplate;
  /** Name by which the settings may choose its backend, beside the function's own. */
  readonly caller: string;
  readonly by: { readonly operation: OperationPlan } | { readonly authorizer: FunctionAuthorizer };
}

/** What several functions have in common that are one export of one module. */
export type HandlerPlan = FunctionPlan & { readonly names: readonly string[] };

/** A module of the user's, with the functions that are looked for in it. */
export interface HandlerModulePlan {
  readonly path: string;
  /** One for each export, in the order of their first use. */
  readonly handlers: readonly HandlerPlan[];
}

/** The functions that no setting sends elsewhere, in the order of their first use. */
export function planFunctions(
  gateway: Gateway,
  operations: readonly OperationPlan[],
  earlier: RecordedNames,
): readonly FunctionPlan[] {
  const { deployment } = gateway;
  const found = new Map<string, FoundFunction>();
  for (const call of [...integrationCalls(operations), ...authorizerCalls(gateway)]) {
    for (const stage of deployment.stages) {
      const arn = resolveStageVariables(plannedFunction(call.function, deployment), stage);
      const name = functionName(arn);
      if (!/^[A-Za-z0-9_-]+$/.test(name)) continue;
      const backend = chooseBackend(stage.backends, [arn, name, call.caller]);
      if (backend !== null && backend.target.kind !== "module") continue;
      const key = backend?.name ?? name;
      const module = backend?.target.kind === "module" ? backend.target : undefined;
      const entry = found.get(key) ?? {
        path: module?.path,
        stem: kebabCase(name, "function"),
        exportName: module?.exportName ?? "handler",
        calls: new Set(),
      };
      entry.calls.add(call);
      found.set(key, entry);
    }
  }
  const paths = modulePaths(found, earlier);
  return [...found].map(([name, { exportName, calls }], index) => {
    const path = paths[index] ?? "";
    const by = [...calls].map((call) => call.by);
    const called = by.flatMap((caller) => ("operation" in caller ? [caller.operation] : []));
    const authorizers = by.flatMap((caller) => ("authorizer" in caller ? [caller.authorizer] : []));
    return {
      name,
      path,
      exportName,
      operations: called,
      authorizers,
      kind: functionKind(called, authorizers, gateway.api.kind),
    };
  });
}

interface FoundFunction {
  /** As the settings say it. */
  readonly path: string | undefined;
  /** Of the file's name, where they do not. */
  readonly stem: string;
  readonly exportName: string;
  readonly calls: Set<Call>;
}

/** Where each function is. Names that differ in case or punctuation alone have a file each. */
function modulePaths(
  found: ReadonlyMap<string, FoundFunction>,
  earlier: RecordedNames,
): readonly string[] {
  const own = [...found].filter(([, { path }]) => path === undefined);
  const names = new NameSpace("files");
  // one file where case does not count; where it is written alike, the module is meant
  names.reserve(
    [...found.values()].flatMap(({ path }) => {
      const stem = stemOf(path);
      return stem === undefined || stem === stem.toLowerCase() ? [] : [stem];
    }),
  );
  const stems = names.claimAll(
    own.map(([name, { stem }]) => ({
      wanted: stem,
      earlier: stemOf(recorded(earlier.handlers, name)),
    })),
  );
  const chosen = new Map(own.map(([name], index) => [name, `src/handlers/${stems[index]}.ts`]));
  return [...found].map(([name, { path }]) => path ?? chosen.get(name) ?? "");
}

function stemOf(path: string | undefined): string | undefined {
  return /^src\/handlers\/([^/]+)\.ts$/.exec(path ?? "")?.[1];
}

/** Functions by the module that they are in. */
export function planHandlerModules(
  functions: readonly FunctionPlan[],
  api: ApiKind,
): readonly HandlerModulePlan[] {
  const paths = [...new Set(functions.map(({ path }) => path))];
  return paths.map((path) => {
    const inside = functions.filter((plan) => plan.path === path);
    const exports = [...new Set(inside.map(({ exportName }) => exportName))];
    return {
      path,
      handlers: exports.map((exportName) =>
        oneHandler(
          inside.filter((plan) => plan.exportName === exportName),
          api,
        ),
      ),
    };
  });
}

function oneHandler(plans: readonly FunctionPlan[], api: ApiKind): HandlerPlan {
  const [first] = plans;
  if (first === undefined) throw new Error("a handler is the export of at least one function");
  const names = plans.map(({ name }) => name);
  if (plans.length === 1) return { ...first, names };
  const operations = [...new Set(plans.flatMap((plan) => plan.operations))];
  const authorizers = [...new Set(plans.flatMap((plan) => plan.authorizers))];
  return {
    ...first,
    names,
    operations,
    authorizers,
    kind: functionKind(operations, authorizers, api),
  };
}

function integrationCalls(operations: readonly OperationPlan[]): readonly Call[] {
  return operations.flatMap((operation) => {
    const { integration } = operation.operation;
    return integration.kind === "function"
      ? [{ function: integration.function, caller: operation.name, by: { operation } }]
      : [];
  });
}

function authorizerCalls(gateway: Gateway): readonly Call[] {
  return usedAuthorizers(gateway).flatMap((authorizer) =>
    authorizer.kind === "token" || authorizer.kind === "request"
      ? [
          {
            function: authorizer.function,
            caller: authorizerCaller(authorizer.name),
            by: { authorizer },
          },
        ]
      : [],
  );
}

/** One type of event for all callers, or none. */
function functionKind(
  operations: readonly OperationPlan[],
  authorizers: readonly FunctionAuthorizer[],
  api: ApiKind,
): FunctionPlan["kind"] {
  const kinds = new Set<FunctionPlan["kind"]>([
    ...operations.map((operation) => eventKind(operation, api)),
    ...authorizers.map((authorizer) => authorizerKind(authorizer, api)),
  ]);
  const [only, ...others] = kinds;
  return others.length === 0 ? (only ?? "custom") : "custom";
}

function authorizerKind(
  { kind, payloadFormat, simpleResponses }: FunctionAuthorizer,
  api: ApiKind,
): AuthorizerKind {
  if (api === "websocket") return "websocket-request";
  if (api === "rest") return kind;
  return simpleResponses ? "http-simple" : `http-request-${payloadFormat}`;
}

function eventKind(
  { operation: { integration } }: OperationPlan,
  api: ApiKind,
): FunctionPlan["kind"] {
  if (integration.kind !== "function" || !integration.proxy) return "custom";
  if (api === "websocket") return "websocket";
  if (api === "http") return `http-${integration.payloadFormat}`;
  return integration.transfer === "STREAM" ? "proxy-stream" : "proxy";
}

/**
 * A function's ARN with what the settings left open made plain: `${OrdersFunction.Arn}` stands for
 * the function `OrdersFunction` of this account.
 */
export function plannedFunction(
  parts: UriTemplate,
  { region, accountId }: Deployment,
): UriTemplate {
  const [only, ...others] = parts;
  if (only?.kind !== "text" || others.length > 0) return parts;
  const name = /^\$\{([A-Za-z0-9_-]+)(?:\.[A-Za-z_]+)?\}(?::.*)?$/.exec(only.text)?.[1];
  if (name === undefined) return parts;
  return [{ kind: "text", text: `arn:aws:lambda:${region}:${accountId}:function:${name}` }];
}

function resolveStageVariables(parts: UriTemplate, stage: Stage): string {
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "path") return `{${part.name}}`;
      return stage.variables.find(({ name }) => name === part.name)?.value ?? "";
    })
    .join("");
}
