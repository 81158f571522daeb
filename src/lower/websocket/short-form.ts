import { checkKeys } from "../known-keys.js";
import type { Lowering } from "../lowering.js";
import type { Members } from "../members.js";
import { declaredText, type DeclaredApi, type DeclaredRoute } from "./declared.js";

const routeKeys = ["integration", "routeResponse", "operationName", "summary", "apiKeyRequired"];
const integrationKeys = [
  "type",
  "httpMethod",
  "uri",
  "connectionType",
  "connectionId",
  "credentials",
  "requestParameters",
  "requestTemplates",
  "templateSelectionExpression",
  "passthroughBehavior",
  "contentHandling",
  "timeoutInMillis",
  "responses",
];

/**
 * Reads `x-gateway-websocket-routes`: route key to `{ integration, routeResponse }`, the integration as in
 * `x-amazon-apigateway-integration`. Beside it stands `x-amazon-apigateway-route-selection-expression`.
 */
export function declareShortForm(context: Lowering, root: Members): DeclaredApi {
  const holder = root.object("x-gateway-websocket-routes");
  const routes = (holder?.entries() ?? []).flatMap(([key]) => {
    const route = holder?.object(key);
    return route === undefined ? [] : [declareRoute(context, key, route)];
  });
  return {
    at: holder?.at ?? root.at,
    name: undefined,
    description: undefined,
    routeSelection: declaredText(root, "x-amazon-apigateway-route-selection-expression"),
    apiKeySource: "HEADER",
    disableSchemaValidation: false,
    disableExecuteApiEndpoint: false,
    authorizers: new Map(),
    connection: undefined,
    routes,
    pushes: [],
  };
}

function declareRoute(context: Lowering, key: string, route: Members): DeclaredRoute {
  checkKeys(context, route, routeKeys);
  const integration = route.object("integration");
  if (integration !== undefined) checkKeys(context, integration, integrationKeys);
  const answers = route.flag("routeResponse") === true;
  return {
    at: route.at,
    key,
    operationName: route.text("operationName"),
    summary: route.text("summary"),
    description: undefined,
    authorization: { kind: "none" },
    apiKeyAt: route.flag("apiKeyRequired") === true ? route.place("apiKeyRequired") : undefined,
    parameters: [],
    modelSelection: undefined,
    requestModels: [],
    integration,
    responseAt: answers ? route.place("routeResponse") : undefined,
    responseModels: [],
    settings: undefined,
  };
}
