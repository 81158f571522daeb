import type { HttpMethod, Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import { lowerRequestBody } from "./body.js";
import { lowerIntegration } from "./integration.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";
import { lowerParameters } from "./parameter.js";
import type { LoweredPath } from "./path.js";
import { lowerResponses } from "./response.js";
import type { Schemes } from "./security.js";
import { lowerSecurity } from "./security.js";
import type { Validators } from "./validator.js";
import { lowerValidator } from "./validator.js";

/** What all operations of a document share. */
export interface OperationContext extends Lowering {
  readonly root: Members;
  readonly schemes: Schemes;
  readonly validators: Validators;
  readonly hasIntegrations: boolean;
}

/** Lowers one operation of a path item. */
export function lowerOperation(
  context: OperationContext,
  method: HttpMethod | "ANY",
  operation: Members,
  pathItem: Members,
  { path, variables }: LoweredPath,
): Operation {
  const operationId = operation.text("operationId");
  // HTTP APIs validate nothing, which the extension's own report says
  const validator =
    context.kind === "http"
      ? undefined
      : (lowerValidator(context, operation, context.validators.byName) ??
        context.validators.common);
  const inlineName = validator?.validateBody
    ? `${operationId ?? derivedName(method, path)}Request`
    : undefined;
  const consumes = mediaTypes(operation, context.root, "consumes");
  const { parameters, body } = lowerParameters(context, {
    pathItem,
    operation,
    variables,
    consumes,
    inlineName,
  });
  const responses = lowerResponses(
    context,
    operation,
    mediaTypes(operation, context.root, "produces"),
  );
  const { authorization, apiKeyRequired } = lowerSecurity(
    context,
    context.root,
    operation,
    context.schemes,
  );
  return {
    at: operation.at,
    method,
    path,
    routeKey: isDefaultRoute(context, path) ? "$default" : undefined,
    operationId,
    summary: operation.text("summary"),
    description: operation.text("description"),
    deprecated: operation.flag("deprecated") ?? false,
    tags: operation.texts("tags") ?? [],
    parameters,
    body:
      body ??
      (context.family === "2.0" ? undefined : lowerRequestBody(context, operation, inlineName)),
    responses,
    authorization,
    apiKeyRequired,
    validator,
    integration: lowerIntegration(context, operation, {
      path,
      routeKey: isDefaultRoute(context, path) ? "$default" : undefined,
      method,
      parameters,
      responses,
      isMissed: context.hasIntegrations,
    }),
  };
}

function isDefaultRoute(context: Lowering, path: string): boolean {
  return context.kind === "http" && path === "/$default";
}

/** `POST /pets/{id}/toys` is `postPetsIdToys`. */
function derivedName(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return (
    method.toLowerCase() +
    words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")
  );
}

/** `consumes` and `produces` of 2.0: the operation's, else the root's. */
function mediaTypes(
  operation: Members,
  root: Members,
  key: "consumes" | "produces",
): readonly string[] {
  return (operation.has(key) ? operation : root).texts(key) ?? [];
}

/** Names must be unique; the service takes duplicates, generated code numbers them. Problem: GG217. */
export function checkOperationIds(context: Lowering, operations: readonly Operation[]): void {
  const known = new Map<string, Operation>();
  for (const operation of operations) {
    const { operationId, at } = operation;
    if (operationId === undefined) continue;
    const other = known.get(operationId);
    if (!other) known.set(operationId, operation);
    else {
      const message = `the operationId ${quote(operationId)} also names ${other.method} ${other.path}; a number tells them apart`;
      context.sink.warning("GG217", at, message);
    }
  }
}
