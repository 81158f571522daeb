import { quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import type { LintCheck, LintFinding } from "./finding.js";

/** Source: developer guide, "Quotas for configuring and running a REST API". */
const limits = {
  resources: 300,
  authorizers: 10,
  stages: 10,
  "stage variables": 100,
  "method throttles": 20,
} as const;

/** What a REST API on AWS may have at most; that of HTTP APIs is GG108. */
export const checkRestLimits: LintCheck = ({ gateway: { api, deployment } }) => {
  if (api.kind !== "rest") return [];
  const paths = child(api.at, "paths");
  return [
    ...over("resources", countResources(api.operations.map(({ path }) => path)), paths, "the API"),
    ...over("authorizers", api.authorizers.length, api.at, "the API"),
    ...over("stages", deployment.stages.length, deployment.at, "the API"),
    ...deployment.stages.flatMap(({ name, at, variables }) =>
      over("stage variables", variables.length, at, `the stage ${quote(name)}`),
    ),
    ...deployment.usagePlans.flatMap(({ name, at, methods }) =>
      over("method throttles", methods.length, at, `the usage plan ${quote(name)}`),
    ),
  ];
};

/** Every prefix of a path is a resource, with methods or without; the root always is one. */
function countResources(paths: readonly string[]): number {
  const resources = new Set([""]);
  for (const path of paths) {
    let prefix = "";
    for (const segment of path.split("/").filter((text) => text !== "")) {
      prefix += `/${segment}`;
      resources.add(prefix);
    }
  }
  return resources.size;
}

function over(
  what: keyof typeof limits,
  count: number,
  at: Pointer,
  whose: string,
): readonly LintFinding[] {
  const limit = limits[what];
  if (count <= limit) return [];
  const message = `${whose} has ${count} ${what}; a REST API on AWS has ${limit} at most`;
  return [{ rule: "aws-limit", at, message, hint: "ask AWS for a higher quota, or split the API" }];
}
