import type { Parameter } from "../../ir/operation.js";
import { followReference } from "../follow-reference.js";
import type { Lowering } from "../lowering.js";
import { Members } from "../members.js";
import { lowerSchema } from "../schema.js";
import type { AsyncSecurity } from "./asyncapi-security.js";
import type { DeclaredRoute } from "./declared.js";
import { integrationNames } from "./named-parts.js";
import { parameterOf } from "./section.js";

/** What the channel's binding and the security say belongs to `$connect`, which is made where it is missing. */
export function withConnect(
  context: Lowering,
  channel: Members,
  routes: readonly DeclaredRoute[],
  { authorization, apiKeyAt }: AsyncSecurity,
): readonly DeclaredRoute[] {
  const parameters = bindingParameters(context, channel);
  const asked = { authorization, apiKeyAt, parameters };
  const isAsked = authorization.kind !== "none" || apiKeyAt !== undefined || parameters.length > 0;
  if (!isAsked) return routes;
  if (!routes.some(({ key }) => key === "$connect")) {
    return [{ ...acceptingConnect(context, channel), ...asked }, ...routes];
  }
  return routes.map((route) => (route.key === "$connect" ? joined(route, asked) : route));
}

type Asked = Pick<DeclaredRoute, "authorization" | "apiKeyAt" | "parameters">;

/** What the route says itself comes first. */
function joined(route: DeclaredRoute, asked: Asked): DeclaredRoute {
  return {
    ...route,
    authorization: route.authorization.kind === "none" ? asked.authorization : route.authorization,
    apiKeyAt: route.apiKeyAt ?? asked.apiKeyAt,
    parameters: [
      ...route.parameters,
      ...asked.parameters.filter(
        ({ in: place, name }) =>
          !route.parameters.some((own) => own.in === place && own.name === name),
      ),
    ],
  };
}

/** Lets everybody in whom the checks of the route let in. */
function acceptingConnect({ sink }: Lowering, { at }: Members): DeclaredRoute {
  const accept = { integrationType: "MOCK", requestTemplates: { $default: '{"statusCode":200}' } };
  return {
    at,
    key: "$connect",
    operationName: undefined,
    summary: undefined,
    description: undefined,
    authorization: { kind: "none" },
    apiKeyAt: undefined,
    parameters: [],
    modelSelection: undefined,
    requestModels: [],
    integration: new Members(accept, at, sink).renamed(integrationNames),
    responseAt: undefined,
    responseModels: [],
    settings: undefined,
  };
}

/** `bindings.ws.query` and `.headers`: schemas of objects. */
function bindingParameters(context: Lowering, channel: Members): readonly Parameter[] {
  const bindings = followReference(context, channel.value["bindings"], channel.place("bindings"));
  const binding = bindings?.object("ws");
  if (binding === undefined) return [];
  return [
    ...propertiesOf(context, binding, "query").map(([name, rest]) =>
      parameterOf("query", name, rest),
    ),
    ...propertiesOf(context, binding, "headers").map(([name, rest]) =>
      parameterOf("header", name, rest),
    ),
  ];
}

function propertiesOf(
  context: Lowering,
  binding: Members,
  key: "query" | "headers",
): readonly (readonly [string, Pick<Parameter, "required" | "at" | "schema">])[] {
  const schema = followReference(context, binding.value[key], binding.place(key));
  const properties = schema?.object("properties");
  const required = new Set(schema?.texts("required") ?? []);
  return (properties?.entries() ?? []).flatMap(([name, value]) => {
    const at = properties?.place(name);
    if (at === undefined) return [];
    return [[name, { required: required.has(name), at, schema: lowerSchema(context, value, at) }]];
  });
}
