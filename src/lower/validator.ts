import type { Validator } from "../ir/operation.js";
import { quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";

/** Validators of the document, and the one that holds where an operation names none. */
export interface Validators {
  readonly byName: ReadonlyMap<string, Validator>;
  readonly common: Validator | undefined;
}

/** Lowers `x-amazon-apigateway-request-validators` and the root's `-request-validator`. */
export function lowerValidators(context: Lowering, root: Members): Validators {
  const byName = new Map<string, Validator>();
  const holder = root.object("x-amazon-apigateway-request-validators");
  for (const [name] of holder?.entries() ?? []) {
    const validator = holder?.object(name);
    if (!validator) continue;
    byName.set(name, {
      at: validator.at,
      name,
      validateBody: validator.flag("validateRequestBody") ?? false,
      validateParameters: validator.flag("validateRequestParameters") ?? false,
    });
  }
  return { byName, common: lowerValidator(context, root, byName) };
}

/** The validator that an object names. Problem: GG216 unknown name. */
export function lowerValidator(
  context: Lowering,
  holder: Members,
  byName: ReadonlyMap<string, Validator>,
): Validator | undefined {
  const key = "x-amazon-apigateway-request-validator";
  const name = holder.text(key);
  if (name === undefined) return undefined;
  const validator = byName.get(name);
  if (!validator) {
    const message = `there is no request validator ${quote(name)}`;
    context.sink.error("GG216", holder.place(key), message, {
      hint: "define it in x-amazon-apigateway-request-validators",
      ...nearestHint(name, byName.keys()),
    });
  }
  return validator;
}
