import type { Deployment, Stage } from "../ir/deployment.js";
import type { Gateway } from "../ir/gateway.js";
import type { UriTemplate } from "../ir/mapping.js";
import type { OperationPlan } from "./plan.js";
import { chooseBackend } from "../runtime/functions/backend.js";
import { functionName } from "../runtime/functions/binding.js";
import { kebabCase } from "./names.js";

/** A Lambda function that runs as a module of the project. */
export interface FunctionPlan {
  /** The function's name on AWS, the key of the registry. */
  readonly name: string;
  /** Module in the project: `src/handlers/orders.ts`. */
  readonly path: string;
  readonly exportName: string;
  /** Operations whose integration calls it, in document order. */
  readonly operations: readonly OperationPlan[];
  /** True when every one of them is a proxy integration: the handler gets typed events. */
  readonly proxy: boolean;
}

/** The functions that no setting sends elsewhere, in the order of their first use. */
export function planFunctions(
  gateway: Gateway,
  operations: readonly OperationPlan[],
): readonly FunctionPlan[] {
  const { deployment } = gateway;
  const found = new Map<
    string,
    { path: string; exportName: string; operations: Set<OperationPlan> }
  >();
  for (const operation of operations) {
    const { integration } = operation.operation;
    if (integration.kind !== "function") continue;
    for (const stage of deployment.stages) {
      const arn = resolveStageVariables(plannedFunction(integration.function, deployment), stage);
      const name = functionName(arn);
      if (!/^[A-Za-z0-9_-]+$/.test(name)) continue;
      const backend = chooseBackend(stage.backends, [arn, name, operation.name]);
      if (backend !== null && backend.target.kind !== "module") continue;
      const key = backend?.name ?? name;
      const module = backend?.target.kind === "module" ? backend.target : undefined;
      const entry = found.get(key) ?? {
        path: module?.path ?? `src/handlers/${kebabCase(name, "function")}.ts`,
        exportName: module?.exportName ?? "handler",
        operations: new Set(),
      };
      entry.operations.add(operation);
      found.set(key, entry);
    }
  }
  return [...found].map(([name, entry]) => ({
    name,
    path: entry.path,
    exportName: entry.exportName,
    operations: [...entry.operations],
    proxy: [...entry.operations].every(isProxy),
  }));
}

function isProxy({ operation: { integration } }: OperationPlan): boolean {
  return integration.kind === "function" && integration.proxy;
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
