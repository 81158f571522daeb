import { targets, type Target } from "../../ir/manifest.js";
import { isList, isObject, member } from "../../json.js";
import type { LoadedDocument } from "../../load/document.js";

/** Sections of `deploy` and the targets that they stand for. */
const sections: Readonly<Record<string, readonly Target[]>> = {
  aws: ["cloudformation"],
  docker: ["docker"],
  compose: ["docker", "compose"],
  kubernetes: ["docker", "kubernetes"],
};

/**
 * What manifests are made for: what `targets` says, else what `deploy` holds; with neither, containers and
 * Kubernetes, and CloudFormation where the document is one for Amazon API Gateway.
 */
export function chooseTargets(document: LoadedDocument): readonly Target[] {
  const { targets: named, deploy } = document.settings.value;
  if (named === null) return [];
  if (isList(named)) return ordered(named);
  if (isObject(deploy)) {
    const held = Object.entries(sections).flatMap(([key, of]) =>
      isObject(member(deploy, key)) ? of : [],
    );
    if (held.length > 0) return ordered(held);
  }
  const common: readonly Target[] = ["docker", "compose", "kubernetes"];
  return ordered(isForApiGateway(document) ? ["cloudformation", ...common] : common);
}

function ordered(named: readonly unknown[]): readonly Target[] {
  return targets.filter((target) => named.includes(target));
}

const prefix = "x-amazon-apigateway-";

/** Extensions stand at the root, in schemes, in path items, and in operations; WebSocket APIs are AWS's own. */
function isForApiGateway({ root, settings, format }: LoadedDocument): boolean {
  if (format === "asyncapi" || isObject(settings.value["websocket"])) return true;
  const { components, paths, securityDefinitions } = root;
  const schemes = isObject(components) ? components["securitySchemes"] : securityDefinitions;
  return (
    hasExtension(root) ||
    membersOf(schemes).some(hasExtension) ||
    membersOf(paths).some((item) => hasExtension(item) || membersOf(item).some(hasExtension))
  );
}

function membersOf(value: unknown): readonly unknown[] {
  return isObject(value) ? Object.values(value) : [];
}

function hasExtension(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const key in value) if (key.startsWith(prefix)) return true;
  return false;
}

/** Targets that hold the API of AWS. */
export function hasAws(chosen: readonly Target[]): boolean {
  return chosen.some((target) => ["cloudformation", "sam", "terraform", "cdk"].includes(target));
}
