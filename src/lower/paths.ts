import type { HttpMethod, Operation } from "../ir/operation.js";
import { isObject, quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import { followReference } from "./follow-reference.js";
import { integrationKey } from "./integration.js";
import type { Members } from "./members.js";
import type { OperationContext } from "./operation.js";
import { checkOperationIds, lowerOperation } from "./operation.js";
import type { LoweredPath } from "./path.js";
import { checkPaths, lowerPath } from "./path.js";

export const anyMethodKey = "x-amazon-apigateway-any-method";

const methodKeys: Readonly<Record<string, HttpMethod | "ANY">> = {
  get: "GET",
  put: "PUT",
  post: "POST",
  delete: "DELETE",
  options: "OPTIONS",
  head: "HEAD",
  patch: "PATCH",
  [anyMethodKey]: "ANY",
};
const otherKeys = ["$ref", "summary", "description", "servers", "parameters"];

/** Lowers `paths`, in document order. Problems: GG218 to GG220, and those of paths and operations. */
export function lowerPaths(
  context: Omit<OperationContext, "hasIntegrations">,
  basePath: string,
): readonly Operation[] {
  const paths = context.root.object("paths");
  if (!paths) {
    context.sink.warning("GG219", context.root.at, "the document has no paths");
    return [];
  }
  const hasIntegrations = anyIntegration(paths);
  if (!hasIntegrations) {
    context.sink.warning(
      "GG401",
      paths.at,
      "no operation has an integration; all of them answer 501",
      {
        hint: `add ${integrationKey} to the operations`,
      },
    );
  }
  const operations: Operation[] = [];
  const lowered: LoweredPath[] = [];
  for (const [written, value] of paths.entries()) {
    if (written.startsWith("x-")) continue;
    const at = paths.place(written);
    const path = lowerPath(context, written, at, basePath);
    const pathItem = followReference(context, value, at);
    if (!path || !pathItem) continue;
    lowered.push(path);
    operations.push(...lowerPathItem({ ...context, hasIntegrations }, pathItem, path));
  }
  checkPaths(context, lowered);
  checkOperationIds(context, operations);
  if (operations.length === 0) {
    context.sink.warning(
      "GG219",
      paths.at,
      "the paths hold no operation; there is nothing to serve",
    );
  }
  return operations;
}

function lowerPathItem(
  context: OperationContext,
  pathItem: Members,
  path: LoweredPath,
): readonly Operation[] {
  return pathItem.entries().flatMap(([key, value]) => {
    const method = Object.hasOwn(methodKeys, key.toLowerCase())
      ? methodKeys[key.toLowerCase()]
      : undefined;
    if (method === undefined) {
      reportKey(context, pathItem, key);
      return [];
    }
    const operation = followReference(context, value, pathItem.place(key));
    return operation ? [lowerOperation(context, method, operation, pathItem, path)] : [];
  });
}

function reportKey(context: OperationContext, pathItem: Members, key: string): void {
  if (otherKeys.includes(key) || key.startsWith("x-")) return;
  const at = pathItem.place(key);
  if (key === "trace") {
    context.sink.error("GG218", at, "API Gateway does not take the method TRACE");
    return;
  }
  const message = `${quote(key)} is not a method; it is ignored`;
  const isAny = key.toLowerCase() === "any";
  const hint = isAny
    ? { hint: `write ${anyMethodKey}` }
    : nearestHint(key, Object.keys(methodKeys));
  context.sink.warning("GG220", at, message, hint);
}

function anyIntegration(paths: Members): boolean {
  return paths.entries().some(([, pathItem]) => {
    if (!isObject(pathItem)) return false;
    if ("$ref" in pathItem) return true;
    return Object.values(pathItem).some(
      (operation) => isObject(operation) && integrationKey in operation,
    );
  });
}
