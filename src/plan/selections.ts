import type { Api } from "../ir/gateway.js";
import type { MappingExpression } from "../ir/mapping.js";
import type { SelectionExpression } from "../ir/websocket.js";
import type { SelectionExpression as SelectionTable } from "../runtime/contracts.js";
import type { BodyAccessorPlan } from "./mappings.js";
import { camelCase, NameSpace } from "./names.js";
import { mappingSource, type Planned } from "./tables.js";
import { Reference } from "./value.js";

/** Where the accessors of selection expressions stand; the module is imported under this name. */
export const selectionsPath = "src/generated/selections.ts";
export const selectionsModule = "selections";

/** The selection expressions of one API. */
export interface Selections {
  /** One for each JSON path that they read; empty for APIs without selections. */
  readonly accessors: readonly BodyAccessorPlan[];
  /** An expression as the run-time reads it. */
  table(expression: SelectionExpression): Planned<SelectionTable>;
}

export function planSelections({ websocket, operations }: Api): Selections {
  const names = new NameSpace();
  const expressions =
    websocket === undefined
      ? []
      : [
          websocket.routeSelection,
          ...websocket.routes.flatMap((route) => [
            route.modelSelection ?? [],
            route.templateSelection ?? [],
          ]),
          ...operations.flatMap(({ integration }) =>
            integration.kind === "none"
              ? []
              : integration.responses.map(({ templateSelection }) => templateSelection ?? []),
          ),
        ];
  const paths = new Set(expressions.flat().flatMap((part) => bodyPath(part) ?? []));
  const accessors = [...paths].map((jsonPath) => ({
    name: names.claim(camelCase(`${jsonPath} of body`, "body")),
    jsonPath,
  }));
  return {
    accessors,
    table: (expression) => expression.map((part) => source(part, accessors)),
  };
}

function bodyPath(part: MappingExpression): string | undefined {
  return part.kind === "body" || part.kind === "responseBody" ? part.jsonPath : undefined;
}

function source(
  part: MappingExpression,
  accessors: readonly BodyAccessorPlan[],
): Planned<SelectionTable>[number] {
  const path = bodyPath(part);
  const accessor = accessors.find(({ jsonPath }) => jsonPath === path);
  if (accessor === undefined) return mappingSource(part);
  const reference = new Reference(accessor.name, selectionsModule, selectionsPath);
  return part.kind === "body" ? { body: reference } : { responseBody: reference };
}
