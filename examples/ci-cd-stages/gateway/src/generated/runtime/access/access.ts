// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable, AuthorizerTable, RouteTable, StageTable } from "../contracts.js";
import type { Surroundings } from "../exchange.js";
import type { FunctionBackends } from "../functions/invoker.js";
import type { IntegrationSetup } from "../integrations/integration.js";
import type { SecretSource } from "../secrets.js";
import type { State } from "../state/state-part.js";
import type { Guard } from "./guard.js";

/** What the steps of access control may use while they are prepared. */
export interface AccessSetup {
  readonly api: ApiTable;
  readonly route: RouteTable;
  readonly stageName: string;
  readonly stage: StageTable;
  /** Keeps the kept results of stages, and of canary and base, apart. */
  readonly cacheScope: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly functions: FunctionBackends;
  readonly around: Surroundings;
  readonly state: State;
  readonly secrets: SecretSource;
  readonly resource: IntegrationSetup["resource"];
}

/** Prepares the check of one authorizer for one route; `scopes` are those of the route. */
export type AuthorizerFactory<Table extends AuthorizerTable = AuthorizerTable> = (
  table: Table,
  name: string,
  scopes: readonly string[],
  setup: AccessSetup,
) => Guard;
