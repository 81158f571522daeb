// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessSetup } from "../access/access.js";
import type { CacheTable } from "../contracts.js";
import type { Handler } from "../integrations/integration.js";

/** Puts a cache in front of an integration. `scope` keeps the entries of stages apart. */
export type CachePart = (
  table: CacheTable,
  scope: { readonly stage: string; readonly canary: boolean },
  access: AccessSetup,
  integrate: Handler,
) => Handler;
