// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { prepareAccess } from "../access/route-access.js";
import type { RouteTable, StageTable } from "../contracts.js";
import { heardFunctions } from "../functions/heard.js";
import type { AuthorizerCheck } from "../gateway.js";
import { createResources, type HandlerSetup } from "../handlers.js";

/** An authorizer by itself, asked anew each time and without the resource policy. */
export function prepareAuthorizerCheck(
  name: string,
  { stageName, stage }: { readonly stageName: string; readonly stage: StageTable },
  setup: HandlerSetup,
): AuthorizerCheck {
  const { parts, around, state, secrets } = setup;
  // of its own: the resource policy that routes share is not that of a trial
  const own = createResources();
  const { api } = around;
  const { access } = api;
  const table = access?.authorizers[name];
  if (access === null || table === undefined) throw new Error(`there is no authorizer "${name}"`);
  const asked = "ttlSeconds" in table ? { ...table, ttlSeconds: 0 } : table;
  const route: RouteTable = {
    operation: `authorizer ${name}`,
    operationName: null,
    method: "GET",
    path: "/",
    resourceId: "",
    authorization: { kind: "authorizer", name, scopes: [] },
    apiKeyRequired: false,
    validation: null,
    source: "",
  };
  let answer: string | null = null;
  const guards = prepareAccess(
    {
      api: {
        ...api,
        access: {
          ...access,
          resourcePolicy: null,
          authorizers: { ...access.authorizers, [name]: asked },
        },
      },
      route,
      stageName,
      stage: { ...stage, methods: {} },
      stageVariables: stage.variables,
      cacheScope: stageName,
      functions: heardFunctions(parts.functions ?? {}, (payload) => (answer = payload)),
      around,
      state,
      secrets,
      resource: own.resource,
    },
    parts,
  );
  return { route, guards, answer: () => answer, close: () => own.close() };
}
