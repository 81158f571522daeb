import type { Plan } from "../plan/plan.js";

/** What `$context` of a template holds for a route and a stage without a request. */
export function sampleContext(
  { tables }: Plan,
  operationName: string,
  stage: string,
): Readonly<Record<string, string>> {
  const route = tables.routes.find(({ operation }) => operation === operationName);
  const { apiId, accountId } = tables.identity;
  return {
    accountId,
    apiId,
    httpMethod: route?.method === "ANY" ? "POST" : (route?.method ?? ""),
    resourceId: route?.resourceId ?? "",
    resourcePath: route?.path ?? "",
    stage,
  };
}
