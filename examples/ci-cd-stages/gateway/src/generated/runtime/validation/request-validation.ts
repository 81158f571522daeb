// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type {
  ApiTable,
  ModelError,
  ModelValidator,
  RouteTable,
  ValidationTable,
} from "../contracts.js";
import { GatewayError } from "../errors/gateway-error.js";
import type { Exchange } from "../exchange.js";

/** Checks one request; the body must have been read when {@link RequestCheck.needsBody} says so. */
export interface RequestCheck {
  readonly needsBody: boolean;
  /** Throws BAD_REQUEST_PARAMETERS, then BAD_REQUEST_BODY. */
  parameters(exchange: Exchange): void;
  body(exchange: Exchange): void;
}

/** Prepares the validator of a route; `stageVariables` are those of the stage. */
export type ValidationPart = (
  table: ValidationTable,
  route: RouteTable,
  api: Pick<ApiTable, "validators" | "websocket">,
  stageVariables: Readonly<Record<string, string>>,
) => RequestCheck;

/** Request validation as the service does it: presence of parameters, then the body's model. */
export const requestValidation: ValidationPart = (table, route, { validators }) => {
  const models = prepareModels(table, route, validators);
  return {
    needsBody: models !== null,
    parameters(exchange) {
      const missing = missingParameters(table, exchange);
      if (missing.length === 0) return;
      throw new GatewayError("BAD_REQUEST_PARAMETERS", {
        message: `Missing required request parameters: [${missing.join(", ")}]`,
      });
    },
    body(exchange) {
      const validate = models?.get(exchange.contentType ?? "application/json");
      if (validate !== undefined) checkBody(validate, exchange);
    },
  };
};

function prepareModels(
  table: ValidationTable,
  route: RouteTable,
  validators: Readonly<Record<string, ModelValidator>>,
): ReadonlyMap<string, ModelValidator> | null {
  if (table.bodyModels === null) return null;
  const models = new Map<string, ModelValidator>();
  for (const [type, model] of Object.entries(table.bodyModels)) {
    models.set(type.trim().toLowerCase(), modelValidator(model, route, validators));
  }
  return models;
}

/** Throws when it is not there: nothing passes unchecked that was to be checked. */
export function modelValidator(
  model: string,
  { operation }: RouteTable,
  validators: Readonly<Record<string, ModelValidator>>,
): ModelValidator {
  const validator = Object.hasOwn(validators, model) ? validators[model] : undefined;
  if (validator !== undefined) return validator;
  throw new Error(`route ${operation} needs a validator for model ${model}`);
}

/** Headers first, then path, then query; one that is there but blank is missing. */
function missingParameters(table: ValidationTable, exchange: Exchange): string[] {
  const isBlank = (value: string | undefined): boolean =>
    value === undefined || value.trim() === "";
  return [
    ...table.requiredHeaders.filter((name) => isBlank(exchange.header(name))),
    ...table.requiredPath.filter((name) => isBlank(exchange.pathParameter(name))),
    ...table.requiredQuery.filter((name) => isBlank(exchange.query.last(name))),
  ];
}

export function checkBody(validate: ModelValidator, exchange: Exchange): void {
  const json = exchange.bodyJson;
  if (!json.isJson) throw invalidBody("[body is not JSON]");
  if (!isValid(validate, json.value)) throw invalidBody(describe(validate.errors ?? []));
}

/** A value nested deeper than the stack is invalid, not a failure of the gateway. */
function isValid(validate: ModelValidator, value: unknown): boolean {
  try {
    return validate(value);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function invalidBody(validationErrors: string): GatewayError {
  return new GatewayError("BAD_REQUEST_BODY", { validationErrors });
}

function describe(errors: readonly ModelError[]): string {
  const texts = errors.map(({ instancePath, keyword, message }) =>
    `${instancePath} ${message ?? keyword}`.trim(),
  );
  return `[${texts.join(", ")}]`;
}
